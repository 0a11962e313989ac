import type { DType } from '../../../core/values.js';
import type { CompareLayer } from '../../../layers/compare.js';
import type { Layer } from '../../../layers/index.js';
import type { Facts, NodeBuilder, Translator } from '../builder.js';

/** The rank of arrays broadcast together. */
function broadcastFacts(node: NodeBuilder, inputs: readonly (string | null)[], dtype: DType | null): Facts {
  const ranks = inputs.map((input) => node.facts(input).rank);
  return { dtype, rank: ranks.includes(null) ? null : Math.max(...(ranks as number[])) };
}

/** Two arrays. Before opset 7 the second was broadcast only when told so, from a given axis of the first on. */
function pair(layer: Layer, dtype: DType | null = null): Translator {
  return (node) => {
    const a = node.input(0);
    let b = node.input(1);
    if (node.opset < 7 && node.int('broadcast', 0) === 1 && node.has('axis')) {
      b = node.add('align', { kind: 'align', axis: node.int('axis', 0) }, [b, a]);
    }
    node.emit(layer, [a, b], broadcastFacts(node, [a, node.input(1)], dtype ?? node.facts(a).dtype));
  };
}

/** Any number of arrays. */
function many(layer: Layer): Translator {
  return (node) => {
    node.input(0);
    const inputs = node.rest(0);
    node.emit(layer, inputs, broadcastFacts(node, inputs, node.facts(inputs[0]).dtype));
  };
}

function compare(name: CompareLayer['name']): Translator {
  return pair({ kind: 'compare', name }, 'bool');
}

/** Arrays combined element by element. */
export const COMBINE: Readonly<Record<string, Translator>> = {
  Add: pair({ kind: 'add' }),
  Sub: pair({ kind: 'sub' }),
  Mul: pair({ kind: 'mul' }),
  Div: pair({ kind: 'div' }),
  Pow: pair({ kind: 'pow' }),
  Sum: many({ kind: 'add' }),
  Mean: many({ kind: 'mean' }),
  Min: many({ kind: 'min' }),
  Max: many({ kind: 'max' }),
  Equal: compare('equal'),
  Greater: compare('greater'),
  GreaterOrEqual: compare('greater_or_equal'),
  Less: compare('less'),
  LessOrEqual: compare('less_or_equal'),
  And: compare('and'),
  Or: compare('or'),
  Xor: compare('xor'),
  BitwiseAnd: pair({ kind: 'bitwise', name: 'and' }),
  BitwiseOr: pair({ kind: 'bitwise', name: 'or' }),
  BitwiseXor: pair({ kind: 'bitwise', name: 'xor' }),
  BitShift(node) {
    const direction = node.text('direction', '');
    if (direction !== 'LEFT' && direction !== 'RIGHT') throw node.refuse(`direction "${direction}"`);
    pair({ kind: 'bit_shift', direction: direction === 'LEFT' ? 'left' : 'right' })(node);
  },
  Mod: (node) => pair({ kind: 'mod', fmod: node.int('fmod', 0) !== 0 })(node),
  Where(node) {
    const inputs = [node.input(0), node.input(1), node.input(2)];
    node.emit({ kind: 'where' }, inputs, broadcastFacts(node, inputs, node.facts(inputs[1]).dtype));
  },
};
