import { CnnvizError } from '../../core/errors.js';
import { roundHalfToEven } from '../../core/math.js';
import type { DType, Value } from '../../core/values.js';
import { type Families, type Forward, kindWords, type LayerShapes, SAME_PLACE, type ShapeRule } from '../family.js';
import { required, wrapDim } from '../inputs.js';
import { checkScales, eachScale, numberAt, quantizeRun, RANGES, type ScaleAxis } from './scales.js';

/** saturate(round(x / scale) + zero point). Inputs: x, scale, zero point or null. Source: ONNX QuantizeLinear */
interface QuantizeLayer extends ScaleAxis {
  readonly kind: 'quantize_linear';
  /** What is made where there is no zero point, which says it else. */
  readonly to: DType;
}

/** (x − zero point) · scale. Inputs: x, scale, zero point or null. Source: ONNX DequantizeLinear */
export interface DequantizeLayer extends ScaleAxis {
  readonly kind: 'dequantize_linear';
}

/**
 * Scale and zero point from the range of x, 0 in it; then as quantize_linear. Outputs: uint8, scale, zero point.
 * Source: ONNX DynamicQuantizeLinear
 */
interface DynamicQuantizeLayer {
  readonly kind: 'dynamic_quantize_linear';
}

export type LinearFamily = QuantizeLayer | DequantizeLayer | DynamicQuantizeLayer;

/** The fix for types that are not computed with. */
const TYPES = { fix: `use one of ${Object.keys(RANGES).join(', ')}` };

const quantizeShape: ShapeRule<QuantizeLayer> = (layer, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  if (!['float32', 'float64', 'int32'].includes(dtype)) {
    throw new CnnvizError('shape', `quantize_linear of ${dtype}: expected floating point or int32`);
  }
  const zeroPoint = inputs[2] ?? null;
  checkScales(layer, shape, required(inputs, 1, 'scale'), zeroPoint);
  const to = zeroPoint?.dtype ?? layer.to;
  if (!RANGES[to]) throw new CnnvizError('unsupported', `quantize_linear to ${to}`, TYPES);
  return [{ dtype: to, shape }];
};

const dequantizeShape: ShapeRule<DequantizeLayer> = (layer, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  if (!RANGES[dtype] && dtype !== 'int32') {
    throw new CnnvizError('unsupported', `dequantize_linear of ${dtype}`, TYPES);
  }
  const scale = required(inputs, 1, 'scale');
  const zeroPoint = inputs[2] ?? null;
  checkScales(layer, shape, scale, zeroPoint);
  if (zeroPoint && zeroPoint.dtype !== dtype) {
    throw new CnnvizError('shape', `zero point: expected ${dtype}, got ${zeroPoint.dtype}`);
  }
  return [{ dtype: scale.dtype, shape }];
};

const dynamicShape: ShapeRule<DynamicQuantizeLayer> = (_, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  if (dtype !== 'float32') throw new CnnvizError('shape', `dynamic_quantize_linear of ${dtype}: expected float32`);
  return [
    { dtype: 'uint8', shape },
    { dtype: 'float32', shape: [] },
    { dtype: 'uint8', shape: [] },
  ];
};

const quantizeForward: Forward<QuantizeLayer> = {
  run(layer, [x, scale, zeroPoint], [y]) {
    const range = RANGES[y.dtype]!;
    eachScale(layer, x!.shape, scale!.data.length, (from, end, at) =>
      quantizeRun(x!.data, y.data, from, end, scale!.data[at], numberAt(zeroPoint, at, 0), range),
    );
  },
};

/** The difference is rounded to float32, which holds it but for large int32; the product is rounded once. */
const dequantizeForward: Forward<DequantizeLayer> = {
  run(layer, [x, scale, zeroPoint], [y]) {
    const [from, to] = [x!.data, y.data];
    eachScale(layer, x!.shape, scale!.data.length, (first, end, at) => {
      const [factor, zero] = [scale!.data[at], numberAt(zeroPoint, at, 0)];
      for (let i = first; i < end; i++) to[i] = Math.fround(from[i] - zero) * factor;
    });
  },
};

/** All in float32, as onnxruntime does: numbers that are nearly ties fall as there. */
const dynamicForward: Forward<DynamicQuantizeLayer> = {
  run(_, [x], [y, scale, zeroPoint]) {
    let [least, most] = [0, 0];
    for (let i = 0; i < x!.data.length; i++) {
      if (x!.data[i] < least) least = x!.data[i];
      if (x!.data[i] > most) most = x!.data[i];
    }
    const factor = least === most ? 1 : Math.fround(Math.fround(most - least) / 255);
    const zero = roundHalfToEven(Math.min(255, Math.max(0, Math.fround(-least / factor))));
    quantizeRun(x!.data, y.data, 0, y.data.length, factor, zero, RANGES.uint8!);
    if (scale) scale.data[0] = factor;
    if (zeroPoint) zeroPoint.data[0] = zero;
  },
};

/** Why gradients do not pass. */
const ROUNDS = 'it rounds to whole numbers, which do not change a little';

/** Scale and zero point of one number. */
function numbersAt(
  { axis, blockSize }: ScaleAxis,
  [, scale, zeroPoint]: readonly (Value | null)[],
  { output }: LayerShapes,
  index: number,
): Record<string, number> {
  let at = 0;
  if (scale!.data.length > 1 && blockSize === 0) {
    const own = wrapDim(axis, output.length);
    at = Math.floor(index / output.slice(own + 1).reduce((size, side) => size * side, 1)) % output[own];
  }
  return { scale: numberAt(scale, at, 1), zero: numberAt(zeroPoint, at, 0) };
}

export const LINEAR: Families<LinearFamily> = {
  quantize_linear: {
    shape: quantizeShape,
    forward: quantizeForward,
    backward: ROUNDS,
    reads: () => SAME_PLACE,
    explain: { formula: () => 'round(x / scale) + zero', terms: 'place', numbers: numbersAt },
    words: kindWords,
    learnt: [],
  },
  dequantize_linear: {
    shape: dequantizeShape,
    forward: dequantizeForward,
    backward: 'what it reads are whole numbers, which do not change a little',
    reads: () => SAME_PLACE,
    explain: { formula: () => '(x − zero) · scale', terms: 'place', numbers: numbersAt },
    words: kindWords,
    learnt: [0],
  },
  dynamic_quantize_linear: {
    shape: dynamicShape,
    forward: dynamicForward,
    backward: ROUNDS,
    reads: () => SAME_PLACE,
    explain: null,
    words: kindWords,
  },
};
