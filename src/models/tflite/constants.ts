import type { ByteSource } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import { rowMajor, sizeOf } from '../../core/tensor.js';
import { type DType, type Numbers, newNumbers } from '../../core/values.js';
import type { Constant } from '../../layers/model.js';
import { copyStrided } from '../../layers/moving.js';
import { eachScale } from '../../layers/quantized/scales.js';
import { loadStored, loadStoredInto, STORED_TYPES } from '../weights/float-types.js';
import type { StoredType } from '../weights/weight-file.js';
import { damaged } from './flatbuffer.js';
import type { TensorType, TfliteTensor } from './schema.js';

/** In which order a constant's axes are wanted. */
export interface Order {
  /** The sides that it is first seen as having; as many numbers as its own. */
  readonly shape: readonly number[];
  readonly perm: readonly number[];
}

const REFUSED: readonly TensorType[] = ['string', 'complex64', 'complex128', 'resource', 'variant', 'int4', 'float64'];

/** @throws CnnvizError 'unsupported' for strings, complex numbers and the like */
export function storedTypeOf(type: TensorType): StoredType {
  if (!REFUSED.includes(type)) return type as StoredType;
  throw new CnnvizError('unsupported', `numbers of type ${type}`, {
    fix: 'convert the model with float32, float16, int8 or uint8',
  });
}

/** The type that values have: float16 becomes float32. @throws CnnvizError 'unsupported' */
export function dtypeOf(type: TensorType): DType {
  return STORED_TYPES[storedTypeOf(type)].dtype;
}

/** Where a constant's numbers lie: as many as its shape says. @throws CnnvizError 'format' or 'unsupported' */
export function storedNumbers({ at, name, type, shape, bytes, isSparse }: TfliteTensor): {
  from: number;
  count: number;
  stored: StoredType;
} {
  if (isSparse) {
    throw new CnnvizError('unsupported', `tensor "${name}" is stored sparse`, {
      fix: 'convert the model without sparsity',
    });
  }
  const stored = storedTypeOf(type);
  const count = sizeOf(shape);
  const expected = count * STORED_TYPES[stored].itemBytes;
  const own = bytes?.count ?? 0;
  if (!Number.isSafeInteger(expected) || own !== expected) {
    throw damaged(at, `tensor "${name}" [${shape.join(', ')}] of ${type} has ${own} bytes`);
  }
  return { from: bytes?.from ?? 0, count, stored };
}

/**
 * A tensor's numbers as a constant, read from the file when they are asked for.
 * @param order in which order its axes are wanted; null: as the file has them
 * @param isReal whether whole numbers become those they stand for, scale · (q − zero), in float32
 */
export function constantOf(source: ByteSource, tensor: TfliteTensor, order: Order | null, isReal: boolean): Constant {
  const { from, count, stored } = storedNumbers(tensor);
  const { dtype } = STORED_TYPES[stored];
  const real = isReal ? tensor.quantization : null;
  const shape = order ? order.perm.map((axis) => order.shape[axis]) : tensor.shape;
  const read = (): Numbers => {
    const numbers = loadStored(source, from, count, stored);
    if (!real) return numbers;
    const floats = new Float32Array(count);
    eachScale({ axis: real.axis, blockSize: 0 }, tensor.shape, real.scales.length, (first, end, at) => {
      for (let i = first; i < end; i++) floats[i] = real.scales[at] * (numbers[i] - real.zeros[at]);
    });
    return floats;
  };
  const arrange = (numbers: Numbers, target: Numbers): void => {
    const steps = rowMajor(order!.shape);
    copyStrided(
      numbers,
      0,
      shape,
      order!.perm.map((axis) => steps[axis]),
      target,
    );
  };
  const type = real ? 'float32' : dtype;
  return {
    dtype: type,
    shape,
    load() {
      const numbers = read();
      if (!order) return { dtype: type, shape, data: numbers };
      const data = newNumbers(type, count);
      arrange(numbers, data);
      return { dtype: type, shape, data };
    },
    loadInto(target) {
      if (order) arrange(read(), target);
      else if (real) target.set(read());
      else loadStoredInto(source, from, stored, target);
    },
  };
}
