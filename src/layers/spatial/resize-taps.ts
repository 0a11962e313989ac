import { COORDINATES, type ResizedAxis, type ResizeLayer } from './resized-axes.js';

/** How an axis is resized: place i of the output is Σ weights[i·count + k] · input place places[i·count + k]. */
export interface AxisTaps {
  readonly axis: number;
  readonly size: number;
  readonly out: number;
  /** Taps of each place. */
  readonly count: number;
  readonly places: Int32Array;
  readonly weights: Float64Array;
  /** 1 where a place lies outside of what is read, and gets the extrapolation value. */
  readonly outside: Uint8Array;
}

/** Whether an axis of a resize stays as it is. */
export function isUnchanged({ coordinateMode }: ResizeLayer, { size, out, scale }: ResizedAxis): boolean {
  return scale === 1 && out === size && coordinateMode !== 'tf_crop_and_resize';
}

/** The taps of linear and cubic resizing. Source: onnx.ai, operator Resize, and its reference implementation */
export function tapsAlong(layer: ResizeLayer, own: ResizedAxis, axis: number): AxisTaps {
  const { coordinateMode, excludeOutside } = layer;
  const { size, out } = own;
  const reach = reachOf(layer, own.scale);
  const count = 2 * reach;
  const places = new Int32Array(out * count);
  const weights = new Float64Array(out * count);
  const outside = new Uint8Array(out);
  for (let i = 0; i < out; i++) {
    const at = COORDINATES[coordinateMode](i, own);
    if (coordinateMode === 'tf_crop_and_resize' && (at < 0 || at > size - 1)) outside[i] = 1;
    const base = Math.floor(at);
    let sum = 0;
    for (let k = 0; k < count; k++) {
      const place = base - reach + 1 + k;
      const isOutside = place < 0 || place >= size;
      const weight = isOutside && excludeOutside ? 0 : kernelOf(layer, own.scale, place - at);
      places[i * count + k] = Math.min(Math.max(place, 0), size - 1);
      weights[i * count + k] = weight;
      sum += weight;
    }
    if (!excludeOutside && !layer.antialias) continue;
    for (let k = 0; k < count; k++) weights[i * count + k] /= sum;
  }
  return { axis, size, out, count, places, weights, outside };
}

/** Pixels that the kernel reaches to each side. */
function reachOf({ mode, antialias }: ResizeLayer, scale: number): number {
  const reach = mode === 'linear' ? 1 : 2;
  return antialias && scale < 1 ? Math.ceil(reach / scale) : reach;
}

/** The weight of a pixel that lies `offset` from where it is asked for. */
function kernelOf({ mode, antialias, cubicCoeffA }: ResizeLayer, scale: number, offset: number): number {
  const t = Math.abs(offset) * (antialias && scale < 1 ? scale : 1);
  if (mode === 'linear') return Math.max(0, 1 - t);
  const a = cubicCoeffA;
  if (t <= 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0;
}
