import { transpose } from './transpose';

/** Numbers of 32 bits moved from place to place. Steps are bytes. */

/** Runs of `bytes`, [outer, rows] of them, each a copy of the one at the same place of x. x and y do not overlap. */
export function copyRuns(
  x: i32,
  xOuter: i32,
  xRow: i32,
  y: i32,
  yOuter: i32,
  yRow: i32,
  outer: i32,
  rows: i32,
  bytes: i32,
): void {
  for (let o = 0; o < outer; o++, x += xOuter, y += yOuter) {
    let from = x;
    let to = y;
    for (let r = 0; r < rows; r++, from += xRow, to += yRow) {
      if (bytes > 256) memory.copy(to, from, bytes);
      else {
        let i = 0;
        for (; i + 16 <= bytes; i += 16) v128.store(to + i, v128.load(from + i));
        for (; i < bytes; i += 4) store<i32>(to + i, load<i32>(from + i));
      }
    }
  }
}

/** y [rows, count], rows yRow apart, its numbers one after another; x: numbers xEach apart, rows xRow. 0: repeated. */
export function copySteps(x: i32, xRow: i32, xEach: i32, y: i32, yRow: i32, rows: i32, count: i32): void {
  for (let r = 0; r < rows; r++, x += xRow, y += yRow) {
    const end = y + (count << 2);
    let from = x;
    let to = y;
    const four = end - 15;
    for (; to < four; to += 16) {
      const a = load<i32>(from);
      from += xEach;
      const b = load<i32>(from);
      from += xEach;
      const c = load<i32>(from);
      from += xEach;
      store<i32>(to, a);
      store<i32>(to, b, 4);
      store<i32>(to, c, 8);
      store<i32>(to, load<i32>(from), 12);
      from += xEach;
    }
    for (; to < end; to += 4, from += xEach) store<i32>(to, load<i32>(from));
  }
}

/**
 * Rows become columns: y [rows, columns], rows yRow apart, = x [columns, rows], rows xRow apart. Sixteen rows of y at a
 * time, so that each line of x that is read is used up.
 */
export function transposePlane(x: i32, xRow: i32, y: i32, yRow: i32, rows: i32, columns: i32): void {
  const fours = columns & ~3;
  for (let r = 0; r < rows; r += 16) {
    const tall = min(16, rows - r);
    const whole = tall & ~3;
    for (let c = 0; c < fours; c += 4) {
      const from = x + c * xRow + (r << 2);
      const to = y + r * yRow + (c << 2);
      for (let i = 0; i < whole; i += 4) transpose(from + (i << 2), xRow, to + i * yRow, yRow);
      for (let i = whole; i < tall; i++) oneRow(from + (i << 2), xRow, to + i * yRow, 4);
    }
    if (fours < columns) {
      const from = x + fours * xRow + (r << 2);
      const to = y + r * yRow + (fours << 2);
      for (let i = 0; i < tall; i++) oneRow(from + (i << 2), xRow, to + i * yRow, columns - fours);
    }
  }
}

function oneRow(from: i32, step: i32, to: i32, count: i32): void {
  for (let j = 0; j < count; j++) store<i32>(to + (j << 2), load<i32>(from + j * step));
}
