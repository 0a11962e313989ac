import { describe, expect, it } from 'vitest';
import { splitRows } from '../../../src/engine/training/train-head.js';

const labels = Int32Array.of(...new Array(10).fill(0), ...new Array(5).fill(1), 2, 3, 3);
const apart = Int32Array.from(labels.keys());
const count = (rows: Int32Array, label: number) => rows.filter((row) => labels[row] === label).length;

describe('holding out', () => {
  it('takes a share of each class, never all of one', () => {
    const { training, heldOut } = splitRows(labels, apart, 4, { holdout: 0.2, seed: 1 });
    expect([0, 1, 2, 3].map((k) => count(heldOut, k))).toEqual([2, 1, 0, 0]);
    expect([...training, ...heldOut].sort((a, b) => a - b)).toEqual([...labels.keys()]);
    const most = splitRows(labels, apart, 4, { holdout: 0.99, seed: 1 });
    expect([0, 1, 2, 3].map((k) => count(most.training, k))).toEqual([1, 1, 1, 1]);
  });

  it('keeps copies of an image on one side', () => {
    const copies = Int32Array.from(labels.keys(), (row) => (row < 10 ? row >> 1 : row));
    for (let seed = 0; seed < 20; seed++) {
      const { heldOut } = splitRows(labels, copies, 4, { holdout: 0.4, seed });
      const held = new Set(heldOut);
      for (let row = 0; row < 10; row += 2) expect(held.has(row)).toBe(held.has(row + 1));
      expect(count(heldOut, 0)).toBe(4);
    }
  });

  it('is chosen by the seed', () => {
    const of = (seed: number) => splitRows(labels, apart, 4, { holdout: 0.5, seed }).heldOut.join();
    expect(of(1)).toBe(of(1));
    expect(new Set([1, 2, 3, 4, 5].map(of)).size).toBeGreaterThan(1);
  });
});
