import type { StoredType } from '../weight-file.js';
import { globalTag } from './globals.js';
import { describeValue, type PickleValue, type TensorValue } from './values.js';

type Refuse = (what: string, fix?: string) => never;
/** Told of every value that is copied from one container to another; refuses when they become too many. */
type Spend = (copied: number) => void;

const MAX_RANK = 64;

/** What a call of a listed global makes; anything else is refused. */
export function callGlobal(callee: PickleValue, args: PickleValue, refuse: Refuse, spend: Spend): PickleValue {
  if (callee === null || typeof callee !== 'object' || callee.kind !== 'global') {
    return refuse(`calls ${describeValue(callee)}`);
  }
  if (args === null || typeof args !== 'object' || args.kind !== 'tuple') {
    return refuse(`arguments: expected a tuple, found ${describeValue(args)}`);
  }
  const [module, name] = callee.name.split(' ');
  const { items } = args;
  switch (globalTag(module, name)?.tag) {
    case 'dict':
      return { kind: 'dict', entries: dictEntries(items, refuse, spend) };
    case 'set': {
      const list = listItems(items[0], refuse);
      spend(list.length);
      return { kind: 'set', items: [...list] };
    }
    case 'size':
      return { kind: 'tuple', items: listItems(items[0], refuse) };
    case 'device':
      return { kind: 'opaque', what: 'device' };
    case 'layout':
      return { kind: 'opaque', what: 'layout' };
    case 'bytes':
      return { kind: 'opaque', what: 'bytes' };
    case 'tensor':
      return tensorOf(items, null, refuse);
    case 'tensor-v3':
      return tensorOf(items, dtypeOf(items[6], refuse), refuse);
    case 'parameter': {
      const [data] = items;
      if (data === null || typeof data !== 'object' || data.kind !== 'tensor') {
        return refuse(`a parameter of ${describeValue(data)}`);
      }
      return data;
    }
    default:
      return refuse(`${module}.${name} is not something to be called`);
  }
}

/** State set on an object: attributes of a dict (such as _metadata), which nobody needs. */
export function setState(object: PickleValue, state: PickleValue, refuse: Refuse): void {
  const isDict = object !== null && typeof object === 'object' && object.kind === 'dict';
  if (!isDict) refuse(`sets the state of ${describeValue(object)}`);
  const known = state === null || (typeof state === 'object' && (state.kind === 'dict' || state.kind === 'tuple'));
  if (!known) refuse(`a state of ${describeValue(state)}`);
}

function dictEntries(items: readonly PickleValue[], refuse: Refuse, spend: Spend): Map<PickleValue, PickleValue> {
  const entries = new Map<PickleValue, PickleValue>();
  const [source] = items;
  if (source === undefined) return entries;
  if (source !== null && typeof source === 'object' && source.kind === 'dict') {
    spend(source.entries.size);
    return new Map(source.entries);
  }
  const pairs = listItems(source, refuse);
  spend(pairs.length);
  for (const pair of pairs) {
    const both = listItems(pair, refuse);
    if (both.length !== 2) refuse('a dict of pairs: expected two values');
    entries.set(both[0], both[1]);
  }
  return entries;
}

function listItems(value: PickleValue | undefined, refuse: Refuse): readonly PickleValue[] {
  if (value !== null && typeof value === 'object' && (value.kind === 'list' || value.kind === 'tuple'))
    return value.items;
  return refuse(`expected a list or a tuple, found ${describeValue(value)}`);
}

function dtypeOf(value: PickleValue | undefined, refuse: Refuse): StoredType {
  if (value !== null && typeof value === 'object' && value.kind === 'global') {
    const [module, name] = value.name.split(' ');
    const tag = globalTag(module, name);
    if (tag?.tag === 'dtype' && tag.stored) return tag.stored;
  }
  return refuse(`expected a number type, found ${describeValue(value)}`);
}

/** (storage, offset, size, stride, …) */
function tensorOf(items: readonly PickleValue[], dtype: StoredType | null, refuse: Refuse): TensorValue {
  const [storage, offset, size, stride] = items;
  if (storage === null || typeof storage !== 'object' || storage.kind !== 'storage') {
    return refuse(`a tensor in ${describeValue(storage)}`);
  }
  const stored = dtype ?? storage.stored;
  if (stored === null) return refuse('a tensor of bytes that does not say its type');
  const shape = wholeNumbers(size, 'sizes', refuse);
  const strides = wholeNumbers(stride, 'strides', refuse);
  if (shape.length !== strides.length) refuse(`${shape.length} sizes and ${strides.length} strides`);
  if (!isWhole(offset)) return refuse(`an offset of ${describeValue(offset)} ${String(offset)}`);
  return { kind: 'tensor', storage, stored, offset, shape, stride: strides };
}

function wholeNumbers(value: PickleValue | undefined, what: string, refuse: Refuse): number[] {
  const items = listItems(value, refuse);
  if (items.length > MAX_RANK) refuse(`a tensor of rank ${items.length}: expected at most ${MAX_RANK}`);
  if (!items.every(isWhole)) refuse(`${what}: expected whole numbers from 0`);
  return items as number[];
}

function isWhole(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
