import { CnnvizError } from '../../../core/errors.js';
import { globalTag } from './globals.js';
import { describeValue, type PickleValue, type StorageValue } from './values.js';

function refuse(what: string): never {
  throw new CnnvizError('format', `a persistent id: ${what}`);
}

/** ('storage', type, key, device, count), in the legacy stream with a sixth part: null or (key, offset, count). */
export function storageOf(id: PickleValue, legacy: boolean): StorageValue {
  if (id === null || typeof id !== 'object' || id.kind !== 'tuple')
    refuse(`expected a tuple, found ${describeValue(id)}`);
  const [word, type, key, , count, view] = id.items;
  if (word !== 'storage') refuse(`expected 'storage', found ${JSON.stringify(word)}`);
  const parts = id.items.length;
  if (parts !== 5 && !(legacy && parts === 6)) refuse(`${parts} parts: expected ${legacy ? '5 or 6' : '5'}`);
  if (type === null || typeof type !== 'object' || type.kind !== 'global') refuse(`a type of ${describeValue(type)}`);
  const [module, name] = type.name.split(' ');
  const tag = globalTag(module, name);
  if (tag?.tag !== 'storage') refuse(`${module}.${name} is not a type of storage`);
  if (typeof key !== 'string' || !/^\d{1,20}$/.test(key)) refuse(`a key of ${JSON.stringify(key)}: expected digits`);
  if (!isWhole(count)) refuse(`a count of ${describeValue(count)}`);
  return { kind: 'storage', key, stored: tag.stored, count, view: viewOf(view ?? null) };
}

function viewOf(view: PickleValue): StorageValue['view'] {
  if (view === null) return null;
  if (typeof view !== 'object' || view.kind !== 'tuple' || view.items.length !== 3) refuse('a view of unknown form');
  const [key, offset, count] = view.items;
  if (typeof key !== 'string' || !isWhole(offset) || !isWhole(count)) refuse('a view of unknown form');
  return { key, offset, count };
}

function isWhole(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
