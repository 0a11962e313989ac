import type { Numbers } from '../../core/values.js';
import { aligned, type EngineMemory } from '../wasm/memory.js';

/** Room in the engine's memory that a layer may use while it runs: what is taken is gone until the next layer. */
export interface Room {
  at: number;
  left: number;
}

/** The address of `bytes` of a room, a multiple of 64; −1: there is not so much. */
export function take(room: Room, bytes: number): number {
  const needed = aligned(bytes);
  if (needed > room.left) return -1;
  const { at } = room;
  room.at += needed;
  room.left -= needed;
  return at;
}

/** Where numbers lie in the engine's memory, or a copy of them in the room; −1: nowhere. */
export function placeOf(memory: EngineMemory, room: Room, data: Numbers): number {
  const at = memory.addressOf(data);
  return at === -1 && data instanceof Float32Array ? copyOf(memory, room, data) : at;
}

/** The address of a copy; −1: there is no room. */
export function copyOf({ heap }: EngineMemory, room: Room, data: Float32Array): number {
  const at = take(room, data.byteLength);
  if (at !== -1) heap.f32.set(data, at / 4);
  return at;
}

/** Whether any of their bytes are the same. */
export function overlaps(a: Numbers, b: Numbers): boolean {
  if (a.buffer !== b.buffer) return false;
  return a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;
}
