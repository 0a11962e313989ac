import { type EngineMemory, type RoutineKind, returnMemory, takeMemory } from './wasm/memory.js';

/** At most this many values at a time. */
const PORTION = 65_536;
const OUT_BYTES = 64;

/** The sum (even and odd places apart, then together), the smallest, the largest, and how many are above zero. */
export function sumsOfMap(
  values: Float32Array,
  kind: RoutineKind = 'wasm',
): { sum: number; min: number; max: number; firing: number } {
  return withMemory(kind, (memory) => {
    const { x, out } = placeIn(memory, values);
    const { heap, routines } = memory;
    routines.sumMap(x, values.length, out);
    const [f, w] = [out / 4, out / 8];
    return { sum: heap.f64[w], min: heap.f32[f + 2], max: heap.f32[f + 3], firing: heap.i32[f + 4] };
  });
}

/**
 * Values as whole numbers of one byte, (v − lo) / range · max + start cut to a whole one, where lo < hi; what lies beyond is 0
 * or 255, and NaN is 0. @returns how many of those there are
 */
export function drawMapLevels(
  values: Float32Array,
  data: Uint8Array | Uint16Array,
  { lo, hi, range, max, start }: { lo: number; hi: number; range: number; max: number; start: number },
  kind: RoutineKind = 'wasm',
): { below: number; above: number; nan: number } {
  return withMemory(kind, (memory) => {
    const { x, out } = placeIn(memory, values);
    const y = out + OUT_BYTES;
    memory.routines.drawMap(x, values.length, y, lo, hi, range, max, start, out);
    data.set(memory.heap.u8.subarray(y, y + values.length));
    const [below, above, nan] = memory.heap.i32.subarray(out / 4, out / 4 + 3);
    return { below, above, nan };
  });
}

const HALVES = 65_536;

/** How often each half that `shift` leaves occurs among the numbers whose bits in `mask` are `wanted`, as in core/values. */
export function countMapHalves(
  arrays: readonly Int32Array[],
  mask: number,
  wanted: number,
  shift: 0 | 16,
  kind: RoutineKind = 'wasm',
): Uint32Array {
  const memory = takeMemory((PORTION + 2 * HALVES) * 4, kind);
  try {
    const { heap, routines } = memory;
    const x = memory.allocate(PORTION * 4);
    const counts = memory.allocate(2 * HALVES * 4);
    const tables = mask === 0 ? 2 : 1;
    const found = heap.i32.subarray(counts / 4, counts / 4 + tables * HALVES).fill(0);
    const turn = shift === 16 ? 0x8000 : 0;
    for (const bits of arrays) {
      for (let from = 0; from < bits.length; from += PORTION) {
        const part = bits.subarray(from, from + PORTION);
        heap.i32.set(part, x / 4);
        routines.countHalves(x, part.length, mask, wanted, shift, turn, counts);
      }
    }
    const total = new Uint32Array(HALVES);
    total.set(found.subarray(0, HALVES));
    if (tables === 2) for (let half = 0; half < HALVES; half++) total[half] += found[HALVES + half];
    return total;
  } finally {
    returnMemory(memory);
  }
}

function withMemory<T>(kind: RoutineKind, use: (memory: EngineMemory) => T): T {
  const memory = takeMemory(PORTION * 5 + OUT_BYTES, kind);
  try {
    return use(memory);
  } finally {
    returnMemory(memory);
  }
}

function placeIn(memory: EngineMemory, values: Float32Array): { x: number; out: number } {
  const x = memory.allocate(PORTION * 4);
  const out = memory.allocate(PORTION + OUT_BYTES);
  memory.heap.f32.set(values, x / 4);
  return { x, out };
}
