import { CnnvizError } from '../../core/errors.js';

/** What ranges of numbers may stand for together. */
const MOST_NAMES = 1_000_000;
const RANGE = /\{(\d{1,9})\.\.(\d{1,9})\}/g;

/** The names that shards/{000000..000099}.tar stands for, by its first range, as in a shell. @throws CnnvizError 'usage' */
export function namesInRange(arg: string): string[] {
  const ranges = [...arg.matchAll(RANGE)];
  const counts = ranges.map(([, from, to]) => Math.max(0, Number(to) - Number(from) + 1));
  const count = counts.reduce((product, one) => product * one, 1);
  if (count < 1 || count > MOST_NAMES) {
    throw new CnnvizError('usage', `${arg}: stands for ${count} names`, {
      fix: `expected 1 to ${MOST_NAMES}, of each range the smaller number first`,
    });
  }
  const [[range, from, to]] = ranges;
  const digits = from.startsWith('0') || to.startsWith('0') ? Math.max(from.length, to.length) : 0;
  return Array.from({ length: counts[0] }, (_, i) =>
    arg.replace(range, String(Number(from) + i).padStart(digits, '0')),
  );
}
