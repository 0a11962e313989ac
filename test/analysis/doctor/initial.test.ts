import { describe, expect, it } from 'vitest';
import { originOf } from '../../../src/analysis/doctor/initial.js';
import type { Weight } from '../../../src/analysis/doctor/weights.js';
import { seeded } from '../../random.js';

const [ROWS, COLUMNS] = [56, 192];
const SPREAD = Math.sqrt(2 / COLUMNS);

function weight(data: Float32Array, bias: Float32Array | null): Weight {
  const node = { name: 'conv', layer: { kind: 'linear' }, inputs: [], outputs: ['conv'] } as const;
  return { node, name: 'conv.weight', data, rows: ROWS, columns: COLUMNS, fanIn: COLUMNS, fanOut: ROWS, bias };
}

/** Normal numbers with the spread that He's initialiser gives; `odd`: the share that is three times as wide. */
function drawn(odd = 0): Float32Array {
  const next = seeded(7);
  // Box, Muller
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const numbers = Float32Array.from({ length: ROWS * COLUMNS }, normal);
  const wide = numbers.map((value, i) => (i % 1000 < 1000 * odd ? 3 * value : value));
  const std = Math.sqrt(wide.reduce((sum, value) => sum + value * value, 0) / wide.length);
  return wide.map((value) => (value / std) * SPREAD);
}

describe('a weight that looks normal', () => {
  it('is as it was drawn beside a bias of zeros; without one that is likely, but not sure', () => {
    expect(originOf(weight(drawn(), new Float32Array(ROWS)))).toMatchObject({ kind: 'initial', isSure: true });
    expect(originOf(weight(drawn(), null))).toMatchObject({ kind: 'initial', isSure: false });
  });

  it('is not told beside a bias that was learnt', () => {
    expect(originOf(weight(drawn(), new Float32Array(ROWS).fill(0.2)))).toEqual({ kind: 'unknown' });
  });

  it('is not told where more lies far out than was drawn', () => {
    expect(originOf(weight(drawn(0.01), new Float32Array(ROWS)))).toEqual({ kind: 'unknown' });
  });
});
