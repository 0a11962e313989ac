import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/core/bytes.js';
import { readSafetensors } from '../../../src/models/weights/safetensors.js';
import { cnnviz, inFolder } from '../../cli/cnnviz.js';
import { digits, idx, SMALL, writeDigits } from './digit-files.js';

const WORDS = ['train', SMALL, '--epochs', '2', '--batch', '32', '-o', 'x.safetensors'];

/** The numbers and what was measured: all that does not name the data. */
async function trained(cwd: string, words: string[]): Promise<{ numbers: string; accuracy: string; stdout: string }> {
  const { code, stdout, stderr } = await cnnviz([...WORDS, ...words], { cwd });
  expect(code, stderr).toBe(0);
  const { tensors, metadata } = readSafetensors(memorySource(readFileSync(join(cwd, 'x.safetensors'))));
  const numbers = tensors.map((one) => [...one.load().data].join()).join();
  return { numbers, accuracy: metadata.get('accuracy')!, stdout };
}

const NUMPY_NPZ = `
import struct, sys, zipfile, io
def npy(name, shape, data, z):
    h = "{'descr': '|u1', 'fortran_order': False, 'shape': (" + ", ".join(map(str, shape)) + ",), }"
    h = h + " " * (-(len(h) + 11) % 64) + "\\n"
    z.writestr(name + ".npy", b"\\x93NUMPY\\x01\\x00" + struct.pack("<H", len(h)) + h.encode() + data)
z = zipfile.ZipFile("set.npz", "w")
def idx(path):
    b = open(path, "rb").read(); n = b[3]
    return struct.unpack(">%dI" % n, b[4:4 + 4 * n]), b[4 + 4 * n:]
for a, f in [("x_train", "train-images-idx3"), ("y_train", "train-labels-idx1"), ("x_test", "t10k-images-idx3"), ("y_test", "t10k-labels-idx1")]:
    npy(a, *idx("mnist/" + f + "-ubyte"), z)
z.close()
`;

describe('the same images give the same network', () => {
  it('from IDX files, packed or not, and from an .npz', () =>
    inFolder(async (cwd) => {
      writeDigits(join(cwd, 'mnist'), 200, 50);
      const plain = await trained(cwd, ['--data', 'mnist']);
      execFileSync('python3', ['-c', NUMPY_NPZ], { cwd });
      const npz = await trained(cwd, ['--data', 'set.npz']);
      expect([npz.numbers, npz.accuracy]).toEqual([plain.numbers, plain.accuracy]);
      const images = join(cwd, 'mnist', 'train-images-idx3-ubyte');
      writeFileSync(images, gzipSync(readFileSync(images)));
      const packed = await trained(cwd, ['--data', 'mnist']);
      expect(packed.numbers).toBe(plain.numbers);
      // a single file of images, with its labels beside it: nothing to measure on
      const single = await trained(cwd, ['--data', 'mnist/train-images-idx3-ubyte']);
      expect(single.numbers).toBe(plain.numbers);
      expect(JSON.parse(single.accuracy).test).toBeNull();
      const tested = await trained(cwd, [
        '--data',
        'mnist/train-images-idx3-ubyte',
        '--test',
        'mnist/t10k-images-idx3-ubyte',
      ]);
      expect(tested.accuracy).toBe(plain.accuracy);
    }));

  it('but not from another seed', () =>
    inFolder(async (cwd) => {
      writeDigits(join(cwd, 'mnist'), 100, 0);
      const [one, two] = [
        await trained(cwd, ['--data', 'mnist']),
        await trained(cwd, ['--data', 'mnist', '--seed', '2']),
      ];
      expect(two.numbers).not.toBe(one.numbers);
    }));
});

it('learns: digits it has not seen, from a seed', () =>
  inFolder(async (cwd) => {
    const { stdout } = await trained(cwd, ['--data', 'digits:3']);
    const [, share] = /^test ([\d.]+) % of 1,000 right/m.exec(stdout)!;
    expect(Number(share)).toBeGreaterThan(85);
  }));

it('begins with the weights of a file: they are already good', () =>
  inFolder(async (cwd) => {
    writeDigits(join(cwd, 'mnist'), 400, 0);
    await trained(cwd, ['--data', 'mnist', '--lr', '0.1']);
    const { pixels, labels } = digits(400);
    writeFileSync(join(cwd, 'mnist', 'train-images-idx3-ubyte'), idx([400, 28, 28], pixels));
    writeFileSync(join(cwd, 'mnist', 'train-labels-idx1-ubyte'), idx([400], labels));
    writeFileSync(join(cwd, 'begun.safetensors'), readFileSync(join(cwd, 'x.safetensors')));
    const loss = (stdout: string) => Number(/epoch 1\/2 {2}loss ([\d.]+)/.exec(stdout)![1]);
    const fresh = await trained(cwd, ['--data', 'mnist', '--lr', '0.001']);
    const further = await trained(cwd, ['--data', 'mnist', '--lr', '0.001', '--init', 'begun.safetensors']);
    expect(loss(further.stdout)).toBeLessThan(loss(fresh.stdout) / 1.5);
  }));
