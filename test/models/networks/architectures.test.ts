import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sizeOf } from '../../../src/core/tensor.js';
import { planModel } from '../../../src/engine/plan.js';
import { Session } from '../../../src/engine/session.js';
import { bindNetwork, builtinNetwork } from '../../../src/models/networks/index.js';
import { builtinShapes } from '../../../src/models/networks/recognize/shapes.js';
import type { WeightFile, WeightTensor } from '../../../src/models/weights/weight-file.js';

interface Expected {
  readonly tensors: number;
  readonly params: number;
  /** Of the lines "NAME SIDExSIDE…", sorted. */
  readonly sha256: string;
  readonly side?: number;
  readonly largest?: number;
  readonly every50?: readonly number[];
  /** Names of torchvision's feature extraction. */
  readonly layers?: string;
}

/** Made by fixtures/make/architectures_torchvision.py, which says the formula of the weights. */
const EXPECTED = Object.entries(
  JSON.parse(
    readFileSync(new URL('../../../fixtures/models/networks/architectures.json', import.meta.url), 'utf8'),
  ) as Record<string, Expected>,
);

/** u of the formula: whole numbers below 2³², exact in float64 */
function fill(k: number, target: Float32Array, of: (u: number) => number): void {
  for (let i = 0, at = (k * 40503 + 12345) >>> 0; i < target.length; i++, at = (at + 2654435761) % 2 ** 32) {
    target[i] = of(at / 2 ** 32 - 0.5);
  }
}

function formulaOf(name: string, shape: readonly number[]): (u: number) => number {
  if (name.endsWith('layer_scale')) return (u) => 0.2 + 0.2 * u;
  const isScale = name.endsWith('running_var') || (name.endsWith('weight') && shape.length === 1);
  if (isScale) return (u) => 1 + 0.4 * u;
  if (shape.length === 1) return (u) => 0.2 * u;
  const factor = Math.sqrt(24 / sizeOf(shape.slice(1)));
  return (u) => u * factor;
}

/** A checkpoint with the numbers of the formula. */
function madeWeights(name: string): WeightFile {
  const shapes = builtinShapes(name);
  const tensors = [...shapes.keys()].sort().map((key, k): WeightTensor => {
    const shape = shapes.get(key)!;
    const loadInto = (target: Float32Array) => fill(k, target, formulaOf(key, shape));
    const load = () => {
      const data = new Float32Array(sizeOf(shape));
      loadInto(data);
      return { dtype: 'float32', shape, data } as const;
    };
    return { name: key, dtype: 'float32', shape, stored: 'float32', bytes: 4 * sizeOf(shape), load, loadInto };
  });
  return { format: 'pytorch', tensors, notes: [] };
}

function runOn(name: string, side: number): Float32Array {
  const data = new Float32Array(3 * side * side);
  fill(1000, data, (u) => 4 * u);
  const input = { dtype: 'float32', shape: [1, 3, side, side], data } as const;
  const weights = { kind: 'file', fileName: `${name}.pth`, file: madeWeights(name) } as const;
  const { model, notes } = bindNetwork(builtinNetwork(name), input, weights, new Map());
  expect(notes).toEqual([]);
  const session = new Session(
    planModel(model, new Map([['input', { ...input, value: null }]]), { exact: false, algorithm: null }),
  );
  try {
    const portions = session.runAll(new Map([['input', input]]));
    for (;;) {
      const { done, value } = portions.next();
      if (done) return Float32Array.from(value.get(model.outputs[0])!.data);
    }
  } finally {
    session.close();
  }
}

describe.each(EXPECTED)('%s', (name, expected) => {
  it('has torchvision’s tensors, by name and shape', () => {
    const lines = [...builtinShapes(name)].map(([key, shape]) => `${key} ${shape.join('x')}`).sort();
    expect(createHash('sha256').update(lines.join('\n')).digest('hex')).toBe(expected.sha256);
  });

  it.runIf(expected.layers)('calls its layers as torchvision’s feature extraction does', () => {
    const theirs = expected.layers!.split(' ').filter((one) => one !== 'x' && !/_(weight|bias|layer_scale)$/.test(one));
    const own = builtinNetwork(name).layers.map((layer) => layer.name);
    const isWithin = (inner: string, outer: string) => inner === outer || inner.startsWith(`${outer}.`);
    expect(own.filter((one) => !theirs.some((outer) => isWithin(one, outer)))).toEqual([]);
    // a concatenation of one value is none
    const missing = theirs.filter((outer) => !own.some((one) => isWithin(one, outer)));
    expect(missing.filter((one) => !one.endsWith('denselayer1.cat'))).toEqual([]);
  });

  it.runIf(expected.side)('computes what PyTorch computes, within 1e-5 of the largest value', () => {
    const own = runOn(name, expected.side!);
    expect(own.length).toBe(1000);
    for (const [i, value] of expected.every50!.entries()) {
      expect(Math.abs(own[50 * i] - value), `output ${50 * i}`).toBeLessThan(1e-5 * expected.largest!);
    }
  });
});
