import type { PlaceMap } from '../analysis/class-activation.js';
import type { Scale } from '../core/facts.js';
import type { ColormapName, ScaleRule } from '../core/job.js';
import type { NetworkJob } from '../core/network-job.js';
import type { PictureNote } from '../core/note.js';
import type { PreprocessPlan } from '../core/preprocess-geometry.js';
import { VERSION } from '../core/version.js';
import { heatMap } from '../figures/heat-map.js';
import type { MapFigure } from '../figures/map-figure.js';
import type { Rect } from '../figures/marks.js';
import { overlay } from '../figures/overlay.js';
import { encodePng } from '../io/encode.js';
import { baseName } from '../io/paths.js';
import { networkArgs } from '../stages/network-recipe.js';
import type { NetworkSource } from '../stages/network-source.js';
import type { ImagePlace } from './class-subject.js';

/** A map of places of what a network reads, and how it is to be drawn. */
export interface DrawnMap {
  readonly map: PlaceMap;
  readonly title: string;
  readonly facts: string;
  /** What the colours are. */
  readonly what: string;
  readonly scaleRule: ScaleRule;
  readonly colormap: ColormapName;
  /** Values blend into their neighbours. */
  readonly smooth: boolean;
  /** A place to point at, with the side of its frame in pixels of the input. */
  readonly mark: { readonly place: ImagePlace; readonly side: number } | null;
  /** The part of the network's input that the values cover; all of it when left out. */
  readonly cells?: Rect;
}

/**
 * The map over the photograph it came from, through resize and crop; an array, which is no photograph, gets a heat map
 * alone. `args`: the command's own options, for the recipe.
 */
export async function drawClassMap(
  job: NetworkJob,
  source: NetworkSource,
  command: string,
  args: readonly string[],
  drawn: DrawnMap,
): Promise<Uint8Array> {
  const { image, scale } = figureOf(source, drawn);
  return encodePng(image, JSON.stringify(noteOf(job, source, 'overlay', scale, command, args)));
}

function figureOf({ picture }: NetworkSource, drawn: DrawnMap): MapFigure {
  const { map, mark, cells, title, facts, what, scaleRule, colormap, smooth } = drawn;
  if (!picture) return heatMap(map, { title, facts: `${what}; ${facts}`, scaleRule, colormap });
  const { plan, image } = picture;
  const frames = mark ? [originalRect(plan, squareAround(mark.place, mark.side))] : [];
  const area = originalRect(plan, cells ?? { x: 0, y: 0, width: plan.crop.width, height: plan.crop.height });
  return overlay({ image, plane: map, area, smooth, frames }, { title, facts, what, scaleRule, colormap });
}

/** What a picture of a class study carries. */
export function noteOf(
  job: NetworkJob,
  source: Pick<NetworkSource, 'facts' | 'preset' | 'sha256'>,
  picture: PictureNote['picture'],
  { lo, hi }: Scale,
  command: string,
  args: readonly string[],
): PictureNote {
  return {
    cnnviz: VERSION,
    picture,
    lo,
    hi,
    input: { name: baseName(source.facts.path), sha256: source.sha256 },
    args: [command, ...networkArgs(job, source, args)],
  };
}

function squareAround({ x, y }: ImagePlace, side: number): Rect {
  return { x: x + 0.5 - side / 2, y: y + 0.5 - side / 2, width: side, height: side };
}

/** A rectangle of the network's input in pixels of the image: corners, not middles of pixels. */
export function originalRect({ original, resized, crop }: PreprocessPlan, rect: Rect): Rect {
  const [across, down] = [original.width / resized.width, original.height / resized.height];
  return {
    x: (rect.x + crop.x) * across,
    y: (rect.y + crop.y) * down,
    width: rect.width * across,
    height: rect.height * down,
  };
}
