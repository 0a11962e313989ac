import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sizeOf } from '../../src/core/tensor.js';
import { runAllSync } from '../../src/engine/execute.js';
import { ONE_RUN } from '../../src/engine/one-run.js';
import { type Plan, planModel } from '../../src/engine/plan.js';
import { Session, type SessionOptions } from '../../src/engine/session.js';
import { layOut } from '../../src/engine/session-layout.js';
import type { StepTimes } from '../../src/engine/step-times.js';
import type { Layer } from '../../src/layers/index.js';
import { type Constant, constantOf, type Model } from '../../src/layers/model.js';
import { threadTeam } from '../../src/run/threads.js';
import { importWhole, MODELS } from '../models/onnx/arrays.js';
import { randomArray } from '../random.js';

const NETWORKS = readdirSync(MODELS).filter((name) => name.endsWith('.onnx') && !name.startsWith('signal'));
const CHOICE = { algorithm: null, exact: false };

/** The outputs of two runs, on images that differ. */
function twoRuns(plan: Plan, images: readonly Float32Array[], options: SessionOptions): Buffer[] {
  const [{ name, shape }] = plan.model.inputs;
  const session = new Session(plan, options);
  const given = plan.shaped.infos.get(name)?.shape ?? shape!.map((side) => side ?? 1);
  const bytes = images.map((data) => {
    const values = runAllSync(session, new Map([[name, { dtype: 'float32', shape: given, data }]]));
    return Buffer.concat([...values.values()].map((one) => Buffer.from((one.data as Float32Array).slice().buffer)));
  });
  session.close();
  return bytes;
}

describe('a session for one run', () => {
  it.each(NETWORKS)('%s: the bits of one that keeps its weights, in every run, with less room', (file) => {
    const model = importWhole(readFileSync(join(MODELS, file)));
    const [{ name, dtype, shape }] = model.inputs;
    const sides = shape!.map((side) => side ?? 1);
    const plan = planModel(model, new Map([[name, { dtype, shape: sides, value: null }]]), CHOICE);
    const images = [7, 8].map((seed) => randomArray(sizeOf(sides), seed));
    const kept = twoRuns(plan, images, {});
    expect(kept[0].equals(kept[1])).toBe(false);
    expect(isSame(twoRuns(plan, images, { once: ONE_RUN }), kept)).toBe(true);
    expect(layOut(plan, null, ONE_RUN).constantBytes).toBeLessThan(layOut(plan, null).constantBytes);
  });

  it('computes whole images in the one order in every run, as one that keeps its weights does', () => {
    const weights = [3, 64, 64].map((C, i) => whole(randomArray(64 * C * 9, i), 2, [64, C, 3, 3]));
    const plan = planModel(convolutions(weights), [1, 3, 24, 24], CHOICE);
    expect(plan.steps.some((step) => step.kind === 'conv' && !step.algorithm.ordered)).toBe(true);
    const size = 3 * 24 * 24;
    const images = [whole(randomArray(size, 5), 8, []).data, randomArray(size, 6)];
    expect(isSame(twoRuns(plan, images, { once: ONE_RUN }), twoRuns(plan, images, {}))).toBe(true);
  });

  it('gives the same bits with threads, which read what is packed while the next weights wait', () => {
    const weights = [3, 64, 64, 64].map((C, i) => random([64, C, 3, 3], i));
    const plan = planModel(convolutions(weights), [1, 3, 320, 320], CHOICE);
    const images = [1, 2].map((seed) => randomArray(3 * 320 * 320, seed));
    const kept = twoRuns(plan, images, {});
    for (const threads of [2, 3]) {
      expect(isSame(twoRuns(plan, images, { once: ONE_RUN, team: threadTeam(threads) }), kept)).toBe(true);
    }
  });

  it.each([
    ['some rows at a time', 384],
    ['whole, where no number of rows divides it', 389],
  ])('computes a large linear layer %s: the same bits', (_how, M) => {
    const K = 4096;
    const relu: Layer = { kind: 'activation', name: 'relu', parameters: [] };
    const constant = (shape: readonly number[], seed: number): Constant => {
      const value = random(shape, seed);
      return {
        ...constantOf(value),
        loadPart: (from, target) => target.set(value.data.subarray(from, from + target.length)),
      };
    };
    const model: Model = {
      inputs: [{ name: 'input', dtype: 'float32', shape: null }],
      constants: new Map([
        ['w', constant([M, K], 1)],
        ['b', constant([M], 2)],
        ['s', constant([M], 3)],
        ['v', constant([10, M], 4)],
      ]),
      nodes: [
        { name: 'fc', layer: { kind: 'linear' }, inputs: ['input', 'w', 'b'], outputs: ['fc'] },
        { name: 'scale', layer: { kind: 'mul' }, inputs: ['fc', 's'], outputs: ['scale'] },
        { name: 'relu', layer: relu, inputs: ['scale'], outputs: ['relu'] },
        { name: 'last', layer: { kind: 'linear' }, inputs: ['relu', 'v'], outputs: ['last'] },
      ],
      outputs: ['last'],
    };
    const plan = planModel(model, new Map([['input', { dtype: 'float32', shape: [1, K], value: null }]]), CHOICE);
    expect(plan.steps.map(ONE_RUN.rowsAtOnce)).toEqual(M === 384 ? [128, null] : [null, null]);
    const images = [5, 6].map((seed) => randomArray(K, seed));
    expect(isSame(twoRuns(plan, images, { once: ONE_RUN }), twoRuns(plan, images, {}))).toBe(true);
    if (M === 384) expect(layOut(plan, null, ONE_RUN).constantBytes).toBeLessThan(3 * 2 ** 20);
  });

  it('tells what packing took apart from the layers', () => {
    const plan = planModel(convolutions([random([8, 3, 3, 3], 1)]), [1, 3, 16, 16], CHOICE);
    let clock = 0;
    const told = { packing: 0, layers: 0 };
    const times: StepTimes = {
      now: () => clock++,
      add(_plan, _step, ms) {
        told.layers += ms;
      },
      addPacking(ms) {
        told.packing += ms;
      },
      addAll: () => {},
      of: () => times,
    };
    const session = new Session(plan, { once: ONE_RUN });
    runAllSync(session, new Map([['input', { data: randomArray(3 * 256, 3), shape: [1, 3, 16, 16] }]]), times);
    session.close();
    expect(told).toEqual({ packing: plan.steps.length, layers: plan.steps.length });
  });
});

function isSame(one: readonly Buffer[], other: readonly Buffer[]): boolean {
  return one.length === other.length && one.every((bytes, i) => bytes.equals(other[i]));
}

function random(shape: readonly number[], seed: number) {
  return { dtype: 'float32' as const, shape, data: randomArray(sizeOf(shape), seed, -0.2, 0.2) };
}

/** The same numbers as whole ones from −most to most. */
function whole(data: Float32Array, most: number, shape: readonly number[]) {
  return { dtype: 'float32' as const, shape, data: data.map((value) => Math.round(value * most)) };
}

/** 3×3 convolutions one after another, with a ReLU behind each. */
function convolutions(weights: readonly ReturnType<typeof random>[]): Model {
  const conv: Layer = { kind: 'conv', stride: [1, 1], padding: 1, paddingMode: 'zeros', dilation: [1, 1], groups: 1 };
  const relu: Layer = { kind: 'activation', name: 'relu', parameters: [] };
  return {
    inputs: [{ name: 'input', dtype: 'float32', shape: null }],
    constants: new Map(weights.map((weight, i) => [`w${i}`, constantOf(weight)])),
    nodes: weights.flatMap((_, i) => [
      { name: `c${i}`, layer: conv, inputs: [i === 0 ? 'input' : `r${i - 1}`, `w${i}`], outputs: [`c${i}`] },
      { name: `r${i}`, layer: relu, inputs: [`c${i}`], outputs: [`r${i}`] },
    ]),
    outputs: [`r${weights.length - 1}`],
  };
}
