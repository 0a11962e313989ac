import { describe, expect, it } from 'vitest';
import { Profile } from '../../src/analysis/profile.js';
import type { Padding } from '../../src/core/geometry.js';
import { tensor } from '../../src/core/tensor.js';
import { finish, runAllSync } from '../../src/engine/execute.js';
import { type Plan, planModel } from '../../src/engine/plan.js';
import { Session, type StepWatch } from '../../src/engine/session.js';
import { RunTimer } from '../../src/engine/step-times.js';
import type { Layer } from '../../src/layers/index.js';
import { constantOf, type Model, sequential, tensorConstant } from '../../src/layers/model.js';
import { randomArray } from '../random.js';

const conv = (padding: Padding): Layer => ({
  kind: 'conv',
  stride: [1, 1],
  padding,
  paddingMode: 'zeros',
  dilation: [1, 1],
  groups: 1,
});
const relu: Layer = { kind: 'activation', name: 'relu', parameters: [] };
const pool: Layer = {
  kind: 'max_pool',
  kernelSize: [2, 2],
  stride: [2, 2],
  pads: [0, 0, 0, 0],
  dilation: [1, 1],
  ceilMode: false,
};
const vector = (value: number, size: number) =>
  constantOf({ dtype: 'float32', shape: [size], data: new Float32Array(size).fill(value) });

/** conv → batch norm → relu → pool → conv → softmax: the norm is folded, the relu fused. */
function network(): Model {
  const weight = (M: number, C: number, seed: number) =>
    tensorConstant(tensor(randomArray(M * C * 9, seed), [M, C, 3, 3]));
  return sequential([
    { name: 'first', layer: conv(1), parameters: [['first.weight', weight(8, 3, 1)]] },
    {
      name: 'norm',
      layer: { kind: 'batch_norm', eps: 1e-5 },
      parameters: [
        ['norm.weight', vector(1.5, 8)],
        ['norm.bias', vector(0.25, 8)],
        ['norm.mean', vector(0.1, 8)],
        ['norm.var', vector(2, 8)],
      ],
    },
    { name: 'relu', layer: relu },
    { name: 'pool', layer: pool },
    { name: 'second', layer: conv(0), parameters: [['second.weight', weight(4, 8, 2)]] },
    { name: 'softmax', layer: { kind: 'softmax', dim: 1 } },
  ]);
}

const SHAPE = [1, 3, 16, 16];
const x = randomArray(3 * 16 * 16, 3);
const feed = () => new Map([['input', { dtype: 'float32' as const, shape: SHAPE, data: x }]]);
const planned = (keep?: readonly string[]): Plan =>
  planModel(network(), SHAPE, { exact: false, algorithm: null }, keep);

/** A clock that goes on by one each time it is looked at, and by as much as it is told. */
function clockwork() {
  let time = 0;
  return {
    now: () => time++,
    add: (ms: number) => {
      time += ms;
    },
  };
}

function profiled(plan: Plan, profile: Profile): ReadonlyMap<string, unknown> {
  const session = new Session(plan);
  try {
    return runAllSync(session, feed(), profile);
  } finally {
    session.close();
  }
}

describe('a profile', () => {
  it('has every step of the plan once, in order, and names what is folded and fused', () => {
    const profile = new Profile(clockwork().now);
    const plan = planned();
    profiled(plan, profile);
    const { layers } = profile.facts;
    expect(layers).toHaveLength(plan.steps.length);
    expect(layers.map(({ layer, kind, runs }) => [layer, kind, runs])).toEqual([
      ['first', 'conv', 1],
      ['pool', 'max_pool', 1],
      ['second', 'conv', 1],
      ['softmax', 'softmax', 1],
    ]);
    expect(layers.map((layer) => layer.with)).toEqual([
      [
        { layer: 'norm', kind: 'batch_norm', how: 'folded' },
        { layer: 'relu', kind: 'relu', how: 'fused' },
      ],
      [],
      [],
      [],
    ]);
    const algorithms = plan.steps.map((step) => (step.kind === 'conv' ? step.algorithm.name : null));
    expect(layers.map(({ algorithm }) => algorithm)).toEqual(algorithms);
    expect(layers.map(({ shape }) => shape)).toEqual(plan.steps.map(({ infos }) => infos[0].shape));
    expect(layers.map(({ bytes }) => bytes)).toEqual([8 * 16 * 16 * 4, 8 * 8 * 8 * 4, 4 * 6 * 6 * 4, 4 * 6 * 6 * 4]);
    expect(layers.map(({ macs }) => macs)).toEqual([27 * 8 * 256, 0, 72 * 4 * 36, 0]);
  });

  it('names a layer that is looked at beside the one it is folded into', () => {
    const profile = new Profile(clockwork().now);
    const plan = planned(['first', 'softmax']);
    profiled(plan, profile);
    const { layers } = profile.facts;
    expect(layers).toHaveLength(plan.steps.length);
    expect(layers.slice(0, 2).map((layer) => [layer.layer, layer.with.map((one) => one.layer)])).toEqual([
      ['first', []],
      ['first', ['norm', 'relu']],
    ]);
  });

  it('has shares that are 100 % together, and rates that follow from operations and time', () => {
    const profile = new Profile(clockwork().now);
    profiled(planned(), profile);
    const { layers, ms, macs } = profile.facts;
    expect(layers.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(100, 9);
    expect(ms).toBe(4);
    expect(macs).toBe(layers[0].macs + layers[2].macs);
    expect(layers.map(({ gflops }) => gflops)).toEqual([
      (2 * layers[0].macs) / 1e6,
      null,
      (2 * layers[2].macs) / 1e6,
      null,
    ]);
  });

  it('does not count what other watches and pauses take', async () => {
    const clock = clockwork();
    const profile = new Profile(clock.now);
    const session = new Session(planned());
    const slow: StepWatch = { saw: () => clock.add(1000) };
    const timer = new RunTimer(profile, session, slow);
    let pauses = 0;
    const pause = timer.pausing(async () => {
      pauses++;
      clock.add(1e6);
    });
    await finish(session.runAll(feed(), undefined, timer), pause);
    session.close();
    expect(pauses).toBeGreaterThan(0);
    // what is left are looks at the clock: one or two around each pause and step
    expect(profile.facts.ms).toBeLessThan(50);
    expect(profile.facts.layers).toHaveLength(4);
  });

  it('changes no bit, and without one nothing is timed', () => {
    const plan = planned();
    const session = new Session(plan);
    const plain = runAllSync(session, feed());
    session.close();
    let looks = 0;
    const profile = new Profile(() => looks++);
    expect(profiled(plan, profile)).toEqual(plain);
    expect(looks).toBeGreaterThan(0);
  });

  it('adds up runs, keeps networks apart, and takes in what other processes measured', () => {
    const profile = new Profile(clockwork().now);
    const plan = planned();
    profiled(plan, profile);
    profiled(plan, profile);
    expect(profile.facts.layers.map(({ runs, ms }) => [runs, ms])).toEqual(Array(4).fill([2, 2]));
    profiled(plan, profile.of('other'));
    expect(profile.facts.layers.map(({ part }) => part)).toEqual([...Array(4).fill(''), ...Array(4).fill('other')]);
    const worker = new Profile(clockwork().now);
    profiled(plan, worker);
    const sent = JSON.parse(JSON.stringify(worker.drain()));
    expect(worker.facts.layers).toEqual([]);
    profile.addAll(sent);
    profile.addAll({ layers: [], packMs: 7 });
    expect(profile.facts.layers.slice(0, 4).map(({ runs, ms }) => [runs, ms])).toEqual(Array(4).fill([3, 3]));
    expect(profile.facts.packMs).toBe(7);
  });

  it('says of a result of several shapes that it has no one shape', () => {
    const profile = new Profile(clockwork().now);
    profiled(planned(), profile);
    const wide = planModel(network(), [1, 3, 16, 20], { exact: false, algorithm: null });
    const session = new Session(wide);
    const data = randomArray(3 * 16 * 20, 5);
    runAllSync(session, new Map([['input', { dtype: 'float32', shape: [1, 3, 16, 20], data }]]), profile);
    session.close();
    const [first] = profile.facts.layers;
    expect([first.shape, first.runs, first.bytes]).toEqual([null, 2, 8 * 16 * 20 * 4]);
  });
});
