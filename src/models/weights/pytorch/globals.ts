import type { StoredType } from '../weight-file.js';
import { describeValue, type PickleValue, type TensorValue } from './values.js';

/** The storage types of PyTorch and what their numbers are; null: bytes, the tensor says what of. */
const STORAGES: Readonly<Record<string, StoredType | null>> = {
  DoubleStorage: 'float64',
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
  UntypedStorage: null,
};

/** The number types a tensor may name. */
const DTYPES: Readonly<Record<string, StoredType>> = {
  float64: 'float64',
  double: 'float64',
  float32: 'float32',
  float: 'float32',
  float16: 'float16',
  half: 'float16',
  bfloat16: 'bfloat16',
  int64: 'int64',
  long: 'int64',
  int32: 'int32',
  int: 'int32',
  int16: 'int16',
  short: 'int16',
  int8: 'int8',
  uint8: 'uint8',
  uint16: 'uint16',
  uint32: 'uint32',
  uint64: 'uint64',
  bool: 'bool',
};

/** What stands for each global that may be called, and for those that are only named. */
type GlobalTag =
  | { readonly tag: 'dict' | 'size' | 'device' | 'layout' | 'tensor' | 'tensor-v3' | 'parameter' | 'bytes' | 'set' }
  | { readonly tag: 'storage' | 'dtype'; readonly stored: StoredType | null };

const CALLABLE: Readonly<Record<string, GlobalTag>> = {
  'collections OrderedDict': { tag: 'dict' },
  'collections Counter': { tag: 'dict' },
  '__builtin__ set': { tag: 'set' },
  'builtins set': { tag: 'set' },
  '_codecs encode': { tag: 'bytes' },
  'torch Size': { tag: 'size' },
  'torch device': { tag: 'device' },
  'torch.serialization _get_layout': { tag: 'layout' },
  'torch._utils _rebuild_tensor': { tag: 'tensor' },
  'torch._utils _rebuild_tensor_v2': { tag: 'tensor' },
  'torch._utils _rebuild_tensor_v3': { tag: 'tensor-v3' },
  'torch._utils _rebuild_parameter': { tag: 'parameter' },
  'torch._utils _rebuild_parameter_with_state': { tag: 'parameter' },
};

/**
 * The tag of a global, or null for one that is not on the list. Nothing is looked up by name.
 * Source: torch/_weights_only_unpickler.py
 */
export function globalTag(module: string, name: string): GlobalTag | null {
  const callable = Object.hasOwn(CALLABLE, `${module} ${name}`) ? CALLABLE[`${module} ${name}`] : null;
  if (callable) return callable;
  const isStorage = (module === 'torch' || module === 'torch.storage') && Object.hasOwn(STORAGES, name);
  if (isStorage) return { tag: 'storage', stored: STORAGES[name] };
  if (module === 'torch' && Object.hasOwn(DTYPES, name)) return { tag: 'dtype', stored: DTYPES[name] };
  return null;
}

/** Modules that only an attacker puts into a checkpoint. */
const DANGEROUS =
  /^(os|sys|posix|nt|subprocess|shutil|socket|runpy|importlib|pty|ctypes|code|pickle|builtins|__builtin__|commands|webbrowser|pip|operator|functools|types|marshal|torch\.hub|torch\.jit|numpy\.f2py)(\.|$)/;

/** Why a global is refused, and what to do. */
export function refusalOf(module: string, name: string): { what: string; fix: string } {
  if (DANGEROUS.test(module)) {
    return {
      what: `names ${module}.${name}: this file wants to run code`,
      fix: 'do not open it with pickle or torch.load either; ask where it came from',
    };
  }
  if (module.startsWith('__torch__')) {
    return {
      what: `names ${module}.${name}: a TorchScript archive holds code`,
      fix: "save its numbers: torch.save(torch.jit.load('file.pt').state_dict(), 'state.pth')",
    };
  }
  const exporter = EXPORTERS.find(([pattern]) => pattern.test(`${module}.`));
  if (exporter) return { what: `names ${module}.${name}: ${exporter[1]}`, fix: exporter[2] };
  const isModule =
    /^(torch\.nn|torchvision|__main__|timm|models?|nets?|src)(\.|$)/.test(module) || /Net|Model/.test(name);
  return isModule
    ? {
        what: `names ${module}.${name}: the whole module was pickled, and reading it would run code`,
        fix: "save its numbers instead, where its class is at hand: model = torch.load('FILE.pth', weights_only=False); torch.save(model.state_dict(), 'state.pth')",
      }
    : {
        what: `names ${module}.${name}, which is not on the list of what a checkpoint may hold`,
        fix: "save only the numbers: torch.save(checkpoint['state_dict'], 'state.pth'), or torch.save(model.state_dict(), …)",
      };
}

/** Libraries that pickle whole modules, and export them themselves. */
const EXPORTERS: readonly (readonly [module: RegExp, what: string, fix: string])[] = [
  [
    /^(ultralytics|models\.(yolo|common))\./,
    'a model of YOLO, pickled whole, and reading it would run code',
    'export it: yolo export model=FILE.pt format=onnx, then: cnnviz run FILE.onnx',
  ],
  [
    /^fastai2?\./,
    'a learner of fastai, pickled whole, and reading it would run code',
    "save its numbers: torch.save(load_learner('FILE.pkl').model.state_dict(), 'state.pth')",
  ],
];

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
