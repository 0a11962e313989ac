import type { OperatorBuilder } from '../operator-builder.js';
import type { Translator } from './layout.js';

/** Numbers of the file become those they stand for when they are read; computed ones by a layer. */
const dequantize: Translator = (node) => {
  const [x, y] = [node.input(0), node.output()];
  if (y.type !== 'float32') throw node.refuse(`its output is ${y.type}`);
  if (node.isConstant(0)) {
    if (x.type !== 'float16' && !x.quantization) throw node.refuse(`${x.type} without a scale`);
    node.build.sources.set(y.index, x.index);
    return;
  }
  if (x.type !== 'int8' && x.type !== 'uint8') throw node.refuse(`its input is ${x.type}`);
  const { scales, zeros } = oneScale(node, 0);
  const scale = node.made('scale', 'float32', scales, []);
  const zero = node.made('zero', x.type, zeros, []);
  const laid = node.laid(0);
  const layer = { kind: 'dequantize_linear', axis: 0, blockSize: 0 } as const;
  node.emit('value', layer, [laid.value, scale, zero], laid.isFirst);
};

/** The scale and zero point of an input, or of output 0 (index −1). @throws CnnvizError 'unsupported' unless there is one */
export function oneScale(node: OperatorBuilder, index: number) {
  const tensor = index < 0 ? node.output() : node.input(index);
  const { quantization } = tensor;
  if (!quantization) throw node.refuse(`"${tensor.name}" of ${tensor.type} has no scale`);
  if (quantization.scales.length !== 1) throw node.refuse(`"${tensor.name}" has a scale for each channel`);
  return quantization;
}

export const QUANTIZE: Readonly<Record<string, Translator>> = { DEQUANTIZE: dequantize };
