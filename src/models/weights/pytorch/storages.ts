import type { ByteSource } from '../../../core/bytes.js';
import { CnnvizError } from '../../../core/errors.js';
import { rowMajor, sizeOf } from '../../../core/tensor.js';
import { type Numbers, newNumbers } from '../../../core/values.js';
import { type ByteOrder, loadStored, loadStoredInto, partsStored, STORED_TYPES } from '../float-types.js';
import type { WeightTensor } from '../weight-file.js';
import { globalTag } from './globals.js';
import { describeValue, type PickleValue, type StorageValue, type TensorValue } from './values.js';

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

/** Where the numbers of a storage lie. */
export interface StorageBytes {
  readonly source: ByteSource;
  readonly start: number;
  readonly bytes: number;
}

/** A tensor that repeats its numbers (stride 0) may be this many times its file, or this large. */
const MOST_TIMES = 4;
const MOST_BYTES = 64 * 2 ** 20;

/** All tensors together may read each byte of the file this often, or this many bytes: views of one storage share them. */
const MOST_VIEWS = 64;
const MOST_READ = 2 ** 30;

/** Refuses a file whose tensors would read the same numbers over and over. @throws CnnvizError 'format' */
export function checkTotal(tensors: readonly { readonly tensor: TensorValue }[], fileBytes: number): void {
  const most = Math.max(MOST_READ, MOST_VIEWS * fileBytes);
  const total = tensors.reduce((sum, { tensor }) => sum + spanOf(tensor) * STORED_TYPES[tensor.stored].itemBytes, 0);
  if (total <= most) return;
  throw new CnnvizError('format', `${tensors.length} tensors that read ${total} bytes of a file of ${fileBytes}`, {
    fix: 'save tensor.clone() of each instead of views that share their numbers',
  });
}

/** From the first number of a view to just behind the last. */
function spanOf({ shape, stride }: Pick<TensorValue, 'shape' | 'stride'>): number {
  return sizeOf(shape) === 0 ? 0 : shape.reduce((span, side, axis) => span + (side - 1) * stride[axis], 1);
}

/**
 * A view of a storage as a tensor whose numbers are read when asked for: any stride, any offset, bounds checked here.
 * @throws CnnvizError 'format' when it reaches beyond its storage
 */
export function tensorFrom(
  name: string,
  { stored, offset, shape, stride }: TensorValue,
  { source, start, bytes }: StorageBytes,
  order: ByteOrder,
): WeightTensor {
  const { itemBytes, dtype } = STORED_TYPES[stored];
  const count = Math.floor(bytes / itemBytes);
  const size = sizeOf(shape);
  const last = size === 0 ? 0 : offset + spanOf({ shape, stride });
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(last) || last > count || offset > count) {
    throw new CnnvizError(
      'format',
      `tensor "${name}": [${shape.join(', ')}] from number ${offset} with strides [${stride.join(', ')}] reaches beyond the ${count} numbers of its storage`,
      { fix: 'the checkpoint is damaged: save it again' },
    );
  }
  if (size > count && size * 4 > Math.max(MOST_BYTES, MOST_TIMES * source.size)) {
    throw new CnnvizError('format', `tensor "${name}": ${size} numbers made of ${count} stored ones`, {
      fix: 'save tensor.contiguous() instead of an expanded view',
    });
  }
  const isPlain = rowMajor(shape).every((step, axis) => shape[axis] === 1 || step === stride[axis]);
  const from = start + offset * itemBytes;
  const load = (): Numbers => {
    if (size === 0 || isPlain) return loadStored(source, from, size, stored, order);
    const region = loadStored(source, from, last - offset, stored, order);
    return gather(region, shape, stride, newNumbers(dtype, size));
  };
  return {
    name,
    stored,
    bytes: size * itemBytes,
    dtype,
    shape,
    load: () => ({ dtype, shape, data: load() }),
    loadInto(target) {
      if (isPlain && size > 0) loadStoredInto(source, from, stored, target, order);
      else target.set(load());
    },
    ...(isPlain && { loadPart: partsStored(source, from, stored, order) }),
  };
}

/** The elements of a strided view, in row-major order. */
function gather(region: Numbers, shape: readonly number[], stride: readonly number[], out: Numbers): Numbers {
  const at = new Array<number>(shape.length).fill(0);
  for (let i = 0, from = 0; i < out.length; i++) {
    out[i] = region[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += stride[axis];
      if (++at[axis] < shape[axis]) break;
      from -= at[axis] * stride[axis];
      at[axis] = 0;
    }
  }
  return out;
}
