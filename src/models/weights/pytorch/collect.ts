import { CnnvizError } from '../../../core/errors.js';
import type { DictValue, PickleValue, TensorValue } from './values.js';

export interface NamedTensor {
  readonly name: string;
  readonly tensor: TensorValue;
}

export interface Collected {
  readonly tensors: readonly NamedTensor[];
  readonly notes: readonly string[];
}

/** The levels that training scripts put around a state_dict, in the order they are looked for. */
const LEVELS = ['state_dict', 'model_state_dict', 'model', 'net', 'network', 'module', 'params', 'weights'];
const MAX_DEPTH = 100;

/** All tensors of a checkpoint with the names of their parameters; what else it holds is told. */
export function collectTensors(root: PickleValue, alone: string): Collected {
  const notes: string[] = [];
  let value = root;
  for (let level = findLevel(value); level !== null; level = findLevel(value)) {
    notes.push(`the tensors of "${level.name}" are taken${otherEntries(value as DictValue, level.name)}`);
    value = level.value;
  }
  const tensors: NamedTensor[] = [];
  const skipped: string[] = [];
  walk(value, '', 0);
  if (skipped.length > 0) {
    const some = skipped.slice(0, 5).join(', ') + (skipped.length > 5 ? `, … (${skipped.length})` : '');
    notes.push(`entries that are no arrays are left out: ${some}`);
  }
  const names = new Set<string>();
  for (const { name } of tensors) {
    if (names.has(name)) throw new CnnvizError('format', `two tensors are called "${name}"`);
    names.add(name);
  }
  return { tensors, notes };

  function walk(item: PickleValue, name: string, depth: number): void {
    if (depth > MAX_DEPTH) throw new CnnvizError('format', `nested deeper than ${MAX_DEPTH} at "${name}"`);
    const join = (part: string) => (name === '' ? part : `${name}.${part}`);
    if (item !== null && typeof item === 'object') {
      if (item.kind === 'tensor') {
        tensors.push({ name: name === '' ? alone : name, tensor: item });
        return;
      }
      if (item.kind === 'dict') {
        for (const [key, entry] of item.entries) walk(entry, join(String(keyText(key))), depth + 1);
        return;
      }
      if (item.kind === 'list' || item.kind === 'tuple') {
        for (const [i, entry] of item.items.entries()) walk(entry, join(String(i)), depth + 1);
        return;
      }
    }
    if (name !== '') skipped.push(name);
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

/** A dict with a tensor in it, or in a dict in it. */
function holdsTensors(value: PickleValue, depth = 0): boolean {
  if (value === null || typeof value !== 'object' || value.kind !== 'dict' || depth > 3) return false;
  for (const entry of value.entries.values()) {
    if (entry !== null && typeof entry === 'object' && (entry.kind === 'tensor' || holdsTensors(entry, depth + 1))) {
      return true;
    }
  }
  return false;
}

function otherEntries({ entries }: DictValue, taken: string): string {
  const others = [...entries.keys()].map(keyText).filter((name) => name !== taken);
  if (others.length === 0) return '';
  return `; left out: ${others.slice(0, 6).join(', ')}${others.length > 6 ? ', …' : ''}`;
}
