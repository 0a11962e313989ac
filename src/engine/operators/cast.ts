import type { CastLayer } from '../../core/graph-layers.js';
import type { Operator } from './operator.js';

const TWO_TO_64 = 2 ** 64;

/** To bool: 0 or not. To integers: towards zero, those that do not fit wrap, NaN is 0. To floating point: rounded. */
export const castOperator: Operator<CastLayer> = {
  run({ to }, [x], [y]) {
    const [from, out] = [x!.data, y.data];
    if (to === 'bool') for (let i = 0; i < out.length; i++) out[i] = from[i] === 0 ? 0 : 1;
    else if (to === 'int64' || to === 'uint64') {
      for (let i = 0; i < out.length; i++) {
        // int64 travels as float64, which would keep NaN and a fraction
        const whole = Math.trunc(from[i]) || 0;
        out[i] = to === 'uint64' && whole < 0 ? whole + TWO_TO_64 : whole;
      }
    } else out.set(from);
  },
};
