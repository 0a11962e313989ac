import { sizeOf } from '../../../core/tensor.js';
import type { ShapedModel } from '../../../layers/infer.js';
import type { ModelNode } from '../../../layers/model.js';
import { aligned } from '../../wasm/memory.js';
import type { Kept, ParameterPlace } from './tape.js';

/** Gives parameters and buffers their places: those that are learnt first. */
export function keeper({ model }: ShapedModel, learnt: ReadonlySet<string>) {
  const parameters: Kept[] = [];
  const fixed: Kept[] = [];
  const buffers: Kept[] = [];
  const places = new Map<string, { at: number; learns: boolean }>();
  let [learntBytes, fixedBytes, bufferBytes] = [0, 0, 0];
  const roleOf = (shape: readonly number[], name: string): Kept['role'] =>
    shape.length === 1 && name.endsWith('bias') ? 'bias' : 'weight';
  return {
    parameter(name: string | null): ParameterPlace | null {
      if (name === null) return null;
      const before = places.get(name);
      if (before) return before;
      const { shape } = model.constants.get(name)!;
      const [floats, learns] = [sizeOf(shape), learnt.has(name)];
      const one = {
        name,
        shape,
        role: roleOf(shape, name),
        floats,
        fanIn: fanInOf(model.nodes, name, model.constants),
      };
      const place = { at: learns ? learntBytes : fixedBytes, learns };
      if (learns) {
        parameters.push({ ...one, at: place.at });
        learntBytes += aligned(floats * 4);
      } else {
        fixed.push({ ...one, at: place.at });
        fixedBytes += aligned(floats * 4);
      }
      places.set(name, place);
      return place;
    },
    buffer(name: string, role: Kept['role']): number {
      const { shape } = model.constants.get(name)!;
      const at = bufferBytes;
      buffers.push({ name, shape, role, at, floats: sizeOf(shape), fanIn: 0 });
      bufferBytes += aligned(sizeOf(shape) * 4);
      return at;
    },
    finish() {
      // the places of those that stay lie behind those that are learnt: known only now
      for (const place of places.values()) if (!place.learns) place.at += learntBytes;
      return {
        parameters,
        fixed: fixed.map((one) => ({ ...one, at: one.at + learntBytes })),
        buffers,
        learntBytes,
        weightBytes: learntBytes + fixedBytes,
        bufferBytes,
      };
    },
  };
}

/** Numbers that one output of the layer with this weight or bias is summed from; 0: a batch norm's. */
function fanInOf(
  nodes: readonly ModelNode[],
  name: string,
  constants: ReadonlyMap<string, { readonly shape: readonly number[] }>,
): number {
  const node = nodes.find(({ inputs }) => inputs.includes(name))!;
  if (node.layer.kind === 'batch_norm') return 0;
  return sizeOf(constants.get(node.inputs[1]!)!.shape.slice(1));
}
