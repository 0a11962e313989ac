import { atPlace, CnnvizError } from '../../core/errors.js';
import type { FieldValue } from './fields.js';
import { findWord, layerSpec } from './layer-words.js';
import { filesOf, type LayerSpec, type NetworkSpec } from './spec.js';

/**
 * A pipe: "conv edge3x3 stride=2 | relu | max_pool 3 stride=2". The first plain word of a layer is its kernel, its size or
 * whatever torch's class takes first; all else is key=value. `name=` names a layer, `from=a,b` says what it reads.
 * @throws CnnvizError 'usage' with the layer's place in the pipe
 */
export function parsePipe(text: string): NetworkSpec {
  const parts = splitPipe(text);
  const counts = new Map<string, number>();
  const layers: LayerSpec[] = [];
  for (const [i, part] of parts.entries()) {
    try {
      layers.push(parseLayer(part, counts));
    } catch (error) {
      throw atPlace(`layer ${i + 1} of the pipe, "${part.trim()}"`, error);
    }
  }
  checkNames(layers);
  return { name: 'pipe', input: null, preset: null, layers, outputs: null, files: filesOf(layers), notes: [] };
}

/** A layer in pipe syntax; unnamed ones are called by their word, with a number when it repeats: conv, conv2. */
export function parseLayer(text: string, counts: Map<string, number>): LayerSpec {
  const [word, ...rest] = splitWords(text);
  if (word === undefined) throw new CnnvizError('usage', 'expected a layer, found nothing', { fix: 'remove the bar' });
  const { positional } = findWord(word);
  const values = new Map<string, FieldValue>();
  let plain = 0;
  for (const token of rest) {
    const at = keyEnd(token);
    const key = at === -1 ? positional[plain++] : token.slice(0, at);
    if (key === undefined) {
      const takes =
        positional.length === 0 ? 'no value without a name' : `only ${positional.join(', ')} without a name`;
      throw new CnnvizError('usage', `${word} takes ${takes}, got "${token}"`, { fix: 'write key=value' });
    }
    if (values.has(key)) throw new CnnvizError('usage', `${key} is said twice`);
    values.set(key, at === -1 && key === 'kernel' ? kernelWord(token, values) : parseValue(key, token.slice(at + 1)));
  }
  if (typeof values.get('kernel') !== 'string' && values.has('kernel')) values.delete('kernel');
  const name = takeName(word, values, counts);
  const from = takeFrom(values);
  return layerSpec(word, name, values, from);
}

/** "conv 3 out_channels=8": a number is a kernel's size; anything else is a kernel. */
function kernelWord(token: string, values: Map<string, FieldValue>): FieldValue {
  if (!/^\d+(,\d+)?$/.test(token)) return token;
  values.set('kernel_size', parseValue('kernel_size', token));
  return null;
}

/** Where the key of key=value ends, or −1; a kernel such as "1 0 -1" has none. */
function keyEnd(token: string): number {
  const match = /^[a-z_]+=/i.exec(token);
  return match ? match[0].length - 1 : -1;
}

/** Takes the name a layer was given, or makes one. */
export function takeName(word: string, values: Map<string, FieldValue>, counts: Map<string, number>): string {
  const given = values.get('name');
  values.delete('name');
  if (given !== undefined) {
    const name = String(given);
    if (name === '' || name === 'input') throw new CnnvizError('usage', `a layer cannot be called "${name}"`);
    return name;
  }
  const count = (counts.get(word) ?? 0) + 1;
  counts.set(word, count);
  return count === 1 ? word : `${word}${count}`;
}

function takeFrom(values: Map<string, FieldValue>): readonly string[] | null {
  const from = values.get('from');
  values.delete('from');
  if (from === undefined) return null;
  return (Array.isArray(from) ? from : [from]).map(String);
}

/** @throws CnnvizError 'usage' when two layers have one name */
export function checkNames(layers: readonly LayerSpec[]): void {
  const seen = new Set<string>();
  for (const { name } of layers) {
    if (seen.has(name))
      throw new CnnvizError('usage', `two layers are called "${name}"`, { fix: 'name one of them otherwise' });
    seen.add(name);
  }
}

/** true, false, none, a number, a list with commas, or the text itself. Fields that name things stay texts. */
function parseValue(key: string, text: string): FieldValue {
  if (['name', 'weight', 'bias', 'kernel', 'running_mean', 'running_var'].includes(key)) {
    const word = scalar(text);
    return typeof word === 'string' || key === 'name' ? text : word;
  }
  if (key === 'from') return text.split(',').map((part) => part.trim());
  if (text.includes(','))
    return text
      .replace(/^[([]|[)\]]$/g, '')
      .split(',')
      .map((part) => scalar(part.trim()));
  return scalar(text);
}

function scalar(text: string): FieldValue {
  if (/^true$/i.test(text)) return true;
  if (/^false$/i.test(text)) return false;
  if (/^(none|null)$/i.test(text)) return text === 'none' ? 'none' : null;
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** At bars outside quotes. */
function splitPipe(text: string): string[] {
  return splitOutside(text, (char) => char === '|');
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
  if (quote !== '') throw new CnnvizError('usage', `the quote ${quote} is not closed`);
  return [...parts, part];
}
