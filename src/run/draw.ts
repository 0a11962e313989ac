import { channelsOf } from '../analysis/layer-facts.js';
import { CnnvizError } from '../core/errors.js';
import type { Image } from '../core/image.js';
import type { Job, NetworkJob } from '../core/job.js';
import type { MapResult } from '../core/result.js';
import { type Tensor, tensor } from '../core/tensor.js';
import { groupDigits } from '../core/text.js';
import { applyColormap } from '../draw/colormaps.js';
import { contactSheet } from '../draw/contact-sheet.js';
import type { LabelledMap } from '../draw/map-figure.js';
import { chooseScale, toPixels, zeroLevel } from '../draw/scale.js';
import { strip } from '../draw/strip.js';
import { numbersOf } from '../engine/input.js';
import { drawMapLevels } from '../engine/map-loops.js';
import { encodePng } from '../io/encode.js';
import { baseName } from '../io/paths.js';
import { writeNpy, writeValue } from '../models/npy.js';
import type { FeatureMap, MeasuredBank } from './measure.js';
import type { MeasuredLayer } from './network-layers.js';
import type { NetworkSource } from './network-source.js';
import { numberedMap, type Product } from './place.js';
import { layerMapNote, layerSheetNote, mapNote, pictureNote } from './recipe.js';
import { planesPicture, type Source } from './source.js';

export interface DrawnProduct extends Product {
  readonly bytes: Uint8Array;
}

interface Drawn {
  readonly products: readonly DrawnProduct[];
  /** The maps again, now with the scale of their pictures. */
  readonly maps: readonly FeatureMap[][];
}

/** Turns numbers into the files a job asks for. */
export async function drawProducts(job: Job, source: Source, banks: readonly MeasuredBank[]): Promise<Drawn> {
  const all = banks.flatMap(({ maps }) => maps);
  const products: DrawnProduct[] = [];
  const maps = banks.map((bank) => [...bank.maps]);
  for (const kind of job.output.products) {
    switch (kind) {
      case 'maps':
        for (const bank of maps) {
          for (const [m, map] of bank.entries()) {
            const drawn = await drawMap(job, source, map);
            bank[m] = { ...map, result: drawn.result };
            const name = numberedMap(map.result.name, map.result.item, source.facts.items);
            products.push({ kind, layer: null, map: name, bytes: drawn.bytes });
          }
        }
        break;
      case 'npy':
        products.push({
          kind,
          layer: null,
          map: all.length === 1 ? all[0].result.name : 'maps',
          bytes: writeNpy(stack(all, source)),
        });
        break;
      case 'sheet':
      case 'strip':
        products.push({ kind, layer: null, map: kind, bytes: await drawPicture(job, source, all, kind) });
    }
  }
  return { products, maps };
}

/** A map in a file of its own: one grey (or coloured) pixel a value, with its scale and recipe in the metadata. */
async function drawMap(job: Job, source: Source, map: FeatureMap): Promise<{ result: MapResult; bytes: Uint8Array }> {
  const { depth, colormap, scale: rule } = job.picture;
  const { width, height } = map.result;
  const scale = chooseScale([map.values], rule, map.result.values);
  const { data, clipped } = toPixels(map.values, scale, depth, depth === 8 ? drawMapLevels : undefined);
  const result = { ...map.result, picture: { scale, clipped, zero: zeroLevel(scale, depth) } };
  const gray: Image = { width, height, channels: 1, depth, data };
  const image: Image =
    colormap === 'gray' ? gray : { ...gray, channels: 3, data: applyColormap(data as Uint8Array, colormap) };
  const note = mapNote(job, { path: source.facts.path, sha256: source.sha256 }, result, map.source);
  return { result, bytes: await encodePng(image, JSON.stringify(note)) };
}

/** All maps of an input as one array: [M, oH, oW], or [N, M, oH, oW] when the input holds N. */
function stack(maps: readonly FeatureMap[], { facts, x }: Source): Tensor {
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
  return tensor(data, x.shape.length === 4 ? [items, M, height, width] : [M, height, width]);
}

async function drawPicture(
  job: Job,
  source: Source,
  maps: readonly FeatureMap[],
  kind: 'sheet' | 'strip',
): Promise<Uint8Array> {
  const { items, width, height } = source.facts;
  const { scale: scaleRule, colormap } = job.picture;
  const named = maps.map(({ result, values }) => ({
    label: numberedMap(result.name, result.item, items),
    width: result.width,
    height: result.height,
    values,
  }));
  const title = `${source.facts.path === '-' ? 'standard input' : baseName(source.facts.path)} ${width}×${height}`;
  const options = { title, scaleRule, colormap };
  const drawn =
    kind === 'sheet'
      ? contactSheet(named, options)
      : strip(
          maps.map((map, i) => ({
            ...inputPicture(source, map.result.item),
            kernel: kernelPicture(map),
            map: named[i],
          })),
          options,
        );
  const note = pictureNote(job, { path: source.facts.path, sha256: source.sha256 }, kind, drawn.scale);
  return encodePng(drawn.image, JSON.stringify(note));
}

/** A map's kernel as planes, one a channel; of a gradient magnitude one a derivative, which is the same for every channel. */
export function kernelPicture({ result, kernel }: FeatureMap) {
  const [kH, kW] = kernel.shape.slice(-2);
  const isMagnitude = kernel.shape.length === 4;
  const step = isMagnitude ? kernel.shape[1] * kH * kW : kH * kW;
  const channels = Array.from({ length: kernel.shape[0] }, (_, c) => ({
    width: kW,
    height: kH,
    values: kernel.data.subarray(c * step, c * step + kH * kW),
  }));
  return { label: result.kernel.name, channels, ...(isMagnitude ? { combined: 'gradient magnitude' } : {}) };
}

/** The input as a picture; an array is drawn from its darkest to its brightest value. */
export function inputPicture(source: Source, item: number): { input: Image; inputValues?: Float32Array } {
  const [C, height, width] = source.x.shape.slice(-3);
  const size = width * height;
  const planes = numbersOf(source.x).subarray(item * C * size, (item + 1) * C * size);
  const values = C === 1 ? { inputValues: planes } : {};
  return { input: source.image ?? planesPicture(planes, [C, height, width]), ...values };
}

/** Turns the chosen layers into the files a job asks for, one after another: pictures of large layers are not kept. */
export async function* drawLayers(
  job: NetworkJob,
  network: string,
  source: NetworkSource,
  layers: readonly MeasuredLayer[],
): AsyncGenerator<DrawnProduct> {
  for (const kind of job.output.products) {
    for (const layer of layers) {
      const { name } = layer.result;
      if (job.picturesImplied && isVector(layer)) continue;
      if (kind === 'npy') yield { kind, layer: name, map: '', bytes: writeValue(withoutAddedBatch(layer, source)) };
      else if (kind === 'sheet')
        yield { kind, layer: name, map: '', bytes: await drawSheet(job, network, source, layer) };
      else yield* drawMaps(job, source, layer);
    }
  }
}

function isVector({ value: { shape } }: MeasuredLayer): boolean {
  return channelsOf(shape).size === 1;
}

function withoutAddedBatch({ value }: MeasuredLayer, { dropsBatch }: NetworkSource) {
  return dropsBatch && value.shape[0] === 1 ? { ...value, shape: value.shape.slice(1) } : value;
}

/**
 * A layer's values as planes with labels: the last two axes are a plane, channels count across all others. Vectors
 * [N, K] are folded into rows, as square as can be.
 */
export function planesOf({ values, value: { shape } }: Pick<MeasuredLayer, 'values' | 'value'>): {
  maps: LabelledMap[];
  folded: number | null;
} {
  const { items, channels, size } = channelsOf(shape);
  if (values.length === 0) throw new CnnvizError('shape', `an array [${shape.join(', ')}] has nothing to draw`);
  if (size === 1) {
    const width = Math.ceil(Math.sqrt(channels));
    const height = Math.ceil(channels / width);
    const maps = Array.from({ length: items }, (_, n) => {
      const folded = new Float32Array(width * height).fill(Number.NaN);
      folded.set(values.subarray(n * channels, (n + 1) * channels));
      const blank = folded.length - channels;
      return { label: items === 1 ? '' : `item ${n}`, width, height, values: folded, blank };
    });
    return { maps, folded: width };
  }
  const [height, width] = shape.length < 4 && shape.length !== 3 ? [1, size] : shape.slice(-2);
  const planes = values.length / (width * height);
  const perItem = planes / items;
  const maps = Array.from({ length: planes }, (_, p) => ({
    label: items === 1 ? String(p) : `${Math.floor(p / perItem)}.${p % perItem}`,
    width,
    height,
    values: values.subarray(p * width * height, (p + 1) * width * height),
  }));
  return { maps, folded: null };
}

async function drawSheet(
  job: NetworkJob,
  network: string,
  source: NetworkSource,
  layer: MeasuredLayer,
): Promise<Uint8Array> {
  const { maps, folded } = planesOf(layer);
  const { channels } = channelsOf(layer.value.shape);
  const name = source.facts.path === '-' ? 'standard input' : baseName(source.facts.path);
  const vector = folded === null ? '' : ` (${groupDigits(channels)} values, ${folded} a row)`;
  const title = `${name}: ${network} ${layer.result.name}${vector}`;
  const { scale: scaleRule, colormap } = job.picture;
  const { image, scale } = contactSheet(maps, { title, scaleRule, colormap });
  return encodePng(image, JSON.stringify(layerSheetNote(job, source, layer.result, scale)));
}

/** Each channel in a file of its own: one pixel a value, with its scale and recipe in the metadata. */
async function* drawMaps(job: NetworkJob, source: NetworkSource, layer: MeasuredLayer): AsyncGenerator<DrawnProduct> {
  const { depth, colormap, scale: rule } = job.picture;
  for (const { label, width, height, values, blank = 0 } of planesOf(layer).maps) {
    const scale = chooseScale([values], rule);
    const { data, clipped: lost } = toPixels(values, scale, depth);
    const clipped = { ...lost, nan: lost.nan - blank };
    const gray: Image = { width, height, channels: 1, depth, data };
    const image: Image =
      colormap === 'gray' ? gray : { ...gray, channels: 3, data: applyColormap(data as Uint8Array, colormap) };
    const note = layerMapNote(job, source, layer.result, label, scale, clipped);
    yield { kind: 'maps', layer: layer.result.name, map: label, bytes: await encodePng(image, JSON.stringify(note)) };
  }
}
