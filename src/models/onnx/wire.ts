import type { ByteSource } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';

/** One field of a protobuf message. `from` and `length` say where the bytes of one with a length lie in the file. */
export interface Field {
  readonly number: number;
  readonly type: 'varint' | 'fixed64' | 'bytes' | 'fixed32';
  readonly from: number;
  readonly length: number;
  /** The two halves of a varint, else 0. */
  readonly low: number;
  readonly high: number;
}

/** A file of protobuf messages. Only what is looked at is read: the numbers of a tensor are skipped, not loaded. */
export interface Wire {
  readonly source: ByteSource;
  /** The fields of the message that lies at from … from+length−1. @throws CnnvizError 'format' */
  fields(from: number, length: number): Iterable<Field>;
  /** The varints of a packed list. @throws CnnvizError 'format' */
  varints(field: Field): Iterable<Pick<Field, 'low' | 'high'>>;
  /** @throws CnnvizError 'format' when it is not UTF-8, or longer than a name ever is */
  text(field: Field): string;
}

/** Small fields are read in portions of this many bytes. */
const PORTION = 2 ** 16;
/** A file of two-byte messages must not fill the memory with objects a hundred times its size. */
const MAX_FIELDS = 5_000_000;
const MAX_TEXT = 2 ** 16;
const TYPES = ['varint', 'fixed64', 'bytes', null, null, 'fixed32'] as const;

/**
 * Reads protobuf's wire format: varints of at most 10 bytes, lengths checked against what is left of their message,
 * groups refused. There is no recursion: whoever knows the schema asks for the fields of an inner message.
 * Source: protobuf.dev, Encoding
 */
export function openWire(source: ByteSource): Wire {
  let start = 0;
  let portion = new Uint8Array(0);
  let fieldsLeft = MAX_FIELDS;

  const byteAt = (at: number): number => {
    if (at < start || at >= start + portion.length) {
      start = at;
      portion = Uint8Array.from(source.read(at, Math.min(PORTION, source.size - at)));
    }
    return portion[at - start];
  };

  /** A varint at `at`, before `end`; `next` is where it stops. */
  const varintAt = (at: number, end: number): { low: number; high: number; next: number } => {
    let [low, high] = [0, 0];
    for (let i = 0; i < 10; i++) {
      if (at + i >= end) throw damaged(at, 'a number is cut off');
      const byte = byteAt(at + i);
      const bits = byte & 0x7f;
      if (i < 4) low |= bits << (7 * i);
      else if (i === 4) {
        low |= bits << 28;
        high |= bits >> 4;
      } else high |= bits << (7 * i - 32);
      if (byte < 0x80) return { low: low >>> 0, high: high >>> 0, next: at + i + 1 };
    }
    throw damaged(at, 'a number of more than 10 bytes');
  };

  function* fields(from: number, length: number): Iterable<Field> {
    const end = from + length;
    for (let at = from; at < end; ) {
      if (fieldsLeft-- === 0) throw damaged(at, `more than ${MAX_FIELDS} fields`);
      const key = varintAt(at, end);
      const number = (key.low >>> 3) + (key.high & 7) * 2 ** 29;
      const type = TYPES[key.low & 7];
      if (!type) throw damaged(at, `wire type ${key.low & 7} (groups are not part of ONNX)`);
      if (number === 0 || key.high !== 0) throw damaged(at, `field number ${number}`);
      if (type === 'varint') {
        const { low, high, next } = varintAt(key.next, end);
        yield { number, type, from: key.next, length: next - key.next, low, high };
        at = next;
        continue;
      }
      const told = type === 'bytes' ? varintAt(key.next, end) : null;
      const size = told ? told.low + told.high * 2 ** 32 : type === 'fixed64' ? 8 : 4;
      const start = told?.next ?? key.next;
      if (size > end - start) throw damaged(at, `field ${number} of ${size} bytes where ${end - start} are left`);
      yield { number, type, from: start, length: size, low: 0, high: 0 };
      at = start + size;
    }
  }

  function* varints(field: Field): Iterable<Pick<Field, 'low' | 'high'>> {
    const end = field.from + field.length;
    for (let at = field.from; at < end; ) {
      const value = varintAt(at, end);
      yield value;
      at = value.next;
    }
  }

  const text = (field: Field): string => {
    expectBytes(field);
    if (field.length > MAX_TEXT) throw damaged(field.from, `a name of ${field.length} bytes`);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(source.read(field.from, field.length));
    } catch (cause) {
      if (cause instanceof CnnvizError) throw cause;
      throw damaged(field.from, 'a name that is not UTF-8', cause);
    }
  };

  return { source, fields, varints, text };
}

/** A varint as an int64: exact to 2^53, beyond it the nearest float64. */
export function int64Of({ low, high }: Pick<Field, 'low' | 'high'>): number {
  return (high | 0) * 2 ** 32 + low;
}

/** A varint as an uint64. */
export function uint64Of({ low, high }: Pick<Field, 'low' | 'high'>): number {
  return high * 2 ** 32 + low;
}

/** A varint as an int32. */
export function int32Of({ low }: Pick<Field, 'low'>): number {
  return low | 0;
}

/** The field itself, when it is a varint. @throws CnnvizError 'format' */
export function expectVarint(field: Field): Field {
  if (field.type === 'varint') return field;
  throw damaged(field.from, `field ${field.number} of type ${field.type}: expected a varint`);
}

/** The field itself, when it has bytes. @throws CnnvizError 'format' */
export function expectBytes(field: Field): Field {
  if (field.type === 'bytes') return field;
  throw damaged(field.from, `field ${field.number} of type ${field.type}: expected bytes`);
}

/** The error of a file that breaks the format at a byte. */
export function damaged(at: number, what: string, cause?: unknown): CnnvizError {
  return new CnnvizError('format', `not a sound ONNX file: byte ${at}: ${what}`, {
    fix: 'export or copy it again',
    cause,
  });
}
