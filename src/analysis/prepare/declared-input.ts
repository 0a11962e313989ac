import type { DType } from '../../core/values.js';
import { PREPARING, READING_PLANES } from '../../layers/kind-lists.js';
import type { Model } from '../../layers/model.js';

/** What an ONNX file declares of its one input: it holds whatever is asked of the pixels. */
export interface DeclaredInput {
  readonly name: string;
  readonly dtype: DType;
  /** N included; null for a side of any size, and for any shape. */
  readonly shape: readonly (number | null)[] | null;
  /** What its whole numbers q stand for: scale · (q − zero); absent: for themselves. */
  readonly scaled?: { readonly scale: number; readonly zero: number };
  /** Its first layer is arithmetic, such as (x − mean) / std. */
  readonly isPrepared: boolean;
  /** Its first layer slides over the last two axes: whatever the sides look like, it reads [N, C, H, W]. */
  readonly slides?: true;
  /** Its file says [N, H, W, C]; `shape` is [N, C, H, W] all the same. */
  readonly channelsLast?: true;
}

/** Whether a model computes with its input before the first layer: it normalises by itself. */
export function isPrepared({ nodes }: Model, input: string): boolean {
  const readers = nodes.filter(({ inputs }) => inputs.includes(input));
  return readers.length > 0 && readers.every(({ layer }) => PREPARING.includes(layer.kind));
}

/** Whether the first layer behind such arithmetic slides over the last axes of the input. */
export function slides({ nodes }: Model, input: string): boolean {
  let value = input;
  for (let seen = 0; seen < nodes.length; seen++) {
    const readers = nodes.filter(({ inputs }) => inputs.includes(value));
    if (readers.some(({ layer, inputs }) => READING_PLANES.includes(layer.kind) && inputs[0] === value)) return true;
    if (readers.length !== 1 || !PREPARING.includes(readers[0].layer.kind)) return false;
    [value] = readers[0].outputs;
  }
  return false;
}
