import { describe, expect, it } from 'vitest';
import { explainChain } from '../../src/analysis/explain/chain.js';
import type { WeightedStep } from '../../src/analysis/explain/explanation.js';
import type { LayerRun } from '../../src/analysis/layer-run.js';
import { isUnfilled, planScenes } from '../../src/analysis/scenes.js';
import { filmFrames, filmOf } from '../../src/commands/layer/animate-figure.js';
import { drawFrames } from '../../src/commands/layer/animate-study.js';
import { explanationFigure } from '../../src/commands/layer/explain-figure.js';
import type { Image } from '../../src/core/image.js';
import { DEFAULT_LOOK, type Look } from '../../src/core/look.js';
import type { Window } from '../../src/core/result.js';
import { tensor } from '../../src/core/tensor.js';
import { formatNumber } from '../../src/core/text.js';
import { PLAIN_LOOK } from '../../src/draw/figure.js';
import { MARKED } from '../../src/draw/marks.js';
import { renderPixels } from '../../src/draw/scene/pixels.js';
import type { Scene } from '../../src/draw/scene/scene.js';
import { executeSync } from '../../src/engine/execute.js';
import { planModel } from '../../src/engine/plan.js';
import { sequential, tensorConstant } from '../../src/layers/model.js';
import type { SeenLayer } from '../../src/run/run.js';
import { randomArray } from '../random.js';
import { hasCleanMargin, pixel } from './paper.js';

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
const frames = async (looked: LayerRun, look: Partial<Look> = {}) => {
  const animated = { run: looked as SeenLayer, plan: await scenesOf(looked) };
  const file = { look: { ...DEFAULT_LOOK, dpi: 96, ...look } };
  return (await drawFrames(animated, file, () => undefined)).map(({ image }) => image);
};
/** What is written in a frame. */
const textsOf = async (looked: LayerRun, s: number) => {
  const [scene] = (await scenesOf(looked)).scenes;
  const { marks } = filmFrames(filmOf(scene, ['five.png', 'edge3x3']), PLAIN_LOOK)(s);
  return marks.flatMap((mark) => (mark.kind === 'text' ? [mark.text] : []));
};
const pixels = (scene: Scene) => renderPixels(scene, { density: 1, theme: 'light', foreign: () => null });
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
    { picture: null, window: null, scale: null },
    'five',
    PLAIN_LOOK,
  ).scene;
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

describe('the frames of an animation', () => {
  it('count their steps, name the place and write its numbers', async () => {
    const looked = run();
    const { data: x } = looked.read('input');
    const { data: y } = looked.read('conv');
    const texts = await textsOf(looked, 5);
    expect(texts).toContain('step 6 of 9');
    expect(texts).toContain(`(2, 1) = ${formatNumber(y[5] as number, 4)}`);
    expect(texts).toContain(formatNumber(x[1 * 5 + 2] as number));
    // places behind the current one are not filled yet
    expect(texts).not.toContain(formatNumber(y[6] as number));
    expect(await textsOf(looked, 8)).toContain(formatNumber(y[6] as number));
  });

  it('are as large as the look asks for, in its colours', async () => {
    const [frame] = await frames(run(), { width: 1200, height: 700, theme: 'dark' });
    expect([frame.width, frame.height]).toEqual([1200, 700]);
    expect(pixel(frame, 0, 0)).toEqual([16, 18, 22]);
    const [twice] = await frames(run(), { dpi: 192 });
    const [once] = await frames(run());
    expect([twice.width, twice.height]).toEqual([2 * once.width, 2 * once.height]);
  });
});

describe('the picture of an explanation', () => {
  const textsIn = ({ marks }: Scene) => marks.flatMap((mark) => (mark.kind === 'text' ? [mark.text] : []));

  it('asks for the value, and arrives at it below a line', () => {
    const looked = run();
    const value = looked.read('conv').data[4] as number;
    const texts = textsIn(figure(looked));
    expect(texts[0]).toBe(`Why is this value ${formatNumber(value, 3)}?`);
    expect(texts).toContain(formatNumber(value, 7));
    expect(texts).toContain(`sum ${formatNumber(value, 7)} + bias 0 =`);
    expect(texts.some((text) => text.startsWith('stored value: the same bits'))).toBe(true);
  });

  it('says so when the stored value is another', () => {
    const told = textsIn(figure(run((y) => y.with(4, y[4] + 0.5)))).join(' ');
    expect(told).not.toContain('the same bits');
    expect(told).toContain('differs by 0.5');
  });

  it('is the same every time, nothing cut off at the edge', () => {
    const scene = figure(run());
    expect(hasCleanMargin(pixels(scene), 31)).toBe(true);
    expect(isSame(pixels(scene), pixels(figure(run())))).toBe(true);
  });

  it('frames what is read of the input', () => {
    const picture: Image = { width: 500, height: 20, channels: 3, depth: 8, data: new Uint8Array(30000).fill(90) };
    const looked = run();
    const steps = explainChain(looked, looked.plan.model.nodes, 4);
    const place = { item: 0, channel: 0, x: 1, y: 1 };
    const facts = {
      input: looked.facts,
      network: 'e',
      layer: 'conv',
      shape: [1, 1, 3, 3],
      place,
      value: 1,
      steps,
      same: true,
      notes: [],
    };
    const framed = (window: Window | null) =>
      explanationFigure(facts, { picture, window, scale: null }, 'größe'.repeat(40), PLAIN_LOOK).scene.marks.filter(
        (mark) => mark.kind === 'rect' && String(mark.paint) === String(MARKED),
      ).length;
    expect(framed({ x0: 100, x1: 140, y0: 2, y1: 18 })).toBe(4);
    expect(framed(null)).toBe(0);
  });
});
