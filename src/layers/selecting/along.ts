import { CnnvizError } from '../../core/errors.js';
import { sizeOf } from '../../core/tensor.js';
import { type Families, type Forward, kindWords, type ShapeRule } from '../family.js';
import { checkedShape, knownIntegers, required, wrapDim } from '../inputs.js';
import { copyMapped } from '../moving.js';

/** x put side by side as often as told along every axis. Inputs: x, repeats. */
interface TileLayer {
  readonly kind: 'tile';
}

/** The first lengths[b] numbers of each sequence b backwards, the rest as they are. Inputs: x, lengths [batch]. */
interface ReverseSequenceLayer {
  readonly kind: 'reverse_sequence';
  readonly batchAxis: number;
  readonly timeAxis: number;
}

/** Sums up to each place along an axis. Inputs: x, axis (one number). */
interface CumSumLayer {
  readonly kind: 'cum_sum';
  /** Without the place itself. */
  readonly exclusive: boolean;
  /** From the end. */
  readonly reverse: boolean;
}

const tileShape: ShapeRule<TileLayer> = (_, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  required(inputs, 1, 'repeats');
  const repeats = knownIntegers(inputs, 1, 'repeats')!;
  if (repeats.length !== shape.length || repeats.some((times) => times < 0)) {
    throw new CnnvizError(
      'shape',
      `repeats: expected a number for each axis of [${shape.join(', ')}], got ${repeats.join(', ')}`,
    );
  }
  return [{ dtype, shape: checkedShape(shape.map((side, axis) => side * repeats[axis])) }];
};

const reverseShape: ShapeRule<ReverseSequenceLayer> = ({ batchAxis, timeAxis }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  const lengths = required(inputs, 1, 'lengths');
  const [batch, time] = [wrapDim(batchAxis, shape.length), wrapDim(timeAxis, shape.length)];
  const isBoth = batch + time === 1;
  if (shape.length < 2 || !isBoth || lengths.shape.join() !== `${shape[batch]}`) {
    throw new CnnvizError(
      'shape',
      `expected [time, batch, ...] or [batch, time, ...] and a length for each of the batch, got [${shape.join(', ')}] and [${lengths.shape.join(', ')}]`,
    );
  }
  for (const length of lengths.known()?.data ?? []) checkLength(length, shape[time]);
  return [{ dtype, shape }];
};

function checkLength(length: number, side: number): void {
  if (length >= 0 && length <= side) return;
  throw new CnnvizError('shape', `a sequence of ${length}: expected 0 … ${side}`);
}

const cumSumShape: ShapeRule<CumSumLayer> = (_, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  summedAxis(knownIntegers(inputs, 1, 'axis'), shape.length);
  return [{ dtype, shape }];
};

function summedAxis(axes: readonly number[] | null, rank: number): number {
  const [axis, ...more] = axes ?? [];
  if (axis === undefined || more.length > 0) {
    throw new CnnvizError('shape', `axis: expected one number, got ${axes?.length ?? 'none'}`);
  }
  return wrapDim(axis, rank);
}

const tileForward: Forward<TileLayer> = {
  run(_, [x], [y]) {
    const maps = x!.shape.map((side, axis) => Int32Array.from({ length: y.shape[axis] }, (_, i) => i % side));
    if (y.data.length > 0) copyMapped(x!.data, x!.shape, maps, 0, y.data);
  },
};

const reverseForward: Forward<ReverseSequenceLayer> = {
  run({ timeAxis }, [x, lengths], [y]) {
    const { shape, data } = x!;
    const run = sizeOf(shape.slice(2));
    const isTimeFirst = wrapDim(timeAxis, shape.length) === 0;
    const [time, batch] = isTimeFirst ? shape : [shape[1], shape[0]];
    const place = (t: number, b: number) => (isTimeFirst ? t * batch + b : b * time + t) * run;
    for (let b = 0; b < batch; b++) {
      const length = lengths!.data[b];
      checkLength(length, time);
      for (let t = 0; t < time; t++) {
        const from = place(t < length ? length - 1 - t : t, b);
        y.data.set(data.subarray(from, from + run), place(t, b));
      }
    }
  },
};

/** In float64, rounded at each place. */
const cumSumForward: Forward<CumSumLayer> = {
  run({ exclusive, reverse }, [x, axes], [y]) {
    const at = summedAxis([...axes!.data], x!.shape.length);
    const side = x!.shape[at] ?? 1;
    const inner = sizeOf(x!.shape.slice(at + 1));
    const rows = side === 0 ? 0 : x!.data.length / side;
    for (let row = 0; row < rows; row++) {
      const start = Math.floor(row / inner) * side * inner + (row % inner);
      let sum = 0;
      for (let i = 0; i < side; i++) {
        const place = start + (reverse ? side - 1 - i : i) * inner;
        const next = sum + x!.data[place];
        y.data[place] = exclusive ? sum : next;
        sum = next;
      }
    }
  },
};

export type AlongFamily = TileLayer | ReverseSequenceLayer | CumSumLayer;

const NOT_FOLLOWED = { reads: () => null, explain: null, words: kindWords, learnt: [] } as const;

export const ALONG: Families<AlongFamily> = {
  tile: {
    ...NOT_FOLLOWED,
    shape: tileShape,
    forward: tileForward,
    backward: 'gradients of a tiled array are not computed here',
  },
  reverse_sequence: {
    ...NOT_FOLLOWED,
    shape: reverseShape,
    forward: reverseForward,
    backward: 'gradients of a sequence turned around are not computed here',
  },
  cum_sum: {
    ...NOT_FOLLOWED,
    shape: cumSumShape,
    forward: cumSumForward,
    backward: 'gradients of running sums are not computed here',
  },
};
