import { channelsOf } from '../../analysis/layer-facts.js';
import { summaryOf } from '../../analysis/network-summary.js';
import type { Field } from '../../analysis/receptive-field.js';
import type { StudyContext, StudyOn } from '../../batch/study-task.js';
import { CnnvizError, ofCommand } from '../../core/errors.js';
import type { NetworkJob } from '../../core/job.js';
import { faultWords, toFloat32 } from '../../core/values.js';
import type { Rect } from '../../draw/marks.js';
import type { Input } from '../../io/inputs.js';
import { networkSubject, openNetwork } from '../../run/network.js';
import { layersNamed } from '../../run/run.js';
import { Runs } from '../../run/runs.js';
import { atInput, readSource } from '../../run/source.js';
import type { Source, Subject } from '../../run/subject.js';
import { originalRect } from './class-map.js';

/** What is looked for in every image. Plain JSON. */
export interface TopPlaces {
  readonly job: NetworkJob;
  readonly layer: string;
  /** How many places of one image may count. */
  readonly perImage: number;
}

/** A place of one image. */
export interface ImagePatch {
  readonly value: number;
  /** Where in the channel's map. */
  readonly map: { readonly x: number; readonly y: number };
  /** What the place sees, in pixels of the image; it may reach beyond its edges. Of arrays, in their own places. */
  readonly field: Rect;
  /** The place sees beyond the edges of what the network reads: partly padding. */
  readonly border: boolean;
}

/** The strongest places of one image. */
export interface ImagePlaces {
  readonly layer: string;
  /** As the layer makes it for one image. */
  readonly shape: readonly number[];
  /** [height, width] of what a place sees, in pixels of what the network reads. */
  readonly fieldSize: readonly [number, number];
  /** Of each channel, strongest first. */
  readonly channels: readonly (readonly ImagePatch[])[];
  /** What binding the weights had to say. */
  readonly notes: readonly string[];
  /** Of what went wrong among the numbers, with the image's name in front. */
  readonly warnings: readonly string[];
}

/** Opens the network by itself, as the thread of a worker does. */
export async function openTopPlaces(order: TopPlaces, context: StudyContext): Promise<StudyOn<Input, ImagePlaces>> {
  return topPlaces(networkSubject(await openNetwork(order.job.request), order.job), order, context);
}

/**
 * Finds the strongest places of an image in every channel of a layer.
 * An image that cannot be read costs itself; what a layer refuses is a fault of the command.
 */
export function topPlaces(
  subject: Subject,
  { layer, perImage }: Omit<TopPlaces, 'job'>,
  context: StudyContext,
): StudyOn<Input, ImagePlaces> {
  const runs = new Runs(subject, layersNamed([layer], { firstOnly: true }));
  return async (input, breathe) => {
    const source = await atInput(input, () => readSource(input, subject));
    try {
      const run = await runs.run(source, { breathe, ...context });
      const [chosen] = run.chosen.layers;
      const { data, shape } = run.read(chosen.value);
      if (shape.length < 2 || shape[0] !== 1) {
        throw new CnnvizError('usage', `${input.path}: expected one image, the layer gives [${shape.join(', ')}]`, {
          fix: 'one image, or one array [1, C, H, W], a file',
        });
      }
      const field = fieldOf(run.shaped, chosen.name);
      const size = source.info!.shape.slice(-2) as [number, number];
      const found = strongestPlaces(toFloat32(data), shape, perImage);
      return {
        layer: chosen.name,
        shape,
        fieldSize: fieldSize(field, size),
        channels: found.map((places) => places.map((place) => patchAt(place, field, size, source))),
        notes: run.bound.notes,
        warnings: [...run.faults.map(faultWords), ...source.warnings].map((text) => `${input.path}: ${text}`),
      };
    } catch (error) {
      throw ofCommand(error);
    }
  };
}

function patchAt(
  { value, x, y }: MapPlace,
  field: Field | null,
  size: readonly [number, number],
  { picture }: Source,
): ImagePatch {
  const rect = fieldRect(field, { x, y }, size);
  const own = picture ? originalRect(picture.plan, rect) : rect;
  return { value, map: { x, y }, field: own, border: isBeyond(rect, size) };
}

function fieldOf(shaped: Parameters<typeof summaryOf>[0], layer: string): Field | null {
  return summaryOf(shaped, layer)?.field ?? null;
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
