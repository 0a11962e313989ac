import type { Translator } from '../builder.js';
import { ARRANGE } from './arrange.js';
import { COMBINE, RESIZE } from './combine.js';
import { CONVOLUTION } from './convolution.js';
import { MATRIX } from './matrix.js';
import { NORMALIZATION } from './normalization.js';
import { POINTWISE } from './pointwise.js';
import { POOL, REDUCE } from './pool.js';
import { VALUES } from './values.js';

/** What each ONNX operator becomes. Adding one: a function in this folder and a line in its file's list. */
export const TRANSLATORS: ReadonlyMap<string, Translator> = new Map(
  [CONVOLUTION, POOL, NORMALIZATION, MATRIX, POINTWISE, COMBINE, ARRANGE, VALUES, REDUCE, RESIZE].flatMap((list) =>
    Object.entries(list),
  ),
);
