import type { ByteSource } from '../../core/bytes.js';
import { sizeOf } from '../../core/tensor.js';
import { STORED_TYPES } from '../weights/float-types.js';
import type { ReadContext, WeightFile, WeightTensor } from '../weights/weight-file.js';
import { constantOf, dtypeOf, storedTypeOf } from './constants.js';
import { openFlatbuffer } from './flatbuffer.js';
import { readTflite } from './schema.js';

/** Every array of a file under its name, in the file's order of axes, whole numbers as they are stored. */
export function tfliteWeights(source: ByteSource, _: ReadContext): WeightFile {
  const { graph } = readTflite(openFlatbuffer(source));
  const computed = new Set([...graph.inputs, ...graph.operators.flatMap(({ outputs }) => outputs)]);
  const names = new Map<string, number>();
  const notes: string[] = [];
  const tensors = graph.tensors.flatMap((tensor): WeightTensor[] => {
    if (tensor.bytes === null || computed.has(tensor.index)) return [];
    if (['string', 'int4'].includes(tensor.type) || tensor.isSparse) {
      notes.push(`"${tensor.name}" is left out: ${tensor.isSparse ? 'stored sparse' : tensor.type}`);
      return [];
    }
    const stored = storedTypeOf(tensor.type);
    const count = (names.get(tensor.name) ?? 0) + 1;
    names.set(tensor.name, count);
    const bytes = sizeOf(tensor.shape) * STORED_TYPES[stored].itemBytes;
    const name = tensor.name || `tensor_${tensor.index}`;
    const constant = constantOf(source, tensor, null, false);
    return [{ ...constant, name: count === 1 ? name : `${name}_${count}`, stored, bytes, dtype: dtypeOf(tensor.type) }];
  });
  return { format: 'tflite', tensors, notes };
}
