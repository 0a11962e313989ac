import { CnnvizError } from '../core/errors.js';
import type { ModelInput } from './model.js';

interface Shaped {
  readonly shape: readonly number[];
}

/** @throws CnnvizError 'shape' for a side that an input may not have, or that is another where it has to be the same */
export function checkSides(inputs: readonly ModelInput[], bound: ReadonlyMap<string, Shaped>): void {
  const found = new Map<string, number>();
  for (const { name, sides = [] } of inputs) {
    const { shape = [] } = bound.get(name) ?? {};
    for (const [axis, rule] of sides.entries()) {
      const side = shape[axis];
      if (rule === null || side === undefined) continue;
      const { times, least, most } = rule;
      const n = side / times;
      const place = `input "${name}": axis ${axis} is ${side}`;
      if (!Number.isInteger(n)) throw new CnnvizError('shape', `${place}: expected a multiple of ${times}`);
      if (n < least || n > most) {
        const limit =
          most === Number.POSITIVE_INFINITY ? `at least ${least * times}` : `${least * times} … ${most * times}`;
        throw new CnnvizError('shape', `${place}: expected ${limit}`, { fix: 'the file says so: feed another size' });
      }
      const before = found.get(rule.name);
      if (before !== undefined && before !== n) {
        throw new CnnvizError('shape', `${place}: expected ${before * times}, as it was exported`);
      }
      found.set(rule.name, n);
    }
  }
}
