import { layerSpec } from './layer-words.js';
import type { LayerSpec } from './spec.js';

/** The shape [N, …] that layers give for an input [N, C, H, W]; null when they do not take it. */
export type ShapeAt = (layers: readonly LayerSpec[], input: readonly number[]) => readonly number[] | null;

/** [height, width] */
type ImageSize = readonly [number, number];

/** Sides of images that networks are usually made for; those of 22 or 13 pixels only come out of a text with gaps. */
const USUAL_SIDES = [
  28, 32, 40, 48, 50, 64, 80, 96, 100, 112, 128, 150, 160, 192, 200, 224, 227, 240, 256, 299, 300, 320, 384, 448, 512,
  640,
];
const LARGEST_SIDE = 640;
/** Of more places than this only the last ones are tried. */
const MOST_PLACES = 6;

/** What stands before the flatten that leads to the linear layer at `index`; null when another linear layer decides what arrives. */
function spatialLayers(layers: readonly LayerSpec[], index: number): readonly LayerSpec[] | null {
  const before = layers.slice(0, index);
  if (before.some(({ layer }) => layer.kind === 'linear')) return null;
  const flatten = before.findLastIndex(({ layer }) => layer.kind === 'flatten');
  return flatten < 0 ? before : before.slice(0, flatten);
}

/** The shape behind layers; an image that is flattened at once keeps its own. */
function shapeBehind(layers: readonly LayerSpec[], input: readonly number[], shapeAt: ShapeAt) {
  return layers.length === 0 ? input : shapeAt(layers, input);
}

/** Numbers an image gives to a linear layer behind these layers; null when they do not take it. */
function featuresAt(layers: readonly LayerSpec[], channels: number, [H, W]: ImageSize, shapeAt: ShapeAt) {
  const shape = shapeBehind(layers, [1, channels, H, W], shapeAt);
  return shape?.length === 4 ? shape.slice(1).reduce((product, side) => product * side, 1) : null;
}

/** A size of image for which the linear layer at `index` reads `features` numbers; null when there is none. Usual ones and squares come first. */
export function sizeGiving(
  layers: readonly LayerSpec[],
  index: number,
  channels: number,
  features: number,
  shapeAt: ShapeAt,
): ImageSize | null {
  const before = spatialLayers(layers, index);
  if (before === null) return null;
  const sides = Array.from({ length: LARGEST_SIDE }, (_, i) => i + 1);
  const found: { readonly side: number; readonly shape: readonly number[] }[] = [];
  for (const side of [...USUAL_SIDES, ...sides]) {
    const shape = shapeBehind(before, [1, channels, side, side], shapeAt);
    if (shape?.length !== 4) continue;
    if (shape[1] * shape[2] * shape[3] === features) return [side, side];
    found.push({ side, shape });
  }
  const bySide = new Map(found.map(({ side, shape }) => [shape[3], side]));
  for (const { side, shape } of found) {
    const across = bySide.get(features / (shape[1] * shape[2]));
    if (across !== undefined) return [side, across];
  }
  return null;
}

/** Whether the linear layer at `index` reads `features` numbers of a square image of a usual size. */
export function fitsUsual(
  layers: readonly LayerSpec[],
  index: number,
  channels: number,
  features: number,
  shapeAt: ShapeAt,
): boolean {
  const before = spatialLayers(layers, index);
  if (before === null) return false;
  return USUAL_SIDES.some((side) => featuresAt(before, channels, [side, side], shapeAt) === features);
}

/** Whether the layers before the linear one at `index` take an image of any usual size: their channels follow from each other. */
export function takesImages(layers: readonly LayerSpec[], index: number, channels: number, shapeAt: ShapeAt): boolean {
  const before = spatialLayers(layers, index);
  return before !== null && USUAL_SIDES.some((side) => featuresAt(before, channels, [side, side], shapeAt) !== null);
}

/** Whether images of this size are usual. */
export function isUsual([H, W]: ImageSize): boolean {
  return H === W && USUAL_SIDES.includes(H);
}

/** What a text may hide: so many poolings by 2, for an image of this size. */
export interface HiddenPools {
  readonly pools: number;
  readonly size: ImageSize;
}

/**
 * How many poolings by 2 behind convolutions would make `features` numbers of an image of one of these sizes; null when
 * none would. The fewest come first, of those the last places.
 */
export function poolsGiving(
  layers: readonly LayerSpec[],
  index: number,
  channels: number,
  features: number,
  sizes: readonly ImageSize[],
  shapeAt: ShapeAt,
): HiddenPools | null {
  const before = spatialLayers(layers, index);
  if (before === null) return null;
  const places = placesForPools(before).slice(-MOST_PLACES);
  const choices = Array.from({ length: 2 ** places.length - 1 }, (_, i) =>
    places.filter((_, place) => (i + 1) & (1 << place)),
  ).sort((a, b) => a.length - b.length || b[0] - a[0]);
  for (const chosen of choices) {
    const pooled = before.flatMap((one, i) => (chosen.includes(i) ? [one, hiddenPool(i)] : [one]));
    const size = sizes.find((one) => featuresAt(pooled, channels, one, shapeAt) === features);
    if (size) return { pools: chosen.length, size };
  }
  return null;
}

/** The same over all usual sizes. */
export function usualPoolsGiving(
  layers: readonly LayerSpec[],
  index: number,
  channels: number,
  features: number,
  shapeAt: ShapeAt,
): HiddenPools | null {
  const sizes = USUAL_SIDES.map((side): ImageSize => [side, side]);
  return poolsGiving(layers, index, channels, features, sizes, shapeAt);
}

/** "features.0" and "features.3" lie in one module that the text shows whole: only Sequentials hold layers. */
export function inOneSequence(a: LayerSpec, b: LayerSpec): boolean {
  const [outer, ...inner] = a.name.split('.');
  return inner.length > 0 && b.name.startsWith(`${outer}.`);
}

/** The last layer that belongs to each convolution: before the next one, or the end; within a Sequential nothing is hidden. */
function placesForPools(layers: readonly LayerSpec[]): number[] {
  const convs = layers.flatMap(({ layer }, i) => (layer.kind === 'conv' ? [i] : []));
  return convs
    .map((_, n) => (convs[n + 1] ?? layers.length) - 1)
    .filter((at) => at === layers.length - 1 || !inOneSequence(layers[at], layers[at + 1]));
}

function hiddenPool(at: number): LayerSpec {
  return layerSpec('max_pool', `hidden-${at}`, new Map([['kernel_size', 2]]));
}
