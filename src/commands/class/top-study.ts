import { firstMacs } from '../../batch/first-macs.js';
import { studyAll } from '../../batch/study.js';
import type { CnnvizError } from '../../core/errors.js';
import type { Image } from '../../core/image.js';
import type { Rect } from '../../draw/marks.js';
import { cropImage, resizeBilinear } from '../../engine/resize.js';
import type { Input } from '../../io/inputs.js';
import { layersNamed } from '../../run/run.js';
import { readSource } from '../../run/source.js';
import type { Subject } from '../../run/subject.js';
import { type ImagePatch, type TopPlaces, topPlaces } from './top-places.js';

/** A place of an image that excites a channel. */
export interface TopPatch extends ImagePatch {
  /** The image, as given or found. */
  readonly path: string;
  /** Which of the inputs. */
  readonly input: number;
}

export interface TopResult {
  readonly network: string;
  readonly layer: string;
  /** As the layer makes it for one image. */
  readonly shape: readonly number[];
  /** [height, width] of what a place sees, in pixels of what the network reads. */
  readonly fieldSize: readonly [number, number];
  /** The best patches of each channel, best first. */
  readonly channels: readonly (readonly TopPatch[])[];
  /** Images that were looked at, and those that could not be. */
  readonly done: number;
  readonly failed: readonly { readonly path: string; readonly error: CnnvizError }[];
  readonly notes: readonly string[];
  /** Of what went wrong among the numbers, with the image's name in front. */
  readonly warnings: readonly string[];
}

interface TopRequest extends TopPlaces {
  readonly count: number;
  readonly jobs: number;
  /** Called once, when an image has told what the layer is called and how many channels it has. */
  readonly begun: (layer: string, channels: number) => void;
}

/**
 * Runs a network over many images and keeps the places that excite each channel of a layer most. The memory is that of the
 * images at work and of channels × count places.
 * @throws CnnvizError 'usage' for a layer there is not; an image that cannot be read is a row of the result
 */
export async function topPatches(
  opened: Subject,
  inputs: readonly Input[],
  { job, layer, count, perImage, jobs, begun }: TopRequest,
  progress: (done: number, failed: number) => void,
): Promise<TopResult> {
  const failed: { path: string; error: CnnvizError }[] = [];
  const notes = new Set(opened.notes);
  const warnings: string[] = [];
  const best: Best<TopPatch>[] = [];
  let seen: Pick<TopResult, 'layer' | 'shape' | 'fieldSize'> | null = null;
  let index = 0;
  const order: TopPlaces = { job, layer, perImage };
  await studyAll(
    {
      study: 'top',
      job: order,
      request: job.request,
      inputs,
      here: topPlaces(opened, order, { threads: jobs, homes: null }),
      jobs,
      macs: () => firstMacs(opened, inputs, layersNamed([layer], { firstOnly: true })),
    },
    {
      progress,
      outcome({ input: { path }, result, error }) {
        const input = index++;
        if (error !== null) {
          failed.push({ path, error });
          return;
        }
        for (const note of result.notes) notes.add(note);
        warnings.push(...result.warnings);
        const { layer, shape, fieldSize, channels } = result;
        while (best.length < channels.length) best.push(new Best<TopPatch>(count));
        for (const [c, places] of channels.entries())
          for (const place of places) best[c].add({ ...place, path, input });
        if (seen === null) {
          seen = { layer, shape, fieldSize };
          begun(layer, channels.length);
        }
      },
    },
  );
  const head = seen ?? { layer, shape: [], fieldSize: [0, 0] as const };
  const channels = best.map(({ kept }) => kept);
  const done = inputs.length - failed.length;
  return { network: opened.name, ...head, channels, done, failed, notes: [...notes], warnings };
}

/**
 * The patches of some channels, cut out of their images; each image is read once more.
 * @param side the longer side of a picture, in pixels
 */
export async function cutPatches(
  opened: Subject,
  inputs: readonly Input[],
  patches: readonly TopPatch[],
  side: number,
): Promise<ReadonlyMap<TopPatch, Image>> {
  const cut = new Map<TopPatch, Image>();
  for (const [index, input] of inputs.entries()) {
    const own = patches.filter((patch) => patch.input === index);
    if (own.length === 0) continue;
    const { picture } = await readSource(input, opened);
    if (!picture) continue;
    for (const patch of own) cut.set(patch, thumbnail(picture.image, patch.field, side));
  }
  return cut;
}

/** Black where the field reaches beyond the image. */
function thumbnail(image: Image, { x, y, width, height }: Rect, side: number): Image {
  // rounded corners would make patches of one layer differ by a pixel
  const sidesOf = [width, height].map((length) => Math.max(1, Math.round(length)));
  const area = { x: Math.round(x), y: Math.round(y), width: sidesOf[0], height: sidesOf[1] };
  const scale = side / Math.max(area.width, area.height);
  const sides = [area.width, area.height].map((length) => Math.max(1, Math.round(length * scale)));
  return resizeBilinear(cropImage(image, area), sides[0], sides[1]);
}

/** Keeps the `count` largest of any number of things, in no more memory than that; of equals those that came first. */
export class Best<T extends { readonly value: number }> {
  readonly #count: number;
  readonly #kept: T[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  add(one: T): void {
    const kept = this.#kept;
    const last = kept[kept.length - 1];
    if (kept.length === this.#count && !(one.value > last.value)) return;
    let at = kept.length;
    while (at > 0 && one.value > kept[at - 1].value) at--;
    kept.splice(at, 0, one);
    if (kept.length > this.#count) kept.pop();
  }

  /** Largest first. */
  get kept(): readonly T[] {
    return this.#kept;
  }
}
