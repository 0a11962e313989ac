import { formatNumber } from '../core/format.js';
import type { Image } from '../core/image.js';
import { fillRect, type Rgb } from './canvas.js';
import { titledImage } from './map-figure.js';
import { FAINT, INK, type Part, sideBySide, stacked, textPart, widest } from './part.js';

const LENGTH = 420;
const HEIGHT = 11;
/** What is lost, and what is gained: the ends of the diverging colours. */
const LOSS: Rgb = [214, 96, 20];
const GAIN: Rgb = [40, 110, 190];

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Said behind the value. */
  readonly detail: string;
}

/** One bar for each number, all from one line of zero: above zero to the right. */
export function channelBars(bars: readonly Bar[], title: string, facts: string): Image {
  const hi = Math.max(0, ...bars.map(({ value }) => value));
  const lo = Math.min(0, ...bars.map(({ value }) => value));
  const scale = LENGTH / Math.max(hi - lo, Number.MIN_VALUE);
  const labels = bars.map(({ label }) => textPart(label));
  const column = widest(labels);
  const rows = bars.map(({ value, detail }, i) =>
    sideBySide(
      [
        { ...labels[i], width: column },
        barPart(value, -lo * scale, scale),
        textPart(formatNumber(value)),
        textPart(detail, FAINT),
      ],
      8,
      'middle',
    ),
  );
  return titledImage(
    title,
    facts,
    stacked(rows, 4, 'left'),
    textPart('from the line: no change; orange: the score falls, blue: it rises', FAINT),
  );
}

function barPart(value: number, zero: number, scale: number): Part {
  const width = Math.abs(value) * scale;
  return {
    width: LENGTH + 1,
    height: HEIGHT,
    draw: (canvas, x, y) => {
      const left = Math.round(value < 0 ? zero - width : zero);
      fillRect(canvas, x + left, y, Math.max(1, Math.round(width)), HEIGHT, value < 0 ? GAIN : LOSS);
      fillRect(canvas, x + Math.round(zero), y - 2, 1, HEIGHT + 4, INK);
    },
  };
}
