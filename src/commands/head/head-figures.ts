import type { Evaluation, LearningPoint } from '../../core/head.js';
import type { DrawingNote } from '../../core/note.js';
import { formatNumber, groupDigits } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import { drawCurve as curveMarks, drawDashes, drawDot, plotPart, rangeOf, roundedUp } from '../../draw/axes.js';
import { type FigureLook, titledScene } from '../../draw/figure.js';
import { swatchOf } from '../../draw/marks.js';
import { drawText, lineHeight, type Part, sideBySide, stacked, TYPE, textPart, widest } from '../../draw/part.js';
import { fillRect, type Marks, type Paint, type Rgb, type Scene } from '../../draw/scene/scene.js';
import { CAP_HEIGHT, shortenMiddle, textWidth } from '../../draw/scene/typeface.js';
import { encodeFigure, type FigureFile } from '../../run/figure.js';

interface LearningCurveFigure {
  readonly title: string;
  readonly points: readonly LearningPoint[];
  /** The iteration that was kept. */
  readonly best: number;
  /** What the kept head says of the images it learned from, and of those held out; left out where nobody knows. */
  readonly training?: Pick<Evaluation, 'right' | 'images'>;
  readonly heldOut?: Pick<Evaluation, 'right' | 'images'> | null;
}

const WIDTH = 560;
const HEIGHT = 300;
/** Told apart by brightness as well, on bright and on dark paper. */
const TRAINING: Rgb = [43, 110, 190];
const HELD_OUT: Rgb = [217, 105, 30];

/** The loss after each iteration, on the images learned from and on those held out; both axes begin at 0. */
export function learningCurve(figure: LearningCurveFigure, look: FigureLook): { readonly scene: Scene } {
  const { title, points, best } = figure;
  const isHeld = points.some(({ heldOut }) => heldOut !== null);
  const losses = points.flatMap(({ training, heldOut }) => [training, heldOut ?? 0]);
  const most = roundedUp(rangeOf([0, ...losses])[1]);
  const last = Math.max(1, points.length - 1);
  const kept = points.find(({ iteration }) => iteration === best) ?? null;
  const plot = plotPart({
    width: WIDTH * look.box,
    height: HEIGHT * look.box,
    x: [0, last],
    y: [0, most],
    xLabel: 'iterations',
    yLabel: 'mean loss',
    wholeX: true,
    draw: (marks, place) => {
      const [x, foot] = place(best, 0);
      const [, top] = place(best, most);
      drawDashes(marks, x, top, foot, 'accent');
      curveMarks(
        marks,
        points.map(({ iteration, training }) => [iteration, training]),
        place,
        TRAINING,
        2.5,
      );
      const held = points.map(({ iteration, heldOut }) => [iteration, heldOut ?? Number.NaN] as const);
      curveMarks(marks, held, place, HELD_OUT, 2.5);
      if (kept && Number.isFinite(kept.training)) drawDot(marks, place(best, kept.training), TRAINING);
      if (kept?.heldOut != null && Number.isFinite(kept.heldOut)) drawDot(marks, place(best, kept.heldOut), HELD_OUT);
    },
  });
  const at = `at iteration ${groupDigits(best)}`;
  const names = [
    named(TRAINING, 'training images', [lossWords(kept?.training ?? null, at), rightWords(figure.training ?? null)]),
    ...(isHeld
      ? [named(HELD_OUT, 'held-out images', [lossWords(kept?.heldOut ?? null, at), rightWords(figure.heldOut ?? null)])]
      : []),
    named('accent', `iteration ${groupDigits(best)}, kept`, [
      isHeld ? 'the smallest loss on held-out images' : 'nothing is held out: the last one',
    ]),
  ];
  const body = sideBySide([plot, stacked(names, 16, 'left')], 32, 'middle');
  const facts = [
    title,
    `${groupDigits(points.length - 1)} iterations`,
    'loss: the mean of −ln(share of the true class)',
  ];
  return { scene: titledScene('How the head learned', facts.join('  ·  '), body, null, look) };
}

function lossWords(loss: number | null, at: string): string {
  return loss === null ? '' : `loss ${formatNumber(loss)} ${at}`;
}

function rightWords(said: Pick<Evaluation, 'right' | 'images'> | null): string {
  if (said === null || said.images === 0) return '';
  const share = ((100 * said.right) / said.images).toFixed(1);
  return `${groupDigits(said.right)} of ${groupDigits(said.images)} right (${share} %)`;
}

function named(paint: Paint, name: string, lines: readonly string[]): Part {
  const words = lines.filter(Boolean).map((line) => textPart(line, 'detail'));
  return sideBySide([swatchOf(paint), stacked([textPart(name, 'name'), ...words], 2, 'left')], 8, 'top');
}

interface ConfusionFigure {
  readonly title: string;
  readonly classes: readonly string[];
  /** [true class][said class] */
  readonly confusion: readonly (readonly number[])[];
}

const LABEL_WIDTH = 220;
const GAP = 8;
/** Up to so many classes a cell is this large; of more, a line of text high. */
const CELLS = [
  { classes: 8, side: 64 },
  { classes: 20, side: 44 },
  { classes: 60, side: 30 },
  { classes: Number.POSITIVE_INFINITY, side: lineHeight(TYPE.detail) - 2 },
];

const BRIGHT: Rgb = [255, 255, 255];
const INK: Rgb = [22, 24, 29];
const NOTHING: Rgb = [104, 110, 121];
const RIGHT: Rgb = [24, 78, 140];
const WRONG: Rgb = [176, 36, 48];

/**
 * A confusion matrix: rows are what images are, columns what they were said to be. The darker a cell, the larger its share
 * of its row; right ones are blue, wrong ones red.
 */
export function confusionMatrix(figure: ConfusionFigure, look: FigureLook): { readonly scene: Scene } {
  const { title, classes, confusion } = figure;
  const { side: least } = CELLS[CELLS.length - 1];
  const cell = Math.max(least, Math.round(CELLS.find((one) => classes.length <= one.classes)!.side * look.box));
  const texts = classes.map((name) => shortenMiddle(name, LABEL_WIDTH, TYPE.detail.size));
  const axis = lineHeight(TYPE.name) + GAP;
  const label = axis + Math.ceil(widest(texts.map((text) => textPart(text, 'detail')))) + GAP;
  // the paper between cells is a point wide
  const step = cell + 1;
  const side = classes.length * step;
  const matrix: Part = {
    width: label + Math.max(side, textWidth(COLUMNS, TYPE.name.size, 'bold')),
    height: label + Math.max(side, textWidth(ROWS, TYPE.name.size, 'bold')),
    draw(marks, x, y) {
      const [left, top] = [x + label, y + label];
      drawText(marks, left, y, COLUMNS, TYPE.name);
      const down = textWidth(ROWS, TYPE.name.size, 'bold');
      const rows = { ...TYPE.name, kind: 'text', text: ROWS, anchor: 'start', upwards: true } as const;
      marks.push({ ...rows, x: x + CAP_HEIGHT * TYPE.name.size, y: top + down });
      const { size } = TYPE.detail;
      texts.forEach((text, k) => {
        const middle = k * step + cell / 2 + (CAP_HEIGHT * size) / 2;
        const style = { ...TYPE.detail, paint: 'ink', kind: 'text', text } as const;
        marks.push({ ...style, x: left + middle, y: top - GAP, anchor: 'start', upwards: true });
        marks.push({ ...style, x: left - GAP, y: top + middle, anchor: 'end' });
      });
      confusion.forEach((row, i) => {
        const total = row.reduce((sum, count) => sum + count, 0);
        row.forEach((count, j) => {
          const share = total === 0 ? 0 : count / total;
          drawCell(marks, left + j * step, top + i * step, cell, count, share, i === j);
        });
      });
    },
  };
  const key = [
    sideBySide([swatchOf(RIGHT), textPart('right', 'detail')], 8, 'middle'),
    sideBySide([swatchOf(WRONG), textPart('wrong', 'detail')], 8, 'middle'),
    textPart('the darker, the larger the share of its row', 'detail'),
  ];
  const images = confusion.flat().reduce((sum, count) => sum + count, 0);
  const right = confusion.reduce((sum, row, i) => sum + row[i], 0);
  const facts = [title, rightWords({ right, images })].filter(Boolean).join('  ·  ');
  const heading = 'Which classes are taken for which?';
  return { scene: titledScene(heading, facts, matrix, sideBySide(key, 24, 'middle'), look) };
}

const COLUMNS = 'what they were said to be';
const ROWS = 'what the images are';

function drawCell(
  marks: Marks,
  x: number,
  y: number,
  cell: number,
  count: number,
  share: number,
  isRight: boolean,
): void {
  const rgb = (isRight ? RIGHT : WRONG).map((level, c) => Math.round(BRIGHT[c] + share * (level - BRIGHT[c])));
  // an empty cell of a bright colour would be lost on bright paper
  const colour: Rgb = count === 0 ? [244, 245, 247] : [rgb[0], rgb[1], rgb[2]];
  fillRect(marks, x, y, cell, cell, colour);
  const text = groupDigits(count);
  const { size } = TYPE.detail;
  if (textWidth(text, size) > cell - 2 || cell < lineHeight(TYPE.detail)) return;
  const paint = count === 0 ? NOTHING : share > 0.45 ? BRIGHT : INK;
  const place = { x: x + cell / 2, y: y + (cell + CAP_HEIGHT * size) / 2, anchor: 'middle' } as const;
  marks.push({ kind: 'text', ...place, text, size, weight: 'regular', paint });
}

/** How a picture beside a head is written. `args`: the command that makes it again, but for where it goes. */
interface HeadPicture {
  readonly args: readonly string[];
  readonly file: FigureFile;
}

/** A confusion matrix as a picture. */
export function drawConfusion(
  title: string,
  { perClass, confusion, right, images }: Evaluation,
  { args, file }: HeadPicture,
): Promise<Uint8Array> {
  const alt = `Confusion matrix of ${title}: ${rightWords({ right, images })}.`;
  const note: DrawingNote = { cnnviz: VERSION, picture: 'confusion-matrix', alt, args };
  const classes = perClass.map(({ name }) => name);
  return encodeFigure(
    (look) => confusionMatrix({ title, classes, confusion }, look),
    () => note,
    file,
  );
}

/** A learning curve as a picture. */
export function drawCurve(figure: LearningCurveFigure, { args, file }: HeadPicture): Promise<Uint8Array> {
  const { title, points, best } = figure;
  const alt = `Learning curve of ${title}: ${points.length - 1} iterations, number ${best} kept.`;
  const note: DrawingNote = { cnnviz: VERSION, picture: 'learning-curve', alt, args };
  return encodeFigure(
    (look) => learningCurve(figure, look),
    () => note,
    file,
  );
}
