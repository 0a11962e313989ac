/** What becomes of a number that is there already when another is put to its place. */
export type ScatterReduction = 'none' | 'add' | 'mul' | 'min' | 'max';

export const COMBINED: Readonly<Record<ScatterReduction, (there: number, put: number) => number>> = {
  none: (_, put) => put,
  add: (there, put) => there + put,
  mul: (there, put) => there * put,
  min: Math.min,
  max: Math.max,
};
