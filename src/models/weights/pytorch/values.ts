import type { StoredType } from '../weight-file.js';

/** A block of numbers of a checkpoint. */
export interface StorageValue {
  readonly kind: 'storage';
  readonly key: string;
  /** Null for storage of bytes: the tensor says what they are. */
  readonly stored: StoredType | null;
  /** How many numbers (or bytes) it claims to hold. */
  readonly count: number;
  /** In the legacy stream a storage may be a part of another. */
  readonly view: { readonly key: string; readonly offset: number; readonly count: number } | null;
}

/** A view of a storage. */
export interface TensorValue {
  readonly kind: 'tensor';
  readonly storage: StorageValue;
  readonly stored: StoredType;
  /** In numbers from the start of the storage. */
  readonly offset: number;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
}

export interface DictValue {
  readonly kind: 'dict';
  readonly entries: Map<PickleValue, PickleValue>;
}

export interface ListValue {
  readonly kind: 'list' | 'set';
  readonly items: PickleValue[];
}

interface TupleValue {
  readonly kind: 'tuple';
  readonly items: readonly PickleValue[];
}

/** A name of the fixed list: never looked up, never called. */
interface GlobalValue {
  readonly kind: 'global';
  readonly name: string;
}

/** Something that is neither a number nor a container and that nobody needs: bytes, a device. */
interface OpaqueValue {
  readonly kind: 'opaque';
  readonly what: string;
}

/** All that a checkpoint can consist of here: plain data. */
export type PickleValue =
  | null
  | boolean
  | number
  | string
  | StorageValue
  | TensorValue
  | DictValue
  | ListValue
  | TupleValue
  | GlobalValue
  | OpaqueValue;

/** What a value is, in words. */
export function describeValue(value: PickleValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'None';
  return typeof value === 'object' ? value.kind : typeof value;
}
