import { CnnvizError } from '../../core/errors.js';
import type { Layer } from '../../layers/index.js';

/** An activation that is part of another operator. */
export type Fused = 'none' | 'relu' | 'relu_n1_to_1' | 'relu6' | 'tanh' | 'sign_bit';

/** By number. Source: schema.fbs, ActivationFunctionType */
const FUSED: readonly Fused[] = ['none', 'relu', 'relu_n1_to_1', 'relu6', 'tanh', 'sign_bit'];

/** @throws CnnvizError 'unsupported' for one of a newer format */
export function fusedOf(number: number): Fused {
  const fused = FUSED[number];
  if (fused) return fused;
  throw new CnnvizError('unsupported', `fused activation ${number}`);
}

interface FusedLayer {
  readonly layer: Layer;
  /** The numbers it is held between, as its inputs. */
  readonly limits: readonly number[];
}

/** The layer it is over floating point; null for none. @throws CnnvizError 'unsupported' */
export function fusedLayer(fused: Fused): FusedLayer | null {
  switch (fused) {
    case 'none':
      return null;
    case 'relu_n1_to_1':
      return { layer: { kind: 'clip' }, limits: [-1, 1] };
    case 'sign_bit':
      throw new CnnvizError('unsupported', 'the fused activation SIGN_BIT');
    default:
      return { layer: { kind: 'activation', name: fused, parameters: [] }, limits: [] };
  }
}

/**
 * What whole numbers are held between: the fused activation's limits in them, within those of their type.
 * Source: tensorflow/lite/kernels/kernel_util.cc, CalculateActivationRangeQuantized
 * @throws CnnvizError 'unsupported' for activations that are more than limits
 */
export function fusedRange(
  fused: Fused,
  scale: number,
  zero: number,
  [least, most]: readonly [number, number],
): readonly [number, number] {
  // std::round, of ties away from zero, of a quotient in float32
  const whole = (x: number): number => zero + roundAway(Math.fround(x / scale));
  switch (fused) {
    case 'none':
      return [least, most];
    case 'relu':
      return [Math.max(least, whole(0)), most];
    case 'relu6':
      return [Math.max(least, whole(0)), Math.min(most, whole(6))];
    case 'relu_n1_to_1':
      return [Math.max(least, whole(-1)), Math.min(most, whole(1))];
    default:
      throw new CnnvizError('unsupported', `the fused activation ${fused.toUpperCase()} of whole numbers`);
  }
}

function roundAway(x: number): number {
  return Math.sign(x) * Math.floor(Math.abs(x) + 0.5);
}
