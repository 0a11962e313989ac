import type { FieldFacts } from '../../../analysis/field.js';
import type { Place } from '../store.js';
import type { Mark } from './sheet-layout.js';

const NONE: readonly Mark[] = [];

/** The outputs that see the chosen pixel of the input: from the first to the last. */
export function readerMarks(field: FieldFacts | null, layer: string): readonly Mark[] {
  const window = field?.layer === layer ? field.pixel?.window : null;
  return window ? [window] : NONE;
}

/** The chosen value. */
export function placeMarks(at: Place | null, isVector: boolean): readonly Mark[] {
  return at && !isVector ? [{ x0: at.x, x1: at.x, y0: at.y, y1: at.y }] : NONE;
}
