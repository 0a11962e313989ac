import { BUILTIN_NETWORKS } from '../builtin/index.js';
import { HUGGING_FACE } from './hugging-face.js';
import type { Naming } from './naming.js';
import { OTHER_NAMES, todaysName } from './other-names.js';
import { findPrefix } from './prefix.js';
import { builtinShapes } from './shapes.js';
import { TIMM } from './timm.js';

export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A tensor under torchvision's name: one of the file's, or several that are stacked. */
export interface Renamed<T extends NamedTensor> {
  readonly name: string;
  readonly shape: readonly number[];
  readonly parts: readonly T[];
}

/** A file's tensors as torchvision would name them. */
export interface Reading<T extends NamedTensor> {
  /** Whose names they are; null: torchvision's. */
  readonly naming: Naming | null;
  /** What stands before all names: "module.". */
  readonly prefix: string;
  readonly tensors: ReadonlyMap<string, Renamed<T>>;
  /** Within the network, but with no name of torchvision's. */
  readonly unknown: readonly string[];
  /** Outside of it. */
  readonly outside: readonly string[];
  /** Not read: what only another use of the network needs. */
  readonly leftOut: readonly string[];
}

const NAMINGS: readonly Naming[] = [...TIMM, ...HUGGING_FACE, ...OTHER_NAMES];

let allNames: ReadonlySet<string> | null = null;

/** The names of the parameters of all built-in networks. */
function builtinNames(): ReadonlySet<string> {
  allNames ??= new Set(BUILTIN_NETWORKS.flatMap(({ name }) => [...builtinShapes(name).keys()]));
  return allNames;
}

/** All the ways in which a file's names can be meant; torchvision's first. */
export function readingsOf<T extends NamedTensor>(tensors: readonly T[]): Reading<T>[] {
  const list = tensors.filter(({ name }) => !name.endsWith('num_batches_tracked'));
  const names = list.map(({ name }) => name);
  const own = findPrefix(names.map(todaysName), builtinNames());
  const others = NAMINGS.flatMap((naming) => {
    const prefix = landmarkPrefix(names, naming.landmarks);
    return prefix === null || isOwnName(prefix, naming) ? [] : [readingBy(list, prefix, naming)];
  });
  return [ownReading(list, own), ...others];
}

/** Whether a naming only takes off what torchvision's names have: "features." */
function isOwnName(prefix: string, { landmarks: [first], rename }: Naming): boolean {
  return prefix !== '' && `${prefix}${first}`.endsWith(rename([first])(first) ?? ' ');
}

function ownReading<T extends NamedTensor>(list: readonly T[], prefix: string): Reading<T> {
  const tensors = new Map<string, Renamed<T>>();
  const outside: string[] = [];
  for (const one of list) {
    if (!one.name.startsWith(prefix)) {
      outside.push(one.name);
      continue;
    }
    const name = todaysName(one.name.slice(prefix.length));
    tensors.set(name, { name, shape: one.shape, parts: [one] });
  }
  return { naming: null, prefix, tensors, unknown: [], outside, leftOut: [] };
}

/** What stands before the first landmark where all of them stand behind the same; null where they do not. */
function landmarkPrefix(names: readonly string[], [first, ...others]: readonly string[]): string | null {
  const has = new Set(names);
  for (const name of names) {
    if (!name.endsWith(first)) continue;
    const prefix = name.slice(0, name.length - first.length);
    const isPrefix = prefix === '' || prefix.endsWith('.');
    if (isPrefix && others.every((one) => has.has(prefix + one))) return prefix;
  }
  return null;
}

function readingBy<T extends NamedTensor>(list: readonly T[], inner: string, naming: Naming): Reading<T> {
  const { within = '', leftOut: ignored } = naming;
  const prefix = inner.endsWith(within) ? inner.slice(0, inner.length - within.length) : inner;
  const shortened = list.map((tensor) => {
    const { name } = tensor;
    const at = name.startsWith(inner) ? inner.length : name.startsWith(prefix) ? prefix.length : null;
    return { tensor, name: at === null ? null : name.slice(at) };
  });
  const rename = naming.rename(shortened.flatMap(({ name }) => (name === null ? [] : [name])));
  const parts = new Map<string, T[]>();
  const rest = { unknown: [] as string[], outside: [] as string[], leftOut: [] as string[] };
  for (const { tensor, name } of shortened) {
    const renamed = name === null ? null : rename(name);
    if (name === null) rest.outside.push(tensor.name);
    else if (renamed !== null) {
      const [whole, part = '0'] = renamed.split('#');
      const all = parts.get(whole) ?? [];
      all[Number(part)] = tensor;
      parts.set(whole, all);
    } else (ignored?.test(name) ? rest.leftOut : rest.unknown).push(tensor.name);
  }
  const tensors = new Map<string, Renamed<T>>();
  for (const [name, own] of parts) tensors.set(name, stacked(name, own));
  return { naming, prefix, tensors, ...rest };
}

/** Parts along their first axis; a missing one leaves a shape that no network has. */
function stacked<T extends NamedTensor>(name: string, parts: readonly T[]): Renamed<T> {
  const there = Array.from(parts).filter((one) => one !== undefined);
  const [first, ...rest] = there[0].shape;
  const isWhole = there.length === parts.length && there.every(({ shape }) => `${shape.slice(1)}` === `${rest}`);
  const rows = there.reduce((sum, { shape }) => sum + shape[0], 0);
  if (!isWhole) return { name, shape: [first, ...rest], parts: there.slice(0, 1) };
  return { name, shape: there.length === 1 ? there[0].shape : [rows, ...rest], parts: there };
}
