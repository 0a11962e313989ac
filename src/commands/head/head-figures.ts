import type { Evaluation, LearningPoint } from '../../core/head.js';
import type { Image } from '../../core/image.js';
import type { DrawingNote } from '../../core/note.js';
import { formatNumber } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import { type Canvas, drawLine, drawText, drawTextUpwards, fillRect, type Rgb } from '../../draw/canvas.js';
import { FAINT, FRAME, INK, onPaper, type Part, sideBySide, stacked, textPart, widest } from '../../draw/part.js';
import { shortenMiddle, textHeight, textWidth } from '../../draw/text.js';
import { encodePng } from '../../io/encode.js';

interface LearningCurveFigure {
  readonly title: string;
  readonly points: readonly LearningPoint[];
  /** The iteration that was kept. */
  readonly best: number;
}

const WIDTH = 480;
const HEIGHT = 240;
const LABELS = 48;
const TRAINING: Rgb = [24, 78, 140];
const HELD_OUT: Rgb = [200, 92, 20];

/** The loss after each iteration, on the images learned from and on those held out; both axes begin at 0. */
export function learningCurve({ title, points, best }: LearningCurveFigure): Image {
  const heldOut = points.map((point) => point.heldOut);
  const training = points.map((point) => point.training);
  const most = Math.max(...training, ...heldOut.map((loss) => loss ?? 0));
  const last = Math.max(1, points.length - 1);
  const plot: Part = {
    width: LABELS + WIDTH,
    height: HEIGHT + 2 * textHeight(1),
    draw(canvas, x, y) {
      const [left, bottom] = [x + LABELS, y + HEIGHT];
      fillRect(canvas, left, y, 1, HEIGHT, FRAME);
      fillRect(canvas, left, bottom, WIDTH, 1, FRAME);
      for (let tick = 0; tick <= 4; tick++) {
        const at = bottom - Math.round((tick / 4) * (HEIGHT - 1));
        const text = formatNumber((most * tick) / 4, 2);
        fillRect(canvas, left - 3, at, 3, 1, FRAME);
        drawText(canvas, left - 6 - textWidth(text, 1), at - 3, text, { rgb: FAINT, size: 1 });
      }
      const placeOf = (iteration: number, loss: number): [number, number] => [
        left + (iteration / last) * (WIDTH - 1),
        bottom - (most === 0 ? 0 : loss / most) * (HEIGHT - 1),
      ];
      const [kept] = placeOf(best, 0);
      for (let dash = y; dash < bottom; dash += 6) fillRect(canvas, Math.round(kept), dash, 1, 3, FAINT);
      drawPath(canvas, training, placeOf, TRAINING);
      drawPath(canvas, heldOut, placeOf, HELD_OUT);
      drawText(canvas, left, bottom + 4, '0', { rgb: FAINT, size: 1 });
      const end = `${last} iterations`;
      drawText(canvas, left + WIDTH - textWidth(end, 1), bottom + 4, end, { rgb: FAINT, size: 1 });
    },
  };
  const names = [
    sideBySide([swatch(TRAINING), textPart('training images')], 6, 'middle'),
    ...(heldOut[0] === null ? [] : [sideBySide([swatch(HELD_OUT), textPart('held-out images')], 6, 'middle')]),
    textPart(`dashed: iteration ${best}, kept`, FAINT),
  ];
  return onPaper(stacked([textPart(`${title}: mean loss`), plot, sideBySide(names, 24, 'middle')], 12, 'left'), 16);
}

function drawPath(
  canvas: Canvas,
  losses: readonly (number | null)[],
  placeOf: (iteration: number, loss: number) => [number, number],
  rgb: Rgb,
): void {
  let before: [number, number] | null = null;
  for (const [iteration, loss] of losses.entries()) {
    if (loss === null) continue;
    const place = placeOf(iteration, loss);
    const [x, y] = place;
    if (before) {
      drawLine(canvas, before, place, rgb);
      // a second line below makes it two pixels thick
      drawLine(canvas, [before[0], before[1] + 1], [x, y + 1], rgb);
    }
    before = place;
  }
}

function swatch(rgb: Rgb): Part {
  return { width: 16, height: 4, draw: (canvas, x, y) => fillRect(canvas, x, y, 16, 4, rgb) };
}

interface ConfusionFigure {
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

/** A confusion matrix as a PNG. `args`: the command that makes it again, but for where it goes. */
export function drawConfusion(
  title: string,
  { perClass, confusion }: Evaluation,
  args: readonly string[],
): Promise<Uint8Array> {
  const note: DrawingNote = { cnnviz: VERSION, picture: 'confusion-matrix', args };
  return encodePng(
    confusionMatrix({ title, classes: perClass.map(({ name }) => name), confusion }),
    JSON.stringify(note),
  );
}

/** A learning curve as a PNG. */
export function drawCurve(
  title: string,
  points: readonly LearningPoint[],
  best: number,
  args: readonly string[],
): Promise<Uint8Array> {
  const note: DrawingNote = { cnnviz: VERSION, picture: 'learning-curve', args };
  return encodePng(learningCurve({ title, points, best }), JSON.stringify(note));
}
