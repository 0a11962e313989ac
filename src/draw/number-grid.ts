import { formatNumber } from '../core/text.js';
import { drawText, fillRect, type Rgb } from './canvas.js';
import { framed, INK, PAPER, type Part, type Plane } from './part.js';
import { textHeight, textWidth } from './text.js';

/** Planes of at most this many values a side are drawn as numbers. */
const MAX_SIDE = 9;
const MIN_CELL = 24;
const CELL_PADDING = 7;
/** Up to this many values a side there is room for three digits, else for two. */
const ROOMY_SIDE = 5;
const BRIGHT: Rgb = [255, 255, 255];

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

/** Cells with numbers, `step` pixels from one to the next. */
interface NumberGrid extends Part {
  readonly step: number;
}

/** A plane as square cells with their numbers written in them. `rgb` [height, width, 3]: the colours of the cells. */
export function numberGrid(
  plane: Plane,
  rgb: Uint8Array,
  { divisor = 1, among = [plane], isBlank = () => false }: NumberGridOptions = {},
): NumberGrid {
  const { width, height } = plane;
  const texts = cellTexts(plane, divisor);
  const widths = among.flatMap((one) => cellTexts(one, divisor).map((text) => textWidth(text, 1)));
  const cell = Math.max(MIN_CELL, Math.max(...widths) + CELL_PADDING);
  // cells are one pixel apart: the frame's colour shows between them
  const step = cell + 1;
  const cells = framed({
    width: width * step - 1,
    height: height * step - 1,
    draw: (canvas, x, y) => {
      for (let i = 0; i < texts.length; i++) {
        const left = x + (i % width) * step;
        const top = y + Math.floor(i / width) * step;
        const colour: Rgb = isBlank(i) ? PAPER : [rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]];
        fillRect(canvas, left, top, cell, cell, colour);
        if (isBlank(i)) continue;
        const indent = Math.floor((cell - textWidth(texts[i], 1)) / 2);
        const drop = Math.floor((cell - textHeight(1)) / 2) + 1;
        drawText(canvas, left + indent, top + drop, texts[i], { rgb: readableOn(colour), size: 1 });
      }
    },
  });
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
function readableOn([r, g, b]: Rgb): Rgb {
  return 0.299 * r + 0.587 * g + 0.114 * b > 128 ? INK : BRIGHT;
}
