/** What is true of a set of numbers. Non-finite values are counted and left out of the rest. */
export interface ValueFacts {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly nan: number;
  readonly infinite: number;
  /** How many values are above zero: the neurons that fire. */
  readonly firing: number;
}

/** A rectangle in whole pixels, both ends included. */
export interface Window {
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
}

/** One value of a map with its place, (x, y) from the top left, and the part of the input it was made from. */
export interface Peak {
  readonly value: number;
  readonly x: number;
  readonly y: number;
  readonly window: Window;
}

/** How values became greys: `lo` is black, `hi` is white, values outside are clipped. */
export interface Scale {
  readonly lo: number;
  readonly hi: number;
}

/** What a picture of values loses: how many fell below lo, above hi, or were NaN. */
export interface Clipped {
  readonly below: number;
  readonly above: number;
  readonly nan: number;
}
