import { describe, expect, it } from 'vitest';
import type { LayerRun } from '../../src/analysis/layer-run.js';
import { planScenes } from '../../src/analysis/scenes.js';
import type { PaddingMode, Pads } from '../../src/core/geometry.js';
import { sizeOf, tensor } from '../../src/core/tensor.js';
import { runAllSync } from '../../src/engine/execute.js';
import { planModel } from '../../src/engine/plan.js';
import { Session } from '../../src/engine/session.js';
import { type SequentialLayer, sequential, tensorConstant } from '../../src/layers/model.js';

const ones = (shape: number[]) => tensorConstant(tensor(new Float32Array(sizeOf(shape)).fill(1), shape));

interface ConvFields {
  readonly weight: number[];
  readonly padding?: Pads;
  readonly paddingMode?: PaddingMode;
  readonly groups?: number;
}

function conv({ weight, padding = [0, 0, 0, 0], paddingMode = 'zeros', groups = 1 }: ConvFields): SequentialLayer {
  const layer = { kind: 'conv', stride: [1, 1], padding, paddingMode, dilation: [1, 1], groups } as const;
  return { name: 'conv', layer, parameters: [['conv.weight', ones(weight)]] };
}

const relu: SequentialLayer = { name: 'relu', layer: { kind: 'activation', name: 'relu', parameters: [] } };
const pool: SequentialLayer = {
  name: 'pool',
  layer: {
    kind: 'max_pool',
    kernelSize: [2, 2],
    stride: [2, 2],
    pads: [0, 0, 0, 0],
    dilation: [1, 1],
    ceilMode: false,
  },
};

/** A run of these layers on 0, 1, 2 … with everything kept. */
function run(layers: readonly SequentialLayer[], shape: number[]): LayerRun {
  const { outputs, ...chain } = sequential([...layers]);
  const model = { ...chain, outputs: chain.nodes.map((node) => node.outputs[0]) };
  const plan = planModel(model, shape, { exact: true, algorithm: null });
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => i);
  const kept = runAllSync(new Session(plan), new Map([['input', { data, shape }]]));
  const input = { dtype: 'float32' as const, shape, data };
  const [, channels, height, width] = shape;
  return {
    plan,
    read: (name) => (name === 'input' ? input : kept.get(name)!),
    facts: { path: 'x.npy', width, height, channels, items: shape[0], colour: 'gray', depth: 8 },
    layer: model.nodes.at(-1)!.name,
    value: outputs[0],
    network: 'net',
    channel: 0,
    picture: null,
    notes: [],
  };
}

const scenesOf = (looked: LayerRun, { channel = 0, item = 0, seconds = 12 } = {}) =>
  planScenes(looked, channel, item, { seconds, region: null }, () => undefined);

describe('the map a window slides over', () => {
  it('has its padding around it: zeros, marked, on the sides they were asked for', async () => {
    const looked = run([conv({ weight: [1, 1, 2, 2], padding: [1, 2, 0, 1] })], [1, 1, 2, 3]);
    const { input, map } = (await scenesOf(looked)).scenes[0];
    const [plane] = input.planes;
    expect([plane.width, plane.height, input.padLeft, input.padTop]).toEqual([6, 3, 2, 1]);
    expect([...plane.values]).toEqual([0, 0, 0, 0, 0, 0, /**/ 0, 0, 0, 1, 2, 0, /**/ 0, 0, 3, 4, 5, 0]);
    expect([...plane.padding]).toEqual([1, 1, 1, 1, 1, 1, /**/ 1, 1, 0, 0, 0, 1, /**/ 1, 1, 0, 0, 0, 1]);
    expect([input.width, input.height, input.name]).toEqual([3, 2, 'input']);
    expect([map.width, map.height, [...map.values]]).toEqual([5, 2, [0, 0, 1, 3, 2, 0, 3, 8, 12, 7]]);
  });

  it('has padding that repeats its border, which is padding still', async () => {
    const padding = [1, 1, 1, 1] as const;
    const looked = run([conv({ weight: [1, 1, 3, 3], padding, paddingMode: 'replicate' })], [1, 1, 2, 2]);
    const [plane] = (await scenesOf(looked)).scenes[0].input.planes;
    expect([...plane.values]).toEqual([0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3]);
    expect([...plane.padding]).toEqual([1, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 1]);
  });

  it('is that of the item, and of the channels that the map reads', async () => {
    const looked = run([conv({ weight: [4, 2, 1, 1], groups: 2 })], [2, 4, 1, 2]);
    const { scenes } = await scenesOf(looked, { channel: 2, item: 1 });
    expect(scenes[0].input.channels).toEqual([2, 3]);
    expect(scenes[0].input.planes.map(({ values }) => [...values])).toEqual([
      [12, 13],
      [14, 15],
    ]);
    expect([...scenes[0].map.values]).toEqual([26, 28]);
    expect(scenes[0].steps.map(({ place, x, y, value }) => [place, x, y, value])).toEqual([
      [0, 0, 0, 26],
      [1, 1, 0, 28],
    ]);
  });

  it.each([
    ['three channels of an image', [1, 3, 2, 2], 1, true],
    ['one channel', [1, 1, 2, 2], 1, false],
    ['one of three channels', [1, 3, 2, 2], 3, false],
    ['three of six channels', [1, 6, 2, 2], 2, false],
  ])('is in colour or not: %s', async (_, shape, groups, isColour) => {
    const weight = [groups, shape[1] / groups, 1, 1];
    expect((await scenesOf(run([conv({ weight, groups })], shape))).scenes[0].input.isColour).toBe(isColour);
  });

  it('of a pool is what the convolution and its activation made: no image, three channels or not', async () => {
    const { scenes } = await scenesOf(run([conv({ weight: [3, 3, 1, 1] }), relu, pool], [1, 3, 4, 4]));
    expect(scenes.map(({ name, after }) => [name, after])).toEqual([
      ['conv', 'relu'],
      ['pool', null],
    ]);
    expect(scenes.map(({ input }) => [input.name, input.isColour, input.channels])).toEqual([
      ['input', true, [0, 1, 2]],
      ['relu', false, [0]],
    ]);
    expect([...scenes[1].map.values]).toEqual([63, 69, 87, 93]);
    expect([...scenes[1].input.planes[0].values.subarray(0, 4)]).toEqual([48, 51, 54, 57]);
  });
});

describe('the time of an animation', () => {
  const layers = [conv({ weight: [1, 1, 1, 1] })];

  it('shows every position when there is time, none of them longer than a second', async () => {
    const plan = await scenesOf(run(layers, [1, 1, 2, 2]), { seconds: 60 });
    expect([plan.positions, plan.shown, plan.delayMs, plan.holdMs]).toEqual([4, 4, 1000, 1500]);
  });

  it('leaves a fifth for the last pictures and shares the rest out, in hundredths of a second', async () => {
    const plan = await scenesOf(run(layers, [1, 1, 3, 5]), { seconds: 4 });
    expect([plan.positions, plan.shown, plan.delayMs, plan.holdMs]).toEqual([15, 15, 210, 800]);
  });

  it('skips positions where there are too many for a tenth of a second each, and shows the last', async () => {
    const plan = await scenesOf(run(layers, [1, 1, 6, 10]), { seconds: 4 });
    expect(plan.scenes[0].steps.map(({ place }) => place)).toEqual([
      ...Array.from({ length: 30 }, (_, i) => 2 * i),
      59,
    ]);
    expect([plan.positions, plan.shown, plan.delayMs, plan.holdMs]).toEqual([60, 31, 100, 800]);
    expect(plan.scenes[0].steps.at(-1)).toMatchObject({ x: 9, y: 5, value: 59 });
  });

  it('is shared by the scenes', async () => {
    const plan = await scenesOf(run([...layers, pool], [1, 1, 4, 4]), { seconds: 5 });
    // two holds of 0.5 s, 4 s for 16 + 4 positions
    expect([plan.positions, plan.shown, plan.delayMs, plan.holdMs]).toEqual([20, 20, 200, 500]);
  });

  it('says how far it is, scene by scene', async () => {
    const shares: number[] = [];
    await planScenes(
      run([...layers, pool], [1, 1, 2, 2]),
      0,
      0,
      { seconds: 5, region: null },
      (done) => void shares.push(done),
    );
    expect(shares).toEqual([0.125, 0.25, 0.375, 0.5, 1]);
  });

  it('is refused where no window slides', async () => {
    await expect(scenesOf(run([relu], [1, 1, 2, 2]))).rejects.toMatchObject({ code: 'unsupported' });
  });
});
