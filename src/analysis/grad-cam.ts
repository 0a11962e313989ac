import { CnnvizError } from '../core/errors.js';
import type { RankedClass } from '../core/result.js';
import type { ShapedModel } from '../layers/infer.js';
import { SLIDING, WITHOUT_MAPS_OF_THEIR_OWN } from '../layers/kind-lists.js';
import { type ModelNode, neededFor } from '../layers/model.js';
import { channelsLast } from './channels-last.js';
import { classGradient } from './class-gradient.js';
import { classScores, REPAIR } from './class-scores.js';
import type { Fed } from './kept-run.js';
import { type ChosenLayer, chooseLayers } from './layer-choice.js';
import { type MapPlaces, placesOfMap } from './map-places.js';

/** One number for each place of a map, row-major [height, width]. */
export interface PlaceMap {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/**
 * Grad-CAM: each channel of a layer weighted by the mean of the class's gradient over it, summed up, and what speaks
 * against the class cut off.
 * values, gradient [C, H, W] → map [H, W], weights [C]
 * Source: Selvaraju et al. 2017, "Grad-CAM: Visual Explanations from Deep Networks", equations 1 and 2
 */
export function gradCam(
  values: ArrayLike<number>,
  gradient: Float64Array,
  [C, height, width]: readonly [number, number, number],
): { readonly map: PlaceMap; readonly weights: Float64Array } {
  const plane = height * width;
  const weights = new Float64Array(C);
  for (let c = 0; c < C; c++) {
    let sum = 0;
    for (let i = c * plane; i < (c + 1) * plane; i++) sum += gradient[i];
    weights[c] = sum / plane;
  }
  const total = new Float64Array(plane);
  for (let c = 0; c < C; c++) {
    // what the class does not depend on says nothing of it, NaN or not
    if (weights[c] === 0) continue;
    for (let i = 0; i < plane; i++) total[i] += weights[c] * values[c * plane + i];
  }
  return { map: { width, height, values: Float32Array.from(total, (sum) => Math.max(0, sum)) }, weights };
}

/**
 * A map brought to another size by bilinear interpolation between the middles of its cells; beyond the outermost ones
 * it is continued. Source: torch.nn.functional.interpolate, mode='bilinear', align_corners=False
 */
export function resizeMap(map: PlaceMap, width: number, height: number): PlaceMap {
  const columns = neighbours(map.width, width);
  const rows = neighbours(map.height, height);
  const values = new Float32Array(width * height);
  rows.forEach((row, y) => {
    columns.forEach((column, x) => {
      const at = (v: number, u: number) => map.values[v * map.width + u];
      const above = at(row.first, column.first) * (1 - column.share) + at(row.first, column.second) * column.share;
      const below = at(row.second, column.first) * (1 - column.share) + at(row.second, column.second) * column.share;
      values[y * width + x] = above * (1 - row.share) + below * row.share;
    });
  });
  return { width, height, values };
}

/** Between which two of `size` cells each of `count` places lies, and how far towards the second. */
function neighbours(size: number, count: number): { first: number; second: number; share: number }[] {
  return Array.from({ length: count }, (_, i) => {
    const at = Math.max(0, ((i + 0.5) * size) / count - 0.5);
    const first = Math.min(Math.floor(at), size - 1);
    return { first, second: Math.min(first + 1, size - 1), share: at - first };
  });
}

/** The place of the largest value, the first of equals; null when no value is a number. */
export function strongestPlace({ width, values }: PlaceMap, of: (value: number) => number = (value) => value) {
  let best = -1;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isNaN(values[i]) && (best < 0 || of(values[i]) > of(values[best]))) best = i;
  }
  return best < 0 ? null : { x: best % width, y: Math.floor(best / width), value: values[best] };
}

/** Where a layer speaks for a class. */
export interface ClassActivation {
  readonly class: RankedClass;
  readonly layer: ChosenLayer;
  /** [C, H, W] of the layer. */
  readonly shape: readonly [number, number, number];
  /** One value for each place of the layer, from 0. */
  readonly map: PlaceMap;
  /** Where its values lie in what the network reads; null: in no regular grid. */
  readonly places: MapPlaces | null;
  /** Of each channel: the mean of the score's gradient over it. */
  readonly weights: Float64Array;
  readonly notes: readonly string[];
}

/**
 * Grad-CAM of one class at one layer of a network, for one image.
 * @param layer a layer's name; null: the last maps before the pooling over all places, or before they are flattened
 * @throws CnnvizError 'shape' when the map is NaN somewhere: 0 · NaN says nothing for or against a class
 */
export async function activationOf(
  network: Parameters<typeof classGradient>[0],
  fed: Fed,
  asked: { readonly className: string | null; readonly labels: readonly string[] | null },
  layer: string | null,
  doors: Parameters<typeof classGradient>[4],
): Promise<ClassActivation> {
  let chosen: ChosenLayer | null = null;
  let places: MapPlaces | null = null;
  const by = (shaped: ShapedModel) => {
    chosen =
      layer === null
        ? lastMaps(shaped, classScores(shaped, network.name, asked.labels).value, network.name)
        : oneLayer(shaped, layer);
    const { value } = checkMaps(shaped, chosen);
    places = placesOfMap(shaped, value);
    return value;
  };
  const found = await classGradient(network, fed, by, asked, doors);
  const shape = found.value.shape.slice(-3) as unknown as [number, number, number];
  const { map, weights } = gradCam(found.value.data, found.gradient, shape);
  if (map.values.some(Number.isNaN)) {
    const causes = found.notes.map((note) => `; ${note}`).join('');
    throw new CnnvizError('shape', `--layer ${chosen!.name}: what it says for this class is NaN${causes}`, {
      fix: REPAIR,
    });
  }
  return { class: found.class, layer: chosen!, shape, map, places, weights, notes: found.notes };
}

/** The one layer a name means. @throws CnnvizError 'usage' for none, or several */
export function oneLayer(shaped: ShapedModel, name: string): ChosenLayer {
  const found = chooseLayers(shaped, [name], '--layer');
  if (found.length === 1) return found[0];
  throw new CnnvizError('usage', `--layer ${name}: expected one layer, got ${found.length}`, {
    fix: `such as --layer ${found[0].name}`,
  });
}

/** The last maps that the scores are made from: behind their batch norm, addition and activation. */
function lastMaps(shaped: ShapedModel, scores: string, network: string): ChosenLayer {
  const last = spatialMaps(shaped, scores).at(-1);
  if (last) return { name: last.name, value: last.outputs[0], node: last, group: null };
  throw new CnnvizError('usage', `${network} has no layer that makes maps`, {
    fix: 'name a layer of maps with --layer',
  });
}

/** @throws CnnvizError 'usage' for a layer of vectors */
function checkMaps(shaped: ShapedModel, layer: ChosenLayer): ChosenLayer {
  const { shape } = shaped.infos.get(layer.value)!;
  if (channelsLast(shaped).has(layer.value)) {
    throw new CnnvizError('usage', `--layer ${layer.name}: expected maps [N, C, H, W], its channels stand last`, {
      fix: 'choose a convolution, or a layer whose channels stand before its places',
    });
  }
  if (shape.length === 4 && shape[0] === 1 && shape[2] * shape[3] > 1) return layer;
  throw new CnnvizError('usage', `--layer ${layer.name}: expected a layer of maps, it gives [${shape.join(', ')}]`, {
    fix: 'choose a convolution, or a layer before the maps are flattened',
  });
}

/**
 * The layers that make maps [1, C, H, W] of more than one place on the way to a value, in the network's order; the last
 * is what a pooling over all places, or a flattening, reads. A batch norm, an addition or an activation makes maps as a
 * convolution does. Arrays of rank 4 that are no maps (channels last, vectors with sides of 1) have sides that no window
 * gives.
 */
export function spatialMaps({ model, infos }: ShapedModel, value: string): ModelNode[] {
  const sidesOf = ({ outputs }: ModelNode): string | null => {
    const { shape } = infos.get(outputs[0])!;
    return shape.length === 4 && shape[0] === 1 && shape[2] * shape[3] > 1 ? shape.slice(2).join('×') : null;
  };
  const given = new Set(model.nodes.filter(({ layer }) => SLIDING.includes(layer.kind)).map(sidesOf));
  return neededFor(model, [value]).filter((node) => {
    const sides = sidesOf(node);
    return sides !== null && given.has(sides) && !WITHOUT_MAPS_OF_THEIR_OWN.includes(node.layer.kind);
  });
}
