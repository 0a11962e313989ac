import type { Heap } from './heap.js';

/** The twins of assembly/map.ts: same arguments, same bits, one number at a time. */
export function mapRoutines({ u8, i32, f32, f64 }: Heap) {
  return {
    sumMap(x: number, count: number, out: number): void {
      const sums = [0, 0];
      const [least, most] = [new Float32Array(4).fill(Number.POSITIVE_INFINITY), new Float32Array(4)];
      most.fill(Number.NEGATIVE_INFINITY);
      let firing = 0;
      for (let i = 0; i < count; i++) {
        const value = f32[x / 4 + i];
        const lane = i < (count & ~3) ? i % 4 : 3;
        sums[i % 2] += value;
        if (value < least[lane]) least[lane] = value;
        if (value > most[lane]) most[lane] = value;
        if (value > 0) firing++;
      }
      f64[out / 8] = sums[0] + sums[1];
      f32[out / 4 + 2] = Math.min(...least);
      f32[out / 4 + 3] = Math.max(...most);
      i32[out / 4 + 4] = firing;
    },

    countHalves(
      x: number,
      count: number,
      mask: number,
      wanted: number,
      shift: number,
      turn: number,
      counts: number,
    ): void {
      for (let i = 0; i < count; i++) {
        const bits = i32[x / 4 + i];
        const rising = bits ^ ((bits >> 31) >>> 1);
        if ((rising & mask) === wanted)
          i32[counts / 4 + (mask === 0 ? (i & 1) * 65_536 : 0) + (((rising >>> shift) & 0xffff) ^ turn)]++;
      }
    },

    drawMap(
      x: number,
      count: number,
      y: number,
      lo: number,
      hi: number,
      range: number,
      max: number,
      start: number,
      out: number,
    ): void {
      const lost = [0, 0, 0];
      for (let i = 0; i < count; i++) {
        const value = f32[x / 4 + i];
        if (value >= lo && value <= hi) u8[y + i] = ((value - lo) / range) * max + start;
        else {
          u8[y + i] = value > hi ? 255 : 0;
          lost[value < lo ? 0 : value > hi ? 1 : 2]++;
        }
      }
      i32.set(lost, out / 4);
    },
  };
}
