import { erf } from '../../core/math.js';
import { formatNumber } from '../../core/text.js';
import type { Weight } from './weights.js';

/** Fewer numbers than this say nothing of a uniform distribution, whose bound is sharp. */
const FEWEST_UNIFORM = 300;
/** The same of a normal one whose spread is one that initialisers give, and of one with any: small trained layers look normal. */
const FEWEST_NORMAL = 4_000;
const FEWEST_ANY = 40_000;
/** Numbers whose distribution is looked at. */
const SAMPLE = 10_000;
/** The distance of two distributions times √n: below the first by chance in all but 1 of 10,000, beyond the second never. */
const [NEAR, FAR] = [2.25, 3.5];
/** Rows and columns of which the largest singular value is worked out. */
const [ROWS, COLUMNS] = [512, 2048];
const ROUNDS = 16;

/**
 * Whether a weight is as a random generator left it.
 * 'initial': no direction in it stands out, as in no trained weight, and its numbers are spread as torch's, Keras' or He's
 * initial ones. 'unknown': too few numbers to tell, or on the border.
 */
export type Origin =
  | { readonly kind: 'trained' | 'unknown' }
  | {
      readonly kind: 'initial';
      readonly how: string;
      /** A sharp bound, very many numbers, or a bias of zeros beside them; else a small trained layer may look the same. */
      readonly isSure: boolean;
    };

const [TRAINED, UNKNOWN]: readonly Origin[] = [{ kind: 'trained' }, { kind: 'unknown' }];

export function originOf(weight: Weight): Origin {
  const { data, fanIn, fanOut, bias } = weight;
  const n = data.length;
  const { mean, std, largest } = spreadOf(data);
  if (n < FEWEST_UNIFORM || !Number.isFinite(std)) return UNKNOWN;
  // constants: nothing was learnt, and nothing drawn
  if (!(std > 0)) return UNKNOWN;
  if (Math.abs(mean) > (6 * std) / Math.sqrt(n)) return TRAINED;
  const sample = sampleOf(data);
  const uniform = uniformWords(sample, n, largest, fanIn, fanOut);
  if (uniform === null && n < FEWEST_NORMAL) return UNKNOWN;
  const direction = directionOf(weight, std);
  if (direction === 'clear') return TRAINED;
  if (uniform !== null) return direction === 'none' ? { kind: 'initial', how: uniform, isSure: true } : UNKNOWN;
  const shape = normalDistance(sample, std);
  if (shape.distance > FAR) return TRAINED;
  if (isLearnt(bias, fanIn) || hasLongTails(data, std, largest)) return UNKNOWN;
  const isKnown = n >= FEWEST_ANY || SPREADS.some((of) => Math.abs(std / of(fanIn, fanOut) - 1) < 3 / Math.sqrt(2 * n));
  return direction === 'none' && shape.distance < NEAR && isKnown
    ? {
        kind: 'initial',
        how: `normal with std ${formatNumber(std)}${shape.isCut ? ', cut at two σ' : ''}`,
        isSure: n >= FEWEST_ANY || bias?.every((value) => value === 0) === true,
      }
    : UNKNOWN;
}

/** A bias begins with zeros, or as torch's within ±1/√fan_in: what lies beyond was learnt. */
function isLearnt(bias: Float32Array | null, fanIn: number): boolean {
  return bias?.some((value) => Math.abs(value) > (1 + 2e-6) / Math.sqrt(fanIn)) === true;
}

/** Of a thousand weights that were drawn one has such a number far out, or so many. */
const RARE = 1e-3;

/** Whether more lies far out than normal numbers have there: what is learnt does, where the middle looks normal still. */
function hasLongTails(data: Float32Array, std: number, largest: number): boolean {
  const n = data.length;
  if (2 * n * (1 - normal(largest / std)) < RARE) return true;
  let fourth = 0;
  for (let i = 0; i < n; i++) fourth += (data[i] / std) ** 4;
  return fourth / n - 3 > 3.1 * Math.sqrt(24 / n);
}

/** What initialisers draw normal numbers with: He by fan-in and fan-out, LeCun, Xavier, and torchvision's for linear layers. */
const SPREADS: readonly ((fanIn: number, fanOut: number) => number)[] = [
  (fanIn) => Math.sqrt(2 / fanIn),
  (_, fanOut) => Math.sqrt(2 / fanOut),
  (fanIn) => Math.sqrt(1 / fanIn),
  (fanIn, fanOut) => Math.sqrt(2 / (fanIn + fanOut)),
  () => 0.01,
  () => 0.02,
];

function spreadOf(data: Float32Array): { mean: number; std: number; largest: number } {
  let [sum, squares, largest] = [0, 0, 0];
  for (let i = 0; i < data.length; i++) {
    sum += data[i];
    squares += data[i] * data[i];
    largest = Math.max(largest, Math.abs(data[i]));
  }
  const mean = sum / data.length;
  return { mean, std: Math.sqrt(Math.max(0, squares / data.length - mean * mean)), largest };
}

/** A batch norm at its initial state that an exporter folded divides by √(1 + eps). */
const FOLDED = [1, 1 / Math.sqrt(1 + 1e-5), 1 / Math.sqrt(1 + 1e-3)];

/** Uniform within exactly the bound that fan-in gives: a trained weight has left it somewhere. */
function uniformWords(sample: Float32Array, n: number, largest: number, fanIn: number, fanOut: number): string | null {
  const bounds = [
    { words: '1/√fan_in, as torch.nn begins', bound: 1 / Math.sqrt(fanIn) },
    { words: '√(6/fan_in), He', bound: Math.sqrt(6 / fanIn) },
    { words: '√(6/(fan_in + fan_out)), Xavier', bound: Math.sqrt(6 / (fanIn + fanOut)) },
    { words: '√(3/fan_in), LeCun', bound: Math.sqrt(3 / fanIn) },
  ];
  for (const { words, bound } of bounds) {
    for (const factor of FOLDED) {
      const limit = bound * factor;
      // of n numbers the largest is about n/(n + 1) of the limit
      if (largest > limit * (1 + 2e-6) || largest < limit * (1 - 12 / n)) continue;
      if (distance(sample, (x) => (1 + x / limit) / 2) < NEAR) {
        return `uniform within ±${formatNumber(limit)} = ${words}`;
      }
    }
  }
  return null;
}

/** How far from normal numbers of this spread; Keras cuts them at two σ, which leaves 0.8796 of it. */
function normalDistance(sample: Float32Array, std: number): { readonly distance: number; readonly isCut: boolean } {
  const whole = distance(sample, (x) => normal(x / std));
  if (whole < NEAR) return { distance: whole, isCut: false };
  const sigma = std / 0.87962566;
  const [lo, width] = [normal(-2), normal(2) - normal(-2)];
  const cut = distance(sample, (x) => Math.min(1, Math.max(0, (normal(x / sigma) - lo) / width)));
  return cut < whole ? { distance: cut, isCut: true } : { distance: whole, isCut: false };
}

function normal(x: number): number {
  return (1 + erf(x * Math.SQRT1_2)) / 2;
}

/** Evenly spread over the whole weight, in rising order. */
function sampleOf(data: Float32Array): Float32Array {
  // odd, so that it meets every column
  const step = Math.floor(data.length / SAMPLE) | 1;
  const count = Math.floor((data.length - 1) / step) + 1;
  return Float32Array.from({ length: count }, (_, i) => data[i * step]).sort();
}

/** Kolmogorov's distance of a sorted sample from a distribution, times √n. */
function distance(sample: Float32Array, below: (x: number) => number): number {
  const n = sample.length;
  let most = 0;
  for (let i = 0; i < n; i++) {
    const expected = below(sample[i]);
    most = Math.max(most, (i + 1) / n - expected, expected - i / n);
  }
  return most * Math.sqrt(n);
}

/**
 * Whether a direction stands out: the largest singular value beyond the one that noise of this spread has, std·(√M + √K).
 * What is learnt is few directions, and a single one of 5 % shows. Source: Marchenko, Pastur 1967; by chance it moves by
 * the order of M^(−2/3).
 */
function directionOf({ data, rows, columns }: Weight, std: number): 'none' | 'perhaps' | 'clear' {
  const [M, K] = [Math.min(rows, ROWS), Math.min(columns, COLUMNS)];
  const edge = std * (Math.sqrt(M) + Math.sqrt(K));
  const chance = 2 * Math.min(M, K) ** (-2 / 3);
  let u = Float64Array.from({ length: K }, (_, k) => Math.sign(data[k]) || 1);
  let value = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const v = new Float64Array(M);
    const length = lengthOf(u);
    for (let m = 0; m < M; m++) {
      let sum = 0;
      for (let k = 0, at = m * columns; k < K; k++, at++) sum += data[at] * u[k];
      v[m] = sum / length;
    }
    value = lengthOf(v);
    if (value > edge * (1.05 + 2 * chance)) return 'clear';
    const next = new Float64Array(K);
    for (let m = 0; m < M; m++) {
      const share = v[m];
      for (let k = 0, at = m * columns; k < K; k++, at++) next[k] += data[at] * share;
    }
    u = next;
  }
  return value > edge * (1.02 + chance) ? 'perhaps' : 'none';
}

function lengthOf(vector: Float64Array): number {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += vector[i] * vector[i];
  return Math.sqrt(squares);
}
