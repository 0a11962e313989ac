import type { Heap } from './heap.js';

const { fround } = Math;

/** [re, im] */
type Complex = readonly [number, number];

const SINE_3 = fround(0.8660254037844386);
const [C1, C2] = [fround(0.30901699437494745), fround(-0.8090169943749475)];
const [N1, N2] = [fround(0.9510565162951535), fround(0.5877852522924731)];

/** The twins of assembly/fft.ts: same arguments, same bits, one number at a time. */
export function fftRoutines({ i32, f32 }: Heap) {
  /** Element i of 4 sequences is [4 re, 4 im]; `lane` is the one looked at. */
  function transformLane(data: number, n: number, plan: number, twiddles: number, swap: boolean, lane: number): void {
    const [re, im] = swap ? [4, 0] : [0, 4];
    let x: Complex[] = Array.from({ length: n }, (_, i) => {
      const at = data / 4 + i * 8 + lane;
      return [f32[at + re], f32[at + im]];
    });
    let [length, stride, w] = [n, 1, twiddles / 4];
    for (let pass = 0; pass < i32[plan / 4]; pass++) {
      const radix = i32[plan / 4 + 1 + pass];
      const m = length / radix;
      const y = new Array<Complex>(n);
      for (let p = 0; p < m; p++) {
        for (let q = 0; q < stride; q++) {
          const b = butterfly(Array.from({ length: radix }, (_, k) => x[q + stride * (p + m * k)]));
          b.forEach((value, j) => {
            const at = w + (p * (radix - 1) + j - 1) * 2;
            y[q + stride * (radix * p + j)] = p === 0 || j === 0 ? value : multiply(value, [f32[at], f32[at + 1]]);
          });
        }
      }
      w += m * (radix - 1) * 2;
      [length, stride, x] = [m, stride * radix, y];
    }
    x.forEach((value, i) => {
      const at = data / 4 + i * 8 + lane;
      [f32[at + re], f32[at + im]] = value;
    });
  }

  function transform(data: number, n: number, plan: number, twiddles: number, swap: boolean): void {
    for (let lane = 0; lane < 4; lane++) transformLane(data, n, plan, twiddles, swap, lane);
  }

  return {
    fftRows(
      x: number,
      rowBytes: number,
      rows: number,
      width: number,
      phases: number,
      phaseBytes: number,
      n: number,
      plan: number,
      twiddles: number,
      to: number,
      R: number,
      scratch: number,
    ): void {
      const data = (scratch + 256) / 4;
      for (let row = 0; row < R; row += 8) {
        for (let column = 0; column < n; column++) {
          for (let t = 0; t < 8; t++) {
            const at = x + (row + t) * rowBytes + (column % phases) * phaseBytes + Math.floor(column / phases) * 4;
            f32[data + column * 8 + t] = column < width && row + t < rows ? f32[at / 4] : 0;
          }
        }
        transform(data * 4, n, plan, twiddles, false);
        for (let k = 0; k < Math.ceil((n / 2 + 1 - (n % 2) / 2) / 4) * 4; k++) {
          for (let t = 0; t < Math.min(8, R - row); t++) {
            const lane = t % 4;
            const z = data + k * 8 + lane;
            const y = data + ((n - k) % n) * 8 + lane;
            const out = to / 4 + (Math.floor(k / 4) * R + row + t) * 8 + (k % 4);
            const isZero = k > n >> 1 || row >= rows;
            const re = t < 4 ? f32[z] + f32[y] : f32[z + 4] + f32[y + 4];
            const im = t < 4 ? f32[z + 4] - f32[y + 4] : f32[y] - f32[z];
            f32[out] = isZero ? 0 : 0.5 * fround(re);
            f32[out + 4] = isZero ? 0 : 0.5 * fround(im);
          }
        }
      }
    },

    fftKernel(
      data: number,
      panels: number,
      R: number,
      plan: number,
      twiddles: number,
      scale: number,
      _other: number,
    ): void {
      for (let panel = 0; panel < panels; panel++) transform(data + panel * R * 32, R, plan, twiddles, false);
      for (let i = data / 4; i < data / 4 + panels * R * 8; i++) f32[i] *= fround(scale);
    },

    fftColumns(
      x: number,
      kernels: number,
      y: number,
      C: number,
      M: number,
      panels: number,
      R: number,
      plan: number,
      twiddles: number,
      _other: number,
    ): void {
      const plane = panels * R * 32;
      for (let panel = 0; panel < C * panels; panel++) transform(x + panel * R * 32, R, plan, twiddles, false);
      for (let m = 0; m < M; m++) {
        for (let i = 0; i < panels * R * 8; i++) {
          if (i % 8 > 3) continue;
          let sum: Complex = [0, 0];
          for (let c = 0; c < C; c++) {
            const a = (x + c * plane) / 4 + i;
            const b = (kernels + (m * C + c) * plane) / 4 + i;
            const product = multiply([f32[a], f32[a + 4]], [f32[b], -f32[b + 4]]);
            sum = c === 0 ? product : add(sum, product);
          }
          [f32[(y + m * plane) / 4 + i], f32[(y + m * plane) / 4 + i + 4]] = sum;
        }
        for (let panel = 0; panel < panels; panel++) {
          transform(y + m * plane + panel * R * 32, R, plan, twiddles, true);
        }
      }
    },

    fftRowsInverse(
      panelsAt: number,
      R: number,
      n: number,
      plan: number,
      twiddles: number,
      sH: number,
      sW: number,
      oH: number,
      oW: number,
      bias: number,
      y: number,
      scratch: number,
    ): void {
      const data = (scratch + 256) / 4;
      for (let row = 0; row < oH; row += 8) {
        for (let k = 0; k <= n >> 1; k++) {
          for (let lane = 0; lane < 4; lane++) {
            const at = (t: number) =>
              panelsAt / 4 + (Math.floor(k / 4) * R + Math.min(row + t, oH - 1) * sH) * 8 + (k % 4);
            const [ar, ai] = [f32[at(lane)], f32[at(lane) + 4]];
            const [br, bi] = [f32[at(lane + 4)], f32[at(lane + 4) + 4]];
            if (k > 0) {
              f32[data + (n - k) * 8 + lane] = ar + bi;
              f32[data + (n - k) * 8 + lane + 4] = br - ai;
            }
            if (k === 0 || 2 * k !== n) {
              f32[data + k * 8 + lane] = ar - bi;
              f32[data + k * 8 + lane + 4] = ai + br;
            }
          }
        }
        transform(data * 4, n, plan, twiddles, true);
        for (let t = 0; t < Math.min(8, oH - row); t++) {
          for (let j = 0; j < oW; j++) f32[y / 4 + (row + t) * oW + j] = bias + f32[data + j * sW * 8 + t];
        }
      }
    },
  };
}

function add([a, b]: Complex, [c, d]: Complex): Complex {
  return [fround(a + c), fround(b + d)];
}

function subtract([a, b]: Complex, [c, d]: Complex): Complex {
  return [fround(a - c), fround(b - d)];
}

function times(factor: number, [a, b]: Complex): Complex {
  return [fround(factor * a), fround(factor * b)];
}

function multiply([a, b]: Complex, [c, d]: Complex): Complex {
  return [fround(fround(a * c) - fround(b * d)), fround(fround(a * d) + fround(b * c))];
}

/** a − i·e */
function minusTurned([a, b]: Complex, [er, ei]: Complex): Complex {
  return [fround(a + ei), fround(b - er)];
}

/** a + i·e */
function plusTurned([a, b]: Complex, [er, ei]: Complex): Complex {
  return [fround(a - ei), fround(b + er)];
}

function butterfly(a: readonly Complex[]): Complex[] {
  switch (a.length) {
    case 2:
      return [add(a[0], a[1]), subtract(a[0], a[1])];
    case 3: {
      const s = add(a[1], a[2]);
      const m = subtract(a[0], times(0.5, s));
      const e = times(SINE_3, subtract(a[1], a[2]));
      return [add(a[0], s), minusTurned(m, e), plusTurned(m, e)];
    }
    case 4: {
      const [t0, t1] = [add(a[0], a[2]), subtract(a[0], a[2])];
      const [t2, t3] = [add(a[1], a[3]), subtract(a[1], a[3])];
      return [add(t0, t2), minusTurned(t1, t3), subtract(t0, t2), plusTurned(t1, t3)];
    }
    default: {
      const [s1, d1] = [add(a[1], a[4]), subtract(a[1], a[4])];
      const [s2, d2] = [add(a[2], a[3]), subtract(a[2], a[3])];
      const m1 = add(a[0], add(times(C1, s1), times(C2, s2)));
      const m2 = add(a[0], add(times(C2, s1), times(C1, s2)));
      const e1 = add(times(N1, d1), times(N2, d2));
      const e2 = subtract(times(N2, d1), times(N1, d2));
      return [add(a[0], add(s1, s2)), minusTurned(m1, e1), minusTurned(m2, e2), plusTurned(m2, e2), plusTurned(m1, e1)];
    }
  }
}
