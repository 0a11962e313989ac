import { CnnvizError } from '../../core/errors.js';
import { someOf } from '../../core/text.js';
import type { Hdf5Group } from '../hdf5/hdf5-file.js';
import { weightOf } from '../hdf5/weights.js';
import type { LayerPlace } from '../keras/keras-source.js';
import type { WeightTensor } from '../weights/weight-file.js';

const CONTAINER = 'layers';
/** What Keras 2.13 to 2.15 call the same. */
const OLDER_CONTAINER = '_layer_checkpoint_dependencies';
const VARS = 'vars';
/** What layers hold beside their arrays, and what a model holds beside its layers. */
const ASIDE = new Set([VARS, CONTAINER, OLDER_CONTAINER, 'seed_generator', 'optimizer', 'metrics']);

/** Whether a group holds a model as Keras 3 saves its arrays: layers by their classes. */
export function holdsSavedWeights(group: Hdf5Group): boolean {
  return group.names.includes(CONTAINER) || group.names.includes(OLDER_CONTAINER);
}

/**
 * The arrays of a layer in model.weights.h5: layers/conv2d_1/vars/0, 1 …; nested models within their own "layers".
 * Source: keras-team/keras, keras/src/saving/saving_lib.py, _save_state, _save_container_state, H5IOStore.get
 * @throws CnnvizError 'format' when there is no such layer, with those that there are
 */
export function savedWeightsOf(root: Hdf5Group, { path, counted }: LayerPlace): readonly WeightTensor[] {
  let group = root;
  for (const [i, name] of counted.entries()) group = layerWithin(group, name, path[i], path.slice(0, i + 1).join('/'));
  return arraysOf(group, path.join('/'));
}

function layerWithin(group: Hdf5Group, counted: string, name: string, place: string): Hdf5Group {
  const container = groupIn(group, CONTAINER) ?? groupIn(group, OLDER_CONTAINER);
  const told = container && groupIn(container, keyIn(container, counted));
  const owner = told && ownerOf(told);
  if (told && (owner === null || owner === name)) return told;
  // a file that names its layers is looked through for this one
  const named = container?.names.flatMap((key) => {
    const one = groupIn(container, key);
    return one && ownerOf(one) === name ? [one] : [];
  });
  if (named?.length === 1) return named[0];
  const there = container ? someOf(container.names) : 'no layers';
  const what = told ? `"${counted}" has the arrays of "${owner}"` : `no "${counted}"`;
  throw new CnnvizError('format', `layer "${place}": ${what} in ${container?.path ?? group.path}: there is ${there}`);
}

function groupIn(group: Hdf5Group, name: string): Hdf5Group | null {
  const found = group.names.includes(name) ? group.open(name) : null;
  return found?.kind === 'group' ? found : null;
}

/** The layer whose arrays a group has, where newer versions say so. */
function ownerOf(group: Hdf5Group): string | null {
  return groupIn(group, VARS)?.texts('name')?.[0] ?? null;
}

/** "conv2d_3": the class, and which of it. */
const COUNTED = /^(.*?)(?:_(\d+))?$/;

/**
 * The key of a layer in its container. In the older one each layer with arrays counts twice, but is saved once: the third
 * of a class is the third key of that class.
 */
function keyIn(container: Hdf5Group, counted: string): string {
  if (!container.path.endsWith(`/${OLDER_CONTAINER}`)) return counted;
  const [, name, number] = COUNTED.exec(counted) ?? [];
  const numbers = container.names.flatMap((key) => {
    const [, own, which] = COUNTED.exec(key) ?? [];
    return own === name ? [Number(which ?? 0)] : [];
  });
  const which = numbers.sort((a, b) => a - b)[Number(number ?? 0)];
  return which === undefined || which === 0 ? counted : `${name}_${which}`;
}

/** Parts of a layer that are layers themselves, in the order in which the layer lists their arrays. */
const PARTS: readonly (readonly string[])[] = [
  ['forward_layer', 'backward_layer'],
  ['query_dense', 'key_dense', 'value_dense', 'output_dense'],
];

/** A layer's own arrays, or those of the layers within it: a cell, the layer that a wrapper wraps. */
function arraysOf(group: Hdf5Group, layer: string): readonly WeightTensor[] {
  const own = varsOf(group, layer);
  const parts = group.names.flatMap((name) => {
    const part = ASIDE.has(name) ? null : groupIn(group, name);
    const arrays = part ? arraysOf(part, `${layer}/${name}`) : [];
    return arrays.length > 0 ? [{ name: name.replace(/^_/, ''), arrays }] : [];
  });
  if (parts.length === 0) return own;
  if (parts.length === 1 && own.length === 0) return parts[0].arrays;
  const order = PARTS.find((names) => own.length === 0 && parts.every(({ name }) => names.includes(name)));
  if (order) return order.flatMap((name) => parts.find((part) => part.name === name)?.arrays ?? []);
  const names = someOf(parts.map(({ name }) => name));
  throw new CnnvizError('unsupported', `layer "${layer}": arrays in several parts (${names}), in an order not known`);
}

/** @throws CnnvizError 'format' unless they are numbered from 0 on */
function varsOf(group: Hdf5Group, layer: string): readonly WeightTensor[] {
  const vars = groupIn(group, VARS);
  return (vars?.names ?? []).map((_, i) => {
    const array = vars?.open(String(i));
    if (array?.kind === 'array') return weightOf(array, `${layer}/${i}`);
    throw new CnnvizError('format', `layer "${layer}": expected arrays 0 …, got ${someOf(vars?.names ?? [])}`);
  });
}
