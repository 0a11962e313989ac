import type { ByteSource } from '../../core/bytes.js';
import { atPlace } from '../../core/errors.js';
import { type DType, type Numbers, toFloat32 } from '../../core/values.js';
import type { ReadContext, WeightFile, WeightTensor } from '../weights/weight-file.js';
import type { OnnxTensor } from './builder.js';
import { readOnnx } from './proto.js';

/** The initializers of an ONNX model as a checkpoint, and its Constant nodes. As in all checkpoints float64 becomes float32. */
export function onnxWeights(source: ByteSource, { beside }: ReadContext): WeightFile {
  const { initializers, nodes } = readOnnx(source, beside);
  const constants = nodes.flatMap(({ operator, outputs: [name], attributes }): WeightTensor[] => {
    const value = operator === 'Constant' ? attributes.get('value') : undefined;
    return value?.type === 'tensor' ? [asWeight({ ...value.value, name })] : [];
  });
  return {
    format: 'onnx',
    tensors: [...initializers.values()].map(asWeight),
    ...(constants.length > 0 && { constants }),
    notes: [],
  };
}

function asWeight(tensor: OnnxTensor): WeightTensor {
  const { name, stored, shape, bytes } = tensor;
  const isFloat64 = stored === 'float64';
  const dtype: DType = isFloat64 ? 'float32' : tensor.dtype;
  const atTensor = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      throw atPlace(`tensor "${name}"`, error);
    }
  };
  const converted = (data: Numbers) => (isFloat64 ? toFloat32(data) : data);
  return {
    name,
    stored,
    shape,
    bytes,
    dtype,
    load: () => atTensor(() => ({ dtype, shape, data: converted(tensor.load().data) })),
    loadInto: (target) => atTensor(() => tensor.loadInto(target)),
    ...(tensor.loadPart && { loadPart: (from, target) => atTensor(() => tensor.loadPart!(from, target)) }),
  };
}
