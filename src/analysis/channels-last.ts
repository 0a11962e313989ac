import { sizeOf } from '../core/tensor.js';
import { type Numbers, newNumbers, type Value } from '../core/values.js';
import { fixedValues } from '../layers/fixed-values.js';
import type { ShapedModel } from '../layers/infer.js';
import type { ModelNode } from '../layers/model.js';

/** [N, C, H, W] → [N, H, W, C], and back. */
const TO_LAST = '0,2,3,1';
export const TO_FIRST = '0,3,1,2';

const known = new WeakMap<ShapedModel, ReadonlySet<string>>();

/**
 * The values [N, H, W, C] of a network whose maps are [N, C, H, W] elsewhere: what a transposition brings into that order,
 * and what follows place by place. A value of another shape, or one whose order nothing tells, is none of them.
 */
export function channelsLast(shaped: ShapedModel): ReadonlySet<string> {
  const before = known.get(shaped);
  if (before) return before;
  const last = new Set<string>();
  const fixed = fixedValues(shaped.model);
  const sides = (value: string) => shaped.infos.get(value)?.shape ?? [];
  for (const node of shaped.model.nodes) {
    const [output] = node.outputs;
    if (sides(output).length !== 4 || fixed.has(output)) continue;
    if (node.layer.kind === 'transpose') {
      const [input] = node.inputs;
      if (node.layer.perm?.join() === TO_LAST && input !== null && !last.has(input)) last.add(output);
      continue;
    }
    if (staysLast(node, output, last, fixed, sides)) last.add(output);
  }
  known.set(shaped, last);
  return last;
}

/** Whether a layer gives values in the order of one that it reads: the same places, none exchanged. */
function staysLast(
  { layer, inputs }: ModelNode,
  output: string,
  last: ReadonlySet<string>,
  fixed: ReadonlySet<string>,
  sides: (value: string) => readonly number[],
): boolean {
  const read = inputs.filter((name): name is string => name !== null && !fixed.has(name));
  const [N, H, W] = sides(output);
  const first = read.find((name) => last.has(name));
  if (first === undefined || layer.kind === 'reshape') return false;
  const shape = sides(first);
  // the others are added to it, or narrower: their order is its own
  const agree = read.every((name) => last.has(name) || sizeOf(sides(name)) <= sizeOf(shape));
  return agree && shape[0] === N && shape[1] === H && shape[2] === W;
}

/** Whether a node does nothing but bring the channels of maps behind or before their places. */
export function movesChannels(shaped: ShapedModel, { layer, inputs: [input], outputs: [output] }: ModelNode): boolean {
  if (layer.kind !== 'transpose' || input === null) return false;
  const last = channelsLast(shaped);
  const perm = layer.perm?.join();
  return (perm === TO_LAST && last.has(output)) || (perm === TO_FIRST && last.has(input));
}

/** An array [N, H, W, C], or [H, W, C], with channels before rows. */
export function toChannelsFirst({ dtype, shape, data }: Value): Value {
  const [H, W, C] = shape.slice(-3);
  const sides = [...shape.slice(0, -3), C, H, W];
  const out: Numbers = newNumbers(dtype, data.length);
  const size = H * W * C;
  for (let at = 0; at < data.length; at += size) {
    for (let c = 0; c < C; c++) for (let i = 0; i < H * W; i++) out[at + c * H * W + i] = data[at + i * C + c];
  }
  return { dtype, shape: sides, data: out };
}

/** An array [C, H, W] with channels last. */
export function toChannelsLast(values: Float32Array, [C, H, W]: readonly number[]): Float32Array {
  const out = new Float32Array(values.length);
  for (let c = 0; c < C; c++) for (let i = 0; i < H * W; i++) out[i * C + c] = values[c * H * W + i];
  return out;
}
