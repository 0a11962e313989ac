import { type ByteSource, viewOf } from '../../../core/bytes.js';
import { CnnvizError } from '../../../core/errors.js';
import { STORED_TYPES } from '../float-types.js';
import type { ReadContext, WeightFile } from '../weight-file.js';
import { collectTensors } from './collect.js';
import { unpickle } from './pickle.js';
import { checkTotal, type StorageBytes, storageOf, tensorFrom } from './storages.js';
import type { PickleValue, StorageValue } from './values.js';

/** The pickle of 0x1950a86a20f9469cfc6c, behind its PROTO (0x80, version). */
const MAGIC = [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];
const PROTOCOL = 1001;
const MAX_PICKLES = 64 * 2 ** 20;

/** Whether a file begins as torch.save wrote before 1.6, and still does on request. */
export function isLegacy(source: ByteSource): boolean {
  if (source.size < 32) return false;
  const start = source.read(0, 32);
  if (start[0] !== 0x80) return false;
  const at = start[2] === 0x95 ? 11 : 2;
  return MAGIC.every((byte, i) => start[at + i] === byte);
}

function refuse(what: string): never {
  throw new CnnvizError('format', `legacy checkpoint: ${what}`, { fix: 'the file is damaged: save it again' });
}

/**
 * Five pickles (magic number, protocol, system, the object, the keys of its storages), then of each storage its count
 * and its numbers, in the order of the keys.
 */
export function readLegacy(source: ByteSource, { name }: ReadContext): WeightFile {
  const head = source.read(0, Math.min(source.size, MAX_PICKLES));
  const storages = new Map<string, StorageValue>();
  let at = 0;
  const next = (): PickleValue => {
    const { value, end } = unpickle(head, at, 0, (id) => {
      const storage = storageOf(id, true);
      const known = storages.get(storage.key);
      if (known && (known.stored !== storage.stored || known.count !== storage.count)) {
        refuse(`storage ${storage.key} is described twice, differently`);
      }
      storages.set(storage.key, storage);
      return storage;
    });
    at = end;
    return value;
  };
  next();
  if (next() !== PROTOCOL) refuse(`expected protocol ${PROTOCOL}`);
  const order = { littleEndian: isLittle(next()) };
  const object = next();
  const keys = next();
  if (keys === null || typeof keys !== 'object' || keys.kind !== 'list')
    return refuse('the list of storages is missing');
  const places = new Map<string, StorageBytes>();
  for (const key of keys.items) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (typeof key !== 'string' || !storage || storage.stored === null)
      return refuse(`an unknown storage ${String(key)}`);
    const bytes = storage.count * STORED_TYPES[storage.stored].itemBytes;
    if (at + 8 + bytes > source.size) refuse(`storage ${key} of ${bytes} bytes at ${at} reaches beyond the file`);
    const count = viewOf(source.read(at, 8)).getBigInt64(0, order.littleEndian);
    if (count !== BigInt(storage.count)) refuse(`storage ${key} has ${count} numbers, ${storage.count} were described`);
    places.set(key, { source, start: at + 8, bytes });
    at += 8 + bytes;
  }
  const { tensors, notes } = collectTensors(object, name);
  checkTotal(tensors, source.size);
  return {
    format: 'pytorch',
    tensors: tensors.map(({ name: own, tensor }) => {
      const { storage } = tensor;
      const place = places.get(storage.key);
      if (!place) return refuse(`tensor "${own}": its storage ${storage.key} is missing`);
      return tensorFrom(own, tensor, partOf(place, storage), order);
    }),
    notes,
  };
}

/** A storage that is a part of another: old checkpoints shared memory so. */
function partOf(place: StorageBytes, { view, stored, key }: StorageValue): StorageBytes {
  if (view === null || stored === null) return place;
  const { itemBytes } = STORED_TYPES[stored];
  if ((view.offset + view.count) * itemBytes > place.bytes) refuse(`a view of storage ${key} reaches beyond it`);
  return { ...place, start: place.start + view.offset * itemBytes, bytes: view.count * itemBytes };
}

/** The third pickle says which byte comes first: {'little_endian': True, …} */
function isLittle(system: PickleValue): boolean {
  if (system === null || typeof system !== 'object' || system.kind !== 'dict') return refuse('its system is missing');
  return system.entries.get('little_endian') !== false;
}
