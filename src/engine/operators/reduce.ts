import type { RowWork } from '../../layers/row-work.js';
import type { EngineMemory } from '../wasm/memory.js';
import { cutPlanes, cutRuns, type Portions } from './portions.js';

type Reduction = Extract<RowWork, { work: 'reduce' }>;

/** Rows that are summed side by side; columns that lie in one line of the cache. */
const [ROWS, COLUMNS] = [8, 16];

/** y [outer, inner] at `to` = x [outer, count, inner] at `from`, reduced over `count`: each number in one go. */
export function reduce(
  { routines }: EngineMemory,
  { of, outer, count, inner }: Reduction,
  from: number,
  to: number,
): Portions {
  const divisor = of === 'mean' ? count : 1;
  const isSum = of === 'mean' || of === 'sum';
  const least = of === 'min' ? 1 : 0;
  if (inner === 1) {
    const some = (first: number, end: number): void => {
      const [x, y] = [from + first * count * 4, to + first * 4];
      if (isSum) routines.sumRows(x, y, end - first, count, divisor);
      else routines.extremeRows(x, y, end - first, count, least);
    };
    return { ...cutRuns(outer, count, some, ROWS), whole: () => some(0, outer) };
  }
  const columns = (o: number, first: number, end: number): void => {
    const [x, y] = [from + (o * count * inner + first) * 4, to + (o * inner + first) * 4];
    if (isSum) routines.sumColumns(x, inner * 4, y, count, end - first, divisor);
    else routines.extremeColumns(x, inner * 4, y, count, end - first, least);
  };
  const whole = (): void => {
    for (let o = 0; o < outer; o++) columns(o, 0, inner);
  };
  return { ...cutPlanes(outer, inner, count, columns, COLUMNS), whole };
}
