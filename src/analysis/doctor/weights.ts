import { sizeOf } from '../../core/tensor.js';
import { isFloat, toFloat32 } from '../../core/values.js';
import type { ShapedModel } from '../../layers/infer.js';
import type { ModelNode } from '../../layers/model.js';

/** The weight of a convolution or a linear layer. */
export interface Weight {
  readonly node: ModelNode;
  /** As checkpoints call it: "features.0.weight". */
  readonly name: string;
  /** [M, K], a row for each output channel: the same array for a layer with its outputs along the first axis. */
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
  /** Numbers that one output is made of, and that one input goes into, as torch.nn.init counts them. */
  readonly fanIn: number;
  readonly fanOut: number;
  /** What is added to each output; null: nothing, or nothing that is known before a run. */
  readonly bias: Float32Array | null;
}

/** Every weight that is used, once, in the order of the network. */
export function weightsOf(shaped: ShapedModel): Weight[] {
  const seen = new Set<string>();
  return shaped.model.nodes.flatMap((node): Weight[] => {
    const found = weightOf(shaped, node);
    if (found === null || seen.has(found.name)) return [];
    seen.add(found.name);
    return [found];
  });
}

function weightOf({ model, known, infos }: ShapedModel, node: ModelNode): Weight | null {
  const { layer, inputs } = node;
  const isMatrix = layer.kind === 'matmul' || layer.kind === 'gemm';
  if (layer.kind !== 'conv' && layer.kind !== 'conv_nd' && layer.kind !== 'linear' && !isMatrix) return null;
  const name = inputs[1];
  // a matrix product of two activations has no weight
  const info = name === null || name === undefined ? undefined : infos.get(name);
  if (!name || !info || !isFloat(info.dtype)) return null;
  const value = model.constants.get(name)?.load() ?? known(name);
  if (!value || value.shape.length < 2 || (isMatrix && value.shape.length !== 2)) return null;
  const isTurned = layer.kind === 'matmul' || (layer.kind === 'gemm' && !layer.transB);
  const [first, second, ...window] = value.shape;
  const places = sizeOf(window);
  const [rows, columns] = isTurned ? [second, first] : [first, second * places];
  const numbers = toFloat32(value.data);
  const added = inputs[2];
  const bias = added ? (model.constants.get(added)?.load() ?? known(added)) : null;
  return {
    node,
    name,
    data: isTurned ? transposed(numbers, first, second) : numbers,
    rows,
    columns,
    fanIn: columns,
    fanOut: rows * (isTurned ? 1 : places),
    bias: bias ? toFloat32(bias.data) : null,
  };
}

/** [R, C] → [C, R] */
function transposed(data: Float32Array, R: number, C: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let r = 0; r < R; r++) for (let c = 0; c < C; c++) out[c * R + r] = data[r * C + c];
  return out;
}
