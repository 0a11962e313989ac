import type { Constant } from '../../core/model.js';
import type { StoredType } from '../weights/weight-file.js';

/** An array of the file. As a constant float64 stays, float16 and bfloat16 become float32. */
export interface OnnxTensor extends Constant {
  readonly name: string;
  readonly stored: StoredType;
  /** Its numbers' bytes in the file. */
  readonly bytes: number;
  /** Fills a float32 array, whatever is stored. */
  readonly loadInto: (target: Float32Array) => void;
}

export type OnnxAttribute =
  | { readonly type: 'float' | 'int'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'floats' | 'ints'; readonly value: readonly number[] }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'tensor'; readonly value: OnnxTensor }
  /** Something no supported operator takes: a graph, a sparse tensor, a type. */
  | { readonly type: 'other'; readonly value: string };

export interface OnnxNode {
  readonly name: string;
  readonly domain: string;
  readonly operator: string;
  /** "" for one that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** A named value as the graph declares it. */
export interface OnnxValue {
  readonly name: string;
  /** TensorProto.DataType; 0: not told, −1: not a tensor. */
  readonly elementType: number;
  /** null for any side; the whole is null when not told. */
  readonly shape: readonly (number | null)[] | null;
}

/** What an ONNX file holds, as far as it can be computed here. */
export interface OnnxModel {
  /** Version of each operator set by domain; "" is ONNX's own. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** What is declared of values between. */
  readonly values: ReadonlyMap<string, OnnxValue>;
}
