import { atPlace, CnnvizError } from '../../core/errors.js';
import { nearestName } from '../../core/nearest.js';
import { someOf } from '../../core/shorten.js';
import type { FieldValue } from './fields.js';
import type { LayerSpec } from './spec.js';

/** What a file or a terminal would not show, and what separates names. */
const NOT_IN_NAMES = /[\s,|\p{C}]/u;

/** Names of layers, each with the last number that was put behind it: the next search begins there. */
export type TakenNames = Map<string, number>;

/**
 * The name a layer was given, or one made of its word: conv, conv2, conv3 … past those taken.
 * @param taken the names there are; the new one is added
 * @throws CnnvizError 'usage' for a name that cannot be one, or that is taken
 */
export function takeName(word: string, given: FieldValue | undefined, taken: TakenNames): string {
  const name = given === undefined ? freeName(word, taken) : String(given);
  if (name === '' || name === 'input' || NOT_IN_NAMES.test(name)) {
    const why = name === 'input' ? 'that is the network’s input' : 'expected letters, digits, dots and dashes';
    throw new CnnvizError('usage', `name: a layer cannot be called ${JSON.stringify(name)}`, { fix: why });
  }
  if (taken.has(name)) {
    throw new CnnvizError('usage', `name: two layers are called "${name}"`, { fix: 'name one of them otherwise' });
  }
  taken.set(name, 1);
  return name;
}

function freeName(word: string, taken: TakenNames): string {
  const last = taken.get(word);
  if (last === undefined) return word;
  let n = last + 1;
  while (taken.has(`${word}${n}`)) n++;
  taken.set(word, n);
  return `${word}${n}`;
}

/**
 * Checks that every layer reads the input or layers before it.
 * @param place what an error says of the layer number `i`
 * @throws CnnvizError 'usage' with the nearest name
 */
export function checkGraph(layers: readonly LayerSpec[], place: (i: number) => string): void {
  const before = new Set(['input']);
  for (const [i, { name, from }] of layers.entries()) {
    for (const source of from ?? []) {
      if (!before.has(source))
        throw atPlace(place(i), unknownLayer(`from: no layer before it is`, source, [...before]));
    }
    before.add(name);
  }
}

/** An error for a name no layer has. @param what "no layer is" */
export function unknownLayer(what: string, name: string, names: readonly string[]): CnnvizError {
  const near = nearestName(name, names);
  return new CnnvizError('usage', `${what} called "${name}"`, {
    fix: near ? `did you mean ${near}?` : `layers: ${someOf(names)}`,
  });
}
