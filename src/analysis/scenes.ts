import { CnnvizError } from '../core/errors.js';
import { type Conv2dGeometry, sourceIndex } from '../core/geometry.js';
import type { Image } from '../core/image.js';
import type { Area } from '../core/preprocess-geometry.js';
import { areColours } from '../core/result.js';
import { indexOfPlace, type MapsShape, mapsShape } from '../core/value-place.js';
import { toFloat32 } from '../core/values.js';
import type { Breathe } from '../engine/execute.js';
import type { ConvStep, PoolStep } from '../engine/steps.js';
import type { ModelNode } from '../layers/model.js';
import { chainBehind, readsOne } from './explain/chain.js';
import type { WeightedStep, WindowStep } from './explain/explanation.js';
import { explainWeighted } from './explain/weighted.js';
import { explainPool } from './explain/window.js';
import type { LayerRun } from './layer-run.js';

/** One position of the window. */
export interface SceneStep {
  /** Its number, row by row. */
  readonly place: number;
  readonly x: number;
  readonly y: number;
  readonly explained: WeightedStep | WindowStep;
  /** What the map holds there. */
  readonly value: number;
}

/** Numbers in rows, row-major. */
interface Grid {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** A window that slides over a map and fills another. */
export interface Scene {
  readonly name: string;
  readonly words: string;
  /** The layer applied to each number before it enters the map, or null. */
  readonly after: string | null;
  readonly input: {
    readonly name: string;
    /** The channels that are read, padding included. */
    readonly planes: readonly (Grid & { readonly padding: Uint8Array })[];
    /** Without padding. */
    readonly width: number;
    readonly height: number;
    readonly channels: readonly number[];
    readonly isColour: boolean;
    readonly padLeft: number;
    readonly padTop: number;
    /** The image itself, where the layer reads it. */
    readonly picture: Image | null;
  };
  readonly map: Grid;
  /** The part of the map that is filled; the rest of it is there from the start. */
  readonly region: Area;
  readonly steps: readonly SceneStep[];
}

/** How long an animation may be and how often the picture may change. */
interface Timing {
  readonly seconds: number;
  /** The outputs of the layer that the window visits, and those before them that they read; null: all. */
  readonly region: Area | null;
}

const LEAST_DELAY_MS = 100;
const MOST_DELAY_MS = 1000;
const MOST_HOLD_MS = 1500;

/** Scenes, with the time each of their steps stands. */
export interface ScenePlan {
  readonly scenes: readonly Scene[];
  readonly delayMs: number;
  /** The last picture of each scene stands longer. */
  readonly holdMs: number;
  /** Output positions of all scenes, and how many of them are shown. */
  readonly positions: number;
  readonly shown: number;
}

/**
 * The windows behind one map of a layer, scene by scene: the convolution (what follows number by number is applied to
 * the map it fills), then each pool. Every number is one the run kept, or explains one.
 * @throws CnnvizError 'unsupported' when no window slides over anything, 'usage' for a region that leaves the map
 */
export async function planScenes(
  run: LayerRun,
  channel: number,
  item: number,
  { seconds, region }: Timing,
  breathe: Breathe,
): Promise<ScenePlan> {
  const { nodes: behind } = chainBehind(run.plan.model, run.value);
  // in front of a reshape the channels are others
  const reshape = behind.findIndex(({ layer }) => readsOne(layer) === 'index');
  const nodes = (reshape < 0 ? [...behind] : behind.slice(0, reshape)).reverse();
  const sliding = nodes.flatMap((node, n) => {
    const step = run.plan.steps.find((one) => one.outputs[0] === node.outputs[0]);
    if (step?.kind !== 'pool' && !(step?.kind === 'conv' && step.layer.kind === 'conv')) return [];
    return [{ step, last: lastPointwise(nodes, n) }];
  });
  if (sliding.length === 0) {
    throw new CnnvizError('unsupported', `${run.layer}: no window slides over a map there`, {
      fix: 'choose a convolution or a pool with --layer',
    });
  }
  const regions = regionsOf(
    sliding.map(({ step }) => geometryOf(step)),
    region,
  );
  const positions = regions.reduce((sum, { width, height }) => sum + width * height, 0);
  const holdMs = Math.min(MOST_HOLD_MS, (seconds * 1000) / (5 * sliding.length));
  const left = seconds * 1000 - holdMs * sliding.length;
  const stride = Math.max(1, Math.ceil(positions / Math.max(1, Math.floor(left / LEAST_DELAY_MS))));
  const scenes: Scene[] = [];
  for (const [s, { step, last }] of sliding.entries()) {
    const share: Breathe = (done) => breathe((s + done) / sliding.length);
    scenes.push(await sceneOf(run, step, last, channel, item, regions[s], stride, share));
  }
  const shown = scenes.reduce((sum, { steps }) => sum + steps.length, 0);
  const delayMs = Math.min(MOST_DELAY_MS, Math.max(20, Math.floor(left / shown / 10) * 10));
  return { scenes, delayMs, holdMs: Math.max(delayMs, Math.round(holdMs / 10) * 10), positions, shown };
}

/** The last of the layers behind node n that keep every number at its place. */
function lastPointwise(nodes: readonly ModelNode[], n: number): ModelNode {
  let last = nodes[n];
  for (const node of nodes.slice(n + 1)) {
    if (readsOne(node.layer) !== 'place') break;
    last = node;
  }
  return last;
}

type SlidingStep = ConvStep | PoolStep;

function geometryOf(step: SlidingStep): Conv2dGeometry {
  return step.kind === 'pool' ? step.windows : step.geometry;
}

/** The part of each map that is visited: all of it, or the region of the last and what that reads of those before. */
function regionsOf(geometries: readonly Conv2dGeometry[], region: Area | null): Area[] {
  const whole = geometries.map(({ oW, oH }) => ({ x: 0, y: 0, width: oW, height: oH }));
  if (region === null) return whole;
  const { width, height } = whole.at(-1)!;
  if (region.x + region.width > width || region.y + region.height > height) {
    const { x, y, width: w, height: h } = region;
    throw new CnnvizError('usage', `--region ${x},${y},${w},${h} leaves the ${width}×${height} map`, {
      fix: `x + width at most ${width}, y + height at most ${height}`,
    });
  }
  const regions = [region];
  for (let s = geometries.length - 1; s > 0; s--) {
    const [g, before] = [geometries[s], whole[s - 1]];
    const isNext = g.W === before.width && g.H === before.height;
    regions.unshift(isNext ? readBy(g, regions[0]) : before);
  }
  return regions;
}

/** The positions of the input that a region of the output reads, without those in the padding. */
function readBy(g: Conv2dGeometry, { x, y, width, height }: Area): Area {
  const [top, left] = g.pads;
  const [x0, x1] = span(x * g.sW - left, (x + width - 1) * g.sW - left + (g.kW - 1) * g.dW, g.W);
  const [y0, y1] = span(y * g.sH - top, (y + height - 1) * g.sH - top + (g.kH - 1) * g.dH, g.H);
  return { x: x0, y: y0, width: x1 - x0 + 1, height: y1 - y0 + 1 };
}

function span(first: number, last: number, size: number): [number, number] {
  const inside = (at: number) => Math.min(size - 1, Math.max(0, at));
  return [inside(first), inside(last)];
}

/** Of a region of a map so many columns wide, row by row: the first place, the n-th behind it … and the last. */
function everyNth({ x, y, width, height }: Area, columns: number, n: number): number[] {
  const count = width * height;
  const places = Array.from({ length: Math.ceil(count / n) }, (_, i) => i * n);
  if (places.at(-1) !== count - 1) places.push(count - 1);
  return places.map((place) => (y + Math.floor(place / width)) * columns + x + (place % width));
}

async function sceneOf(
  run: LayerRun,
  step: SlidingStep,
  last: ModelNode,
  channel: number,
  item: number,
  region: Area,
  stride: number,
  breathe: Breathe,
): Promise<Scene> {
  const g = geometryOf(step);
  const output = run.read(last.outputs[0]);
  const maps = mapsShape(output.shape);
  const start = indexOfPlace(output.shape, { item, channel, x: 0, y: 0 });
  const size = maps.height * maps.width;
  const values = toFloat32(output.data).slice(start, start + size);
  const steps: SceneStep[] = [];
  const places = everyNth(region, maps.width, stride);
  for (const [p, place] of places.entries()) {
    const explained = explainAt(run, step, start + place);
    steps.push({ place, x: place % maps.width, y: Math.floor(place / maps.width), explained, value: values[place] });
    await breathe((p + 1) / places.length);
  }
  const input = run.read(step.inputs[0]!);
  const first = steps[0].explained;
  const channels = first.step === 'weighted' ? first.channels.map((one) => one.channel) : [channel];
  const readsInput = run.plan.model.inputs.some(({ name }) => name === step.inputs[0]);
  return {
    name: step.name,
    words: first.words,
    after: last.outputs[0] === step.outputs[0] ? null : last.name,
    input: {
      name: readsInput ? 'input' : step.inputs[0]!,
      planes: channels.map((c) => paddedPlane(g, toFloat32(input.data), mapsShape(input.shape), item, c)),
      width: g.W,
      height: g.H,
      channels,
      isColour: readsInput && areColours(run.facts) && channels.length === 3,
      padLeft: g.pads[1],
      padTop: g.pads[0],
      picture: readsInput ? run.picture : null,
    },
    map: { width: maps.width, height: maps.height, values },
    region,
    steps,
  };
}

function explainAt(run: LayerRun, step: SlidingStep, index: number): WeightedStep | WindowStep {
  return step.kind === 'pool' ? explainPool(run, step, index).step : explainWeighted(run, step, index);
}

/** One channel of the layer's input with its padding around it. */
function paddedPlane(
  g: Conv2dGeometry,
  x: Float32Array,
  { channels, height, width }: MapsShape,
  item: number,
  channel: number,
): Grid & { readonly padding: Uint8Array } {
  const [top, left, bottom, right] = g.pads;
  const [pH, pW] = [height + top + bottom, width + left + right];
  const start = (item * channels + channel) * height * width;
  const values = new Float32Array(pH * pW);
  const padding = new Uint8Array(pH * pW).fill(1);
  const columns = Int32Array.from({ length: pW }, (_, column) => sourceIndex(column - left, width, g.paddingMode));
  for (let row = 0; row < pH; row++) {
    const y = sourceIndex(row - top, height, g.paddingMode);
    const to = row * pW;
    if (row >= top && row < top + height) padding.fill(0, to + left, to + left + width);
    if (y < 0) continue;
    const from = start + y * width;
    for (let column = 0; column < pW; column++)
      if (columns[column] >= 0) values[to + column] = x[from + columns[column]];
  }
  return { width: pW, height: pH, values, padding };
}

/** Whether a place of the map is still to be filled when the window stands at `current`. */
export function isUnfilled({ map, region }: Pick<Scene, 'map' | 'region'>, place: number, current: number): boolean {
  if (place <= current) return false;
  const [x, y] = [place % map.width, Math.floor(place / map.width)];
  return x >= region.x && x < region.x + region.width && y >= region.y && y < region.y + region.height;
}
