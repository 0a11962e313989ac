import { channelsOf } from '../../analysis/layer-facts.js';
import { summarizeModel } from '../../analysis/network-summary.js';
import type { Field } from '../../analysis/receptive-field.js';
import { atPlace, CnnvizError } from '../../core/errors.js';
import type { Image } from '../../core/image.js';
import { faultWords, toFloat32 } from '../../core/values.js';
import type { Rect } from '../../draw/marks.js';
import { cropImage, resizeBilinear } from '../../engine/resize.js';
import type { Input } from '../../io/inputs.js';
import { layersNamed } from '../../run/run.js';
import { Runs } from '../../run/runs.js';
import { readSource } from '../../run/source.js';
import type { Source, Subject } from '../../run/subject.js';
import { originalRect } from './class-map.js';

/** A place of an image that excites a channel. */
export interface TopPatch {
  readonly value: number;
  /** The image, as given or found. */
  readonly path: string;
  /** Which of the inputs. */
  readonly input: number;
  /** Where in the channel's map. */
  readonly map: { readonly x: number; readonly y: number };
  /** What the place sees, in pixels of the image; it may reach beyond its edges. Of arrays, in their own places. */
  readonly field: Rect;
  /** The place sees beyond the edges of what the network reads: partly padding. */
  readonly border: boolean;
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

interface TopRequest {
  readonly layer: string;
  readonly count: number;
  /** How many places of one image may count. */
  readonly perImage: number;
  readonly threads: number;
  /** Called once, when an image has told what the layer is called and how many channels it has. */
  readonly begun: (layer: string, channels: number) => void;
}

/**
 * Runs a network over many images, one after another, and keeps the places that excite each channel of a layer most. The
 * memory is that of one image and of channels × count places.
 * @throws CnnvizError 'usage' for a layer there is not; an image that cannot be read is a row of the result
 */
export async function topPatches(
  opened: Subject,
  inputs: readonly Input[],
  { layer, count, perImage, threads, begun }: TopRequest,
  progress: (done: number, failed: number) => Promise<void>,
): Promise<TopResult> {
  const runs = new Runs(opened, layersNamed([layer], true));
  const failed: { path: string; error: CnnvizError }[] = [];
  const notes = new Set(opened.notes);
  const warnings: string[] = [];
  let best: Best<TopPatch>[] = [];
  let seen: Pick<TopResult, 'layer' | 'shape' | 'fieldSize'> | null = null;
  for (const [index, input] of inputs.entries()) {
    let source: Source;
    try {
      source = await readSource(input, opened);
    } catch (error) {
      if (!(error instanceof CnnvizError)) throw error;
      failed.push({ path: input.path, error: atPlace(input.path, error) as CnnvizError });
      await progress(index + 1, failed.length);
      continue;
    }
    const run = await runs.run(source, { breathe: () => undefined, threads });
    for (const note of run.bound.notes) notes.add(note);
    const [chosen] = run.chosen.layers;
    const field = fieldOf(run.shaped, chosen.name);
    const { data, shape } = run.read(chosen.value);
    for (const fault of run.faults) warnings.push(`${input.path}: ${faultWords(fault)}`);
    for (const warning of source.warnings) warnings.push(`${input.path}: ${warning}`);
    if (shape.length < 2 || shape[0] !== 1) {
      throw new CnnvizError('usage', `${input.path}: expected one image, the layer gives [${shape.join(', ')}]`, {
        fix: 'one image, or one array [1, C, H, W], a file',
      });
    }
    const size = source.info!.shape.slice(-2) as [number, number];
    const channels = channelsOf(shape).channels;
    if (best.length === 0) best = Array.from({ length: channels }, () => new Best<TopPatch>(count));
    if (seen === null) {
      seen = { layer: chosen.name, shape, fieldSize: fieldSize(field, size) };
      begun(chosen.name, channels);
    }
    for (const [c, places] of strongestPlaces(toFloat32(data), shape, perImage).entries()) {
      for (const { value, x, y } of places) {
        const rect = fieldRect(field, { x, y }, size);
        const own = source.picture ? originalRect(source.picture.plan, rect) : rect;
        best[c].add({ value, path: input.path, input: index, map: { x, y }, field: own, border: isBeyond(rect, size) });
      }
    }
    await progress(index + 1, failed.length);
  }
  const head = seen ?? { layer, shape: [], fieldSize: [0, 0] as const };
  const channels = best.map(({ kept }) => kept);
  const done = inputs.length - failed.length;
  return { network: opened.name, ...head, channels, done, failed, notes: [...notes], warnings };
}

function fieldOf(shaped: Parameters<typeof summarizeModel>[0], layer: string): Field | null {
  return summarizeModel(shaped).layers.find(({ name }) => name === layer)?.field ?? null;
}

/** A place that sees the whole input, as behind a linear layer, has a field as large as it. */
function fieldSize(field: Field | null, [H, W]: readonly [number, number]): [number, number] {
  const [rows, columns] = field ?? [null, null];
  return [rows && rows.jump !== null ? rows.size : H, columns && columns.jump !== null ? columns.size : W];
}

function isBeyond({ x, y, width, height }: Rect, [H, W]: readonly [number, number]): boolean {
  return x < -0.5 || y < -0.5 || x + width > W + 0.5 || y + height > H + 0.5;
}

/** What a place sees, in pixels of the network's input: corners, not middles of pixels. */
function fieldRect(
  field: Field | null,
  at: { readonly x: number; readonly y: number },
  size: readonly [number, number],
): Rect {
  const along = (axis: 0 | 1, index: number): [from: number, length: number] => {
    const own = field?.[axis];
    if (!own || own.jump === null) return [0, size[axis]];
    return [own.start + index * own.jump - (own.size - 1) / 2, own.size];
  };
  const [y, height] = along(0, at.y);
  const [x, width] = along(1, at.x);
  return { x, y, width, height };
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

/** A value of one channel, where it lies in its map. */
interface MapPlace {
  readonly value: number;
  /** 0, 0 in a layer of vectors. */
  readonly x: number;
  readonly y: number;
}

/**
 * The strongest places of each channel of one item, strongest first, of equals the first. With several a channel, only
 * peaks count: places that no neighbour exceeds. NaN never counts.
 * values of shape [1, C, H, W] or [1, K]
 */
export function strongestPlaces(values: Float32Array, shape: readonly number[], perChannel: number): MapPlace[][] {
  const { channels, size } = channelsOf(shape);
  const width = shape.length === 4 ? shape[3] : size;
  return Array.from({ length: channels }, (_, c) => {
    const map = values.subarray(c * size, (c + 1) * size);
    const places = perChannel === 1 ? [...largest(map)] : peaks(map, width);
    return places
      .sort((a, b) => map[b] - map[a] || a - b)
      .slice(0, perChannel)
      .map((at) => ({ value: map[at], x: at % width, y: Math.floor(at / width) }));
  });
}

function largest(map: Float32Array): number[] {
  let best = -1;
  for (let i = 0; i < map.length; i++) if (!Number.isNaN(map[i]) && (best < 0 || map[i] > map[best])) best = i;
  return best < 0 ? [] : [best];
}

function peaks(map: Float32Array, width: number): number[] {
  const height = map.length / width;
  const found: number[] = [];
  for (let i = 0; i < map.length; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    let isPeak = !Number.isNaN(map[i]);
    for (let v = Math.max(0, y - 1); isPeak && v <= Math.min(height - 1, y + 1); v++) {
      for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
        const other = map[v * width + u];
        // of equal neighbours the first is the peak
        if (other > map[i] || (other === map[i] && v * width + u < i)) isPeak = false;
      }
    }
    if (isPeak) found.push(i);
  }
  return found;
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
