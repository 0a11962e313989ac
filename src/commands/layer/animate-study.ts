import { planScenes, type ScenePlan } from '../../analysis/scenes.js';
import { CnnvizError } from '../../core/errors.js';
import type { Image } from '../../core/image.js';
import { mapsShape, type PlaceRequest } from '../../core/value-place.js';
import type { Breathe } from '../../engine/execute.js';
import type { TimedFrame } from '../../io/encode-animation.js';
import type { Input } from '../../io/inputs.js';
import { baseName } from '../../io/paths.js';
import { lookAtLayer, type RunContext, type SeenLayer } from '../../run/run.js';
import type { LayerRequest } from '../../run/shape.js';
import { onOneSize, sceneFrames } from './animate-figure.js';

/** A run with its windows, position by position. */
export interface AnimatedRun {
  readonly run: SeenLayer;
  readonly plan: ScenePlan;
}

/**
 * Runs a layer or a network as `conv` and `run` do, and plans how its windows slide: the last convolution before the
 * layer, and the pools behind it.
 * @throws CnnvizError 'usage' for a channel that is none, 'unsupported' when no window slides
 */
export async function animateLayer(
  request: LayerRequest,
  input: Input,
  { channel, item }: Pick<PlaceRequest, 'channel' | 'item'>,
  timing: Parameters<typeof planScenes>[3],
  { breathe, threads }: Pick<RunContext, 'breathe' | 'threads'>,
): Promise<AnimatedRun> {
  const half = (from: number) => (done: number) => breathe(from + done / 2);
  const run = await lookAtLayer(request, input, channel, { threads, breathe: half(0) });
  const { channels, items } = mapsShape(run.read(run.value).shape);
  if ((run.channel ?? 0) >= channels || (item ?? 0) >= items) {
    const [flag, value, count] = (item ?? 0) >= items ? ['--item', item, items] : ['--channel', run.channel, channels];
    throw new CnnvizError('usage', `${flag} ${value}: ${run.layer} has ${count}`, {
      fix: `a number from 0 to ${Number(count) - 1}`,
    });
  }
  return { run, plan: await planScenes(run, run.channel ?? 0, item ?? 0, timing, half(0.5)) };
}

/** The pictures, all of one size, with the time each stands. */
export async function drawFrames({ run, plan }: AnimatedRun, breathe: Breathe): Promise<TimedFrame[]> {
  const name = run.facts.path === '-' ? 'standard input' : baseName(run.facts.path);
  const images: Image[] = [];
  const lasts = new Set<number>();
  for (const scene of plan.scenes) {
    for (const image of sceneFrames(scene, `${name} ▸ ${run.network}`)) {
      images.push(image);
      await breathe(images.length / plan.shown);
    }
    lasts.add(images.length - 1);
  }
  return onOneSize(images).map((image, i) => ({ image, delayMs: lasts.has(i) ? plan.holdMs : plan.delayMs }));
}
