import { CnnvizError } from '../core/errors.js';
import type { PaddingMode } from '../core/geometry.js';
import { rowMajor, sizeOf } from '../core/tensor.js';
import { broadcastShapes, planBroadcast } from './broadcast.js';
import {
  type AxisReads,
  type Families,
  type Forward,
  type KnownInput,
  kindWords,
  type LayerShapes,
  SAME_PLACE,
  type ShapeRule,
  type Term,
} from './family.js';
import { checkedAxes, checkedShape, knownIntegers, readsBeforeMaps, required, wrapDim } from './inputs.js';
import { copyMapped, copyStrided, firstInput, movedBackward, strided } from './moving.js';
import type { Copy } from './row-work.js';

/** Inputs one after another along axis `dim`. */
interface ConcatLayer {
  readonly kind: 'concat';
  readonly dim: number;
}

/** Axis i of the output is axis perm[i] of the input; null: all reversed. */
interface TransposeLayer {
  readonly kind: 'transpose';
  readonly perm: readonly number[] | null;
}

/** Inputs: x, shape; repeated as broadcasting both together. */
interface ExpandLayer {
  readonly kind: 'expand';
}

export type PadMode = 'constant' | 'reflect' | 'edge' | 'wrap';

/** Inputs: x, pads [before …, after …] (negative ones cut), value or null for 0, axes or null for all. */
interface PadLayer {
  readonly kind: 'pad';
  readonly mode: PadMode;
}

/** Inputs: x, sizes or null for equal parts (the last may be smaller). */
interface SplitLayer {
  readonly kind: 'split';
  readonly axis: number;
  readonly parts: number;
}

const concatShape: ShapeRule<ConcatLayer> = ({ dim }, inputs) => {
  const first = required(inputs, 0, 'x');
  const axis = wrapDim(dim, first.shape.length);
  const shape = [...first.shape];
  for (let i = 1; i < inputs.length; i++) {
    const next = required(inputs, i, 'x');
    const fits = next.shape.length === shape.length && next.shape.every((side, a) => a === axis || side === shape[a]);
    if (!fits || next.dtype !== first.dtype) {
      throw new CnnvizError(
        'shape',
        `concat along axis ${dim}: ${first.dtype} [${first.shape.join(', ')}] and ${next.dtype} [${next.shape.join(', ')}] differ elsewhere`,
      );
    }
    shape[axis] += next.shape[axis];
  }
  return [{ dtype: first.dtype, shape }];
};

const transposeShape: ShapeRule<TransposeLayer> = ({ perm }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  const order = perm ?? shape.map((_, axis) => shape.length - 1 - axis);
  const isOrder = order.length === shape.length && shape.every((_, axis) => order.includes(axis));
  if (!isOrder) {
    throw new CnnvizError('shape', `perm [${order.join(', ')}] does not order the axes of [${shape.join(', ')}]`);
  }
  return [{ dtype, shape: order.map((axis) => shape[axis]) }];
};

const expandShape: ShapeRule<ExpandLayer> = (_, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  required(inputs, 1, 'shape');
  const wanted = checkedShape(knownIntegers(inputs, 1, 'shape')!);
  return [{ dtype, shape: checkedShape(broadcastShapes(shape, wanted)) }];
};

const padShape: ShapeRule<PadLayer> = ({ mode }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  const sides = padSides(shape.length, inputs);
  const out = shape.map((side, axis) => side + sides[axis][0] + sides[axis][1]);
  for (const [axis, [before, after]] of sides.entries()) {
    const side = shape[axis];
    const largest = Math.max(before, after);
    const allowed =
      mode === 'reflect' ? Math.max(0, side - 1) : mode === 'constant' || side > 0 ? Number.POSITIVE_INFINITY : 0;
    if (out[axis] < 0 || largest > allowed) {
      throw new CnnvizError(
        'shape',
        `pads ${before}, ${after} of axis ${axis} do not fit its side of ${side} (${mode})`,
      );
    }
  }
  return [{ dtype, shape: checkedShape(out) }];
};

/** [before, after] of every axis, from the inputs pads and axes. */
function padSides(rank: number, inputs: readonly (KnownInput | null)[]): [number, number][] {
  required(inputs, 1, 'pads');
  const pads = knownIntegers(inputs, 1, 'pads')!;
  return sidesOf(pads, knownIntegers(inputs, 3, 'axes'), rank);
}

/** [before, after] of every axis. @throws CnnvizError 'shape' when there are not two pads for each axis */
export function sidesOf(pads: readonly number[], axes: readonly number[] | null, rank: number): [number, number][] {
  const named = axes ? checkedAxes(axes, rank) : Array.from({ length: rank }, (_, axis) => axis);
  if (pads.length !== 2 * named.length) {
    throw new CnnvizError('shape', `pads: expected ${2 * named.length} numbers, got ${pads.length}`);
  }
  const sides = Array.from({ length: rank }, (): [number, number] => [0, 0]);
  for (const [i, axis] of named.entries()) sides[axis] = [pads[i], pads[named.length + i]];
  return sides;
}

const splitShape: ShapeRule<SplitLayer> = ({ axis, parts }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  const at = wrapDim(axis, shape.length);
  const side = shape[at];
  const most = Math.ceil(side / parts);
  const equal = Array.from({ length: parts }, (_, i) => Math.min(most, side - i * most));
  const sizes = knownIntegers(inputs, 1, 'split') ?? equal;
  const fits = sizes.length === parts && sizes.every((size) => size >= 0);
  if (!fits || sizes.reduce((sum, size) => sum + size, 0) !== side) {
    throw new CnnvizError(
      'shape',
      `axis ${axis} of ${side} cannot be split into ${parts} parts of ${sizes.join(', ')}`,
    );
  }
  return sizes.map((size) => ({ dtype, shape: shape.map((own, a) => (a === at ? size : own)) }));
};

/** Blocks of all inputs in turn: what lies at and behind the axis is one run of each. */
const concatForward: Forward<ConcatLayer> = {
  rowWork({ dim }, inputs) {
    const outer = sizeOf(inputs[0]!.shape.slice(0, wrapDim(dim, inputs[0]!.shape.length)));
    const runs = inputs.map((input) => (outer === 0 ? 0 : input!.data.length / outer));
    const block = runs.reduce((sum, run) => sum + run, 0);
    let to = 0;
    const copies = runs.map((run, input): Copy => {
      const copy = { input, output: 0, sides: [outer, run], from: 0, fromSteps: [run, 1], to, toSteps: [block, 1] };
      to += run;
      return copy;
    });
    return { work: 'copies', copies, fill: null };
  },
  run({ dim }, inputs, [y]) {
    const axis = wrapDim(dim, y.shape.length);
    const outer = sizeOf(y.shape.slice(0, axis));
    let o = 0;
    for (let block = 0; block < outer; block++) {
      for (const input of inputs) {
        const run = input!.data.length / outer;
        y.data.set(input!.data.subarray(block * run, (block + 1) * run), o);
        o += run;
      }
    }
  },
};

const transposeForward: Forward<TransposeLayer> = {
  rowWork: ({ perm }, [x]) => {
    const { sides, steps } = permuted(x!.shape, perm);
    return strided(0, sides, steps);
  },
  run({ perm }, [x], [y]) {
    copyStrided(x!.data, 0, y.shape, permuted(x!.shape, perm).steps, y.data);
  },
};

/** The sides of a transposed array, and its steps through the one it is made of. */
function permuted(shape: readonly number[], perm: TransposeLayer['perm']): { sides: number[]; steps: number[] } {
  const steps = rowMajor(shape);
  const order = perm ?? steps.map((_, axis) => steps.length - 1 - axis);
  return { sides: order.map((axis) => shape[axis]), steps: order.map((axis) => steps[axis]) };
}

const expandForward: Forward<ExpandLayer> = {
  rowWork(_, [x, wanted]) {
    const { sides, steps } = planBroadcast(broadcastShapes(x!.shape, [...wanted!.data]), [x!.shape]);
    return strided(0, sides, steps[0]);
  },
  run(_, [x], [y]) {
    const { sides, steps } = planBroadcast(y.shape, [x!.shape]);
    copyStrided(x!.data, 0, sides, steps[0], y.data);
  },
};

const padForward: Forward<PadLayer> = {
  rowWork({ mode }, [x, pads, value, axes]) {
    const { shape } = x!;
    const sides = sidesOf([...pads!.data], axes ? [...axes.data] : null, shape.length);
    const fill = value?.data[0] ?? 0;
    if (mode !== 'constant') return { work: 'mapped', maps: padMaps(mode, shape, sides), fill };
    const [fromSteps, toSteps] = [rowMajor(shape), rowMajor(shape.map((side, a) => side + sides[a][0] + sides[a][1]))];
    // negative pads cut
    const first = sides.map(([before]) => Math.max(0, -before));
    const kept = shape.map((side, a) => Math.max(0, side - first[a] - Math.max(0, -sides[a][1])));
    const from = first.reduce((sum, at, a) => sum + at * fromSteps[a], 0);
    const to = first.reduce((sum, at, a) => sum + (at + sides[a][0]) * toSteps[a], 0);
    const isWhole = sides.every(([before, after]) => before <= 0 && after <= 0);
    const copy = { input: 0, output: 0, sides: kept, from, fromSteps, to, toSteps };
    return { work: 'copies', copies: [copy], fill: isWhole ? null : fill };
  },
  run({ mode }, [x, pads, value, axes], [y]) {
    const { shape } = x!;
    const sides = sidesOf([...pads!.data], axes ? [...axes.data] : null, shape.length);
    copyMapped(x!.data, shape, padMaps(mode, shape, sides), value?.data[0] ?? 0, y.data);
  },
};

/** Where each place of every padded axis comes from. */
function padMaps(mode: PadMode, shape: readonly number[], sides: readonly [number, number][]): Int32Array[] {
  const place = PLACES[mode];
  return shape.map((side, axis) => {
    const [before, after] = sides[axis];
    return Int32Array.from({ length: side + before + after }, (_, i) => place(i - before, side));
  });
}

/** Where element `at` of a padded axis comes from; −1: from nowhere. */
const PLACES: Readonly<Record<PadLayer['mode'], (at: number, side: number) => number>> = {
  constant: (at, side) => (at >= 0 && at < side ? at : -1),
  edge: (at, side) => Math.min(Math.max(at, 0), side - 1),
  reflect: (at, side) => (at < 0 ? -at : at >= side ? 2 * (side - 1) - at : at),
  wrap: (at, side) => ((at % side) + side) % side,
};

/** Runs of each outer block go to the outputs in turn. */
const splitForward: Forward<SplitLayer> = {
  memory: 'parts',
  rowWork(layer, inputs) {
    const known = inputs.map((input) => input && { ...input, known: () => input });
    const { shape } = inputs[0]!;
    const at = wrapDim(layer.axis, shape.length);
    const [outer, inner] = [sizeOf(shape.slice(0, at)), sizeOf(shape.slice(at + 1))];
    let from = 0;
    const copies = splitShape(layer, known).map(({ shape: own }, output): Copy => {
      const run = own[at] * inner;
      const fromSteps = [shape[at] * inner, 1];
      const copy = { input: 0, output, sides: [outer, run], from, fromSteps, to: 0, toSteps: [run, 1] };
      from += run;
      return copy;
    });
    return { work: 'copies', copies, fill: null };
  },
  run({ axis }, [x], outputs) {
    const { shape } = x!;
    const at = wrapDim(axis, shape.length);
    const outer = sizeOf(shape.slice(0, at));
    const inner = sizeOf(shape.slice(at + 1));
    let from = 0;
    for (let block = 0; block < outer; block++) {
      for (const y of outputs) {
        const run = y.shape[at] * inner;
        y.data.set(x!.data.subarray(from, from + run), block * run);
        from += run;
      }
    }
  },
};

const concatBackward = movedBackward<ConcatLayer>(concatForward, (inputs) => inputs.map((_, i) => i), 'all');
const transposeBackward = movedBackward<TransposeLayer>(transposeForward);
const expandBackward = movedBackward<ExpandLayer>(expandForward);
const splitBackward = movedBackward<SplitLayer>(splitForward);
/** Without its third input a border is 0. */
const padBackward = movedBackward<PadLayer>(padForward, firstInput, [0], { ignores: 2 });

export type ArrangeFamily = ConcatLayer | TransposeLayer | ExpandLayer | PadLayer | SplitLayer;

export const ARRANGE: Families<ArrangeFamily> = {
  concat: {
    shape: concatShape,
    forward: concatForward,
    backward: concatBackward,
    reads: ({ dim }, { output }) =>
      output.length < 3 ? SAME_PLACE : readsBeforeMaps([wrapDim(dim, output.length)], output.length),
    explain: { formula: () => 'taken from one of its inputs', terms: takenFrom },
    words: ({ dim }) => `concat dim ${dim}`,
    growth: 'passes',
    keepsSilence: true,
  },
  transpose: {
    shape: transposeShape,
    forward: transposeForward,
    backward: transposeBackward,
    reads: ({ perm }, { output: { length } }) =>
      readsBeforeMaps(
        (perm ?? []).filter((from, to) => from !== to),
        perm === null ? 0 : length,
      ),
    explain: null,
    words: kindWords,
  },
  expand: {
    shape: expandShape,
    forward: expandForward,
    backward: expandBackward,
    reads: () => SAME_PLACE,
    explain: null,
    words: kindWords,
    learnt: [],
  },
  pad: {
    shape: padShape,
    forward: padForward,
    backward: padBackward,
    reads({ mode }, { inputs: [x], output, known }) {
      const [pads, axes, rank] = [known(1), known(3), x!.length];
      if (!pads || rank < 3) return null;
      const sides = sidesOf(pads, axes, rank);
      const along = (axis: number): AxisReads => {
        const [padBefore, padAfter] = sides[axis];
        const window = { size: x![axis], kernel: 1, stride: 1, dilation: 1, padBefore, padAfter, out: output[axis] };
        return { by: 'window', axis: window, mode: PADDING_MODES[mode] };
      };
      return [along(rank - 2), along(rank - 1)];
    },
    explain: null,
    words: kindWords,
    learnt: [],
    growth: 'passes',
  },
  split: {
    shape: splitShape,
    forward: splitForward,
    backward: splitBackward,
    reads: ({ axis }, { output }) => readsBeforeMaps([wrapDim(axis, output.length)], output.length),
    explain: null,
    words: kindWords,
  },
};

/** The names a convolution's padding has. */
const PADDING_MODES: Readonly<Record<PadMode, PaddingMode>> = {
  constant: 'zeros',
  reflect: 'reflect',
  edge: 'replicate',
  wrap: 'circular',
};

/** Which input output `index` of a concat is taken from, and where. */
function takenFrom({ dim }: ConcatLayer, { inputs, output }: LayerShapes, index: number): Term[] {
  const axis = wrapDim(dim, output.length);
  const behind = sizeOf(output.slice(axis + 1));
  const block = output[axis] * behind;
  const outer = Math.floor(index / block);
  let inBlock = index % block;
  for (const [input, shape] of inputs.entries()) {
    const length = shape![axis] * behind;
    if (inBlock < length) return [{ input, index: outer * length + inBlock }];
    inBlock -= length;
  }
  return [];
}
