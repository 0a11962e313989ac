import { channelsOf } from '../analysis/layer-facts.js';
import { CnnvizError } from '../core/errors.js';
import { groupDigits } from '../core/format.js';
import type { Image } from '../core/image.js';
import type { NetworkJob } from '../core/network-job.js';
import { applyColormap } from '../figures/colormaps.js';
import { contactSheet } from '../figures/contact-sheet.js';
import type { LabelledMap } from '../figures/map-figure.js';
import { chooseScale, toPixels } from '../figures/scale.js';
import { encodePng } from '../io/encode.js';
import { baseName } from '../io/paths.js';
import { writeValue } from '../models/npy.js';
import type { DrawnProduct } from './draw.js';
import type { MeasuredLayer } from './network-layers.js';
import { layerMapNote, layerSheetNote } from './network-recipe.js';
import type { NetworkSource } from './network-source.js';

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
