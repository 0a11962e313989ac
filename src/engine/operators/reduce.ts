import type { RowWork } from '../../layers/row-work.js';
import type { EngineMemory } from '../wasm/memory.js';

type Reduction = Extract<RowWork, { work: 'reduce' }>;

/** y [outer, inner] at `to` = x [outer, count, inner] at `from`, reduced over `count`. */
export function reduce({ routines }: EngineMemory, { of, outer, count, inner }: Reduction, from: number, to: number) {
  const divisor = of === 'mean' ? count : 1;
  const isSum = of === 'mean' || of === 'sum';
  const least = of === 'min' ? 1 : 0;
  if (inner === 1) {
    if (isSum) routines.sumRows(from, to, outer, count, divisor);
    else routines.extremeRows(from, to, outer, count, least);
    return;
  }
  for (let o = 0; o < outer; o++) {
    const [x, y] = [from + o * count * inner * 4, to + o * inner * 4];
    if (isSum) routines.sumColumns(x, inner * 4, y, count, inner, divisor);
    else routines.extremeColumns(x, inner * 4, y, count, inner, least);
  }
}
