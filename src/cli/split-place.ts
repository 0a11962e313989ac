import { CnnvizError } from '../core/errors.js';

/** Flags whose value is a position x,y. */
interface PlaceFlags {
  readonly at?: string | undefined;
  readonly pixel?: string | undefined;
}

/** --at 169 100: the second number came as an argument. @throws CnnvizError 'usage' */
export function refuseSplitPlace(args: readonly string[], { at, pixel }: PlaceFlags): void {
  const y = args.find((arg) => /^\d+$/.test(arg));
  if (y === undefined) return;
  for (const [flag, x] of [
    ['--at', at],
    ['--pixel', pixel],
  ] as const) {
    if (x === undefined || !/^\d+,?$/.test(x)) continue;
    throw new CnnvizError('usage', `${flag}: expected x,y, got "${x}" and "${y}" apart`, {
      fix: `${flag} ${x.replace(',', '')},${y}`,
    });
  }
}
