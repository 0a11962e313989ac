import type { DType } from '../../core/values.js';
import type { Model } from '../../layers/model.js';

/** What an ONNX file declares of its one input: it holds whatever is asked of the pixels. */
export interface DeclaredInput {
  readonly name: string;
  readonly dtype: DType;
  /** N included; null for a side of any size, and for any shape. */
  readonly shape: readonly (number | null)[] | null;
  /** Its first layer is arithmetic, such as (x − mean) / std. */
  readonly isPrepared: boolean;
  /** Its file says [N, H, W, C]; `shape` is [N, C, H, W] all the same. */
  readonly channelsLast?: true;
}

/** Whether a model computes with its input before the first layer: it normalises by itself. */
export function isPrepared({ nodes }: Model, input: string): boolean {
  const readers = nodes.filter(({ inputs }) => inputs.includes(input));
  return readers.length > 0 && readers.every(({ layer }) => PREPARING.includes(layer.kind));
}

const PREPARING: readonly string[] = ['sub', 'mul', 'div', 'add', 'batch_norm', 'cast'];
