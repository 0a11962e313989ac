import { CnnvizError } from '../../../core/errors.js';
import { callGlobal, globalTag, refusalOf, setState } from './globals.js';
import { type DictValue, describeValue, type ListValue, type PickleValue, type StorageValue } from './values.js';

/** Limits: a state_dict of a thousand tensors takes about 20,000 opcodes. */
const MAX_OPCODES = 1_000_000;
const MAX_MEMO = 1_000_000;
const MAX_STACK = 1_000_000;
const MAX_MARKS = 100;
/** Calls may copy a container that the pickle holds once: in all, as many values as there may be opcodes. */
const MAX_COPIED = 1_000_000;

/** The opcodes that are read, by their byte. All others are refused. Source: Lib/pickle.py; torch/_weights_only_unpickler.py */
const NAMES: Readonly<Record<number, string>> = {
  40: 'MARK',
  41: 'EMPTY_TUPLE',
  46: 'STOP',
  48: 'POP',
  49: 'POP_MARK',
  50: 'DUP',
  66: 'BINBYTES',
  67: 'SHORT_BINBYTES',
  71: 'BINFLOAT',
  74: 'BININT',
  75: 'BININT1',
  77: 'BININT2',
  78: 'NONE',
  81: 'BINPERSID',
  82: 'REDUCE',
  84: 'BINSTRING',
  85: 'SHORT_BINSTRING',
  88: 'BINUNICODE',
  93: 'EMPTY_LIST',
  97: 'APPEND',
  98: 'BUILD',
  99: 'GLOBAL',
  101: 'APPENDS',
  104: 'BINGET',
  106: 'LONG_BINGET',
  113: 'BINPUT',
  114: 'LONG_BINPUT',
  115: 'SETITEM',
  116: 'TUPLE',
  117: 'SETITEMS',
  125: 'EMPTY_DICT',
  128: 'PROTO',
  129: 'NEWOBJ',
  133: 'TUPLE1',
  134: 'TUPLE2',
  135: 'TUPLE3',
  136: 'NEWTRUE',
  137: 'NEWFALSE',
  138: 'LONG1',
  140: 'SHORT_BINUNICODE',
  143: 'EMPTY_SET',
  144: 'ADDITEMS',
  147: 'STACK_GLOBAL',
  148: 'MEMOIZE',
  149: 'FRAME',
};

/** Turns a persistent id into a storage; the file's layout decides what ids look like. */
type PersistentLoad = (id: PickleValue) => StorageValue;

interface Unpickled {
  readonly value: PickleValue;
  /** Just behind the STOP. */
  readonly end: number;
}

const MARK = Symbol('mark');

/**
 * Reads one pickle as plain data: protocols 2 to 4, the opcodes and globals above, nothing else. No object is made but
 * maps, arrays, texts, numbers and descriptions of tensors; nothing is looked up by name or called.
 * @param start where the pickle begins in `bytes`
 * @param fileOffset where `bytes` begins in the file: errors tell places in the file
 * @throws CnnvizError 'format' with the opcode and its offset
 */
export function unpickle(
  bytes: Uint8Array,
  start: number,
  fileOffset: number,
  persistentLoad: PersistentLoad,
): Unpickled {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack: (PickleValue | typeof MARK)[] = [];
  const memo = new Map<number, PickleValue>();
  const marks: number[] = [];
  let at = start;
  let opcodeAt = start;
  let name = 'start';

  const refuse = (what: string, fix = 'the checkpoint is damaged or was not written by torch.save'): never => {
    throw new CnnvizError('format', `pickle at byte ${fileOffset + opcodeAt}, ${name}: ${what}`, { fix });
  };
  let copied = 0;
  const spend = (count: number): void => {
    copied += count;
    if (copied > MAX_COPIED) refuse(`copies more than ${MAX_COPIED} values`);
  };
  const need = (count: number): number => {
    if (count > bytes.length - at) refuse(`needs ${count} bytes, ${bytes.length - at} are left`);
    at += count;
    return at - count;
  };
  const push = (value: PickleValue | typeof MARK): void => {
    if (stack.length >= MAX_STACK) refuse('too many values');
    stack.push(value);
  };
  const pop = (): PickleValue => {
    const value = stack.pop();
    if (value === undefined || value === MARK) return refuse('takes a value where there is none');
    return value;
  };
  const top = (): PickleValue => {
    const value = stack[stack.length - 1];
    if (value === undefined || value === MARK) return refuse('takes a value where there is none');
    return value;
  };
  const popMark = (): PickleValue[] => {
    const mark = marks.pop();
    if (mark === undefined) return refuse('there is no MARK');
    const items = stack.splice(mark + 1) as PickleValue[];
    stack.pop();
    return items;
  };
  const text = (length: number): string => {
    const from = need(length);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(from, from + length));
    } catch {
      return refuse('a text that is not UTF-8');
    }
  };
  const line = (): string => {
    const end = bytes.indexOf(10, at);
    if (end < 0 || end - at > 1000) refuse('a name without an end');
    const found = text(end - at);
    at++;
    return found;
  };
  const global = (module: string, symbol: string): void => {
    if (globalTag(module, symbol) === null) {
      const { what, fix } = refusalOf(module, symbol);
      refuse(what, fix);
    }
    push({ kind: 'global', name: `${module} ${symbol}` });
  };
  const put = (key: number): void => {
    if (memo.size >= MAX_MEMO) refuse('too many remembered values');
    memo.set(key, top());
  };
  const get = (key: number): void => {
    const value = memo.get(key);
    if (value === undefined) refuse(`value ${key} was never remembered`);
    else push(value);
  };
  const container = <K extends 'dict' | 'list' | 'set'>(kind: K): K extends 'dict' ? DictValue : ListValue => {
    const value = top();
    if (value === null || typeof value !== 'object' || value.kind !== kind) {
      return refuse(`expected a ${kind}, found ${describeValue(value)}`);
    }
    return value as K extends 'dict' ? DictValue : ListValue;
  };
  const setItems = (items: readonly PickleValue[]): void => {
    if (items.length % 2 !== 0) refuse('a key without a value');
    const { entries } = container('dict');
    for (let i = 0; i < items.length; i += 2) entries.set(items[i], items[i + 1]);
  };
  const long = (): number => {
    const length = bytes[need(1)];
    if (length > 16) refuse(`a whole number of ${length} bytes`);
    const from = need(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[from + i]);
    if (length > 0 && bytes[from + length - 1] & 0x80) value -= 1n << BigInt(8 * length);
    return Number(value);
  };

  const run: Readonly<Record<string, () => void>> = {
    PROTO: () => {
      const version = bytes[need(1)];
      if (version < 2 || version > 4) refuse(`protocol ${version}: expected 2, 3 or 4`);
    },
    FRAME: () => {
      const length = view.getBigUint64(need(8), true);
      if (length > BigInt(bytes.length - at)) refuse(`a frame of ${length} bytes, ${bytes.length - at} are left`);
    },
    MARK: () => {
      if (marks.length >= MAX_MARKS) refuse(`nested deeper than ${MAX_MARKS}`);
      marks.push(stack.length);
      push(MARK);
    },
    POP: () => {
      if (stack[stack.length - 1] === MARK) popMark();
      else pop();
    },
    POP_MARK: () => void popMark(),
    DUP: () => push(top()),
    NONE: () => push(null),
    NEWTRUE: () => push(true),
    NEWFALSE: () => push(false),
    BININT: () => push(view.getInt32(need(4), true)),
    BININT1: () => push(bytes[need(1)]),
    BININT2: () => push(view.getUint16(need(2), true)),
    BINFLOAT: () => push(view.getFloat64(need(8), false)),
    LONG1: () => push(long()),
    BINUNICODE: () => push(text(view.getUint32(need(4), true))),
    SHORT_BINUNICODE: () => push(text(bytes[need(1)])),
    BINSTRING: () => push(text(view.getUint32(need(4), true))),
    SHORT_BINSTRING: () => push(text(bytes[need(1)])),
    BINBYTES: () => {
      need(view.getUint32(need(4), true));
      push({ kind: 'opaque', what: 'bytes' });
    },
    SHORT_BINBYTES: () => {
      need(bytes[need(1)]);
      push({ kind: 'opaque', what: 'bytes' });
    },
    EMPTY_DICT: () => push({ kind: 'dict', entries: new Map() }),
    EMPTY_LIST: () => push({ kind: 'list', items: [] }),
    EMPTY_SET: () => push({ kind: 'set', items: [] }),
    EMPTY_TUPLE: () => push({ kind: 'tuple', items: [] }),
    TUPLE: () => push({ kind: 'tuple', items: popMark() }),
    TUPLE1: () => push({ kind: 'tuple', items: [pop()] }),
    TUPLE2: () => {
      const [b, a] = [pop(), pop()];
      push({ kind: 'tuple', items: [a, b] });
    },
    TUPLE3: () => {
      const [c, b, a] = [pop(), pop(), pop()];
      push({ kind: 'tuple', items: [a, b, c] });
    },
    APPEND: () => {
      const item = pop();
      container('list').items.push(item);
    },
    APPENDS: () => {
      const items = popMark();
      const { items: list } = container('list');
      for (const item of items) list.push(item);
    },
    ADDITEMS: () => {
      const items = popMark();
      const { items: set } = container('set');
      for (const item of items) set.push(item);
    },
    SETITEM: () => {
      const [value, key] = [pop(), pop()];
      setItems([key, value]);
    },
    SETITEMS: () => setItems(popMark()),
    BINPUT: () => put(bytes[need(1)]),
    LONG_BINPUT: () => put(view.getUint32(need(4), true)),
    MEMOIZE: () => put(memo.size),
    BINGET: () => get(bytes[need(1)]),
    LONG_BINGET: () => get(view.getUint32(need(4), true)),
    GLOBAL: () => {
      const module = line();
      global(module, line());
    },
    STACK_GLOBAL: () => {
      const [symbol, module] = [pop(), pop()];
      if (typeof symbol !== 'string' || typeof module !== 'string') return refuse('a name that is not a text');
      global(module, symbol);
    },
    REDUCE: () => {
      const [args, callee] = [pop(), pop()];
      push(callGlobal(callee, args, refuse, spend));
    },
    NEWOBJ: () => {
      const [args, callee] = [pop(), pop()];
      push(callGlobal(callee, args, refuse, spend));
    },
    BUILD: () => {
      const state = pop();
      setState(top(), state, refuse);
    },
    BINPERSID: () => {
      try {
        push(persistentLoad(pop()));
      } catch (error) {
        if (error instanceof CnnvizError && !error.message.startsWith('pickle')) refuse(error.message);
        throw error;
      }
    },
  };

  for (let count = 0; ; count++) {
    opcodeAt = at;
    name = 'end';
    if (count >= MAX_OPCODES) refuse(`more than ${MAX_OPCODES} opcodes`);
    const opcode = bytes[need(1)];
    name = NAMES[opcode] ?? `opcode 0x${opcode.toString(16).padStart(2, '0')}`;
    if (name === 'STOP') {
      const value = pop();
      if (stack.length > 0) refuse(`${stack.length} values are left over`);
      return { value, end: at };
    }
    const action = NAMES[opcode] === undefined ? undefined : run[name];
    if (!action) refuse('not an opcode that a checkpoint needs', 'a checkpoint made by torch.save has no such opcode');
    action!();
  }
}
