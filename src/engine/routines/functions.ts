import {
  elu32,
  erf32,
  exp32,
  gelu32,
  geluTanh32,
  log32,
  mish32,
  sigmoid32,
  softplus32,
  swish32,
  tanh32,
} from '../../core/math32.js';
import type { Heap } from './heap.js';

/** The twins of assembly/functions.ts: same arguments, same bits, one number at a time. */
export function functionRoutines({ f32 }: Heap) {
  const inPlace =
    (of: (value: number) => number) =>
    (x: number, count: number, _scratch: number): void => {
      for (let i = x / 4; i < x / 4 + count; i++) f32[i] = of(f32[i]);
    };
  return {
    expInPlace: inPlace(exp32),
    logInPlace: inPlace(log32),
    tanhInPlace: inPlace(tanh32),
    erfInPlace: inPlace(erf32),
    sigmoidInPlace: inPlace(sigmoid32),
    geluInPlace: inPlace(gelu32),
    geluTanhInPlace: inPlace(geluTanh32),
    mishInPlace: inPlace(mish32),
    hardswishInPlace: inPlace((value) => (value * Math.min(Math.max(value + 3, 0), 6)) / 6),

    swishInPlace(x: number, count: number, alpha: number, scratch: number): void {
      inPlace((value) => swish32(value, alpha))(x, count, scratch);
    },

    eluInPlace(x: number, count: number, alpha: number, scratch: number): void {
      inPlace((value) => elu32(value, alpha))(x, count, scratch);
    },

    softplusInPlace(x: number, count: number, beta: number, threshold: number, scratch: number): void {
      inPlace((value) => softplus32(value, beta, threshold))(x, count, scratch);
    },

    hardSigmoidInPlace(x: number, count: number, alpha: number, beta: number, scratch: number): void {
      inPlace((value) => Math.max(0, Math.min(1, alpha * value + beta)))(x, count, scratch);
    },
  };
}
