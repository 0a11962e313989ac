import type {
  Agreement,
  ElementStep,
  ExplainedStep,
  Explanation,
  Taps,
  WeightedStep,
  WindowStep,
} from '../../analysis/explain/explanation.js';
import type { Image } from '../../core/image.js';
import { SLIDE } from '../../core/look.js';
import { areColours, type Scale, type Window } from '../../core/result.js';
import { formatNumber, groupDigits } from '../../core/text.js';
import type { ValuePlace } from '../../core/value-place.js';
import { applyColormap } from '../../draw/colormaps.js';
import { type FigureLook, legend, titledScene } from '../../draw/figure.js';
import { chooseFit } from '../../draw/fit.js';
import { arrowPart, withFrames } from '../../draw/marks.js';
import { numberGrid } from '../../draw/number-grid.js';
import {
  blank,
  boxed,
  captioned,
  imagePicture,
  type Part,
  sideBySide,
  stacked,
  TYPE,
  textPart,
  toLevels,
  widest,
} from '../../draw/part.js';
import { chooseScale } from '../../draw/scale.js';
import { drawLines, fillRect, type Scene } from '../../draw/scene/scene.js';
import { shortenMiddle, wrapText } from '../../draw/scene/typeface.js';
import { patchGreys, productPlanes, telling, termsRows, windowPart } from './terms-figure.js';

const DIGITS = 7;
const TITLE_DIGITS = 3;
const MOST_READ = 6;
/** Of a layer's inputs, so many are drawn: those that weigh most. */
const MOST_INPUTS = 5;
const INPUT_BOX = 456;
/** Words of a step are broken into lines of this width. */
const WORDS_WIDTH = 620;
const GAP = 12;
const COLUMN_GAP = 48;
const NOTHING_CLIPPED = { below: 0, above: 0, nan: 0, of: 0 };

/** The input of an explained run, and where in it the value comes from. */
export interface ExplainedInput {
  readonly picture: Image | null;
  /** What is read of it; it may reach into the padding. Null: all of it, or what is no rectangle. */
  readonly window: Window | null;
  /** From the smallest to the largest of its values, where the explanation begins with them. */
  readonly scale: Scale | null;
}

/**
 * Numbers in cells: patch × kernel = products, channel by channel, their sum and bias; then what follows, step by step, down
 * to the one value. The input stands at the left, what is read of it framed.
 */
export function explanationFigure(
  explanation: Explanation,
  input: ExplainedInput,
  name: string,
  look: FigureLook,
): { readonly scene: Scene } {
  const { steps, value } = explanation;
  const isColour = areColours(explanation.input);
  const bodies = steps.map((step, s) =>
    stepBody(step, { isColour, isLast: s === steps.length - 1, patch: patchScaleOf(step, input), box: look.box }),
  );
  const picture = inputCell(input, look.box);
  const onOneColumn = sideBySide([...picture, stepsColumn(steps, bodies, steps.length > 1)], COLUMN_GAP, 'top');
  const inColumns = sideBySide(
    [...picture, stepsColumn(steps.slice(0, 1), bodies, true), stepsColumn(steps.slice(1), bodies.slice(1), true)],
    COLUMN_GAP,
    'top',
  );
  const figure = steps.length > 1 && slideShare(inColumns) > slideShare(onOneColumn) ? inColumns : onOneColumn;
  const title = `Why is this value ${formatNumber(value, TITLE_DIGITS)}?`;
  return { scene: titledScene(title, factsOf(explanation, input, name), figure, keyOf(steps, input), look) };
}

/** How large a part can be on a slide. */
function slideShare({ width, height }: Part): number {
  return Math.min(SLIDE.width / width, SLIDE.height / height);
}

/** Steps one below the other, a line between two. */
function stepsColumn(steps: readonly ExplainedStep[], bodies: readonly StepBody[], hasHeads: boolean): Part {
  const width = widest(steps.map((_, s) => bodies[s].part));
  return stacked(
    steps.flatMap((step, s) => {
      const parts = [...(hasHeads ? [headOf(step, width)] : []), bodies[s].within(width)];
      return [...(s > 0 ? [rule(width)] : []), stacked(parts, GAP, 'left')];
    }),
    20,
    'left',
  );
}

function factsOf({ steps, network, layer, place }: Explanation, input: ExplainedInput, name: string): string {
  const [first] = steps;
  const own = steps.length === 1 ? [first.words] : [];
  const what = input.scale === null ? 'it reads' : 'it reads the pixels';
  const reads = first.step !== 'element' && first.kind !== 'linear' ? [`${what} ${windowWords(first.taps)}`] : [];
  return [name, `${network} ${layer}`, ...own, placeWords(place), ...reads].join('  ·  ');
}

function inputCell({ picture, window }: ExplainedInput, box: number): Part[] {
  if (picture === null) return [];
  const { width, height } = picture;
  const room = INPUT_BOX * box;
  const side = Math.max(width, height);
  const fit = side > room ? { zoom: 1, shrink: side / room } : chooseFit(width, height, room, room);
  const frames =
    window === null
      ? []
      : [{ x: window.x0, y: window.y0, width: window.x1 - window.x0 + 1, height: window.y1 - window.y0 + 1 }];
  const framed = window === null ? '' : ', what is read framed';
  return [captioned(withFrames(imagePicture(picture, fit), frames, fit), [['input', `${width} × ${height}${framed}`]])];
}

/** What of a step lies above or left of its result; `within` sets its result to the right of a width. */
interface StepBody {
  readonly part: Part;
  readonly within: (width: number) => Part;
}

interface StepLook {
  readonly isColour: boolean;
  readonly isLast: boolean;
  /** The scale of the patch's greys. */
  readonly patch: Scale;
  readonly box: number;
}

function stepBody(step: ExplainedStep, look: StepLook): StepBody {
  switch (step.step) {
    case 'weighted': {
      const rows = step.kind === 'linear' ? linearRows(step) : weightedRows(step, look);
      const total = totalPart(totalWords(step), step.agreement, look.isLast, true);
      const part = stacked([rows, total], 16, 'right');
      return { part, within: (width) => boxed(part, width, part.height, 'right', 'top') };
    }
    case 'window':
      return withResult(
        windowPart(step, productScale(step), [], look.box),
        `${windowTotal(step)} =`,
        step.agreement,
        look,
      );
    case 'element':
      return withResult(elementPart(step), '', step.agreement, look);
  }
}

function withResult(part: Part, words: string, agreement: Agreement, { isLast }: StepLook): StepBody {
  const total = totalPart(words, agreement, isLast, false);
  const least = sideBySide([part, arrowPart(null, null), total], 24, 'middle');
  return {
    part: least,
    within: (width) => {
      const arrow = arrowPart(null, null, Math.max(44, width - total.width - part.width - 48));
      return sideBySide([part, arrow, total], 24, 'middle');
    },
  };
}

function headOf({ layer, words, place }: ExplainedStep, width: number): Part {
  const name = textPart(shortenMiddle(layer, width / 3, TYPE.name.size, TYPE.name.weight), 'name');
  const lines = wrapText(`${words}, ${placeWords(place)}`, Math.max(160, width - name.width - 8), TYPE.body.size);
  const more = lines.map((line) => textPart(line, { ...TYPE.body, paint: 'second' }));
  return sideBySide([name, stacked(more, 0, 'left')], 8, 'top');
}

function rule(width: number): Part {
  return { width, height: 1, draw: (marks, x, y) => fillRect(marks, x, y, width, 1, 'hairline') };
}

function weightedRows(step: WeightedStep, { isColour, patch, box }: StepLook): Part {
  const [height, width] = step.taps.size;
  const shown = telling(step.channels);
  const cells = shown.flatMap(({ patch: values, kernel, products }) =>
    [values, kernel, products].map((one) => ({ width, height, values: one })),
  );
  return termsRows(step, {
    isColour: isColour && step.readsInput,
    cells,
    productScale: productScale(step),
    patchRgb: patchGreys(patch),
    shown,
    box,
  });
}

/** The inputs of a linear layer that weigh most: value × weight = product, each in a cell, and the sum of the others. */
function linearRows({ channels, sum }: WeightedStep): Part {
  const terms = channels.flatMap(({ channel, patch, kernel, products }) =>
    Array.from(products, (product, t) => ({ channel, value: patch[t], weight: kernel[t], product })),
  );
  const shown = [...terms].sort((a, b) => Math.abs(b.product) - Math.abs(a.product)).slice(0, MOST_INPUTS);
  const column = (numbers: readonly number[]) => {
    const plane = { width: 1, height: numbers.length, values: Float32Array.from(numbers) };
    const levels = toLevels(plane.values, chooseScale([plane.values], { kind: 'symmetric' }));
    return { plane, rgb: applyColormap(levels, 'diverging') };
  };
  const columns = [
    column(shown.map(({ value }) => value)),
    column(shown.map(({ weight }) => weight)),
    column(shown.map(({ product }) => product)),
  ];
  const among = columns.map(({ plane }) => plane);
  const [values, weights, products] = columns.map(({ plane, rgb }) => numberGrid(plane, rgb, { among }));
  const labels = textsBesideCells(
    shown.map(({ channel }) => `input ${channel}`),
    values.step,
    values.height,
  );
  const signs = (text: string) =>
    boxed(textPart(text, { ...TYPE.title, weight: 'regular' }), 0, values.height, 'centre', 'middle');
  const head = (text: string, part: Part) => stacked([textPart(text, 'detail'), part], 6, 'centre');
  const table = sideBySide(
    [labels, head('values', values), signs('×'), head('weights', weights), signs('='), head('products', products)],
    GAP,
    'bottom',
  );
  const rest = terms.length - shown.length;
  const share = shown.reduce((total, { product }) => total + product, 0);
  const words =
    rest === 0
      ? `all ${shown.length} products sum to ${formatNumber(share, 4)}`
      : `these ${shown.length} of ${groupDigits(terms.length)} products, the largest, sum to ${formatNumber(share, 4)}; the others to ${formatNumber(sum - share, 4)}`;
  return stacked(
    [
      table,
      stacked(
        wrapText(words, WORDS_WIDTH, TYPE.detail.size).map((line) => textPart(line, 'detail')),
        0,
        'right',
      ),
    ],
    12,
    'right',
  );
}

/** Names beside the cells of a column. */
function textsBesideCells(texts: readonly string[], step: number, height: number): Part {
  const parts = texts.map((text) => textPart(text, 'detail'));
  const width = widest(parts);
  return {
    width,
    height,
    draw: (marks, x, y) => {
      parts.forEach((part, i) => {
        part.draw(marks, x + width - part.width, y + 1 + i * step + (step - 2 - part.height) / 2);
      });
    },
  };
}

/** "sum 0.04313725 + bias 0 =" */
function totalWords({ sum, bias, windowNorm }: WeightedStep): string {
  const norm = windowNorm === null ? '' : ` ÷ length of the window ${formatNumber(windowNorm, DIGITS)}`;
  const added = bias < 0 ? `− bias ${formatNumber(-bias, DIGITS)}` : `+ bias ${formatNumber(bias, DIGITS)}`;
  return `sum ${formatNumber(sum, DIGITS)}${norm} ${added} =`;
}

function windowTotal({ weights }: WindowStep): string {
  return weights === null ? 'largest' : 'sum';
}

/** The value that a step arrives at, below a line where it is a sum; below it whether the run stored the same. */
function totalPart(words: string, agreement: Agreement, isLast: boolean, isSum: boolean): Part {
  const value = textPart(
    formatNumber(agreement.explained, DIGITS),
    isLast ? { ...TYPE.title, paint: 'accent' } : { ...TYPE.title },
  );
  const line: Part = {
    width: value.width + 16,
    height: 2,
    draw: (marks, x, y) =>
      drawLines(
        marks,
        [
          [x, y],
          [x + value.width + 16, y],
        ],
        'ink',
      ),
  };
  const sum = words === '' ? value : sideBySide([textPart(words, 'subtitle'), value], GAP, 'middle');
  const stored = wrapText(agreementWords(agreement), 400, TYPE.detail.size).map((text) => textPart(text, 'detail'));
  return stacked([...(isSum ? [line, blank(0, 2)] : []), sum, ...stored], 2, 'right');
}

function agreementWords({ stored, same, bound, difference, algorithm }: Agreement): string {
  const by = algorithm === null ? '' : `, ${algorithm}`;
  if (same) return `stored value: the same bits${by}`;
  const verdict =
    difference <= bound ? `at most ${formatNumber(bound, 2)}` : `more than the bound ${formatNumber(bound, 2)}`;
  return `stored value: ${formatNumber(stored, DIGITS)}, differs by ${formatNumber(difference, 2)}, ${verdict}${by}`;
}

function elementPart({ formula, reads, numbers }: ElementStep): Part {
  const values = reads.slice(0, MOST_READ).map(({ value }) => formatNumber(value, DIGITS));
  const more = reads.length > MOST_READ ? ` … ${groupDigits(reads.length)} numbers` : '';
  const named = Object.entries(numbers).map(([name, value]) => `${name} ${formatNumber(value, DIGITS)}`);
  const lines = (text: string, style: 'name' | 'body') =>
    wrapText(text, WORDS_WIDTH / 2, TYPE[style].size, TYPE[style].weight).map((line) => textPart(line, style));
  return stacked(
    [
      ...lines(formula, 'name'),
      ...lines(`of ${values.join(', ')}${more}`, 'body'),
      ...lines(named.join(',  '), 'body'),
    ],
    2,
    'left',
  );
}

function placeWords({ item, channel, x, y }: ValuePlace): string {
  const of = item > 0 ? `item ${item}, ` : '';
  return x === null ? `${of}unit ${channel}` : `${of}channel ${channel} at (${x}, ${y})`;
}

/** "x 188–190, y 94–96; blue-grey cells are padding" */
function windowWords({ window: { x0, x1, y0, y1 }, padding }: Taps): string {
  const span = (first: number, last: number) => {
    if (first === last) return formatNumber(first);
    return first < 0 ? `${formatNumber(first)} to ${formatNumber(last)}` : `${first}–${last}`;
  };
  const border = padding.includes(1) ? '; blue-grey cells are padding' : '';
  return `x ${span(x0, x1)}, y ${span(y0, y1)}${border}`;
}

function productScale(step: WeightedStep | WindowStep): Scale {
  const finite = productPlanes(step).map(({ values }) => values.filter(Number.isFinite));
  return chooseScale(finite, { kind: 'symmetric' });
}

/** Greys of a patch: those of the whole input where it is read, else from the patch's smallest to its largest value. */
function patchScaleOf(step: ExplainedStep, { scale }: ExplainedInput): Scale {
  if (step.step !== 'weighted') return { lo: 0, hi: 0 };
  if (step.readsInput && scale !== null) return scale;
  return chooseScale(
    step.channels.map(({ patch }) => patch),
    { kind: 'minmax' },
  );
}

/** What greys and colours mean, where there are any. */
function keyOf(steps: readonly ExplainedStep[], input: ExplainedInput): Part | null {
  const parts = steps.flatMap((step) => {
    if (step.step === 'window') return [legend(step.layer, productScale(step), 'diverging', NOTHING_CLIPPED)];
    if (step.step === 'element') return [];
    if (step.kind === 'linear')
      return [textPart('blue negative, orange positive, each column on a scale of its own', 'detail')];
    return [
      legend('patch', patchScaleOf(step, input), 'gray', NOTHING_CLIPPED),
      legend('products', productScale(step), 'diverging', NOTHING_CLIPPED),
      textPart('kernel: blue negative, orange positive, on a scale of its own', 'detail'),
    ];
  });
  return parts.length === 0 ? null : inLines(parts, 1100);
}

/** Parts side by side in as many lines as a width needs. */
function inLines(parts: readonly Part[], width: number): Part {
  const lines: Part[][] = [];
  let room = 0;
  for (const part of parts) {
    if (lines.length === 0 || part.width > room) {
      lines.push([]);
      room = width;
    }
    lines[lines.length - 1].push(part);
    room -= part.width + 32;
  }
  return stacked(
    lines.map((line) => sideBySide(line, 32, 'top')),
    12,
    'left',
  );
}
