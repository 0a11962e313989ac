import { join } from 'node:path';
import { sizeOf } from '../../src/core/tensor.js';
import { newNumbers, type Value } from '../../src/core/values.js';
import { convolve } from '../../src/engine/gradients/backpropagate.js';
import { forwardOf, type Layer, layerFamily } from '../../src/layers/index.js';
import { arrayOf, ROOT, readJson, type StoredArray } from '../models/onnx/arrays.js';

/** A layer with inputs that fit it, and what torch says its gradients are. */
export interface GradientCase {
  readonly name: string;
  readonly layer: Layer;
  readonly inputs: readonly (StoredArray | null)[];
  readonly dy: StoredArray;
  readonly gradients: readonly (StoredArray | null)[];
}

export const GRADIENT_CASES = ['gradients', 'gradients-norms'].flatMap(
  (name) => (readJson(join(ROOT, `fixtures/expected/torch/${name}.json`)) as { cases: readonly GradientCase[] }).cases,
);

/** Inputs as torch computed with them: in float64, but for indices, sizes and conditions. */
export function valuesOf({ inputs }: GradientCase): (Value | null)[] {
  return inputs.map((one) => {
    if (one === null) return null;
    const { dtype, shape, data } = arrayOf(one);
    return dtype === 'float32' ? { dtype: 'float64', shape, data: Float64Array.from(data) } : { dtype, shape, data };
  });
}

/** What the layer makes; of convolutions and 2-D pools only types and shapes, which is all their rules see. */
export function outputsOf(layer: Layer, inputs: readonly (Value | null)[]): Value[] {
  const infos = layerFamily(layer).shape(
    layer,
    inputs.map((value) => value && { ...value, known: () => value }),
  );
  const values = infos.map(({ dtype, shape }) => ({ dtype, shape, data: newNumbers(dtype, sizeOf(shape)) }));
  forwardOf(layer)?.run(layer, inputs, values);
  return values;
}

/** The gradients a rule gives each wanted input for `dy`, and which numbers it read ("x0", "y0"). */
export function gradientsOf(
  layer: Layer,
  inputs: readonly (Value | null)[],
  dy: Float64Array,
  wanted: readonly boolean[],
) {
  const rule = layerFamily(layer).backward;
  if (typeof rule === 'string') throw new Error(rule);
  const outputs = outputsOf(layer, inputs);
  const read = new Set<string>();
  const dx = inputs.map((value, i) => (value && wanted[i] ? new Float64Array(sizeOf(value.shape)) : null));
  rule.run(layer, {
    inputs,
    outputs,
    x(i) {
      read.add(`x${i}`);
      return inputs[i]!;
    },
    y(i) {
      read.add(`y${i}`);
      return outputs[i];
    },
    dy: outputs.map((_, i) => (i === 0 ? dy : null)),
    dx,
    convolve,
  });
  return { rule, dx, read };
}
