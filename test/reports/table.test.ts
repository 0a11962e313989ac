import { describe, expect, it } from 'vitest';
import { formatMs, tableLines } from '../../src/reports/table.js';

const ROWS = [
  ['layer', 'size', 'parameters'],
  ['conv1', '6×28×28', '156'],
  ['fc', '', '10,164'],
];
const LOOK = { indent: 1, gap: 2, isLeft: (column: number) => column === 0, names: 1 };

describe('a table', () => {
  it('has columns as wide as their widest entry: words to the left, numbers to the right', () => {
    expect(tableLines(ROWS, LOOK).flat()).toEqual([
      ' layer     size  parameters',
      ' conv1  6×28×28         156',
      ' fc                  10,164',
    ]);
  });

  it('is kept in a terminal as wide as its widest line, and stacked in one that is a cell narrower', () => {
    expect(tableLines(ROWS, LOOK, 27)).toEqual(tableLines(ROWS, LOOK));
    expect(tableLines(ROWS, LOOK, 26)).toEqual([
      [],
      [' conv1', '     size 6×28×28', '     parameters 156'],
      [' fc', '     parameters 10,164'],
    ]);
  });

  it('stacks entries on one line when each is at most half the width', () => {
    expect(
      tableLines(
        [
          ['a', 'b', 'c'],
          ['long name', '12', '3'],
        ],
        LOOK,
        8,
      ),
    ).toEqual([[], [' long name', '     b 12   c 3']]);
    expect(
      tableLines(
        [
          ['a', 'b', 'c'],
          ['long name', '12', '3'],
        ],
        LOOK,
        7,
      ),
    ).toEqual([[], [' long name', '     b 12', '     c 3']]);
  });

  it('without names stacks entries at its own indent', () => {
    expect(
      tableLines(
        [
          ['a', 'b'],
          ['1', 'wide text'],
        ],
        { ...LOOK, names: 0 },
        10,
      ),
    ).toEqual([[], [' a 1', ' b wide text']]);
  });
});

describe('time', () => {
  it.each([
    [0, '1 ms'],
    [0.4, '1 ms'],
    [1.5, '2 ms'],
    [999, '999 ms'],
    [1000, '1 s'],
    [3449, '3.4 s'],
    [60_000, '60 s'],
  ])('%f ms is told as %s', (ms, told) => expect(formatMs(ms)).toBe(told));
});
