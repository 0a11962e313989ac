import { describe, expect, it } from 'vitest';
import { planBuffers } from '../../src/engine/buffers.js';
import { executeSync } from '../../src/engine/execute.js';
import { type Plan, planModel } from '../../src/engine/plan.js';
import { Session } from '../../src/engine/session.js';
import type { Layer } from '../../src/layers/index.js';
import { type Constant, constantOf, type Model, type ModelNode } from '../../src/layers/model.js';
import { randomArray, seeded } from '../random.js';

const SHAPE = [2, 6, 9, 11];
const C = SHAPE[1];

/** Layers that keep [2, 6, 9, 11], so that any of them can read any other. */
const KINDS: Readonly<Record<string, Layer>> = {
  conv: { kind: 'conv', stride: [1, 1], padding: 1, paddingMode: 'zeros', dilation: [1, 1], groups: 1 },
  norm: { kind: 'batch_norm', eps: 1e-5 },
  relu: { kind: 'activation', name: 'relu', parameters: [] },
  tanh: { kind: 'activation', name: 'tanh', parameters: [] },
  pool: { kind: 'max_pool', kernelSize: [3, 3], stride: [1, 1], pads: [1, 1, 1, 1], dilation: [1, 1], ceilMode: false },
  mean: {
    kind: 'avg_pool',
    kernelSize: [3, 3],
    stride: [1, 1],
    pads: [1, 1, 1, 1],
    ceilMode: false,
    countIncludePad: true,
    divisorOverride: null,
  },
  add: { kind: 'add' },
  dropout: { kind: 'dropout' },
  lrn: { kind: 'lrn', size: 3, alpha: 1e-2, beta: 0.75, k: 1 },
  // the two images apart, each of them perhaps changed, and the other way round: parts of a value that nobody copies
  halves: { kind: 'concat', dim: 0 },
};

/** A graph of `count` layers; each reads values made before, mostly the last ones. */
function randomGraph(seed: number, count: number): Model {
  const next = seeded(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)];
  const constants = new Map<string, Constant>();
  const parameter = (name: string, shape: number[], lo = -0.5, hi = 0.5) => {
    const size = shape.reduce((a, b) => a * b, 1);
    constants.set(
      name,
      constantOf({ dtype: 'float32', shape, data: randomArray(size, seed * 100 + constants.size, lo, hi) }),
    );
    return name;
  };
  const values = ['input'];
  const nodes: ModelNode[] = [];
  const numbers = (name: string, data: readonly number[]) => {
    constants.set(name, constantOf({ dtype: 'int64', shape: [data.length], data: Float64Array.from(data) }));
    return name;
  };
  /** The second image and the first, by split, slices or gather. */
  const halves = (name: string, x: string): string[] => {
    const [first, second] = [`${name}.first`, `${name}.second`];
    const way = pick(['split', 'slice', 'gather']);
    if (way === 'split') {
      nodes.push({ name: first, layer: { kind: 'split', axis: 0, parts: 2 }, inputs: [x], outputs: [first, second] });
    }
    for (const [at, image] of way === 'split' ? [] : [first, second].entries()) {
      const [start, end, axes] = [at, at + 1, 0].map((number, i) => numbers(`${image}.${i}`, [number]));
      const inputs = way === 'slice' ? [x, start, end, axes] : [x, start];
      const layer: Layer = way === 'slice' ? { kind: 'slice' } : { kind: 'gather', axis: 0 };
      nodes.push({ name: image, layer, inputs, outputs: [image] });
    }
    return [second, first].map((image) => {
      const changed = pick(['relu', 'conv', 'dropout', null]);
      if (changed === null) return image;
      const parameters = changed === 'conv' ? [parameter(`${image}.w`, [C, C, 3, 3], -0.2, 0.2)] : [];
      const made = `${image}.${changed}`;
      nodes.push({ name: made, layer: KINDS[changed], inputs: [image, ...parameters], outputs: [made] });
      return made;
    });
  };
  for (let n = 0; n < count; n++) {
    const followsConv = nodes[n - 1]?.layer.kind === 'conv' && next() < 0.6;
    const kind = followsConv ? 'norm' : pick(Object.keys(KINDS));
    const name = `${kind}${n}`;
    const x = followsConv || next() < 0.7 ? values[values.length - 1] : pick(values);
    const inputs = [x];
    if (kind === 'conv') inputs.push(parameter(`${name}.w`, [C, C, 3, 3], -0.2, 0.2), parameter(`${name}.b`, [C]));
    if (kind === 'norm') {
      inputs.push(parameter(`${name}.w`, [C], 0.5, 1.5), parameter(`${name}.b`, [C]), parameter(`${name}.m`, [C]));
      inputs.push(parameter(`${name}.v`, [C], 0.5, 2));
    }
    if (kind === 'add') inputs.push(pick(values));
    if (kind === 'halves') inputs.splice(0, 1, ...halves(name, x));
    nodes.push({ name, layer: KINDS[kind], inputs, outputs: [name] });
    values.push(name);
  }
  return {
    inputs: [{ name: 'input', dtype: 'float32', shape: null }],
    constants,
    nodes,
    outputs: [values[values.length - 1]],
  };
}

function outputsOf(plan: Plan, x: Float32Array): Map<string, number[]> {
  const session = new Session(plan);
  const portions = session.runAll(new Map([['input', { data: x, shape: SHAPE }]]));
  for (;;) {
    const { done, value } = portions.next();
    if (done) {
      session.close();
      return new Map([...value].map(([name, { data }]) => [name, [...data]]));
    }
  }
}

describe('random graphs', () => {
  const x = randomArray(2 * 6 * 9 * 11, 7);

  it.each(Array.from({ length: 60 }, (_, seed) => seed))(
    '%i: a value never depends on which others are kept',
    (seed) => {
      const model = randomGraph(seed, 14);
      const names = model.nodes.flatMap(({ outputs }) => outputs);
      for (const exact of [true, false]) {
        const options = { exact, algorithm: null };
        const all = outputsOf(planModel(model, SHAPE, options, names), x);
        for (const keep of [model.outputs, names.filter((_, i) => i % 3 === 0)]) {
          for (const [name, values] of outputsOf(planModel(model, SHAPE, options, keep), x)) {
            expect(values, name).toEqual(all.get(name));
          }
        }
      }
    },
  );

  it('folded batch norms differ from exact ones by rounding alone', () => {
    let worst = 0;
    let folded = 0;
    for (let seed = 0; seed < 160; seed++) {
      const model = randomGraph(seed, 14);
      const plan = planModel(model, SHAPE, { exact: false, algorithm: null });
      folded += plan.steps.filter((step) => step.kind === 'conv' && step.folds !== null).length;
      const near = executeSync(plan, { data: x, shape: SHAPE }).data;
      const exact = executeSync(planModel(model, SHAPE, { exact: true, algorithm: null }), {
        data: x,
        shape: SHAPE,
      }).data;
      const largest = exact.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      for (let i = 0; i < near.length; i++) worst = Math.max(worst, Math.abs(near[i] - exact[i]) / largest);
    }
    expect(folded).toBeGreaterThan(20);
    expect(worst).toBeLessThan(1e-5);
  });

  it('a chain needs two buffers, whatever its length', () => {
    const nodes = Array.from({ length: 20 }, (_, n): ModelNode => {
      const layer = n % 2 === 0 ? KINDS.pool : KINDS.mean;
      return { name: `n${n}`, layer, inputs: [n === 0 ? 'input' : `n${n - 1}`], outputs: [`n${n}`] };
    });
    const model = {
      inputs: [{ name: 'input', dtype: 'float32' as const, shape: null }],
      constants: new Map(),
      nodes,
      outputs: ['n19'],
    };
    const plan = planModel(model, SHAPE, { exact: false, algorithm: null });
    expect(planBuffers(plan.steps, plan.kept, plan.shaped).bytes).toEqual([2 * 6 * 9 * 11 * 4, 2 * 6 * 9 * 11 * 4]);
  });
});
