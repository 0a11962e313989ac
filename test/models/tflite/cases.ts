import { caseOf, type OperatorCase } from './case-builder.js';

import { FLOAT, moves, whole } from './move-cases.js';
import { each, pairs, reductions, wholeDivisions } from './value-cases.js';
import { connected, convolutions, pools, transposedConvolutions } from './window-cases.js';

export type { OperatorCase } from './case-builder.js';

/** Every operator at odd sizes. */
export function operatorCases(): OperatorCase[] {
  const kinds = ['float32', 'int8', 'uint8'] as const;
  const all = [
    ...kinds.flatMap((kind) => [
      ...convolutions(kind),
      ...transposedConvolutions(kind),
      ...pools(kind),
      ...connected(kind),
    ]),
    ...kinds.flatMap((kind) => [...each(kind), ...pairs(kind), ...reductions(kind), ...moves(kind)]),
    ...FLOAT,
    ...whole('int8'),
    ...whole('uint8'),
    ...wholeDivisions(),
  ];
  return all.map(caseOf);
}
