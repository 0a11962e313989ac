import type { Image } from '../core/image.js';
import { type Canvas, drawText, drawTextUpwards, fillRect, type Rgb } from './canvas.js';
import { shortenMiddle, textHeight, textWidth } from './font.js';
import { FAINT, FRAME, INK, onPaper, type Part, stacked, textPart, widest } from './part.js';

export interface ConfusionFigure {
  readonly title: string;
  readonly classes: readonly string[];
  /** [true class][said class] */
  readonly confusion: readonly (readonly number[])[];
}

const LABEL_WIDTH = 160;
const GAP = 6;
/** Cells have room for numbers up to this many classes; beyond, a cell is as high as a line of text. */
const MOST_NUMBERS = 60;

const BRIGHT: Rgb = [255, 255, 255];
const RIGHT: Rgb = [24, 78, 140];
const WRONG: Rgb = [160, 32, 44];

/**
 * A confusion matrix: rows are what images are, columns what they were said to be. The darker a cell, the larger its share
 * of its row; right ones are blue, wrong ones red.
 */
export function confusionMatrix({ title, classes, confusion }: ConfusionFigure): Image {
  const cell = classes.length <= 20 ? 40 : classes.length <= MOST_NUMBERS ? 26 : textHeight(1) - 1;
  const names = classes.map((name) => textPart(shortenMiddle(name, LABEL_WIDTH, 1)));
  const texts = classes.map((name) => shortenMiddle(name, LABEL_WIDTH, 1));
  const label = widest(names) + GAP;
  // cells are one pixel apart: the frame's colour shows between them
  const side = classes.length * (cell + 1) + 1;
  const middle = Math.floor((cell - textHeight(1)) / 2) + 1;
  const matrix: Part = {
    width: label + side,
    height: label + side,
    draw(canvas, x, y) {
      const [left, top] = [x + label, y + label];
      fillRect(canvas, left, top, side, side, FRAME);
      texts.forEach((text, k) => {
        const at = 1 + k * (cell + 1) + middle;
        drawTextUpwards(canvas, left + at, top - GAP, text, INK);
        drawText(canvas, left - GAP - textWidth(text, 1), top + at, text, { rgb: INK, size: 1 });
      });
      confusion.forEach((row, i) => {
        const total = row.reduce((sum, count) => sum + count, 0);
        row.forEach((count, j) => {
          const share = total === 0 ? 0 : count / total;
          drawCell(canvas, left + 1 + j * (cell + 1), top + 1 + i * (cell + 1), cell, count, share, i === j);
        });
      });
    },
  };
  const about = [
    textPart('rows: what the images are, columns: what they were said to be', FAINT),
    textPart('blue: right, red: wrong; the darker, the larger the share of its row', FAINT),
  ];
  return onPaper(stacked([textPart(title), matrix, stacked(about, 2, 'left')], 12, 'left'), 16);
}

function drawCell(
  canvas: Canvas,
  x: number,
  y: number,
  cell: number,
  count: number,
  share: number,
  isRight: boolean,
): void {
  const [r, g, b] = (isRight ? RIGHT : WRONG).map((level, c) => Math.round(BRIGHT[c] + share * (level - BRIGHT[c])));
  fillRect(canvas, x, y, cell, cell, [r, g, b]);
  const text = String(count);
  if (textWidth(text, 1) > cell) return;
  const rgb = count === 0 ? FRAME : share > 0.5 ? BRIGHT : INK;
  const left = x + Math.floor((cell - textWidth(text, 1)) / 2);
  if (cell >= 2 * textHeight(1))
    drawText(canvas, left, y + Math.floor((cell - textHeight(1)) / 2) + 1, text, { rgb, size: 1 });
}
