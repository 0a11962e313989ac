/** Portions of about so many numbers stay in the cache, and are worth a ticket. */
export const PORTION = 16_384;

/**
 * Work cut into portions that do not depend on one another: threads may do them in any order, each number is made by one of
 * them, in one way. How it is cut depends on shapes alone.
 */
export interface Portions {
  readonly count: number;
  readonly run: (index: number) => void;
  /** All of it in one go, where one thread gains nothing by portions. */
  readonly whole?: () => void;
}

/** Does all portions, one after another. */
export function runPortions({ count, run, whole }: Portions): void {
  if (whole) whole();
  else for (let index = 0; index < count; index++) run(index);
}

/** What cannot be cut. */
export function oneGo(run: () => void): Portions {
  return { count: 1, run };
}

/** Several works one after another as one. */
export function joined(works: readonly Portions[]): Portions {
  const ends: number[] = [];
  let count = 0;
  for (const one of works) {
    count += one.count;
    ends.push(count);
  }
  return {
    count,
    run(index) {
      const w = ends.findIndex((end) => index < end);
      works[w].run(index - ends[w] + works[w].count);
    },
    whole: () => works.forEach(runPortions),
  };
}

export const NOTHING: Portions = { count: 0, run: () => {} };

/**
 * `total` things, each of `size` numbers, some at a time: a multiple of `step`.
 * @param visit things first … end−1
 */
export function cutRuns(total: number, size: number, visit: (first: number, end: number) => void, step = 1): Portions {
  const together = Math.max(step, Math.floor(PORTION / Math.max(size, 1) / step) * step);
  return {
    count: Math.ceil(total / together),
    run: (index) => visit(index * together, Math.min(total, (index + 1) * together)),
  };
}

/** Part of [outer, rows, count]: those of `outer` from o to oEnd, rows row … rowEnd−1, numbers first … end−1 of each. */
export interface Block {
  readonly o: number;
  readonly oEnd: number;
  readonly row: number;
  readonly rowEnd: number;
  readonly first: number;
  readonly end: number;
}

/** [outer, rows, count] numbers: some of `outer` at a time, or some rows of one, or a part of one row. */
export function cutBlocks(outer: number, rows: number, count: number, visit: (block: Block) => void): Portions {
  if (rows * count < PORTION) {
    return cutRuns(outer, rows * count, (o, oEnd) => visit({ o, oEnd, row: 0, rowEnd: rows, first: 0, end: count }));
  }
  const tall = Math.max(1, Math.floor(PORTION / count));
  const across = Math.ceil(count / PORTION);
  const each = Math.ceil(rows / tall) * across;
  return {
    count: outer * each,
    run(index) {
      const o = Math.floor(index / each);
      const row = Math.floor((index % each) / across) * tall;
      const first = (index % across) * PORTION;
      const [rowEnd, end] = [Math.min(rows, row + tall), Math.min(count, first + PORTION)];
      visit({ o, oEnd: o + 1, row, rowEnd, first, end });
    },
  };
}

/**
 * `planes` planes of `total` things, each of `size` numbers: some planes at a time, or some things of one, a multiple of `step`.
 * @param visit things first … end−1 of plane o
 */
export function cutPlanes(
  planes: number,
  total: number,
  size: number,
  visit: (o: number, first: number, end: number) => void,
  step = 1,
): Portions {
  if (total * size < PORTION) {
    return cutRuns(planes, total * size, (from, to) => {
      for (let o = from; o < to; o++) visit(o, 0, total);
    });
  }
  const one = cutRuns(total, size, () => {}, step);
  return {
    count: planes * one.count,
    run(index) {
      const o = Math.floor(index / one.count);
      cutRuns(total, size, (first, end) => visit(o, first, end), step).run(index % one.count);
    },
  };
}
