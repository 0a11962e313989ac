import { describe, expect, it } from 'vitest';
import { tensor } from '../../src/core/tensor.js';
import { conv2d, prepareConv2d } from '../../src/index.js';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';
import { randomArray } from '../random.js';

/** Whole numbers −most … most. */
function wholes(count: number, most: number, seed: number): Float32Array {
  return randomArray(count, seed).map((value) => Math.round(value * most));
}

interface Case {
  readonly C: number;
  readonly H: number;
  readonly W: number;
  readonly M: number;
  readonly k: number;
  readonly stride?: number;
  readonly groups?: number;
  readonly padding?: number;
  readonly paddingMode?: 'zeros' | 'reflect';
  readonly pixels: number;
  readonly weights: number;
}

/** The sums of one output at (i, j) in whole numbers of any size, and how large its terms are together. */
function exactly(c: Case, x: Float32Array, w: Float32Array, b: number, m: number, i: number, j: number) {
  const { C, H, W, M, k, stride = 1, groups = 1, padding = 0, paddingMode = 'zeros' } = c;
  const mirrored = (at: number, size: number) => (at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at);
  const per = C / groups;
  const first = Math.floor(m / (M / groups)) * per;
  let [sum, terms] = [BigInt(b), BigInt(Math.abs(b))];
  for (let t = 0; t < per * k * k; t++) {
    let [y, column] = [i * stride + (Math.floor(t / k) % k) - padding, j * stride + (t % k) - padding];
    if (paddingMode === 'reflect') [y, column] = [mirrored(y, H), mirrored(column, W)];
    if (y < 0 || y >= H || column < 0 || column >= W) continue;
    const channel = first + Math.floor(t / (k * k));
    const term = BigInt(x[(channel * H + y) * W + column]) * BigInt(w[m * per * k * k + t]);
    sum += term;
    terms += term < 0n ? -term : term;
  }
  return { sum, terms };
}

/** Outputs that are not their exact sum, among those whose terms stay below 2²⁴; and how many those are. */
function wrongOutputs(c: Case, options: { algorithm?: string; threads?: number } = {}) {
  const { C, H, W, M, k, stride = 1, groups = 1, padding = 0, paddingMode = 'zeros', pixels, weights } = c;
  const x = wholes(C * H * W, pixels, 1);
  const w = wholes((M * C * k * k) / groups, weights, 2);
  const bias = wholes(M, 1000, 3);
  const given = { bias, stride, groups, padding, paddingMode, ...options };
  const { data, shape } = conv2d(tensor(x, [C, H, W]), tensor(w, [M, C / groups, k, k]), given);
  const [, oH, oW] = shape;
  let [wrong, judged] = [0, 0];
  for (let at = 0; at < data.length; at += 7) {
    const [m, i, j] = [Math.floor(at / (oH * oW)), Math.floor(at / oW) % oH, at % oW];
    const { sum, terms } = exactly(c, x, w, bias[m], m, i, j);
    if (terms >= 2n ** 24n) continue;
    judged++;
    if (BigInt(Math.round(data[at])) !== sum || !Number.isInteger(data[at])) wrong++;
  }
  return { wrong, judged };
}

const CASES: [string, Case][] = [
  ['a 70×70 kernel', { C: 1, H: 82, W: 90, M: 1, k: 70, pixels: 255, weights: 9 }],
  ['a 40×40 kernel near the limit', { C: 1, H: 60, W: 60, M: 2, k: 40, pixels: 255, weights: 150 }],
  [
    'a large kernel with stride and groups',
    { C: 4, H: 60, W: 70, M: 4, k: 21, stride: 3, groups: 2, pixels: 255, weights: 3 },
  ],
  ['3×3 kernels of many channels', { C: 16, H: 36, W: 40, M: 16, k: 3, padding: 1, pixels: 255, weights: 99 }],
  ['3×3 kernels near the limit', { C: 16, H: 32, W: 32, M: 8, k: 3, pixels: 4000, weights: 100 }],
  [
    '5×5 kernels with mirrored borders',
    { C: 32, H: 24, W: 24, M: 32, k: 5, padding: 2, paddingMode: 'reflect', pixels: 99, weights: 99 },
  ],
];

describe('whole numbers', () => {
  it.each(CASES)('are exact: %s', (_, one) => {
    for (const threads of [1, 2]) {
      const { wrong, judged } = wrongOutputs(one, { threads });
      expect(judged).toBeGreaterThan(5);
      expect(wrong).toBe(0);
    }
  });

  it.each(['direct', 'gemm', 'winograd4x3', 'reference'])('are exact when %s is asked for', (algorithm) => {
    expect(wrongOutputs(CASES[4][1], { algorithm }).wrong).toBe(0);
  });

  it('are exact when fft is asked for', () => expect(wrongOutputs(CASES[0][1], { algorithm: 'fft' }).wrong).toBe(0));

  it('are told of by plan, which sees no pixels', async () => {
    const { stdout } = await cnnviz(['plan', '--input', '3,600,800', '--weight', '1,3,70,70']);
    expect(stdout).toMatch(/an image of whole numbers under whole weights takes (gemm|direct) instead, which is exact/);
    const exact = await cnnviz(['plan', '--input', '3,600,800', '--weight', '1,3,70,70', '--exact']);
    expect(exact.stdout).not.toContain('whole numbers');
  });

  it.each([
    ['is a column times a row of fractions', (u: number, v: number) => [1, 3, 7, 3, 1, 5][u] * [2, 5, 7, 5, 2, 4][v]],
    ['is all ones', () => 1],
  ])('are exact under a kernel that %s', (_, at) => {
    const [k, H, W] = [6, 40, 44];
    const w = Float32Array.from({ length: k * k }, (_, t) => at(Math.floor(t / k), t % k));
    const x = wholes(H * W, 9000, 4);
    const one: Case = { C: 1, H, W, M: 1, k, pixels: 0, weights: 0 };
    const y = conv2d(tensor(x, [H, W]), tensor(w, [k, k]), { algorithm: 'separable' });
    for (let at = 0; at < y.data.length; at++) {
      const { sum } = exactly(one, x, w, 0, 0, Math.floor(at / y.shape[2]), at % y.shape[2]);
      expect(BigInt(y.data[at])).toBe(sum);
    }
  });

  it('alone change the algorithm: other images keep the planned one, and its bits', () => {
    const { C, H, W, M, k } = CASES[3][1];
    const weight = tensor(wholes(M * C * k * k, 9, 2), [M, C, k, k]);
    const prepared = prepareConv2d(weight, { inputShape: [C, H, W] });
    const planned = prepared.algorithm;
    expect(planned).toBe('winograd4x3');
    const fractions = tensor(
      wholes(C * H * W, 255, 1).map((value) => value / 255),
      [C, H, W],
    );
    const before = prepared.run(fractions);
    expect(prepared.algorithm).toBe(planned);
    prepared.run(tensor(wholes(C * H * W, 255, 1), [C, H, W]));
    expect(prepared.algorithm).not.toBe(planned);
    expect(prepared.run(fractions).data).toEqual(before.data);
    expect(prepared.algorithm).toBe(planned);
    const exact = conv2d(fractions, weight, { exact: true });
    expect(exact.data).not.toEqual(before.data);
  });

  it('take each image of a batch by itself', () => {
    const { C, H, W, M, k } = CASES[3][1];
    const weight = tensor(wholes(M * C * k * k, 9, 2), [M, C, k, k]);
    const images = [wholes(C * H * W, 255, 1), randomArray(C * H * W, 5)];
    const both = new Float32Array(2 * C * H * W);
    images.forEach((image, n) => void both.set(image, n * C * H * W));
    const together = conv2d(tensor(both, [2, C, H, W]), weight).data;
    images.forEach((image, n) => {
      const alone = conv2d(tensor(image, [C, H, W]), weight).data;
      expect(together.subarray(n * alone.length, (n + 1) * alone.length)).toEqual(alone);
    });
  });

  it('of a photograph are told with the algorithm that kept them, and explain finds the same bits', () =>
    inFolder(async (cwd) => {
      const rows = Array.from({ length: 31 }, (_, u) =>
        Array.from({ length: 31 }, (_, v) => ((u * 7 + v * 3) % 5) - 2),
      );
      const kernel = rows.map((row) => row.join(' ')).join('; ');
      const image = `${IMAGES}chelsea.png`;
      const args = [image, '-k', kernel, '--pixels', '255'];
      const run = await cnnviz(['conv', ...args, '--json', '-o', 'y.npy'], { cwd });
      expect(run.code).toBe(0);
      expect(JSON.parse(run.stdout).results[0].banks[0].algorithm).not.toBe('fft');
      const why = await cnnviz(['explain', ...args, '--at', '20,20', '--json'], { cwd });
      expect(why.code).toBe(0);
      expect(why.stdout).not.toContain('fft');
    }));
});
