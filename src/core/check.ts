/** Something that was measured on the spot, beside what it should be. */
export interface Check {
  /** What is claimed, in words. */
  readonly what: string;
  readonly expected: string;
  readonly measured: string;
  readonly holds: boolean;
  /** law: true of every input, or the engine is wrong · finding: true of some pictures and not of others */
  readonly kind: 'law' | 'finding';
}

/** A claim that holds for every input, or something is broken. */
export function law(what: string, expected: string, measured: string, holds: boolean): Check {
  return { what, expected, measured, holds, kind: 'law' };
}

/** A claim about one picture. */
export function finding(what: string, expected: string, measured: string, holds: boolean): Check {
  return { what, expected, measured, holds, kind: 'finding' };
}

/** A claim that two texts are one: numbers that must be exact are compared as they are written. */
export function equal(what: string, expected: string, measured: string): Check {
  return law(what, expected, measured, expected === measured);
}
