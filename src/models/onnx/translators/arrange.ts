import type { PadMode } from '../../../layers/arrange.js';
import { constantOf } from '../../../layers/model.js';
import type { Facts, NodeBuilder, Translator } from '../builder.js';

/** Numbers that were an attribute before an opset and are an input from it on; null: left out. */
export function integersInput(node: NodeBuilder, name: string, inputFrom: number, index: number): string | null {
  if (node.opset >= inputFrom) return node.optional(index);
  const numbers = node.ints(name);
  return numbers && node.addIntegers(name, numbers);
}

function ofRank(node: NodeBuilder, rank: number | null): Facts {
  return { dtype: node.facts(node.input(0)).dtype, rank };
}

const concat: Translator = (node) => {
  node.input(0);
  node.emit({ kind: 'concat', dim: node.int('axis', 1) }, node.rest(0), node.facts(node.input(0)));
};

const flatten: Translator = (node) => {
  const axis = node.int('axis', 1);
  const { rank } = node.facts(node.input(0));
  const layer =
    axis === 1 && rank !== null && rank >= 2
      ? ({ kind: 'flatten', startDim: 1, endDim: -1 } as const)
      : ({ kind: 'flatten_2d', axis } as const);
  node.emit(layer, [node.input(0)], ofRank(node, 2));
};

const reshape: Translator = (node) => {
  const shape = node.constant(node.input(1))?.shape;
  const layer = { kind: 'reshape', allowZero: node.int('allowzero', 0) !== 0 } as const;
  node.emit(layer, [node.input(0), node.input(1)], ofRank(node, shape?.[0] ?? null));
};

const transpose: Translator = (node) =>
  node.emit({ kind: 'transpose', perm: node.ints('perm') }, [node.input(0)], node.facts(node.input(0)));

function squeeze(kind: 'squeeze' | 'unsqueeze'): Translator {
  return (node) => {
    const axes = integersInput(node, 'axes', 13, 1);
    const [{ rank }, count] = [node.facts(node.input(0)), node.constant(axes)?.shape[0]];
    const change = count === undefined ? null : kind === 'squeeze' ? -count : count;
    node.emit({ kind }, [node.input(0), axes], ofRank(node, rank === null || change === null ? null : rank + change));
  };
}

const PAD_MODES: readonly string[] = ['constant', 'reflect', 'edge', 'wrap'] satisfies PadMode[];

const pad: Translator = (node) => {
  const mode = node.text('mode', 'constant');
  if (!PAD_MODES.includes(mode)) throw node.refuse(`mode "${mode}"`, `use one of ${PAD_MODES.join(', ')}`);
  const pads = integersInput(node, 'pads', 11, 1);
  if (pads === null) throw node.refuse('a pad without pads');
  const given = node.float('value', 0);
  const number = { dtype: 'float32', shape: [], data: Float32Array.of(given) } as const;
  const value = node.opset >= 11 ? node.optional(2) : node.addConstant('value', constantOf(number));
  const inputs = [node.input(0), pads, value, node.optional(3)];
  node.emit({ kind: 'pad', mode: mode as PadMode }, inputs, node.facts(node.input(0)));
};

const split: Translator = (node) => {
  const parts = node.int('num_outputs', node.outputs.length);
  if (parts !== node.outputs.length) throw node.refuse(`num_outputs ${parts} with ${node.outputs.length} outputs`);
  const sizes = integersInput(node, 'split', 13, 1);
  const facts = node.facts(node.input(0));
  node.emit({ kind: 'split', axis: node.int('axis', 0), parts }, [node.input(0), sizes], facts);
};

const expand: Translator = (node) => {
  const [{ rank }, sides] = [node.facts(node.input(0)), node.constant(node.input(1))?.shape[0]];
  const known = rank === null || sides === undefined ? null : Math.max(rank, sides);
  node.emit({ kind: 'expand' }, [node.input(0), node.input(1)], ofRank(node, known));
};

/** The same numbers, otherwise arranged. */
export const ARRANGE: Readonly<Record<string, Translator>> = {
  Concat: concat,
  Flatten: flatten,
  Reshape: reshape,
  Transpose: transpose,
  Squeeze: squeeze('squeeze'),
  Unsqueeze: squeeze('unsqueeze'),
  Pad: pad,
  Split: split,
  Expand: expand,
};
