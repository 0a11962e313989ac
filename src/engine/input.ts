import type { Conv2dGeometry } from '../core/geometry.js';
import { sizeOf } from '../core/tensor.js';
import { toFloat32, type Value, type ValueInfo } from '../core/values.js';
import type { Shape4 } from '../layers/inputs.js';

/** Samples as a decoder gives them, with the value of each: converted band by band, never as a whole. */
interface ByteImage {
  /** [height, width, channels] interleaved */
  readonly bytes: Uint8Array;
  /** [channels, 256] float32 */
  readonly tables: Float32Array;
  /** [channels, height, width] */
  readonly shape: readonly number[];
}

/** What a run reads: float32 numbers [N, C, H, W] or [C, H, W], or one image still in bytes. */
export type EngineInput = { readonly data: Float32Array; readonly shape: readonly number[] } | ByteImage;

/** The input as float32 numbers. */
export function numbersOf(input: EngineInput | Value): Float32Array {
  if ('data' in input) return toFloat32(input.data);
  const { bytes, tables, shape } = input;
  const [C, H, W] = shape;
  const out = new Float32Array(sizeOf(shape));
  for (let c = 0; c < C; c++) {
    for (let i = 0; i < H * W; i++) out[c * H * W + i] = tables[c * 256 + bytes[i * C + c]];
  }
  return out;
}

/** The input of image n alone. */
export function itemOf(input: EngineInput, inShape: Shape4, n: number): EngineInput {
  if ('bytes' in input || inShape[0] === 1) return input;
  const size = sizeOf(inShape.slice(1));
  return { data: input.data.subarray(n * size, (n + 1) * size), shape: inShape.slice(1) };
}

/** What a convolution reads, as [N, C, H, W] float32 or an image in bytes. */
export function asImages(x: EngineInput | Value, { N, C, H, W }: Conv2dGeometry): EngineInput {
  if ('bytes' in x) return x;
  return { data: toFloat32(x.data), shape: [N, C, H, W] };
}

/** What was fed or computed as a value of its own type. */
export function asValue(x: EngineInput | Value, { dtype, shape }: ValueInfo): Value {
  if ('bytes' in x) return { dtype: 'float32', shape, data: numbersOf(x) };
  return { dtype, shape, data: x.data };
}
