import { planScenes, type ScenePlan } from '../../analysis/scenes.js';
import { CnnvizError } from '../../core/errors.js';
import type { Image } from '../../core/image.js';
import type { ThemeName } from '../../core/look.js';
import { mapsShape, type PlaceRequest } from '../../core/value-place.js';
import type { FigureLook } from '../../draw/figure.js';
import type { Part } from '../../draw/part.js';
import { renderPixels } from '../../draw/scene/pixels.js';
import type { Mark, Scene } from '../../draw/scene/scene.js';
import type { Breathe } from '../../engine/execute.js';
import type { TimedFrame } from '../../io/encode-animation.js';
import type { Input } from '../../io/inputs.js';
import { baseName } from '../../io/paths.js';
import { centred, type FigureFile, figurePixels, layOutFigure } from '../../run/figure.js';
import { lookAtLayer, type SeenLayer } from '../../run/run.js';
import type { RunContext } from '../../run/runs.js';
import type { LayerRequest } from '../../run/shape.js';
import { type Film, filmFrames, filmOf } from './animate-figure.js';

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
  { look, say }: Omit<FigureFile, 'svg'>,
  breathe: Breathe,
): Promise<TimedFrame[]> {
  const name = run.facts.path === '-' ? 'standard input' : baseName(run.facts.path);
  const films = plan.scenes.map((scene) => filmOf(scene, [name, run.network]));
  // frames of one film are of one size: the first and the last of each stand for all
  const draw = (own: FigureLook) => ({ look: own, scene: stage(films, own) });
  const { figure, scene, density } = await layOutFigure(draw, { look, say });
  const { width, height } = scene;
  const paper = renderPixels({ width, height, marks: [] }, { density, theme: look.theme, foreign: () => null });
  const images: Image[] = [];
  const lasts = new Set<number>();
  for (const film of films) {
    const frames = filmFrames(film, figure.look, (part) => drawnOnce(part, density, look.theme));
    for (let s = 0; s < film.scene.steps.length; s++) {
      const drawing = frames(s);
      const room = { width: Math.max(width, drawing.width), height: Math.max(height, drawing.height) };
      const placed = look.width === null ? { ...drawing, ...room } : centred(drawing, room.width, room.height);
      images.push(await figurePixels(placed, look, density, paper));
      await breathe(images.length / plan.shown);
    }
    lasts.add(images.length - 1);
  }
  return images.map((image, i) => ({ image, delayMs: lasts.has(i) ? plan.holdMs : plan.delayMs }));
}

/** Paper as large as the largest frame, with the letters of all that are looked at. */
function stage(films: readonly Film[], look: FigureLook): Scene {
  const drawings = films.flatMap((film) => {
    const frames = filmFrames(film, look);
    return [frames(0), frames(film.scene.steps.length - 1)];
  });
  return {
    width: Math.max(...drawings.map((drawing) => drawing.width)),
    height: Math.max(...drawings.map((drawing) => drawing.height)),
    marks: drawings.flatMap(({ marks }) => marks),
  };
}

/** A part whose pixels are made once, at the size they have in every frame. */
function drawnOnce(part: Part, density: number, theme: ThemeName): Part {
  let image: Image | null = null;
  return {
    ...part,
    draw: (marks, x, y) => {
      image ??= pixelsOf(part, density, theme);
      marks.push({ kind: 'image', x, y, width: part.width, height: part.height, image });
    },
  };
}

function pixelsOf(part: Part, density: number, theme: ThemeName): Image {
  const marks: Mark[] = [];
  part.draw(marks, 0, 0);
  return renderPixels({ width: part.width, height: part.height, marks }, { density, theme, foreign: () => null });
}
