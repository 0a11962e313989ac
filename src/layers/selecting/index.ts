import type { Families } from '../family.js';
import { ALONG, type AlongFamily } from './along.js';
import { CHOSEN, type ChosenFamily } from './chosen.js';
import { EINSUM, type EinsumLayer } from './einsum.js';
import { ELEMENTS, type ElementsFamily } from './elements.js';
import { FILLED, type FilledFamily } from './filled.js';
import { SLICES, type SlicesFamily } from './slices.js';
import { UNIQUE, type UniqueLayer } from './unique.js';

/** Numbers taken, put, chosen or counted by indices. */
export type SelectingFamily =
  | ElementsFamily
  | SlicesFamily
  | ChosenFamily
  | UniqueLayer
  | FilledFamily
  | AlongFamily
  | EinsumLayer;

export const SELECTING: Families<SelectingFamily> = {
  ...ELEMENTS,
  ...SLICES,
  ...CHOSEN,
  ...UNIQUE,
  ...FILLED,
  ...ALONG,
  ...EINSUM,
};
