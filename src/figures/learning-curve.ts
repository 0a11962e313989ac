import { formatNumber } from '../core/format.js';
import type { LearningPoint } from '../core/head.js';
import type { Image } from '../core/image.js';
import { type Canvas, drawLine, drawText, fillRect, type Rgb } from './canvas.js';
import { textHeight, textWidth } from './font.js';
import { FAINT, FRAME, onPaper, type Part, sideBySide, stacked, textPart } from './part.js';

export interface LearningCurveFigure {
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
      drawCurve(canvas, training, placeOf, TRAINING);
      drawCurve(canvas, heldOut, placeOf, HELD_OUT);
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

function drawCurve(
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
