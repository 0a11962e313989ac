import type { ByteSource } from '../../core/bytes.js';
import { atPlace, CnnvizError } from '../../core/errors.js';
import { type Attribute, readAttributes, textsOf } from './attributes.js';
import { readArray, type StoredArray } from './dataset.js';
import { damaged, type FileBytes, notRead } from './file-bytes.js';
import { type GlobalHeap, openGlobalHeap } from './global-heap.js';
import { type Links, readLinks } from './links.js';
import { MESSAGE, type Message, readObjectHeader } from './object-header.js';
import { readSuperblock } from './superblock.js';

/** What every object has. */
interface Named {
  /** From the root on: "/model_weights/conv1". */
  readonly path: string;
  /** Where its header lies: another name for the same object has the same. */
  readonly address: number;
  readonly attributes: ReadonlyMap<string, Attribute>;
  /** The texts of an attribute, one or many; null: there is no such attribute. @throws CnnvizError 'format' when it holds none */
  readonly texts: (name: string) => readonly string[] | null;
}

export interface Hdf5Group extends Named {
  readonly kind: 'group';
  /** What it holds, in the order of the file. */
  readonly names: readonly string[];
  /** What it holds under a name, or null. Never what holds it. @throws CnnvizError 'format' or 'unsupported' */
  readonly open: (name: string) => Hdf5Group | Hdf5Array | null;
}

export interface Hdf5Array extends Named, StoredArray {
  readonly kind: 'array';
}

interface Opening {
  readonly file: FileBytes;
  readonly heap: GlobalHeap;
  /** The groups around an object, by their headers. */
  readonly around: readonly number[];
}

/** Groups within groups. */
const MOST_DEPTH = 64;

/**
 * The root group of an HDF5 file, as h5py writes them. Objects are read when they are opened.
 * Source: HDF5 File Format Specification 3.0
 * @throws CnnvizError 'format' with the byte and the reason, or 'unsupported'
 */
export function readHdf5(source: ByteSource): Hdf5Group {
  const { file, root } = readSuperblock(source);
  const found = openObject({ file, heap: openGlobalHeap(file), around: [] }, root, '');
  if (found.kind === 'group') return found;
  throw damaged(file.base + root, 'a root that is no group');
}

function openObject(opening: Opening, address: number, path: string): Hdf5Group | Hdf5Array {
  const { file, heap, around } = opening;
  if (around.includes(address)) throw damaged(file.base + address, `group "${path}" lies within itself`);
  if (around.length > MOST_DEPTH)
    throw damaged(file.base + address, `more than ${MOST_DEPTH} groups within each other`);
  try {
    const messages = readObjectHeader(file, address);
    const links = readLinks(file, messages);
    const named = namedOf(file, heap, messages, { path, address });
    if (links) return groupOf({ file, heap, around: [...around, address] }, links, named);
    const array = readArray(file, messages);
    if (!array && messages.some(({ type }) => type === MESSAGE.datatype)) {
      throw notRead(file.base + address, 'a type with a name of its own');
    }
    if (!array) throw damaged(file.base + address, 'an object that is neither a group nor an array');
    return { kind: 'array', ...named, ...array };
  } catch (error) {
    throw atPlace(path === '' ? 'root group' : path, error);
  }
}

function namedOf(
  file: FileBytes,
  heap: GlobalHeap,
  messages: readonly Message[],
  place: Pick<Named, 'path' | 'address'>,
): Named {
  const attributes = readAttributes(file, messages);
  const texts = (name: string) => {
    const attribute = attributes.get(name);
    return attribute ? textsOf(attribute, heap) : null;
  };
  return { ...place, attributes, texts };
}

function groupOf(opening: Opening, links: Links, named: Named): Hdf5Group {
  const open = (name: string) => {
    const address = links.get(name);
    if (address === undefined) return null;
    const path = `${named.path}/${name}`;
    if (address !== null) return openObject(opening, address, path);
    throw new CnnvizError('unsupported', `HDF5 file: "${path}" is a link to somewhere else`, {
      fix: 'copy the objects themselves: h5py: f.copy(…, expand_soft=True, expand_external=True)',
    });
  };
  return { kind: 'group', names: [...links.keys()], open, ...named };
}

/** What lies at a path from a group on: "conv1/vars/0"; null: nothing. */
export function openPath(group: Hdf5Group, path: string): Hdf5Group | Hdf5Array | null {
  let found: Hdf5Group | Hdf5Array | null = group;
  for (const part of path.split('/').filter((one) => one !== '')) {
    if (found?.kind !== 'group') return null;
    found = found.open(part);
  }
  return found;
}
