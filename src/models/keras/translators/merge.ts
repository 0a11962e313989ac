import type { Layer } from '../../../layers/index.js';
import { frontAxis } from '../axes.js';
import type { KerasValue, LayerCall, Made, Sides, Term, Translator } from '../layer-call.js';

type Pairwise = 'add' | 'sub' | 'mul' | 'div' | 'max' | 'min' | 'pow';

/** numpy's rule for sides that may be open: one of 1 gives way, an open one to whatever the other is. */
export function broadcastSides(a: Sides, b: Sides): Sides {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [p, q] = [a[i - rank + a.length], b[i - rank + b.length]];
    if (p === undefined || p === 1) return q ?? null;
    if (q === undefined || q === 1) return p;
    return p ?? q;
  });
}

/** Values brought to one rank and one order of axes. */
export interface Aligned {
  readonly terms: readonly Term[];
  readonly shape: Sides | null;
  readonly isFirst: boolean;
}

/**
 * @param behindBatch a value of fewer axes gets sides of 1 behind its batch, as Keras's merging layers give them; else in
 *   front, as numpy does
 */
export function aligned(call: LayerCall, values: readonly KerasValue[], behindBatch: boolean): Aligned {
  if (values.some(({ shape }) => shape === null)) {
    return { terms: values.map((value) => call.own(value)), shape: null, isFirst: true };
  }
  const rank = values.reduce((most, { shape }) => Math.max(most, shape!.length), 0);
  const isFirst = rank > 2 && (values.some(({ laid }) => laid.isFirst) || (rank === 4 && !call.keepsFirst));
  const shapes = values.map(({ shape }) => withOnes(shape!, rank, behindBatch));
  const terms = values.map((value, i) => {
    const missing = rank - value.shape!.length;
    if (missing === 0) return isFirst ? call.first(value) : call.last(value);
    return widened(call, value, shapes[i], isFirst, `input_${i + 1}`, behindBatch);
  });
  return { terms, shape: shapes.reduce((all, one) => broadcastSides(all, one)), isFirst };
}

function withOnes(shape: Sides, rank: number, behindBatch: boolean): Sides {
  const ones = new Array<number>(rank - shape.length).fill(1);
  return behindBatch ? [shape[0] ?? null, ...ones, ...shape.slice(1)] : [...ones, ...shape];
}

/** A value of fewer axes with sides of 1, in the order that the others have. */
function widened(
  call: LayerCall,
  value: KerasValue,
  shape: Sides,
  isFirst: boolean,
  suffix: string,
  behindBatch: boolean,
): Term {
  const missing = shape.length - value.shape!.length;
  const axes = Array.from({ length: missing }, (_, i) => (behindBatch ? i + 1 : i));
  const term = call.add(suffix, { kind: 'unsqueeze' }, [call.last(value), call.integers(`${suffix}/axes`, axes)]);
  if (!isFirst) return term;
  const rank = shape.length;
  const perm = [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)];
  return call.add(`${suffix}/channels_first`, { kind: 'transpose', perm }, [term]);
}

/** One value after another; a mean divides at the end. */
function merged(kind: Pairwise, isMean = false): Translator {
  return (call) => {
    const { inputs } = call;
    if (inputs.length < 2) throw call.refuse(`${inputs.length} inputs: expected at least 2`);
    const { terms, shape, isFirst } = aligned(call, inputs, true);
    const layer: Layer = { kind };
    const all = terms.reduce((sum, term) => call.add(kind, layer, [sum, term]));
    if (!isMean) return { term: all, shape, isFirst };
    const count = call.floats('count', [inputs.length], []);
    return { term: call.add('average', { kind: 'div' }, [all, count]), shape, isFirst };
  };
}

const subtract: Translator = (call) => {
  if (call.inputs.length !== 2) throw call.refuse(`${call.inputs.length} inputs: expected 2`);
  return merged('sub')(call);
};

/** Dot of vectors, or of matrices of [N, ...]: sums of products along one axis of each. */
const dot: Translator = (call): Made => {
  const { inputs, fields } = call;
  if (inputs.length !== 2) throw call.refuse(`${inputs.length} inputs: expected 2`);
  const [a, b] = inputs;
  const axes = fields.list('axes') ?? [];
  if (fields.flag('normalize', false)) throw call.refuse('normalize');
  const [rankA, rankB] = [a.shape?.length ?? 0, b.shape?.length ?? 0];
  if (![2, 3].includes(rankA) || rankB !== rankA) throw call.refuse(`inputs of ${rankA} and ${rankB} axes`);
  const [alongA, alongB] = [frontAxis(axes[0] ?? -1, rankA), frontAxis(axes[1] ?? axes[0] ?? -1, rankB)];
  if (alongA === 0 || alongB === 0) throw fields.wrong('axes', 'axes behind the batch');
  const [left, right] = [call.last(a), call.last(b)];
  if (rankA === 2) {
    const products = call.add('mul', { kind: 'mul' }, [left, right]);
    const layer = { kind: 'reduce', name: 'sum', keepDims: true, noopWithEmptyAxes: false } as const;
    const term = call.add('dot', layer, [products, call.integers('axes', [1])]);
    return { term, shape: [a.shape![0], 1], isFirst: false };
  }
  const turn = (suffix: string, term: Term): Term => call.add(suffix, { kind: 'transpose', perm: [0, 2, 1] }, [term]);
  const term = call.add('dot', { kind: 'matmul' }, [
    alongA === 2 ? left : turn('left', left),
    alongB === 1 ? right : turn('right', right),
  ]);
  return { term, shape: [a.shape![0], a.shape![3 - alongA], b.shape![3 - alongB]], isFirst: false };
};

export const MERGE: Readonly<Record<string, Translator>> = {
  Add: merged('add'),
  Subtract: subtract,
  Multiply: merged('mul'),
  Average: merged('add', true),
  Maximum: merged('max'),
  Minimum: merged('min'),
  Dot: dot,
};
