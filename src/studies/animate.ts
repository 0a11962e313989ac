import { CnnvizError } from '../core/errors.js';
import { mapsShape, type PlaceRequest } from '../core/value-place.js';
import { sceneFrames, toOneSize } from '../figures/animation.js';
import type { TimedFrame } from '../io/encode-animation.js';
import type { Input } from '../io/inputs.js';
import { baseName } from '../io/paths.js';
import { planScenes, type ScenePlan, type Timing } from '../stages/animation.js';
import { chainBehind } from '../stages/explain/chain.js';
import { type LayerRequest, type LookContext, type LookedAt, lookAtLayer } from '../stages/kept-run.js';

/** A run with its windows, position by position. */
export interface AnimatedRun {
  readonly run: LookedAt;
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
  timing: Timing,
  context: Omit<LookContext, 'channel'>,
): Promise<AnimatedRun> {
  const keep = (shaped: Parameters<Parameters<typeof lookAtLayer>[2]>[0], value: string) =>
    chainBehind(shaped.model, value).keep;
  const run = await lookAtLayer(request, input, keep, { ...context, channel });
  const { channels, items } = mapsShape(run.read(run.value).shape);
  if ((run.channel ?? 0) >= channels || (item ?? 0) >= items) {
    const [flag, value, count] = (item ?? 0) >= items ? ['--item', item, items] : ['--channel', run.channel, channels];
    throw new CnnvizError('usage', `${flag} ${value}: ${run.layer} has ${count}`, {
      fix: `a number from 0 to ${Number(count) - 1}`,
    });
  }
  return { run, plan: planScenes(run, run.channel ?? 0, item ?? 0, timing) };
}

/** The pictures, all of one size, with the time each stands. */
export function drawFrames({ run, plan }: AnimatedRun): TimedFrame[] {
  const name = run.facts.path === '-' ? 'standard input' : baseName(run.facts.path);
  const images = plan.scenes.map((scene) => sceneFrames(scene, `${name} ▸ ${run.network}`));
  const all = toOneSize(images.flat());
  const lasts = new Set<number>();
  let end = -1;
  for (const frames of images) {
    end += frames.length;
    lasts.add(end);
  }
  return all.map((image, i) => ({ image, delayMs: lasts.has(i) ? plan.holdMs : plan.delayMs }));
}
