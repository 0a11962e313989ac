import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/core/bytes.js';
import { crc32 } from '../../../src/core/crc32.js';
import { CnnvizError } from '../../../src/core/errors.js';
import { readCheckpoint } from '../../../src/models/weights/index.js';
import { checkpoint, op, pickle, stateDict, storage, tensor, zip } from './pickle-writer.js';

const FOLDER = new URL('../../../fixtures/models/checkpoints/', import.meta.url);
const fixture = (name: string) => new Uint8Array(readFileSync(new URL(name, FOLDER)));
const read = (bytes: Uint8Array) => readCheckpoint(memorySource(bytes), { name: 'alone', beside: null });
const expected = JSON.parse(readFileSync(new URL('expected.json', FOLDER), 'utf8')) as Record<
  string,
  { dtype: string; shape: number[]; values: number[] }
>;

/** The refusal of a file; fails when it is read. */
function refusal(bytes: Uint8Array): CnnvizError {
  try {
    for (const one of read(bytes).tensors) one.load();
  } catch (error) {
    expect(error).toBeInstanceOf(CnnvizError);
    return error as CnnvizError;
  }
  throw new Error('the file was read');
}

describe('checkpoints that torch.save wrote', () => {
  it.each(['zip-2', 'zip-3', 'zip-4', 'legacy-2', 'legacy-3', 'legacy-4'])(
    '%s: every type, view and stride',
    (name) => {
      const { tensors } = read(fixture(`${name}.pth`));
      expect(tensors.map((one) => one.name)).toEqual(Object.keys(expected));
      for (const one of tensors) {
        const { dtype, shape, values } = expected[one.name];
        expect(one.stored, one.name).toBe(dtype);
        expect(one.shape, one.name).toEqual(shape);
        expect([...one.load().data], one.name).toEqual(
          values.map((value) => (one.dtype === 'float32' ? Math.fround(value) : value)),
        );
        const into = new Float32Array(values.length);
        one.loadInto(into);
        expect([...into], one.name).toEqual(values.map(Math.fround));
      }
    },
  );

  it('nested in a training checkpoint, with what was left out', () => {
    const { tensors, notes } = read(fixture('nested.pth'));
    expect(tensors.map(({ name }) => name)).toEqual(['module.0.weight', 'module.0.bias']);
    expect(notes).toEqual(['the tensors of "state_dict" are taken; left out: epoch, optimizer, best, device, args']);
    expect(read(fixture('twice-nested.pth')).tensors.map(({ name }) => name)).toEqual(['w']);
  });

  it('a list, and a tensor alone', () => {
    expect(read(fixture('list.pth')).tensors.map(({ name }) => name)).toEqual(['0', '1']);
    expect(read(fixture('one.pth')).tensors.map(({ name }) => name)).toEqual(['alone']);
  });

  it('a whole module is refused with what to save instead', () => {
    const { message, fix } = refusal(fixture('module.pth'));
    expect(message).toMatch(
      /^pickle at byte \d+, GLOBAL: names torch\.nn\.modules\.container\.Sequential: the whole module/,
    );
    expect(fix).toContain('torch.save(model.state_dict()');
  });

  it.each(['zip-2.pth', 'legacy-2.pth'])('%s cut off anywhere is refused', (name) => {
    const bytes = fixture(name);
    for (let length = 0; length < bytes.length; length += 7) refusal(bytes.slice(0, length));
  });
});

describe('pickles that want something else', () => {
  const attack = (...parts: readonly (readonly number[])[]) => refusal(checkpoint(pickle(...parts)));
  const args = [...op.string('echo'), ...op.tuple1];

  it.each([
    ['os', 'system'],
    ['posix', 'system'],
    ['nt', 'system'],
    ['subprocess', 'Popen'],
    ['builtins', 'eval'],
    ['__builtin__', 'exec'],
    ['sys', 'exit'],
    ['runpy', 'run_path'],
  ])('%s.%s, by GLOBAL and by STACK_GLOBAL, says that it wants to run code', (module, name) => {
    const pattern = new RegExp(
      `^pickle at byte \\d+, (STACK_)?GLOBAL: names ${module}\\.${name}: this file wants to run code`,
    );
    expect(attack(op.global(module, name), args, op.reduce).message).toMatch(pattern);
    expect(attack(op.string(module), op.string(name), op.stackGlobal, args, op.reduce).message).toMatch(pattern);
  });

  it('other globals are not on the list', () => {
    expect(attack(op.global('numpy.core.multiarray', 'scalar')).message).toContain('not on the list');
    expect(attack(op.global('collections', '__class__')).message).toContain('not on the list');
    expect(attack(op.global('torch', 'constructor')).message).toContain('not on the list');
  });

  it('calls of what is only named are refused', () => {
    expect(attack(op.global('torch', 'FloatStorage'), args, op.reduce).message).toContain('not something to be called');
    expect(attack(op.string('os'), args, op.reduce).message).toContain('calls string');
    expect(attack(op.global('torch', 'Size'), op.emptyList, op.reduce).message).toContain(
      'expected a tuple, found list',
    );
  });

  it('every opcode that is not on the list is refused by its byte', () => {
    const known = [
      40, 41, 46, 48, 49, 50, 66, 67, 71, 74, 75, 77, 78, 81, 82, 84, 85, 88, 93, 97, 98, 99, 101, 104, 106,
    ];
    const more = [113, 114, 115, 116, 117, 125, 128, 129, 133, 134, 135, 136, 137, 138, 140, 143, 144, 147, 148, 149];
    for (let opcode = 0; opcode < 256; opcode++) {
      if (known.includes(opcode) || more.includes(opcode)) continue;
      const hex = opcode.toString(16).padStart(2, '0');
      expect(attack([opcode]).message).toContain(`opcode 0x${hex}: not an opcode that a checkpoint needs`);
    }
  });

  it('containers take only what is theirs', () => {
    expect(attack(op.emptyTuple, op.mark, op.string('a'), op.none, op.setItems).message).toContain(
      'expected a dict, found tuple',
    );
    expect(attack(op.emptyDict, op.mark, op.none, op.appends).message).toContain('expected a list, found dict');
    expect(attack(op.emptyList, op.string('a'), op.none, op.setItem).message).toContain('expected a dict, found list');
    expect(attack(op.emptyDict, op.mark, op.none, op.setItems).message).toContain('a key without a value');
    expect(attack(op.string('x'), op.emptyDict, op.build).message).toContain('sets the state of string');
    expect(attack(tensor(storage('0', 1), 0, [1], [1]), op.emptyDict, op.build).message).toContain(
      'sets the state of tensor',
    );
  });

  it('stack, marks and memo hold what was put there', () => {
    expect(attack(op.append).message).toContain('takes a value where there is none');
    expect(attack(op.tuple).message).toContain('there is no MARK');
    expect(attack(op.get(7)).message).toContain('value 7 was never remembered');
    expect(attack(op.put(0)).message).toContain('takes a value where there is none');
    expect(attack(op.none, op.none).message).toContain('1 values are left over');
    expect(attack(...new Array<number[]>(101).fill(op.mark)).message).toContain('nested deeper than 100');
    expect(attack(op.long1(17)).message).toContain('a whole number of 17 bytes');
    expect(attack(op.long1(0xff)).message).toMatch(/255 bytes/);
  });

  it('persistent ids have five parts of the right kinds', () => {
    expect(attack(op.string('storage'), op.persId).message).toContain('expected a tuple, found string');
    expect(attack(op.mark, op.string('storage'), op.tuple, op.persId).message).toContain('1 parts: expected 5');
    expect(attack(storage('../../etc/passwd', 1)).message).toContain('expected digits');
    expect(attack(storage('0', 1, 'Size')).message).toContain('is not a type of storage');
    expect(attack(storage('0', -1)).message).toContain('a count of number');
  });

  it('a dict that holds itself ends at a depth', () => {
    const { message } = attack(op.emptyDict, op.put(0), op.string('a'), op.get(0), op.setItem);
    expect(message).toContain('nested deeper than 100');
  });

  describe('a few bytes that stand for more than can be walked', () => {
    const doubled = Array.from({ length: 60 }, (_, level) => [
      ...op.put(level),
      ...op.pop,
      ...op.mark,
      ...op.get(level),
      ...op.get(level),
      ...op.tuple,
    ]);
    const twice = (level: number) => [
      ...op.put(level),
      ...op.pop,
      ...op.emptyDict,
      ...op.mark,
      ...op.string('a'),
      ...op.get(level),
      ...op.string('b'),
      ...op.get(level),
      ...op.setItems,
    ];

    it('tuples of two of the last, 2^60 in all', () => {
      expect(attack(op.none, ...doubled).message).toContain('more than 1000000 entries');
    });

    it('dicts of two of the last, as a level that may hold tensors', () => {
      const parts = Array.from({ length: 60 }, (_, level) => twice(level));
      expect(attack(op.emptyDict, ...parts).message).toContain('more than 1000000 entries');
      const level = [op.put(99), op.pop, op.emptyDict, op.string('model'), op.get(99), op.setItem];
      expect(attack(op.emptyDict, ...parts, ...level).message).toContain('more than 1000000 entries');
    });

    it('a level that is itself', () => {
      const one = tensor(storage('0', 1), 0, [1], [1]);
      const own = [op.emptyDict, op.put(0), op.string('w'), one, op.setItem, op.string('model'), op.get(0), op.setItem];
      expect(attack(...own).message).toContain('nested deeper than 100 at "model"');
    });

    it('a list that is made into a set, and a dict into a dict, thousands of times', () => {
      const many = new Array<number[]>(20_000).fill(op.none);
      const list = [op.emptyList, op.put(0), op.mark, ...many, op.appends];
      const again = [...op.global('builtins', 'set'), ...op.get(0), ...op.tuple1, ...op.reduce];
      const copies = new Array<number[]>(100).fill(again);
      expect(attack(...list, ...copies).message).toMatch(/REDUCE: copies more than 1000000 values/);
    });

    it('a name of 20,000 letters is refused, and sizes of 2,000 axes', () => {
      const long = [op.emptyDict, op.string('n'.repeat(20_000)), op.none, op.setItem];
      expect(attack(...long).message).toContain('a name longer than 1000 characters');
      const sizes = new Array<number>(2000).fill(1);
      expect(attack(tensor(storage('0', 1), 0, sizes, sizes)).message).toContain('rank 2000: expected at most 64');
    });
  });

  it('__proto__ is a name like any other', () => {
    const bytes = pickle(op.emptyDict, op.string('__proto__'), tensor(storage('0', 2), 0, [2], [1]), op.setItem);
    const { tensors } = read(checkpoint(bytes, { 0: new Uint8Array(8) }));
    expect(tensors.map(({ name }) => name)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>).kind).toBeUndefined();
  });
});

describe('tensors stay inside their storage', () => {
  const four = { 0: new Uint8Array(16) };
  const of = (count: number, offset: number, size: number[], stride: number[]) =>
    checkpoint(stateDict(tensor(storage('0', count), offset, size, stride)), four);

  it('the plain case is read', () => {
    expect(read(of(4, 0, [2, 2], [2, 1])).tensors[0].load().data.length).toBe(4);
  });

  it.each([
    ['a storage that claims more than the file has', of(5, 0, [4], [1]), '5 numbers need 20'],
    ['a storage that claims less', of(3, 0, [3], [1]), '3 numbers need 12'],
    ['a view beyond the end', of(4, 1, [4], [1]), 'reaches beyond the 4 numbers'],
    ['strides beyond the end', of(4, 0, [2, 2], [3, 1]), 'reaches beyond the 4 numbers'],
    ['a negative stride', of(4, 3, [4], [-1]), 'strides: expected whole numbers from 0'],
    ['a negative offset', of(4, -1, [4], [1]), 'an offset of number -1'],
    ['sizes without strides', of(4, 0, [2, 2], [1]), '2 sizes and 1 strides'],
    ['a view of 2^30 numbers made of one', of(4, 0, [2 ** 15, 2 ** 15], [0, 0]), 'numbers made of 4 stored ones'],
    [
      'a size whose product overflows',
      of(4, 0, new Array<number>(40).fill(2 ** 30), new Array<number>(40).fill(0)),
      'reaches beyond',
    ],
  ])('%s is refused', (_what, bytes, words) => {
    expect(refusal(bytes).message).toContain(words);
  });

  it('a storage that thousands of tensors read whole is refused', () => {
    const views = Array.from({ length: 800 }, (_, i) => [
      ...op.string(`w${i}`),
      ...tensor(storage('0', 4e5), 0, [2], [399_998]),
      ...op.setItem,
    ]);
    const bytes = checkpoint(pickle(op.emptyDict, ...views), { 0: new Uint8Array(16e5) });
    expect(refusal(bytes).message).toContain('800 tensors that read 1279996800 bytes');
  });

  it('a compressed storage is unpacked once, however many tensors lie in it', () => {
    const packed = new Uint8Array(deflateRawSync(new Uint8Array(20e6)));
    const views = Array.from({ length: 40 }, (_, i) => [
      ...op.string(`w${i}`),
      ...tensor(storage('0', 5e6), i, [4], [1]),
      ...op.setItem,
    ]);
    const data = { name: 'archive/data.pkl', bytes: pickle(op.emptyDict, ...views) };
    const numbers = { name: 'archive/data/0', bytes: packed, unpackedSize: 20e6, crc: crc32(new Uint8Array(20e6)) };
    let reads = 0;
    const source = memorySource(zip([data, { ...numbers, method: 8 }]));
    const counted = {
      ...source,
      read: (from: number, length: number) => {
        if (length === packed.length) reads++;
        return source.read(from, length);
      },
    };
    const { tensors } = readCheckpoint(counted, { name: 'alone', beside: null });
    expect(tensors.map((one) => one.load().data.length)).toEqual(new Array<number>(40).fill(4));
    expect(reads).toBe(1);
  });

  it('a missing storage is named', () => {
    expect(refusal(checkpoint(stateDict(tensor(storage('3', 4), 0, [4], [1])), four)).message).toContain(
      'data/3 is missing',
    );
  });
});

describe('archives', () => {
  const data = { name: 'archive/data.pkl', bytes: stateDict(tensor(storage('0', 4), 0, [4], [1])) };
  const numbers = { name: 'archive/data/0', bytes: new Uint8Array(16) };

  it.each([
    ['an entry that leads outside', zip([{ ...data, name: '../data.pkl' }]), 'leads outside'],
    ['an absolute name', zip([{ ...data, name: '/data.pkl' }]), 'leads outside'],
    ['two entries of one name', zip([data, data]), 'is there twice'],
    [
      'entries that overlap',
      zip([data, { ...numbers, offset: 0, localName: 'archive/data.pkl', name: 'archive/data.pkl2' }]),
      'has another name',
    ],
    ['an entry beyond the file', zip([{ ...data, offset: 10_000 }]), 'lies outside the file'],
    ['an entry that reaches into the directory', zip([{ ...data, claimedSize: 5000 }]), 'reaches into the directory'],
    ['an unknown method', zip([{ ...data, method: 14 }]), 'packed by method 14'],
    ['65,535 entries that are not there', zip([data], 65_535), 'no entry at byte'],
  ])('%s: refused', (_what, bytes, words) => {
    expect(refusal(bytes).message).toContain(words);
  });

  it('a tar of the first releases is refused with a recipe', () => {
    const tar = new Uint8Array(1024);
    tar.set(new TextEncoder().encode('ustar'), 257);
    expect(refusal(tar).fix).toContain("torch.save(torch.load('old.pth'), 'new.pth')");
  });
});
