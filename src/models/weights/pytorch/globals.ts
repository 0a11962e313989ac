import type { StoredType } from '../weight-file.js';

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
  const isModule =
    /^(torch\.nn|torchvision|__main__|timm|models?|nets?|src)(\.|$)/.test(module) || /Net|Model/.test(name);
  return isModule
    ? {
        what: `names ${module}.${name}: the whole module was pickled, and reading it would run code`,
        fix: "save its numbers instead: torch.save(model.state_dict(), 'state.pth')",
      }
    : {
        what: `names ${module}.${name}, which is not on the list of what a checkpoint may hold`,
        fix: "save only the numbers: torch.save(checkpoint['state_dict'], 'state.pth'), or torch.save(model.state_dict(), …)",
      };
}
