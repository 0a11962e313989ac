import type { Pads, Pair } from '../../../core/geometry.js';
import type { ReduceName } from '../../../layers/reduce.js';
import type { NodeBuilder, Translator } from '../builder.js';
import { integersInput } from './arrange.js';
import { windowAttributes } from './convolution.js';

function pool(kind: 'max_pool' | 'avg_pool'): Translator {
  return (node) => {
    const x = node.input(0);
    const kernelSize = node.ints('kernel_shape') ?? [];
    if (kernelSize.length === 0) throw node.refuse('a pool without kernel_shape');
    const { stride, dilation, padding } = windowAttributes(node, kernelSize.length);
    const ceilMode = node.int('ceil_mode', 0) !== 0;
    const countIncludePad = node.int('count_include_pad', 0) !== 0;
    const known = node.facts(x);
    const facts = { dtype: known.dtype, rank: kernelSize.length + 2 };
    const pads = typeof padding === 'string' ? null : padding;
    // torch's pools take no more padding than half the window, and average pools no dilation
    const isPlain =
      kernelSize.length === 2 &&
      pads?.every((pad, i) => pad >= 0 && pad <= kernelSize[i % 2] / 2) &&
      (kind === 'max_pool' || dilation.every((value) => value === 1)) &&
      (known.dtype === null || known.dtype === 'float32') &&
      node.outputs.length === 1;
    if (!isPlain) {
      const columnMajor = node.int('storage_order', 0) === 1;
      const fields = { kernelSize, stride, dilation, padding, ceilMode, countIncludePad, columnMajor };
      node.emit({ kind: `${kind}_nd`, ...fields }, [x], facts);
      return;
    }
    const fields = { kernelSize: kernelSize as Pair, stride: stride as Pair, pads: pads as Pads, ceilMode };
    if (kind === 'max_pool') node.emit({ kind, ...fields, dilation: dilation as Pair }, [x], facts);
    else node.emit({ kind, ...fields, countIncludePad, divisorOverride: null }, [x], facts);
  };
}

function globalPool(kind: 'avg' | 'max'): Translator {
  return (node: NodeBuilder) => {
    const facts = node.facts(node.input(0));
    const layer =
      facts.rank === 4
        ? ({ kind: `adaptive_${kind}_pool`, outputSize: [1, 1] } as const)
        : ({ kind: `global_${kind}_pool` } as const);
    node.emit(layer, [node.input(0)], facts);
  };
}

export const POOL: Readonly<Record<string, Translator>> = {
  MaxPool: pool('max_pool'),
  AveragePool: pool('avg_pool'),
  GlobalMaxPool: globalPool('max'),
  GlobalAveragePool: globalPool('avg'),
};

/** The axes were an attribute before opset 18; ReduceSum's before 13. */
function reduce(name: ReduceName, inputFrom = 18): Translator {
  return (node) => {
    const axes = integersInput(node, 'axes', inputFrom, 1);
    const keepDims = node.int('keepdims', 1) !== 0;
    const noopWithEmptyAxes = node.int('noop_with_empty_axes', 0) !== 0;
    const { dtype, rank } = node.facts(node.input(0));
    node.emit({ kind: 'reduce', name, keepDims, noopWithEmptyAxes }, [node.input(0), axes], {
      dtype,
      rank: keepDims ? rank : null,
    });
  };
}

function argReduce(kind: 'argmax' | 'argmin'): Translator {
  return (node) => {
    const keepDims = node.int('keepdims', 1) !== 0;
    const { rank } = node.facts(node.input(0));
    const layer = { kind, axis: node.int('axis', 0), keepDims, last: node.int('select_last_index', 0) !== 0 };
    node.emit(layer, [node.input(0)], { dtype: 'int64', rank: keepDims || rank === null ? rank : rank - 1 });
  };
}

export const REDUCE: Readonly<Record<string, Translator>> = {
  ReduceMean: reduce('mean'),
  ReduceSum: reduce('sum', 13),
  ReduceMax: reduce('max'),
  ReduceMin: reduce('min'),
  ReduceProd: reduce('prod'),
  ReduceL1: reduce('l1'),
  ReduceL2: reduce('l2'),
  ReduceSumSquare: reduce('sum_square'),
  ReduceLogSum: reduce('log_sum'),
  ReduceLogSumExp: reduce('log_sum_exp'),
  ArgMax: argReduce('argmax'),
  ArgMin: argReduce('argmin'),
};
