import { CnnvizError } from '../../core/errors.js';
import { nearestName, sameName } from '../../core/names.js';
import { Fields, type FieldValue } from './fields.js';
import type { LayerSpec } from './spec.js';
import { ACTIVATION_WORDS, type LayerWord } from './words/activations.js';
import { NORM_WORDS } from './words/norms.js';
import { OTHER_WORDS } from './words/others.js';
import { POOL_WORDS } from './words/pools.js';
import { WEIGHTED_WORDS } from './words/weighted.js';

/** Every layer that pipes, network files and printed models can say: a new one is an entry in one of these lists. */
export const LAYER_TABLE: readonly LayerWord[] = [
  ...WEIGHTED_WORDS,
  ...NORM_WORDS,
  ...POOL_WORDS,
  ...ACTIVATION_WORDS,
  ...OTHER_WORDS,
];

/** The words of all layers. */
export const LAYER_WORDS: readonly string[] = LAYER_TABLE.map(({ word }) => word);

/** The layer of this name, regardless of case, '-' and '_'. @throws CnnvizError 'usage' with the word that was meant */
export function findWord(word: string): LayerWord {
  const name = sameName(word, LAYER_WORDS);
  const found = LAYER_TABLE.find((one) => one.word === name);
  if (found) return found;
  const near = LAYER_TABLE.find(({ classes }) => Object.hasOwn(classes, word))?.word ?? nearestName(word, LAYER_WORDS);
  throw new CnnvizError('usage', `unknown layer "${word}"`, {
    fix: `${near ? `did you mean ${near}? ` : ''}layers: ${LAYER_WORDS.join(', ')}`,
  });
}

/** A layer from its word and fields. @throws CnnvizError 'usage' that begins with the field's name where one is at fault */
export function layerSpec(
  word: string,
  name: string,
  values: ReadonlyMap<string, FieldValue>,
  from: readonly string[] | null = null,
): LayerSpec {
  const entry = findWord(word);
  const built = entry.build(name, new Fields(word, values, entry.fields));
  if (entry.joins && (from?.length ?? 0) < 2) {
    throw new CnnvizError('usage', `from: ${word} needs two layers or more`, {
      fix: `name what it reads: from=input,${name === word ? 'conv' : name}`,
    });
  }
  if (!entry.joins && from !== null && from.length !== 1) {
    throw new CnnvizError('usage', `from: ${word} reads one layer, got ${from.length}`, {
      fix: 'join them first: add or concat',
    });
  }
  return { name, from, ...built };
}
