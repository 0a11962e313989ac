import { describe, expect, it } from 'vitest';
import { explainChain } from '../../src/analysis/explain/chain.js';
import type { WeightedStep } from '../../src/analysis/explain/explanation.js';
import type { LayerRun } from '../../src/analysis/layer-run.js';
import { isUnfilled, planScenes } from '../../src/analysis/scenes.js';
import { sceneFrames } from '../../src/commands/layer/animate-figure.js';
import { explanationFigure } from '../../src/commands/layer/explain-figure.js';
import type { Image } from '../../src/core/image.js';
import { tensor } from '../../src/core/tensor.js';
import { executeSync } from '../../src/engine/execute.js';
import { planModel } from '../../src/engine/plan.js';
import { sequential, tensorConstant } from '../../src/layers/model.js';
import { randomArray } from '../random.js';
import { hasCleanMargin } from './paper.js';

/** A 5×5 image of one channel under a 3×3 kernel; `change` replaces what the engine gave. */
function run(change: (y: Float32Array) => Float32Array = (y) => y): LayerRun {
  const model = sequential([
    {
      name: 'conv',
      layer: { kind: 'conv', stride: [1, 1], padding: 0, paddingMode: 'zeros', dilation: [1, 1], groups: 1 },
      parameters: [
        ['conv.weight', tensorConstant(tensor(new Float32Array([1, 0, -1, 1, 0, -1, 1, 0, -1]), [1, 1, 3, 3]))],
      ],
    },
  ]);
  const shape = [1, 1, 5, 5];
  const plan = planModel(model, shape, { exact: false, algorithm: null });
  const data = randomArray(25, 3, 0, 1);
  const y = executeSync(plan, { data, shape });
  const values = new Map([
    ['input', { dtype: 'float32', shape, data }],
    ['conv', { dtype: 'float32', shape: y.shape, data: change(y.data.slice()) }],
  ] as const);
  return {
    plan,
    read: (name) => values.get(name as 'input')!,
    facts: { path: 'five.png', width: 5, height: 5, channels: 1, items: 1, colour: 'gray', depth: 8 },
    layer: 'conv',
    value: 'conv',
    network: 'edge3x3',
    channel: 0,
    picture: null,
    notes: [],
  };
}

/** Compared as bytes: a matcher would walk through millions of numbers. */
const isSame = (a: Image, b: Image) => Buffer.compare(a.data as Uint8Array, b.data as Uint8Array) === 0;

/** Of sample i of a picture: every pixel has a red of its own. */
const redness = (_: number, i: number) => (i % 3 === 0 ? 100 + 2 * i : 0);
const countOf = ({ data }: Image, rgb: string) => {
  let count = 0;
  for (let i = 0; i < data.length; i += 3) if (`${data[i]},${data[i + 1]},${data[i + 2]}` === rgb) count++;
  return count;
};

const scenesOf = (looked: LayerRun) => planScenes(looked, 0, 0, { seconds: 12, region: null }, () => undefined);
const frames = async (looked: LayerRun) =>
  (await scenesOf(looked)).scenes.flatMap((scene) => [...sceneFrames(scene, 'five')]);
const figure = (looked: LayerRun) => {
  const steps = explainChain(looked, looked.plan.model.nodes, 4);
  const place = { item: 0, channel: 0, x: 1, y: 1 };
  const { data, shape } = looked.read('conv');
  return explanationFigure(
    {
      input: looked.facts,
      network: 'edge3x3',
      layer: 'conv',
      shape,
      place,
      value: data[4],
      steps,
      same: true,
      notes: [],
    },
    'five',
  );
};

describe('an animation', () => {
  it('has a frame for each position, all of one size, nothing cut off at the edge', async () => {
    const all = await frames(run());
    expect(all).toHaveLength(9);
    expect(new Set(all.map(({ width, height }) => `${width}×${height}`)).size).toBe(1);
    for (const frame of all) expect(hasCleanMargin(frame, 8)).toBe(true);
  });

  it('shows the values of the run: another value gives another picture, from its step on', async () => {
    const [mine, other] = [await frames(run()), await frames(run((y) => y.with(4, y[4] + 0.5)))];
    const differs = mine.map((frame, f) => !isSame(frame, other[f]));
    expect(differs.slice(4)).toEqual([true, true, true, true, true]);
  });

  it('is the same pixels every time', async () => {
    const [one, again] = [await frames(run()), await frames(run())];
    expect(one.every((frame, f) => isSame(frame, again[f]))).toBe(true);
  });

  it('of a region fills it and nothing else, in its order', async () => {
    const region = { x: 1, y: 1, width: 2, height: 1 };
    const { scenes, positions } = await planScenes(run(), 0, 0, { seconds: 12, region }, () => undefined);
    expect(positions).toBe(2);
    expect(scenes[0].steps.map(({ x, y }) => [x, y])).toEqual([
      [1, 1],
      [2, 1],
    ]);
    const unfilled = Array.from({ length: 9 }, (_, place) => isUnfilled(scenes[0], place, 4));
    expect(unfilled.flatMap((is, place) => (is ? [place] : []))).toEqual([5]);
    const outside = planScenes(run(), 0, 0, { seconds: 12, region: { ...region, width: 3 } }, () => undefined);
    await expect(outside).rejects.toThrow('--region 1,1,3,1 leaves the 3×3 map');
  });

  it('shows the patch in the colours of its own pixels', async () => {
    const { picture } = run();
    expect(picture).toBe(null);
    const red: Image = { width: 5, height: 5, channels: 3, depth: 8, data: new Uint8Array(75).fill(0).map(redness) };
    const plain = await frames(run());
    const coloured = await frames({ ...run(), picture: red });
    const has = (frame: Image, rgb: string) => countOf(frame, rgb) > 100;
    // the middle pixel of the window at step 0 is pixel 6, at step 8 pixel 18
    expect(has(coloured[0], `${redness(0, 18)},0,0`)).toBe(true);
    expect(has(coloured[0], `${redness(0, 54)},0,0`)).toBe(false);
    expect(has(coloured[8], `${redness(0, 54)},0,0`)).toBe(true);
    expect(has(plain[8], `${redness(0, 54)},0,0`)).toBe(false);
  });

  it('reads its products from the input, its sums from the map', async () => {
    const { scenes } = await scenesOf(run());
    const looked = run();
    const { data } = looked.read('input');
    const step = scenes[0].steps[5];
    const { channels } = step.explained as WeightedStep;
    expect([step.x, step.y]).toEqual([2, 1]);
    expect(channels[0].products[0]).toBe(data[1 * 5 + 2]);
    expect(step.value).toBe(looked.read('conv').data[5]);
  });
});

describe('the picture of an explanation', () => {
  it('changes when the stored value does', () => {
    expect(hasCleanMargin(figure(run()), 8)).toBe(true);
    expect(isSame(figure(run()), figure(run()))).toBe(true);
    expect(isSame(figure(run()), figure(run((y) => y.with(4, y[4] + 0.5))))).toBe(false);
  });
});
