import { planScenes, type ScenePlan } from '../../analysis/scenes.js';
import { drawFilms, type Once } from '../../cli/animation.js';
import { CnnvizError } from '../../core/errors.js';
import { mapsShape, type PlaceRequest } from '../../core/value-place.js';
import type { FigureLook } from '../../draw/figure.js';
import type { Breathe } from '../../engine/execute.js';
import type { TimedFrame } from '../../io/encode-animation.js';
import type { Input } from '../../io/inputs.js';
import { baseName } from '../../io/paths.js';
import type { FigureFile } from '../../run/figure.js';
import { lookAtLayer, type SeenLayer } from '../../run/run.js';
import type { RunContext } from '../../run/runs.js';
import type { LayerRequest } from '../../run/shape.js';
import { filmFrames, filmOf } from './animate-figure.js';

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
export async function drawFrames(
  { run, plan }: AnimatedRun,
  file: Omit<FigureFile, 'svg'>,
  breathe: Breathe,
): Promise<TimedFrame[]> {
  const name = run.facts.path === '-' ? 'standard input' : baseName(run.facts.path);
  const films = plan.scenes.map((scene) => {
    const film = filmOf(scene, [name, run.network]);
    return { count: scene.steps.length, frames: (look: FigureLook, once: Once) => filmFrames(film, look, once) };
  });
  const drawn = await drawFilms(films, file, (count) => breathe(count / plan.shown));
  return drawn.flatMap((images) =>
    images.map((image, s) => ({ image, delayMs: s === images.length - 1 ? plan.holdMs : plan.delayMs })),
  );
}
