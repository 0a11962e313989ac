import type { ClassReading } from '../analysis/best-classes.js';
import { channelsOf } from '../analysis/layer-facts.js';
import { planesOf } from '../analysis/planes.js';
import { measureValues } from '../analysis/values.js';
import { CnnvizError } from '../core/errors.js';
import type { Image } from '../core/image.js';
import type { Job, NetworkJob, PictureJob } from '../core/job.js';
import type { MapNote } from '../core/note.js';
import type { Clipped, DrawnScale, MapResult, Scale, ValueFacts } from '../core/result.js';
import { type Tensor, tensor } from '../core/tensor.js';
import type { Value } from '../core/values.js';
import { applyColormap } from '../draw/colormaps.js';
import type { LabelledMap } from '../draw/figure.js';
import { chooseScale, clippedBy, putPixels, toPixels, zeroLevel } from '../draw/scale.js';
import { countMapHalves, drawMapLevels, sumsOfMap } from '../engine/map-loops.js';
import { writeNpy, writeValue } from '../models/npy.js';
import { type DrawnSamples, mapPng, samplesOf } from './map-png.js';
import type { FeatureMap, MeasuredBank, MeasuredLayer } from './measure.js';
import { type FileBytes, numberedMap, type Product } from './place.js';
import { kernelMapNote, layerMapNote } from './recipe.js';
import type { Source } from './subject.js';

export interface DrawnProduct extends Product {
  readonly bytes: FileBytes;
  readonly scale?: DrawnScale;
}

/** Told what a reader of a picture should know of its making. */
type Say = (note: string) => void;

interface DrawnKernelMaps {
  /** The files, one after another: pictures of many maps are not kept. */
  readonly products: AsyncIterable<DrawnProduct>;
  /** The maps of each bank; once `products` are through, with the scale of their pictures. */
  readonly maps: readonly (readonly FeatureMap[])[];
}

/** Turns the maps of `conv` into the files a job asks for. */
export function drawKernelMaps(job: Job, source: Source, banks: readonly MeasuredBank[], say: Say): DrawnKernelMaps {
  const maps = banks.map((bank) => [...bank.maps]);
  return { maps, products: kernelProducts(job, source, maps, say) };
}

async function* kernelProducts(
  job: Job,
  source: Source,
  banks: FeatureMap[][],
  say: Say,
): AsyncGenerator<DrawnProduct> {
  const all = banks.flat();
  const pictures: DrawnProduct[] = [];
  for (const kind of job.output.products) {
    if (kind === 'maps') {
      for (const bank of banks) {
        for (const [m, map] of bank.entries()) {
          const { result, values, source: kernel } = map;
          const { bytes, picture, scale } = drawMap(
            { ...result, values, facts: result.values },
            job.picture,
            (...scale) => kernelMapNote(job, source, result, kernel, ...scale),
          );
          bank[m] = { ...map, result: { ...result, picture } };
          yield { kind, layer: null, map: numberedMap(result.name, result.item, source.facts.items), bytes, scale };
        }
      }
    } else if (kind === 'npy') {
      const map = all.length === 1 ? all[0].result.name : 'maps';
      pictures.push({ kind, layer: null, map, bytes: writeNpy(stack(all, source)) });
    } else if (kind === 'sheet' || kind === 'strip') {
      // letters and their renderers are loaded for labelled pictures alone
      const { drawKernelFigure } = await import('./kernel-figures.js');
      pictures.push({ kind, layer: null, map: kind, ...(await drawKernelFigure(job, source, all, kind, say)) });
    }
  }
  // all of them or none: one that cannot be drawn leaves nothing behind
  yield* pictures;
}

/** A plane of values that becomes one picture. */
interface DrawnPlane extends Omit<LabelledMap, 'label'> {
  /** What is known of its values already. */
  readonly facts?: ValueFacts;
}

interface DrawnMap {
  /** Parts of a file, to be written before the map's values are gone. */
  readonly bytes: FileBytes;
  readonly scale: DrawnScale;
  readonly picture: NonNullable<MapResult['picture']>;
}

/** A plane in a file of its own: one grey (or coloured) pixel a value, with its scale and recipe in the metadata. */
function drawMap(
  { width, height, values, blank = 0, facts }: DrawnPlane,
  { depth, colormap, scale: rule }: PictureJob,
  noteOf: (scale: Scale, clipped: Clipped) => MapNote,
): DrawnMap {
  const isRange = rule.kind !== 'fixed' && rule.kind !== 'percentiles';
  const known = facts ?? (isRange ? measureValues(values, sumsOfMap) : null);
  const scale = chooseScale([values], rule, known, countMapHalves);
  const gray = { width, height, channels: 1 as const, depth };
  const isDrawnLate = depth === 8 && colormap === 'gray' && values.length > DRAWN_AT_ONCE;
  const lazy: DrawnSamples = {
    ...gray,
    put: (target, from) => putPixels(values.subarray(from, from + target.length), target, scale, drawMapLevels),
  };
  const drawn = isDrawnLate ? null : toPixels(values, scale, depth, depth === 8 ? drawMapLevels : undefined);
  const lost = drawn?.clipped ?? clippedBy(values, scale, known, drawMapLevels);
  const clipped = { ...lost, nan: lost.nan - blank };
  const samples = drawn === null ? lazy : samplesOf(colouredImage({ ...gray, data: drawn.data }, colormap));
  const bytes = mapPng(samples, JSON.stringify(noteOf(scale, clipped)));
  return {
    bytes,
    scale: { ...scale, colormap, clipped: { ...clipped, of: values.length - blank } },
    picture: { scale, clipped, zero: zeroLevel(scale, depth) },
  };
}

/** Of larger maps the greys are never in memory together: two passes take less time than their pages. */
const DRAWN_AT_ONCE = 2 ** 22;

function colouredImage(gray: Image, colormap: PictureJob['colormap']): Image {
  return colormap === 'gray' ? gray : { ...gray, channels: 3, data: applyColormap(gray.data as Uint8Array, colormap) };
}

/** All maps of an input as one array: [M, oH, oW], or [N, M, oH, oW] when the input holds N. */
function stack(maps: readonly FeatureMap[], { facts, dropsBatch }: Source): Tensor {
  const { width, height } = maps[0].result;
  const other = maps.find(({ result }) => result.width !== width || result.height !== height);
  if (other) {
    const sizes = `${width}×${height} and ${other.result.width}×${other.result.height}`;
    throw new CnnvizError('usage', `one .npy file cannot hold maps of ${sizes}`, {
      fix: '--padding same gives kernels of every size maps of one size',
    });
  }
  const items = facts.items;
  const M = maps.length / items;
  const data = new Float32Array(maps.length * width * height);
  // maps come bank by bank; in the file they stand item by item
  const perItem = Array.from({ length: items }, (_, n) => maps.filter(({ result }) => result.item === n));
  perItem.flat().forEach(({ values }, i) => {
    data.set(values, i * width * height);
  });
  return tensor(data, dropsBatch ? [M, height, width] : [items, M, height, width]);
}

/**
 * Turns the chosen layers into the files a job asks for, one after another: pictures of large layers are not kept.
 * `readingOf`: how a layer's numbers are read as classes.
 */
export async function* drawLayers(
  job: NetworkJob,
  network: string,
  source: Source,
  layers: readonly MeasuredLayer[],
  readingOf: (layer: string) => ClassReading | null,
  say: Say,
): AsyncGenerator<DrawnProduct> {
  for (const kind of job.output.products) {
    if (kind === 'histogram') {
      const { drawHistograms } = await import('./layer-figures.js');
      yield { kind, layer: null, map: kind, bytes: await drawHistograms({ job, network, source, say }, layers) };
      continue;
    }
    for (const layer of layers) {
      const { name } = layer.result;
      if (job.picturesImplied && isVector(layer)) continue;
      if (kind === 'npy') yield { kind, layer: name, map: '', bytes: writeValue(withoutAddedBatch(layer.own, source)) };
      else if (kind === 'sheet') {
        const { drawLayer } = await import('./layer-figures.js');
        yield {
          kind,
          layer: name,
          map: '',
          ...(await drawLayer({ job, network, source, say }, layer, readingOf(name))),
        };
      } else yield* drawMaps(job, source, layer);
    }
  }
}

function isVector({ value: { shape } }: MeasuredLayer): boolean {
  return channelsOf(shape).size === 1;
}

/** A value as it is stored: without the N that was added to one image. */
export function withoutAddedBatch(value: Value, { dropsBatch }: Pick<Source, 'dropsBatch'>): Value {
  return dropsBatch && value.shape[0] === 1 ? { ...value, shape: value.shape.slice(1) } : value;
}

/** Each channel in a file of its own. */
async function* drawMaps(job: NetworkJob, source: Source, layer: MeasuredLayer): AsyncGenerator<DrawnProduct> {
  for (const { label, ...plane } of planesOf(layer).maps) {
    const { bytes, scale } = drawMap(plane, job.picture, (...scale) =>
      layerMapNote(job, source, layer.result, label, ...scale),
    );
    yield { kind: 'maps', layer: layer.result.name, map: label, bytes, scale };
  }
}
