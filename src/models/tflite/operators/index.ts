import type { OperatorBuilder } from '../operator-builder.js';
import { ARRANGE } from './arrange.js';
import { CONVOLUTION } from './convolution.js';
import { ELEMENTWISE } from './elementwise.js';
import type { Translator } from './layout.js';
import { POOL } from './pool.js';
import { QUANTIZE } from './quantize.js';
import { SPATIAL } from './spatial.js';
import { WHOLE } from './whole.js';

/** Operators over floating point, and those that move numbers of any type. */
export const TRANSLATORS: ReadonlyMap<string, Translator> = new Map(
  Object.entries({ ...CONVOLUTION, ...POOL, ...ELEMENTWISE, ...ARRANGE, ...SPATIAL, ...QUANTIZE }),
);

/** Those with an arithmetic of their own over int8 and uint8. */
export const OF_WHOLE: ReadonlyMap<string, Translator> = new Map(Object.entries(WHOLE));

/** Puts an operator into the Model. @throws CnnvizError 'unsupported' for what is not computed, 'format' for what makes no sense */
export function translate(node: OperatorBuilder): void {
  const { name, isCustom } = node.operator;
  const { type, quantization } = node.output();
  const isWhole = quantization !== null && (type === 'int8' || type === 'uint8');
  const translator = isCustom ? undefined : ((isWhole ? OF_WHOLE.get(name) : undefined) ?? TRANSLATORS.get(name));
  if (!translator) {
    throw node.refuse(isCustom ? `the custom operator ${name}` : `the operator ${name}`, OTHERWISE);
  }
  translator(node);
}

const OTHERWISE =
  'docs/networks.md lists those that are computed; what does not depend on it can be run: cnnviz summary FILE shows it';
