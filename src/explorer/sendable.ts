/** A typed array of a message. */
type Numbers = Float32Array | Float64Array | Uint8Array | Uint8ClampedArray | Uint16Array | Uint32Array | Int32Array;

/** A message as it is sent: arrays with bytes of their own, which are handed over and not copied again. */
export interface Sendable {
  readonly message: unknown;
  readonly transfer: readonly ArrayBuffer[];
}

/**
 * Makes a message of plain data: each array is copied, since it may be a part of a larger one, or lie in the engine's memory;
 * sent as it is, all of that would go along.
 */
export function sendable(data: unknown): Sendable {
  const transfer: ArrayBuffer[] = [];
  const copied = (part: unknown): unknown => {
    if (ArrayBuffer.isView(part)) {
      const copy = (part as Numbers).slice();
      transfer.push(copy.buffer as ArrayBuffer);
      return copy;
    }
    if (Array.isArray(part)) return part.map(copied);
    if (part === null || typeof part !== 'object') return part;
    return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, copied(value)]));
  };
  return { message: copied(data), transfer };
}
