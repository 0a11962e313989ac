import { CnnvizError } from '../core/errors.js';
import type { Image } from '../core/image.js';
import type { Job } from '../core/job.js';
import type { MapResult } from '../core/result.js';
import { type Tensor, tensor } from '../core/tensor.js';
import { numbersOf } from '../engine/input.js';
import { drawMapLevels } from '../engine/map-loops.js';
import { applyColormap } from '../figures/colormaps.js';
import { contactSheet } from '../figures/contact-sheet.js';
import { chooseScale, toPixels, zeroLevel } from '../figures/scale.js';
import { strip } from '../figures/strip.js';
import { encodePng } from '../io/encode.js';
import { baseName } from '../io/paths.js';
import { writeNpy } from '../models/npy.js';
import { planesPicture } from './input-picture.js';
import type { FeatureMap, MeasuredBank } from './measure.js';
import { numberedMap, type Product } from './place.js';
import { mapNote, pictureNote } from './recipe.js';
import type { Source } from './source.js';

export interface DrawnProduct extends Product {
  readonly bytes: Uint8Array;
}

export interface Drawn {
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
