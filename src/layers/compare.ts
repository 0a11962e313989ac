import { CnnvizError } from '../core/errors.js';
import {
  broadcastAll,
  broadcastTerms,
  combinePairs,
  eachRow,
  type PairLoop,
  pairLoop,
  planBroadcast,
  sameType,
} from './broadcast.js';
import { type Families, type Forward, kindWords, SAME_PLACE, type ShapeRule, WHOLE_NUMBERS } from './family.js';
import { required } from './inputs.js';
import { movedBackward } from './moving.js';

/** Compares two arrays element by element with broadcasting, to bool. */
export interface CompareLayer {
  readonly kind: 'compare';
  readonly name: 'equal' | 'greater' | 'greater_or_equal' | 'less' | 'less_or_equal' | 'and' | 'or' | 'xor';
}

/** condition ? a : b with broadcasting. Inputs: condition, a, b. */
interface WhereLayer {
  readonly kind: 'where';
}

const compareShape: ShapeRule<CompareLayer> = (_, inputs) => {
  sameType(required(inputs, 0, 'a').dtype, required(inputs, 1, 'b'), 'input 2');
  return [{ dtype: 'bool', shape: broadcastAll(inputs) }];
};

const whereShape: ShapeRule<WhereLayer> = (_, inputs) => {
  const condition = required(inputs, 0, 'condition');
  if (condition.dtype !== 'bool') throw new CnnvizError('shape', `condition: expected bool, got ${condition.dtype}`);
  const { dtype } = required(inputs, 1, 'a');
  sameType(dtype, required(inputs, 2, 'b'), 'input 3');
  return [{ dtype, shape: broadcastAll(inputs) }];
};

const COMPARISONS: Readonly<Record<CompareLayer['name'], PairLoop>> = {
  equal: pairLoop((a, b) => (a === b ? 1 : 0)),
  greater: pairLoop((a, b) => (a > b ? 1 : 0)),
  greater_or_equal: pairLoop((a, b) => (a >= b ? 1 : 0)),
  less: pairLoop((a, b) => (a < b ? 1 : 0)),
  less_or_equal: pairLoop((a, b) => (a <= b ? 1 : 0)),
  and: pairLoop((a, b) => (a !== 0 && b !== 0 ? 1 : 0)),
  or: pairLoop((a, b) => (a !== 0 || b !== 0 ? 1 : 0)),
  xor: pairLoop((a, b) => ((a !== 0) === (b !== 0) ? 0 : 1)),
};

const compareForward: Forward<CompareLayer> = {
  run: ({ name }, [a, b], [y]) => combinePairs(COMPARISONS[name], a!, b!, y),
};

const whereForward: Forward<WhereLayer> = {
  run(_, [condition, a, b], [y]) {
    const plan = planBroadcast(y.shape, [condition!.shape, a!.shape, b!.shape]);
    const count = plan.sides[plan.sides.length - 1];
    const [cStep, aStep, bStep] = plan.steps.map((steps) => steps[steps.length - 1]);
    eachRow(plan, (o, [c, p, q]) => {
      for (let i = 0; i < count; i++) {
        y.data[o + i] = condition!.data[c + i * cStep] === 0 ? b!.data[q + i * bStep] : a!.data[p + i * aStep];
      }
    });
  },
};

const whereBackward = movedBackward<WhereLayer>(whereForward, () => [1, 2], [1, 2]);

export type CompareFamily = CompareLayer | WhereLayer;

export const COMPARE: Families<CompareFamily> = {
  compare: {
    shape: compareShape,
    forward: compareForward,
    backward: WHOLE_NUMBERS,
    reads: () => SAME_PLACE,
    explain: null,
    words: kindWords,
  },
  where: {
    shape: whereShape,
    forward: whereForward,
    backward: whereBackward,
    reads: () => SAME_PLACE,
    explain: { formula: () => 'a where the condition holds, else b', terms: broadcastTerms },
    words: kindWords,
    growth: 'passes',
  },
};
