import { sizeOf } from '../core/tensor.js';
import { type ArrayPlace, newNumbers, partOf, type Value } from '../core/values.js';
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

/** The values that steps make, in one run after another. */
export interface ValuePlaces {
  /** Whether a value is there when another one is: nobody has to make it. */
  isAlias(name: string): boolean;
  /**
   * A value that a step is to make: the same in every run, or with an array of its own where it is handed out.
   * @param values those before it in this run
   * @param out arrays for what is handed out
   */
  value(name: string, values: ReadonlyMap<string, Value>, out?: ReadonlyMap<string, Float32Array>): Value;
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
  const { bufferOf, bytes, aliasOf, root } = planBuffers(steps, kept, shaped);
  const outside = tooLarge(bytes);
  const bufferFor = (name: string): number => bufferOf.get(root(name)) ?? -1;
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
          const lasting = new Map<string, Value>();
          return {
            isAlias: (name) => aliasOf.has(name),
            value(name, values, out) {
              const there = lasting.get(name);
              if (there) return there;
              const { dtype, shape } = shaped.infos.get(name)!;
              const size = sizeOf(shape);
              const buffer = bufferFor(name);
              const alias = aliasOf.get(name);
              const data = alias
                ? partOf(values.get(alias.of)!.data, alias.from, size)
                : (out?.get(name) ?? newNumbers(dtype, size, arrays[buffer]));
              const value = { dtype, shape, data };
              if (buffer !== -1) lasting.set(name, value);
              return value;
            },
          };
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
