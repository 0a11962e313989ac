import { atPlace, CnnvizError } from '../../core/errors.js';
import { nearestName } from '../../core/nearest.js';
import type { FieldValue } from './fields.js';
import type { LayerSpec } from './spec.js';

/** What a file or a terminal would not show, and what separates names. */
const NOT_IN_NAMES = /[\s,|\p{C}]/u;

/**
 * The name a layer was given, or one made of its word: conv, conv2, conv3 … past those taken.
 * @param taken the names there are; the new one is added
 * @throws CnnvizError 'usage' for a name that cannot be one, or that is taken
 */
export function takeName(word: string, given: FieldValue | undefined, taken: Set<string>): string {
  let name = given === undefined ? word : String(given);
  if (given === undefined) for (let n = 2; taken.has(name); n++) name = `${word}${n}`;
  if (name === '' || name === 'input' || NOT_IN_NAMES.test(name)) {
    const why = name === 'input' ? 'that is the network’s input' : 'expected letters, digits, dots and dashes';
    throw new CnnvizError('usage', `name: a layer cannot be called ${JSON.stringify(name)}`, { fix: why });
  }
  if (taken.has(name)) {
    throw new CnnvizError('usage', `name: two layers are called "${name}"`, { fix: 'name one of them otherwise' });
  }
  taken.add(name);
  return name;
}

/**
 * Checks that every layer reads the input or layers before it.
 * @param place what an error says of the layer number `i`
 * @throws CnnvizError 'usage' with the nearest name
 */
export function checkGraph(layers: readonly LayerSpec[], place: (i: number) => string): void {
  const before = ['input'];
  for (const [i, { name, from }] of layers.entries()) {
    for (const source of from ?? []) {
      if (!before.includes(source))
        throw atPlace(place(i), unknownLayer(`from: no layer before it is`, source, before));
    }
    before.push(name);
  }
}

/** An error for a name no layer has. @param what "no layer is" */
export function unknownLayer(what: string, name: string, names: readonly string[]): CnnvizError {
  const near = nearestName(name, names);
  return new CnnvizError('usage', `${what} called "${name}"`, {
    fix: near ? `did you mean ${near}?` : `layers: ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}`,
  });
}
