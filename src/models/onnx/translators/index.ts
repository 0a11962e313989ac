import type { Translator } from '../builder.js';
import { ARRANGE } from './arrange.js';
import { COMBINE } from './combine.js';
import { CONVOLUTION } from './convolution.js';
import { MATRIX } from './matrix.js';
import { NORMALIZATION } from './normalization.js';
import { POINTWISE } from './pointwise.js';
import { POOL, REDUCE } from './pool.js';
import { QUANTIZED } from './quantized.js';
import { RESIZE } from './resize.js';
import { SELECTING } from './selecting.js';
import { SPATIAL } from './spatial.js';
import { VALUES } from './values.js';

/** The operators by what they are about, as docs/networks.md lists them: `npm run operators` after a change. */
export const OPERATOR_GROUPS: readonly (readonly [about: string, list: Readonly<Record<string, Translator>>])[] = [
  ['Convolutions', CONVOLUTION],
  ['Whole numbers with a scale', QUANTIZED],
  ['Pools', POOL],
  ['Normalisation, softmax, dropout', NORMALIZATION],
  ['Products of matrices', MATRIX],
  ['Functions of each number', POINTWISE],
  ['Arrays combined number by number', COMBINE],
  ['Numbers arranged', ARRANGE],
  ['Constants, shapes, parts', VALUES],
  ['Taken, put, chosen by indices', SELECTING],
  ['Reductions', REDUCE],
  ['Resizing', RESIZE],
  ['Places of maps', SPATIAL],
];

/** What each ONNX operator becomes. Adding one: a function in this folder and a line in its file's list. */
export const TRANSLATORS: ReadonlyMap<string, Translator> = new Map(
  OPERATOR_GROUPS.flatMap(([, list]) => Object.entries(list)),
);
