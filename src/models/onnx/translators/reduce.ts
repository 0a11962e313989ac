import type { ReduceName } from '../../../core/graph-layers.js';
import type { Translator } from '../builder.js';
import { integersInput } from './arrange.js';

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
