import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseJobs } from '../../src/cli/parse.js';
import { tensor } from '../../src/core/tensor.js';
import { conv2d } from '../../src/index.js';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';
import { bytes, model, node, number, text, value, tensor as writeTensor } from '../models/onnx/writer.js';

const MEASURE = fileURLToPath(new URL('./measure-process.cjs', import.meta.url));
const FIVE = `${IMAGES}five.png`;

/** A PNG whose header promises more than follows. */
function pngOf(width: number, height: number): Buffer {
  const table = Uint32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c;
  });
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    let crc = 0xffffffff;
    for (const byte of body) crc = table[(crc ^ byte) & 255] ^ (crc >>> 8);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE((crc ^ 0xffffffff) >>> 0, body.length + 4);
    return out;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(1000))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('a stride', () => {
  it.each([
    ['of a convolution', ['-k', 'edge3x3', '--stride', '100000000']],
    ['of a largest-value pool', ['-k', 'edge3x3', '--pool', 'max:2:100000000']],
    ['of a mean pool', ['-k', 'edge3x3', '--pool', 'avg:2:9007199254740991']],
    ['with padding', ['-k', 'edge3x3', '--padding', '1', '--stride', '9007199254740991']],
  ])('beyond the image gives the one output that fits: %s', (_, flags) =>
    inFolder(async (cwd) => {
      const { code, stdout } = await cnnviz(['conv', FIVE, ...flags, '-o', 'y.npy', '--json'], { cwd });
      expect(code).toBe(0);
      const [map] = JSON.parse(stdout).results[0].banks[0].maps;
      expect([map.width, map.height]).toEqual([1, 1]);
    }),
  );

  it('beyond the image changes nothing in the value', () => {
    const x = tensor(
      Float32Array.from({ length: 20 }, (_, i) => i * i - 3),
      [4, 5],
    );
    const weight = tensor(Float32Array.of(1, -2, 3, 4), [2, 2]);
    const one = conv2d(x, weight).data[0];
    expect([...conv2d(x, weight, { stride: 2 ** 40 }).data]).toEqual([one]);
    expect([...conv2d(x, weight, { stride: [1, 1e9] }).data]).toHaveLength(3);
  });
});

describe('what cannot fit', () => {
  it('is refused, whatever asks for it', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'huge.png'), pngOf(100_000, 100_000));
      for (const args of [
        ['huge.png', '-k', 'edge3x3'],
        [FIVE, '-k', 'edge3x3', '--padding', '2000000000'],
        [FIVE, '-k', 'edge3x3', '--dilation', '100000000'],
      ]) {
        const { code, stderr } = await cnnviz(['conv', ...args, '-o', 'y.npy'], { cwd });
        expect([args, [1, 2].includes(code ?? -1)]).toEqual([args, true]);
        expect(stderr).not.toContain('internal');
      }
    }));
});

describe('what its header shows to be useless is not decoded', () => {
  it.each([
    ['a kernel larger than the image', 700_000, 2, /larger than the 700000×2 image/],
    ['a picture that is one line', 1_000_001, 1, /1000001×1: a side of more than 1,000,000 pixels is not read/],
    ['a picture that is one column', 1, 1_000_001, /1×1000001: a side of more than 1,000,000 pixels is not read/],
  ])('%s', (_, width, height, what) =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'cut.png'), pngOf(width, height));
      const { code, stderr } = await cnnviz(['conv', 'cut.png', '-k', 'edge3x3', '-o', 'y.npy'], { cwd });
      expect([1, 2]).toContain(code);
      expect(stderr).toMatch(what);
    }),
  );
});

/** float32 zeros that take no room on the disk. */
function sparseArray(path: string, shape: readonly number[]): void {
  const dict = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const header = `${dict}${' '.repeat(117 - dict.length)}\n`;
  writeFileSync(path, Buffer.concat([Buffer.from('\x93NUMPY\x01\x00v\x00', 'latin1'), Buffer.from(header)]));
  truncateSync(path, 128 + 4 * shape.reduce((product, side) => product * side, 1));
}

describe('a picture of one row', () => {
  it.each(['wide.png', 'wide.npy'])('that no kernel fits into is refused by its header: %s', (name) =>
    inFolder(async (cwd) => {
      // of the PNG only the header is there: whoever decodes it speaks of damage
      if (name === 'wide.png') writeFileSync(join(cwd, name), pngOf(100_000_000, 1));
      else sparseArray(join(cwd, name), [1, 100_000_000]);
      const { code, stderr } = await cnnviz(['conv', name, '-k', 'edge3x3', '-o', 'y.png'], {
        cwd,
        env: { NODE_OPTIONS: `--require ${MEASURE}`, CNNVIZ_MEASURES: cwd },
      });
      expect([1, 2]).toContain(code);
      expect(stderr).toMatch(/larger than the 100000000×1 image|100000000×1: a side of more than 1,000,000 pixels/);
      const [file] = readdirSync(cwd).filter((each) => each.endsWith('.json'));
      expect(JSON.parse(readFileSync(join(cwd, file), 'utf8')).megabytes).toBeLessThan(160);
    }),
  );
});

it('a million kernels are no layer', () =>
  inFolder(async (cwd) => {
    sparseArray(join(cwd, 'k.npy'), [1_000_000, 1, 1, 1]);
    const { code, stderr } = await cnnviz(['conv', FIVE, '-k', 'k.npy', '-o', 'y.npy'], { cwd });
    expect([code, stderr]).toEqual([2, expect.stringContaining('1,000,000 kernels, one layer takes 65,536 at most')]);
  }));

describe('an ONNX model that makes numbers of nothing', () => {
  it.each([
    ['a ConstantOfShape', [510_000_000], 'would have 510000000 numbers'],
    ['a ConstantOfShape beyond all memory', [2 ** 40, 2 ** 12], '[1099511627776, 4096] is no possible shape'],
  ])('is refused with its size: %s', (_, sides, words) =>
    inFolder(async (cwd) => {
      const shape = writeTensor('shape', 7, [sides.length], ...sides.map((side) => number(7, side)));
      const nodes = [
        node('ConstantOfShape', ['shape'], ['huge']),
        node('ReduceSum', ['huge'], ['sum'], bytes(5, [...text(1, 'keepdims'), ...number(3, 0), ...number(20, 2)])),
        node('Add', ['x', 'sum'], ['y']),
      ];
      writeFileSync(
        join(cwd, 'a.onnx'),
        model({ nodes, initializers: [shape], inputs: [value('x', 1, [1, 3, 5, 5])] }),
      );
      const { code, stderr } = await cnnviz(['run', 'a.onnx', FIVE], { cwd });
      expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
    }),
  );
});

describe('Node without WebAssembly', () => {
  it.each([
    ['one image', [FIVE]],
    ['a batch', [FIVE, `${IMAGES}bars17.png`]],
  ])('is told so in one line: %s', (_, images) =>
    inFolder(async (cwd) => {
      const args = ['conv', ...images, '-k', 'edge3x3', '-o', 'out/'];
      const { code, stderr } = await cnnviz(args, { cwd, env: { NODE_OPTIONS: '--jitless' } });
      expect(code).toBe(2);
      expect(stderr.match(/needs WebAssembly/g)).toHaveLength(1);
      expect(stderr).not.toContain('internal');
    }),
  );
});

describe('--jobs', () => {
  it('takes any number, and no more than cores and memory allow', () => {
    expect(parseJobs('1')).toBe(1);
    expect(parseJobs('2000')).toBeLessThan(2000);
    expect(parseJobs('9007199254740991')).toBe(parseJobs('2000'));
    expect(() => parseJobs('0')).toThrow('--jobs: expected a whole number from 1, got "0"');
  });
});
