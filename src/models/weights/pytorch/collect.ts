import { CnnvizError } from '../../../core/errors.js';
import type { DictValue, PickleValue, TensorValue } from './values.js';

interface NamedTensor {
  readonly name: string;
  readonly tensor: TensorValue;
}

interface Collected {
  readonly tensors: readonly NamedTensor[];
  readonly notes: readonly string[];
}

/** The levels that training scripts put around a state_dict, in the order they are looked for. */
const LEVELS = ['state_dict', 'model_state_dict', 'model', 'net', 'network', 'module', 'params', 'weights'];
const MAX_DEPTH = 100;
/** A pickle may hold one value at many places: as many entries as it may have opcodes are walked, not what they multiply to. */
const MAX_ENTRIES = 1_000_000;
const MAX_NAME = 1000;
/** Entries left out that are named; the others are counted. */
const FEW = 5;

/** All tensors of a checkpoint with the names of their parameters; what else it holds is told. */
export function collectTensors(root: PickleValue, alone: string): Collected {
  const notes: string[] = [];
  let value = root;
  for (let level = findLevel(value); level !== null; level = findLevel(value)) {
    if (notes.length >= MAX_DEPTH)
      throw new CnnvizError('format', `nested deeper than ${MAX_DEPTH} at "${level.name}"`);
    notes.push(`the tensors of "${level.name}" are taken${otherEntries(value as DictValue, level.name)}`);
    value = level.value;
  }
  const tensors: NamedTensor[] = [];
  const skipped: string[] = [];
  let [entries, skips] = [0, 0];
  walk(value, '', 0);
  if (skips > 0) {
    const some = skipped.join(', ') + (skips > skipped.length ? `, … (${skips})` : '');
    notes.push(`entries that are no arrays are left out: ${some}`);
  }
  const names = new Set<string>();
  for (const { name } of tensors) {
    if (names.has(name)) throw new CnnvizError('format', `two tensors are called "${name}"`);
    names.add(name);
  }
  return { tensors, notes };

  function walk(item: PickleValue, name: string, depth: number): void {
    if (name.length > MAX_NAME) throw new CnnvizError('format', `a name longer than ${MAX_NAME} characters`);
    if (depth > MAX_DEPTH) throw new CnnvizError('format', `nested deeper than ${MAX_DEPTH} at "${name}"`);
    if (++entries > MAX_ENTRIES) throw new CnnvizError('format', `more than ${MAX_ENTRIES} entries at "${name}"`);
    const join = (part: string) => (name === '' ? part : `${name}.${part}`);
    if (item !== null && typeof item === 'object') {
      if (item.kind === 'tensor') {
        tensors.push({ name: name === '' ? alone : name, tensor: item });
        return;
      }
      if (item.kind === 'dict') {
        for (const [key, entry] of item.entries) walk(entry, join(keyText(key)), depth + 1);
        return;
      }
      if (item.kind === 'list' || item.kind === 'tuple') {
        for (const [i, entry] of item.items.entries()) walk(entry, join(String(i)), depth + 1);
        return;
      }
    }
    if (name !== '' && ++skips <= FEW) skipped.push(name);
  }
}

function keyText(key: PickleValue): string {
  return key !== null && typeof key === 'object' ? key.kind : String(key);
}

function findLevel(value: PickleValue): { name: string; value: PickleValue } | null {
  if (value === null || typeof value !== 'object' || value.kind !== 'dict') return null;
  for (const name of LEVELS) {
    const inner = value.entries.get(name);
    if (inner !== undefined && holdsTensors(inner)) return { name, value: inner };
  }
  return null;
}

/** A dict with a tensor in it, or in a dict in it. Each dict is looked into once, at however many places it is. */
function holdsTensors(value: PickleValue): boolean {
  const waiting = [value];
  const seen = new Set<PickleValue>();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next === null || typeof next !== 'object') continue;
    if (next.kind === 'tensor') return next !== value;
    if (next.kind !== 'dict' || seen.has(next)) continue;
    seen.add(next);
    for (const entry of next.entries.values()) waiting.push(entry);
  }
  return false;
}

function otherEntries({ entries }: DictValue, taken: string): string {
  const others = [...entries.keys()].map(keyText).filter((name) => name !== taken);
  if (others.length === 0) return '';
  return `; left out: ${others.slice(0, 6).join(', ')}${others.length > 6 ? ', …' : ''}`;
}
