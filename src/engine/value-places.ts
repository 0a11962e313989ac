import type { ArrayPlace } from '../core/values.js';
import { planBuffers } from './buffers.js';
import type { Plan } from './plan.js';
import { aligned, type EngineMemory } from './wasm/memory.js';

/** Routines may read this far beyond a value; what they find there is never used. */
const SLACK_BYTES = 256;
/** Values take up to this much of the engine's memory, which has 4 GiB with weights and workspace; larger ones lie elsewhere. */
const MOST_BYTES = 2.5 * 2 ** 30;

/** What lies where in a block of the engine's memory, settled before the block is taken: distances from its start. */
export class Layout {
  bytes = 0;

  /** Room for so many bytes, at a multiple of 64. */
  add(bytes: number): number {
    const at = this.bytes;
    this.bytes += aligned(bytes);
    return at;
  }
}

/** Where the values between steps lie. */
export interface ValuePlaces {
  /** Values that are another value under a new shape, and which. */
  readonly aliasOf: ReadonlyMap<string, string>;
  /** Null for a value that is handed out, and gets an array of its own in every run. */
  of(name: string): ArrayPlace | null;
}

/** Values with buffers that they share, before there is memory for them. */
export interface PlannedValues {
  /** Whether a value will lie in the engine's memory as float32, which is what convolutions and pools read and make. */
  isInside(name: string): boolean;
  /** Finds room for all buffers. */
  place(layout: Layout): { from(memory: EngineMemory, base: number): ValuePlaces };
}

/** Decides for all values of a plan where they will lie: in the engine's memory, but for what is handed out. */
export function planValues({ steps, kept, shaped }: Plan): PlannedValues {
  const { bufferOf, bytes, aliasOf } = planBuffers(steps, kept);
  const outside = tooLarge(bytes);
  const bufferFor = (name: string): number => {
    const source = aliasOf.get(name);
    return source === undefined ? (bufferOf.get(name) ?? -1) : bufferFor(source);
  };
  return {
    isInside(name) {
      const buffer = bufferFor(name);
      return buffer !== -1 && !outside.has(buffer) && shaped.infos.get(name)!.dtype === 'float32';
    },
    place(layout) {
      const at = bytes.map((size, b) => (outside.has(b) ? 0 : layout.add(size + SLACK_BYTES)));
      return {
        from({ heap }, base) {
          const arrays = at.map(
            (place, b): ArrayPlace =>
              outside.has(b)
                ? { buffer: new ArrayBuffer(bytes[b]), byteOffset: 0 }
                : { buffer: heap.u8.buffer, byteOffset: base + place },
          );
          return { aliasOf, of: (name) => arrays[bufferOf.get(name) ?? -1] ?? null };
        },
      };
    },
  };
}

/** The buffers that have no room in the engine's memory: the largest ones. */
function tooLarge(bytes: readonly number[]): Set<number> {
  const outside = new Set<number>();
  let total = bytes.reduce((sum, size) => sum + size, 0);
  for (const [b, size] of [...bytes.entries()].sort(([, one], [, other]) => other - one)) {
    if (total <= MOST_BYTES) break;
    outside.add(b);
    total -= size;
  }
  return outside;
}
