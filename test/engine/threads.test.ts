import { setTimeout } from 'node:timers/promises';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import type { Value } from '../../src/core/values.js';
import { finish, runAllSync } from '../../src/engine/execute.js';
import { planModel } from '../../src/engine/plan.js';
import { Session } from '../../src/engine/session.js';
import type { ThreadTeam } from '../../src/engine/threads/shared-work.js';
import { returnMemory, takeMemory } from '../../src/engine/wasm/memory.js';
import { prepareConv2d } from '../../src/index.js';
import type { Layer } from '../../src/layers/index.js';
import { constantOf, type Model } from '../../src/layers/model.js';
import { threadTeam } from '../../src/run/threads.js';
import { randomArray } from '../random.js';

/** Above the size from which threads are worth starting, so that they really help. */
const CASES = {
  'direct, 1 map': { x: [3, 1500, 2000], weight: [1, 3, 21, 21], algorithm: 'direct' },
  'gemm, stride 4, uneven bands': { x: [3, 1500, 1500], weight: [64, 3, 11, 11], stride: 4, algorithm: 'gemm' },
  winograd: { x: [64, 400, 400], weight: [64, 64, 3, 3], padding: 1, algorithm: 'winograd4x3' },
} as const;

const array = (shape: readonly number[], seed: number) =>
  ndarray(
    randomArray(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    [...shape],
  );

describe('threads', () => {
  for (const [title, { x, weight, ...options }] of Object.entries(CASES)) {
    it(`${title}: the same bits with one, two and three`, () => {
      const input = array(x, 1);
      const kernel = array(weight, 2);
      const run = (threads: number) => {
        const prepared = prepareConv2d(kernel, { ...options, inputShape: x, threads });
        return [prepared.run(input).data, prepared.run(input).data].map((data) => Buffer.from(data.buffer));
      };
      const [alone] = run(1);
      for (const threads of [2, 3]) for (const data of run(threads)) expect(data.equals(alone)).toBe(true);
    });
  }
});

/** Layers long enough for threads, in portions of which the last is smaller; and constants that they read. */
const LAYERS: Record<string, { layer: Layer; shape: readonly number[]; others?: readonly Value[]; twice?: true }> = {
  relu: { layer: { kind: 'activation', name: 'relu', parameters: [] }, shape: [1, 37, 211, 223] },
  gelu: { layer: { kind: 'activation', name: 'gelu', parameters: [] }, shape: [1, 7, 211, 223] },
  clip: { layer: { kind: 'clip' }, shape: [1, 37, 211, 223], others: [numbers([], [-0.3]), numbers([], [0.4])] },
  'sum with itself': { layer: { kind: 'add' }, shape: [1, 37, 211, 223], twice: true },
  'product with a number for each channel': {
    layer: { kind: 'mul' },
    shape: [1, 37, 211, 223],
    others: [random([1, 37, 1, 1])],
  },
  'sum with one row for all': { layer: { kind: 'add' }, shape: [6151, 223], others: [random([223])] },
  'batch norm': {
    layer: { kind: 'batch_norm', eps: 1e-5 },
    shape: [2, 37, 211, 113],
    others: [random([37]), random([37]), random([37]), numbers([37], randomArray(37, 5).map(Math.abs))],
  },
  softmax: { layer: { kind: 'softmax', dim: -1 }, shape: [12, 197, 197] },
  'softmax of channels': { layer: { kind: 'softmax', dim: 1 }, shape: [1, 21, 211, 113] },
  transpose: { layer: { kind: 'transpose', perm: [0, 2, 3, 1] }, shape: [1, 96, 131, 127] },
  'transpose of heads': { layer: { kind: 'transpose', perm: [0, 2, 1, 3] }, shape: [5, 197, 13, 129] },
  concat: { layer: { kind: 'concat', dim: 1 }, shape: [3, 37, 111, 113], twice: true },
  pad: {
    layer: { kind: 'pad', mode: 'constant' },
    shape: [1, 37, 211, 223],
    others: [wholes([0, 0, 1, 2, 0, 0, 3, 4])],
  },
  'mean of rows': {
    layer: { kind: 'reduce', name: 'mean', keepDims: true, noopWithEmptyAxes: false },
    shape: [8191, 193],
    others: [wholes([1])],
  },
  'mean of columns': {
    layer: { kind: 'reduce', name: 'mean', keepDims: true, noopWithEmptyAxes: false },
    shape: [2, 771, 1021],
    others: [wholes([1])],
  },
  'max of maps': { layer: { kind: 'global_max_pool' }, shape: [3, 37, 111, 131] },
  'product of batches': { layer: { kind: 'matmul' }, shape: [11, 197, 197], twice: true },
  'product with a bias': {
    layer: { kind: 'gemm', alpha: 1, beta: 1, transA: false, transB: true },
    shape: [601, 301],
    others: [random([333, 301]), random([333])],
  },
  'linear of vectors': { layer: { kind: 'linear' }, shape: [197, 301], others: [random([771, 301]), random([771])] },
  'linear of many vectors': { layer: { kind: 'linear' }, shape: [2, 1571, 77], others: [random([99, 77])] },
  'max pool': {
    layer: {
      kind: 'max_pool',
      kernelSize: [3, 3],
      stride: [2, 2],
      pads: [1, 1, 1, 1],
      dilation: [1, 1],
      ceilMode: false,
    },
    shape: [1, 37, 211, 223],
  },
  'average pool': {
    layer: {
      kind: 'avg_pool',
      kernelSize: [2, 3],
      stride: [2, 1],
      pads: [0, 1, 0, 1],
      ceilMode: true,
      countIncludePad: false,
      divisorOverride: null,
    },
    shape: [1, 37, 211, 223],
  },
};

function numbers(shape: readonly number[], data: ArrayLike<number>): Value {
  return { dtype: 'float32', shape, data: Float32Array.from(data) };
}

function random(shape: readonly number[]): Value {
  return numbers(
    shape,
    randomArray(
      shape.reduce((a, b) => a * b, 1),
      7,
    ),
  );
}

function wholes(data: readonly number[]): Value {
  return { dtype: 'int64', shape: [data.length], data: Float64Array.from(data) };
}

/** x → −x → the layer → relu, so that what it reads and makes lies in the engine's memory. */
function modelFor({ layer, others = [], twice }: (typeof LAYERS)[string]): Model {
  const constants = new Map(others.map((value, i) => [`constant${i}`, constantOf(value)]));
  const inputs = ['a', ...(twice ? ['a'] : []), ...constants.keys()];
  return {
    inputs: [{ name: 'x', dtype: 'float32', shape: null }],
    outputs: ['y'],
    constants,
    nodes: [
      { name: 'before', layer: { kind: 'pointwise', name: 'neg', parameters: [] }, inputs: ['x'], outputs: ['a'] },
      { name: 'layer', layer, inputs, outputs: ['b'] },
      { name: 'after', layer: { kind: 'activation', name: 'relu', parameters: [] }, inputs: ['b'], outputs: ['y'] },
    ],
  };
}

/** A team that says it runs, and counts what it is asked to help with. */
function countingTeam(size: number): { readonly team: ThreadTeam; readonly asked: string[] } {
  const real = threadTeam(size)!;
  const asked: string[] = [];
  const team: ThreadTeam = {
    size,
    isRunning: true,
    start(memory, work) {
      asked.push(work.kind === 'bands' ? 'bands' : work.task.kind);
      real.start(memory, work);
    },
  };
  return { team, asked };
}

describe('layers in portions', () => {
  /** What is not shared: a border has to be filled first. */
  const alone = ['pad'];
  for (const [title, one] of Object.entries(LAYERS)) {
    it(`${title}: the same bits with one, two and three threads`, () => {
      const { shape } = one;
      const plan = planModel(modelFor(one), shape, { exact: false, algorithm: null });
      const x = random(shape);
      const run = (team: ThreadTeam | null) => {
        const session = new Session(plan, { team });
        const outputs = [1, 2, 3].map(() =>
          runAllSync(session, new Map([['x', x]]))
            .get('y')!
            .data.slice(),
        );
        session.close();
        return outputs;
      };
      const [expected] = run(null);
      for (const size of [2, 3]) {
        const { team, asked } = countingTeam(size);
        for (const got of run(team)) expect(firstDifference(got, expected)).toBe(-1);
        expect(asked).toEqual(new Array(alone.includes(title) ? 0 : 3).fill(kindOf(one.layer)));
      }
    });
  }
});

/** 128 maps of 128 channels, planned for one algorithm, and what it reads. */
function convOf(taps: number, side: number, padding: number, algorithm: string) {
  const C = 128;
  const shape = [1, C, side, side];
  const layer = { kind: 'conv', stride: [1, 1], padding, paddingMode: 'zeros', dilation: [1, 1], groups: 1 } as const;
  const model = modelFor({ layer, shape, others: [random([C, C, taps, taps])] });
  return { plan: planModel(model, shape, { exact: false, algorithm }), x: random(shape) };
}

describe('a last band with fewer rows than a tile', () => {
  it.each([
    ['winograd4x3', 3, 14],
    ['winograd4x3', 3, 41],
    ['winograd2x5', 5, 35],
  ])('%s of %i taps, %i rows: reads zeros beyond the image, whatever lay there', (algorithm, taps, side) => {
    const { plan, x } = convOf(taps, side, (taps - 1) / 2, algorithm);
    const large = { ...x, data: x.data.map((value) => value * 1e30) };
    const run = (team: ThreadTeam | null) => {
      const session = new Session(plan, { team });
      // what lies beyond the rows afterwards is of another size
      runAllSync(session, new Map([['x', large]]));
      const outputs = [1, 2].map(() =>
        runAllSync(session, new Map([['x', x]]))
          .get('y')!
          .data.slice(),
      );
      session.close();
      return outputs;
    };
    const [expected, again] = run(null);
    expect(firstDifference(again, expected)).toBe(-1);
    for (const size of [2, 3]) {
      const { team, asked } = countingTeam(size);
      for (const got of run(team)) expect(firstDifference(got, expected)).toBe(-1);
      expect(asked).toEqual(['bands', 'bands', 'bands']);
    }
  });
});

describe('a run that is left in the middle', () => {
  it('leaves nobody at work in the memory that the next one gets', async () => {
    const { plan, x } = convOf(5, 150, 0, 'gemm');
    const { team } = countingTeam(2);
    const session = new Session(plan, { team });
    runAllSync(session, new Map([['x', x]]));
    let breaths = 0;
    const left = finish(session.runAll(new Map([['x', x]])), () => {
      breaths++;
      throw new Error('enough');
    });
    await expect(left).rejects.toThrow('enough');
    expect(breaths).toBe(1);
    session.close();
    const bytes = 2 ** 26;
    const memory = takeMemory(bytes, 'wasm');
    const numbers = new Float32Array(memory.heap.u8.buffer, memory.allocate(bytes), bytes / 4).fill(7);
    await setTimeout(200);
    expect(numbers.findIndex((number) => number !== 7)).toBe(-1);
    returnMemory(memory);
    const next = new Session(plan, { team });
    const alone = new Session(plan);
    const [got, expected] = [next, alone].map((one) => runAllSync(one, new Map([['x', x]])).get('y')!.data);
    expect(firstDifference(got, expected)).toBe(-1);
    next.close();
    alone.close();
  });
});

describe('a thread that has died', () => {
  it('is not waited for: nobody joins in, and all is done all the same', () => {
    const nobody: ThreadTeam = { size: 3, isRunning: true, start: () => {} };
    for (const title of ['gelu', 'linear of vectors', 'max pool', 'transpose']) {
      const one = LAYERS[title];
      const plan = planModel(modelFor(one), one.shape, { exact: false, algorithm: null });
      const x = random(one.shape);
      const [alone, left] = [null, nobody].map((team) => {
        const session = new Session(plan, { team });
        const { data } = runAllSync(session, new Map([['x', x]])).get('y')!;
        session.close();
        return data;
      });
      expect([title, firstDifference(left, alone)]).toEqual([title, -1]);
    }
  });
});

function kindOf({ kind }: Layer): string {
  if (kind === 'linear') return 'vectors';
  return kind === 'max_pool' || kind === 'avg_pool' ? 'pool' : 'layer';
}

function firstDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Math.min(a.length, b.length);
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return i;
  return -1;
}
