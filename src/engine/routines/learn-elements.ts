import type { Heap } from './heap.js';

const { fround } = Math;

/** The twins of assembly/learn-elements.ts: same arguments, same bits, one number at a time. */
export function learnElementRoutines({ u8, f32 }: Heap) {
  /** dx += what the slope lets pass. */
  const back = (y: number, dy: number, dx: number, count: number, of: (y: number, dy: number) => number) => {
    for (let i = 0; i < count; i++) f32[dx / 4 + i] += of(f32[y / 4 + i], f32[dy / 4 + i]);
  };
  return {
    reluBackward(y: number, dy: number, dx: number, count: number): void {
      back(y, dy, dx, count, (value, d) => (value > 0 ? d : 0));
    },

    leakyReluBackward(y: number, dy: number, dx: number, count: number, slope: number): void {
      back(y, dy, dx, count, (value, d) => (value > 0 ? d : fround(d * fround(slope))));
    },

    tanhBackward(y: number, dy: number, dx: number, count: number): void {
      back(y, dy, dx, count, (v, d) => fround(d * fround(1 - fround(v * v))));
    },

    sigmoidBackward(y: number, dy: number, dx: number, count: number): void {
      back(y, dy, dx, count, (v, d) => fround(d * fround(v * fround(1 - v))));
    },

    fillZero(x: number, bytes: number): void {
      u8.fill(0, x, x + bytes);
    },

    copyFloats(x: number, y: number, count: number): void {
      f32.copyWithin(y / 4, x / 4, x / 4 + count);
    },

    addFloats(x: number, y: number, count: number): void {
      for (let i = 0; i < count; i++) f32[y / 4 + i] += f32[x / 4 + i];
    },

    sumGradients(g: number, stride: number, groups: number, count: number): void {
      for (let i = 0; i < count; i++) {
        let sum = f32[g / 4 + i];
        for (let group = 1; group < groups; group++) sum = fround(sum + f32[(g + group * stride) / 4 + i]);
        f32[g / 4 + i] = sum;
      }
    },

    sgdUpdate(w: number, g: number, v: number, count: number, rate: number, momentum: number, decay: number): void {
      for (let i = 0; i < count; i++) {
        const weight = f32[w / 4 + i];
        const gradient = fround(f32[g / 4 + i] + fround(fround(decay) * weight));
        const velocity = fround(fround(fround(momentum) * f32[v / 4 + i]) + gradient);
        f32[v / 4 + i] = velocity;
        f32[w / 4 + i] = weight - fround(fround(rate) * velocity);
      }
    },

    adamUpdate(
      w: number,
      g: number,
      m: number,
      v: number,
      count: number,
      rate: number,
      correction: number,
      eps: number,
      decay: number,
      betas: number,
    ): void {
      const [b1, b2, rest] = f32.subarray(betas / 4, betas / 4 + 3);
      for (let i = 0; i < count; i++) {
        const weight = f32[w / 4 + i];
        const gradient = fround(f32[g / 4 + i] + fround(fround(decay) * weight));
        const before = f32[m / 4 + i];
        const mean = fround(before + fround(b1 * fround(gradient - before)));
        const square = fround(fround(b2 * f32[v / 4 + i]) + fround(rest * fround(gradient * gradient)));
        f32[m / 4 + i] = mean;
        f32[v / 4 + i] = square;
        const below = fround(fround(fround(Math.sqrt(square)) * fround(correction)) + fround(eps));
        f32[w / 4 + i] = weight - fround(fround(rate) * fround(mean / below));
      }
    },
  };
}
