import { CnnvizError } from '../../core/errors.js';
import type { StoredType } from '../weights/weight-file.js';

/** Number types as programs name them. Source: torch/_export/serde/schema.py, ScalarType */
export const SCALAR_TYPES: ReadonlyMap<number, StoredType> = new Map([
  [1, 'uint8'],
  [2, 'int8'],
  [3, 'int16'],
  [4, 'int32'],
  [5, 'int64'],
  [6, 'float16'],
  [7, 'float32'],
  [8, 'float64'],
  [12, 'bool'],
  [13, 'bfloat16'],
  [28, 'uint16'],
]);

/** TensorProto.DataType of each. Source: onnx.proto */
const ELEMENT_TYPES: ReadonlyMap<StoredType, number> = new Map([
  ['float32', 1],
  ['uint8', 2],
  ['int8', 3],
  ['uint16', 4],
  ['int16', 5],
  ['int32', 6],
  ['int64', 7],
  ['bool', 9],
  ['float16', 10],
  ['float64', 11],
  ['bfloat16', 16],
]);

/** @throws CnnvizError 'unsupported' for a type that programs do not name */
export function elementTypeOf(stored: StoredType): number {
  const type = ELEMENT_TYPES.get(stored);
  if (type !== undefined) return type;
  throw new CnnvizError('unsupported', `numbers of ${stored}`);
}

export function isFloating(stored: StoredType | null): boolean {
  return stored === 'float32' || stored === 'float16' || stored === 'bfloat16' || stored === 'float64';
}
