import { exp, log1p } from './math.js';

/** Numbers that are the same on every machine. */
export interface RandomSource {
  /** A whole number, 0 … 2^32 − 1. */
  next(): number;
  /** From the standard normal distribution. */
  normal(): number;
}

/** FNV-1a, 32 bits, over the text's code units; mixed with the seed. */
function hash(text: string, seed: number): number {
  let h = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return h;
}

/** The tables of the ziggurat: 128 layers of equal area under exp(−x²/2). */
const LAYERS = 128;
const RIGHT = 3.442619855899;
const AREA = 9.91256303526217e-3;
const SCALE = 2 ** 31;
const EDGES = new Float64Array(LAYERS + 1);
const LIMITS = new Float64Array(LAYERS);
const HEIGHTS = new Float64Array(LAYERS + 1);
buildTables();

function ln(x: number): number {
  return log1p(x - 1);
}

function buildTables(): void {
  const density = (x: number) => exp((-x * x) / 2);
  EDGES[LAYERS] = AREA / density(RIGHT);
  EDGES[LAYERS - 1] = RIGHT;
  for (let i = LAYERS - 2; i >= 1; i--) {
    EDGES[i] = Math.sqrt(-2 * ln(AREA / EDGES[i + 1] + density(EDGES[i + 1])));
  }
  for (let i = 0; i <= LAYERS; i++) HEIGHTS[i] = density(EDGES[i]);
  for (let i = 0; i < LAYERS; i++) LIMITS[i] = EDGES[i] / EDGES[i + 1];
}

/**
 * A generator for a seed and a name: equal ones give equal numbers, others have nothing to do with each other.
 * Source: xoshiro128**, Blackman and Vigna 2018; the ziggurat of Marsaglia and Tsang 2000
 */
export function randomSource(seed: number, name: string): RandomSource {
  let [a, b, c, d] = [1, 2, 3, 4].map((salt) => {
    let h = hash(name, Math.imul(seed >>> 0, 0x9e3779b1) ^ Math.imul(Math.floor(seed / 2 ** 32) + salt, 0x85ebca6b));
    h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
    h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
    return (h ^ (h >>> 16)) | 1;
  });
  const next = (): number => {
    const r = Math.imul(b, 5);
    const result = Math.imul((r << 7) | (r >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const unit = (): number => (next() + 0.5) / 2 ** 32;
  const tail = (negative: boolean): number => {
    for (;;) {
      const x = -ln(unit()) / RIGHT;
      const y = -ln(unit());
      if (y + y > x * x) return negative ? -(RIGHT + x) : RIGHT + x;
    }
  };
  const normal = (): number => {
    for (;;) {
      const layer = next() & (LAYERS - 1);
      const u = ((next() | 0) + 0.5) / SCALE;
      const size = u < 0 ? -u : u;
      const x = u * EDGES[layer + 1];
      if (size < LIMITS[layer]) return x;
      if (layer === LAYERS - 1) return tail(u < 0);
      const height = HEIGHTS[layer + 1] + (HEIGHTS[layer] - HEIGHTS[layer + 1]) * unit();
      if (height < exp((-x * x) / 2)) return x;
    }
  };
  for (let i = 0; i < 8; i++) next();
  return { next, normal };
}
