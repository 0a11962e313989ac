import { flag } from '../../cli/flags.js';
import { CnnvizError } from '../../core/errors.js';
import { nearestName } from '../../core/names.js';

/**
 * How far a value may be from its baseline: |got − expected| ≤ abs + rel·|expected|, or at most `ulps` units in the last
 * place. All zero: the same bits.
 */
export interface Tolerance {
  readonly abs: number;
  readonly rel: number;
  readonly ulps: number;
}

export const EXACT: Tolerance = { abs: 0, rel: 0, ulps: 0 };

/** Whether nothing but the same bits will do. */
export function isExact({ abs, rel, ulps }: Tolerance): boolean {
  return abs === 0 && rel === 0 && ulps === 0;
}

const TOLERANCES = ['abs', 'rel', 'ulps'] as const;

/** abs=1e-6,rel=1e-5,ulps=4, any of them; a bare number is absolute. */
export function parseTolerance(text: string): Tolerance {
  const found = { ...EXACT };
  const said = new Set<string>();
  for (const part of text.split(',')) {
    const at = part.indexOf('=');
    const word = at < 0 ? 'abs' : part.slice(0, at).trim();
    const kind = TOLERANCES.find((name) => name === word);
    const number = part.slice(at + 1).trim();
    const value = Number(number);
    if (kind === undefined || number === '' || !(value >= 0 && value < Number.POSITIVE_INFINITY)) {
      const near = kind === undefined ? nearestName(word, TOLERANCES) : null;
      throw new CnnvizError('usage', `--tolerance: expected abs=…, rel=… or ulps=…, numbers from 0, got "${part}"`, {
        fix: near ? `did you mean ${near}?` : 'such as --tolerance abs=1e-6,rel=1e-5',
      });
    }
    if (said.has(kind)) {
      throw new CnnvizError('usage', `--tolerance: ${kind} is said twice in "${text}"`, {
        fix: 'a decimal point is a point: --tolerance abs=0.1,rel=1e-5',
      });
    }
    said.add(kind);
    found[kind] = value;
  }
  return found;
}

/** How far values may be apart; null: not said. */
export const toleranceFlag = flag.of(
  '--tolerance <abs=…,rel=…,ulps=…>',
  'let values differ by so much (default: not by one bit)',
  (_, text) => parseTolerance(text),
  (tolerance) =>
    TOLERANCES.filter((kind) => tolerance[kind] !== 0)
      .map((kind) => `${kind}=${tolerance[kind]}`)
      .join(','),
);
