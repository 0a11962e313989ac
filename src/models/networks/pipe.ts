import { atPlace, CnnvizError } from '../../core/errors.js';
import { nearestName } from '../../core/names.js';
import { someOf } from '../../core/text.js';
import type { FieldValue } from './fields.js';
import { findWord, layerSpec } from './layer-words.js';
import { filesOf, type LayerSpec, type NetworkSpec } from './spec.js';

/** Fields that name things: their texts are not lists, whatever commas they hold. */
const TEXTS = ['name', 'kernel', 'weight', 'bias', 'running_mean', 'running_var'];

/**
 * A pipe: "conv edge3x3 stride=2 | relu | max_pool 3 stride=2". The first plain word of a layer is its kernel, its size or
 * whatever torch's class takes first; all else is key=value. `name=` names a layer, `from=a,b` says what it reads.
 * @throws CnnvizError 'usage' with the layer's place in the pipe
 */
export function parsePipe(text: string): NetworkSpec {
  const parts = splitOutside(text, (char) => char === '|').map((part) => part.trim());
  const place = (i: number) => `layer ${i + 1} of the pipe${parts[i] === '' ? '' : ` (${parts[i]})`}`;
  const taken: TakenNames = new Map();
  const layers = parts.map((part, i): LayerSpec => {
    try {
      return parseLayer(part, taken);
    } catch (error) {
      throw atPlace(place(i), error);
    }
  });
  checkGraph(layers, (i) => place(i));
  return {
    name: 'pipe',
    input: null,
    preset: null,
    layers,
    outputs: null,
    files: filesOf(layers),
    isPrinted: false,
    notes: [],
  };
}

/**
 * One layer in pipe syntax. One without a name is called by its word, with a number when it repeats: conv, conv2.
 * @param taken the names there are; the layer's own is added
 * @throws CnnvizError 'usage'
 */
export function parseLayer(text: string, taken: TakenNames): LayerSpec {
  const [typed, ...rest] = splitWords(text);
  if (typed === undefined) {
    throw new CnnvizError('usage', 'expected a layer, found nothing', { fix: 'a bar stands between two layers' });
  }
  const { word, positional } = findWord(typed);
  const values = new Map<string, FieldValue>();
  let plain = 0;
  for (const token of rest) {
    const key = /^([a-z_]\w*)=/i.exec(token)?.[1] ?? null;
    const field = key ?? plainField(token, positional[plain++]);
    if (field === undefined) {
      const takes = positional.length === 0 ? 'no plain word' : `one plain word, its ${positional.join(', then ')}`;
      throw new CnnvizError('usage', `"${token}": ${word} takes ${takes}`, { fix: 'write key=value' });
    }
    if (values.has(field)) throw new CnnvizError('usage', `${field}: said twice`, { fix: 'keep one of them' });
    values.set(field, parseValue(field, key === null ? token : token.slice(key.length + 1)));
  }
  const [given, from] = [values.get('name'), values.get('from')];
  values.delete('name');
  values.delete('from');
  const name = takeName(word, given, taken);
  return layerSpec(
    word,
    name,
    values,
    from === undefined
      ? null
      : String(from)
          .split(',')
          .map((one) => one.trim()),
  );
}

/** "conv 3 out_channels=8": a number is no kernel, but a kernel's size. */
function plainField(token: string, field: string | undefined): string | undefined {
  return field === 'kernel' && /^\d+([,x×]\d+)?$/i.test(token) ? 'kernel_size' : field;
}

/** true, false, null, a number, a list with commas, 2x3 for 2,3, or the text itself. */
function parseValue(field: string, text: string): FieldValue {
  if (field === 'from' || field === 'name' || field === 'kernel') return text;
  if (TEXTS.includes(field)) return scalarOf(text);
  const sides = /^(\d+)[x×](\d+)$/i.exec(text);
  if (sides) return [Number(sides[1]), Number(sides[2])];
  if (text.includes(',')) {
    return text
      .replace(/^[([](.*)[)\]]$/, '$1')
      .split(',')
      .map((part) => scalarOf(part.trim()));
  }
  return scalarOf(text);
}

function scalarOf(text: string): FieldValue {
  if (/^true$/i.test(text)) return true;
  if (/^false$/i.test(text)) return false;
  if (text === 'None' || text === 'null') return null;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
}

/** At spaces outside quotes; quotes are taken off. */
function splitWords(text: string): string[] {
  return splitOutside(text, (char) => /\s/.test(char))
    .map((word) => word.replace(/(["'])(.*?)\1/g, '$2'))
    .filter((word) => word !== '');
}

function splitOutside(text: string, isBreak: (char: string) => boolean): string[] {
  const parts: string[] = [];
  let [part, quote] = ['', ''];
  for (const char of text) {
    if (quote === '' && isBreak(char)) {
      parts.push(part);
      part = '';
      continue;
    }
    if (quote === '' && (char === '"' || char === "'")) quote = char;
    else if (char === quote) quote = '';
    part += char;
  }
  if (quote !== '') {
    throw new CnnvizError('usage', `${text.trim()}: the quote ${quote} is not closed`, { fix: `add a ${quote}` });
  }
  return [...parts, part];
}

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
