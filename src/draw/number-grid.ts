import type { ColormapName } from '../core/job.js';
import { formatNumber } from '../core/text.js';
import { applyColormap } from './colormaps.js';
import type { Fit } from './fit.js';
import { framed, type Part, type Plane, planePicture, TYPE } from './part.js';
import { fillRect, type Paint, type Rgb } from './scene/scene.js';
import { CAP_HEIGHT, textWidth } from './scene/typeface.js';

/** Planes of at most this many values a side are drawn as numbers. */
const MAX_SIDE = 9;
const MIN_CELL = 34;
const CELL_PADDING = 12;
/** Up to this many values a side there is room for three digits, else for two. */
const ROOMY_SIDE = 5;
const DARK: Rgb = [22, 24, 29];
const BRIGHT: Rgb = [255, 255, 255];
const STYLE = TYPE.detail;
/** Between cells the paper is seen. */
const SEAM = 2;

export function fitsNumberGrid({ width, height }: { readonly width: number; readonly height: number }): boolean {
  return width <= MAX_SIDE && height <= MAX_SIDE;
}

interface NumberGridOptions {
  /** The numbers are written multiplied by it. */
  readonly divisor?: number;
  /** The planes whose cells shall be of one size. */
  readonly among?: readonly Plane[];
  /** The cells that are left empty. */
  readonly isBlank?: (i: number) => boolean;
}

/** Cells with numbers, `step` points from one to the next; the first begins one point inside. */
interface NumberGrid extends Part {
  readonly step: number;
}

/** A plane as cells with their numbers where they are few, else as a picture. */
export function numbersOrPicture(
  plane: Plane,
  levels: Uint8Array,
  colormap: ColormapName,
  fit: Fit,
  options: NumberGridOptions = {},
): Part {
  return fitsNumberGrid(plane)
    ? numberGrid(plane, applyColormap(levels, colormap), options)
    : planePicture(plane, levels, colormap, fit);
}

/** A plane as square cells with their numbers written in them. `rgb` [height, width, 3]: the colours of the cells. */
export function numberGrid(
  plane: Plane,
  rgb: Uint8Array,
  { divisor = 1, among = [plane], isBlank = () => false }: NumberGridOptions = {},
): NumberGrid {
  const { width, height } = plane;
  const texts = cellTexts(plane, divisor);
  const widths = among.flatMap((one) => cellTexts(one, divisor).map((text) => textWidth(text, STYLE.size)));
  const cell = Math.max(MIN_CELL, Math.ceil(Math.max(...widths)) + CELL_PADDING);
  const step = cell + SEAM;
  const cells = framed(
    {
      width: width * step - SEAM,
      height: height * step - SEAM,
      draw: (marks, x, y) => {
        for (let i = 0; i < texts.length; i++) {
          const left = x + (i % width) * step;
          const top = y + Math.floor(i / width) * step;
          const colour: Rgb = [rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]];
          if (isBlank(i)) continue;
          fillRect(marks, left, top, cell, cell, colour);
          marks.push({
            kind: 'text',
            x: left + cell / 2,
            y: Math.round(top + (cell + CAP_HEIGHT * STYLE.size) / 2),
            text: texts[i],
            size: STYLE.size,
            weight: 'regular',
            paint: readableOn(colour),
            anchor: 'middle',
          });
        }
      },
    },
    'hairline',
  );
  return { ...cells, step };
}

function cellTexts({ width, height, values }: Plane, divisor: number): string[] {
  const digits = Math.max(width, height) <= ROOMY_SIDE ? 3 : 2;
  return Array.from(values, (value) => formatNumber(tidy(value * divisor), digits));
}

/** Without the noise of float32 and of multiplying: 1/9·9 is 1. */
function tidy(value: number): number {
  return Number(value.toPrecision(6));
}

/** Dark letters on bright cells, bright letters on dark ones. */
function readableOn([r, g, b]: Rgb): Paint {
  return 0.299 * r + 0.587 * g + 0.114 * b > 128 ? DARK : BRIGHT;
}
