import type { DType } from '../../../core/values.js';
import type { ScatterReduction } from '../../../layers/selecting/scatter-reduction.js';
import type { Facts, NodeBuilder, Translator } from '../builder.js';
import { dtypeOf, storedTypeOf } from '../tensor.js';

const REDUCTIONS: readonly string[] = ['none', 'add', 'mul', 'min', 'max'] satisfies ScatterReduction[];

function reductionOf(node: NodeBuilder): ScatterReduction {
  const name = node.text('reduction', 'none');
  if (REDUCTIONS.includes(name)) return name as ScatterReduction;
  throw node.refuse(`reduction "${name}": expected one of ${REDUCTIONS.join(', ')}`);
}

const typeOf = (node: NodeBuilder, index: number): DType | null => node.facts(node.optional(index)).dtype;

const INT64 = (rank: number | null): Facts => ({ dtype: 'int64', rank });

const scatterElements: Translator = (node) => {
  const layer = { kind: 'scatter_elements', axis: node.int('axis', 0), reduction: reductionOf(node) } as const;
  node.emit(layer, [node.input(0), node.input(1), node.input(2)], node.facts(node.input(0)));
};

/** Before opset 10 k was an attribute; since opset 11 the smallest can be asked for. */
const topK: Translator = (node) => {
  const k = node.opset >= 10 ? node.input(1) : node.addIntegers('k', [node.int('k', 0)]);
  const layer = { kind: 'top_k', axis: node.int('axis', -1), largest: node.int('largest', 1) !== 0 } as const;
  // without order any order will do: this is the sorted one
  node.emit(layer, [node.input(0), k], node.facts(node.input(0)));
};

const oneHot: Translator = (node) => {
  const { rank } = node.facts(node.input(0));
  const facts = { dtype: typeOf(node, 2), rank: rank === null ? null : rank + 1 };
  node.emit({ kind: 'one_hot', axis: node.int('axis', -1) }, [node.input(0), node.input(1), node.input(2)], facts);
};

const eyeLike: Translator = (node) => {
  const dtype = node.has('dtype') ? dtypeOf(storedTypeOf(node.int('dtype', 1))) : null;
  const facts = { dtype: dtype ?? typeOf(node, 0), rank: 2 };
  node.emit({ kind: 'eye_like', dtype, k: node.int('k', 0) }, [node.input(0)], facts);
};

const axisOrAll = (node: NodeBuilder): number | null => (node.has('axis') ? node.int('axis', 0) : null);

/** Numbers taken, put, chosen or counted by indices. */
export const SELECTING: Readonly<Record<string, Translator>> = {
  GatherElements: (node) =>
    node.emit({ kind: 'gather_elements', axis: node.int('axis', 0) }, [node.input(0), node.input(1)], {
      dtype: typeOf(node, 0),
      rank: node.facts(node.input(1)).rank,
    }),
  GatherND: (node) =>
    node.emit({ kind: 'gather_nd', batchDims: node.int('batch_dims', 0) }, [node.input(0), node.input(1)], {
      dtype: typeOf(node, 0),
      rank: null,
    }),
  Scatter: scatterElements,
  ScatterElements: scatterElements,
  ScatterND: (node) =>
    node.emit(
      { kind: 'scatter_nd', reduction: reductionOf(node) },
      [node.input(0), node.input(1), node.input(2)],
      node.facts(node.input(0)),
    ),
  TopK: topK,
  NonZero: (node) => node.emit({ kind: 'non_zero' }, [node.input(0)], INT64(2)),
  Compress: (node) => {
    const axis = axisOrAll(node);
    const facts = { dtype: typeOf(node, 0), rank: axis === null ? 1 : node.facts(node.input(0)).rank };
    node.emit({ kind: 'compress', axis }, [node.input(0), node.input(1)], facts);
  },
  Unique: (node) => {
    const layer = { kind: 'unique', axis: axisOrAll(node), sorted: node.int('sorted', 1) !== 0 } as const;
    node.emit(layer, [node.input(0)], { dtype: typeOf(node, 0), rank: null });
  },
  OneHot: oneHot,
  EyeLike: eyeLike,
  Trilu: (node) =>
    node.emit(
      { kind: 'trilu', upper: node.int('upper', 1) !== 0 },
      [node.input(0), node.optional(1)],
      node.facts(node.input(0)),
    ),
  Tile: (node) => node.emit({ kind: 'tile' }, [node.input(0), node.input(1)], node.facts(node.input(0))),
  ReverseSequence: (node) =>
    node.emit(
      { kind: 'reverse_sequence', batchAxis: node.int('batch_axis', 1), timeAxis: node.int('time_axis', 0) },
      [node.input(0), node.input(1)],
      node.facts(node.input(0)),
    ),
  CumSum: (node) =>
    node.emit(
      { kind: 'cum_sum', exclusive: node.int('exclusive', 0) !== 0, reverse: node.int('reverse', 0) !== 0 },
      [node.input(0), node.input(1)],
      node.facts(node.input(0)),
    ),
  Einsum: (node) => {
    node.input(0);
    const equation = node.text('equation', '');
    node.emit({ kind: 'einsum', equation }, node.rest(0), { dtype: typeOf(node, 0), rank: null });
  },
};
