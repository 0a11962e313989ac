import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { decodeNpy } from '../../src/index.js';
import { bytes, model, node, number, text } from '../models/onnx/writer.js';
import { cnnviz, IMAGES, inFolder } from './cnnviz.js';

const MODELS = fileURLToPath(new URL('../../fixtures/models/', import.meta.url));
const DIGITS = `${join(MODELS, 'networks/digits.txt')}@${join(MODELS, 'networks/digits.pth')}`;
const FIVE = join(IMAGES, 'five.png');
const CHELSEA = join(IMAGES, 'chelsea.png');

const npy = (path: string) => decodeNpy(readFileSync(path));

describe('run', () => {
  it('a pipe gives what conv gives, layer by layer', () =>
    inFolder(async (cwd) => {
      const pipe = 'conv edge3x3 stride=2 | relu | max_pool 3 stride=2';
      const run = await cnnviz(['run', pipe, CHELSEA, '--layers', 'all', '--format', 'npy', '-o', 'out'], { cwd });
      expect(run.stderr).toBe('');
      expect(run.code).toBe(0);
      const conv = ['conv', CHELSEA, '-k', 'edge3x3', '--stride', '2', '-o'];
      await cnnviz([...conv, 'conv.npy'], { cwd });
      await cnnviz([...conv, 'pool.npy', '--relu', '--pool', 'max:3:2'], { cwd });
      expect(readFileSync(join(cwd, 'out/chelsea.conv.npy'))).toEqual(readFileSync(join(cwd, 'conv.npy')));
      expect(readFileSync(join(cwd, 'out/chelsea.max_pool.npy'))).toEqual(readFileSync(join(cwd, 'pool.npy')));
      // stage 2 again, from the file of stage 1
      const again = await cnnviz(['run', 'relu', 'out/chelsea.conv.npy', '-o', 'relu.npy'], { cwd });
      expect(again.code).toBe(0);
      expect(readFileSync(join(cwd, 'relu.npy'))).toEqual(readFileSync(join(cwd, 'out/chelsea.relu.npy')));
    }));

  it('writes a labelled sheet of the output unless told otherwise, single maps with --maps', () =>
    inFolder(async (cwd) => {
      const sheet = await cnnviz(['run', 'conv edge3x3 | relu', FIVE], { cwd });
      expect(sheet.stdout).toMatch(/five\.png {2}5×5 → 5×5 \(pixels in \[0, 1\]\)/);
      expect(sheet.stdout).toContain('wrote five.relu.png  1 map 3×3');
      await cnnviz(['run', 'conv edge3x3 | relu', FIVE, '--maps', '-o', 'maps'], { cwd });
      expect(readdirSync(join(cwd, 'maps'))).toEqual(['five.relu.0.png']);
      const read = await cnnviz(['read', 'maps/five.relu.0.png', '--recipe'], { cwd });
      expect(read.stdout).toBe("cnnviz run 'conv edge3x3 | relu' five.png --layers relu --maps\n");
    }));

  it('an array keeps its rank and type', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'x.npy'), npyBytes('<i8', [2, 1, 3], BigInt64Array.of(-1n, 2n, -3n, 4n, -5n, 6n)));
      const run = await cnnviz(['run', 'relu | flatten', 'x.npy', '-o', 'y.npy'], { cwd });
      expect(run.code).toBe(0);
      const bytes = readFileSync(join(cwd, 'y.npy'));
      expect(bytes.toString('latin1')).toContain("'descr': '<i8', 'fortran_order': False, 'shape': (2, 3)");
      expect([...npy(join(cwd, 'y.npy')).data]).toEqual([0, 2, 0, 4, 0, 6]);
    }));

  it('the text of print(model) with its state_dict names classes and layers', () =>
    inFolder(async (cwd) => {
      const args = ['run', DIGITS, FIVE, '--preset', 'none', '--resize', '14,14', '--gray', '--top', '3'];
      const run = await cnnviz([...args, '--layers', 'features.0,classifier.*'], { cwd });
      expect(run.stderr).toContain('note: a flatten stands before classifier.1');
      expect(run.code).toBe(0);
      expect(run.stdout).toMatch(/^ {2}1 {2}class \d +\d+\.\d %$/m);
      expect(run.stdout).toContain('wrote five.features.0.png  4 maps 14×14');
      expect(existsSync(join(cwd, 'five.classifier.3.png'))).toBe(true);
      writeFileSync(join(cwd, 'names.txt'), 'zero\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n');
      const json = await cnnviz([...args, '--json', '--layers', 'all', '--labels', 'names.txt'], { cwd });
      const { results } = JSON.parse(json.stdout);
      expect(results[0].ok).toBe(true);
      expect(results[0].top).toHaveLength(3);
      expect(results[0].top[0]).toMatchObject({
        item: 0,
        label: expect.stringMatching(/^(zero|one|two|three|four|five|six|seven|eight|nine)$/),
      });
      expect(results[0].layers[0]).toMatchObject({
        name: 'features.0',
        kind: 'conv',
        shape: [1, 4, 14, 14],
        channels: 4,
        duplicates: expect.any(Array),
      });
      expect(results[0].outputs).toEqual([]);
    }));

  it('folders read the weights once, and one bad image costs itself', () =>
    inFolder(async (cwd) => {
      const folder = join(cwd, 'in');
      await cnnviz(['conv', CHELSEA, FIVE, '-k', 'identity', '-o', folder], { cwd });
      writeFileSync(join(folder, 'bad.png'), 'not an image');
      const run = await cnnviz(['run', 'lenet5', '--init', 'seed:1', folder, '--json'], { cwd });
      expect(run.code).toBe(1);
      const { results, done, failed } = JSON.parse(run.stdout);
      expect([done, failed]).toEqual([2, 1]);
      expect(results.map(({ ok }: { ok: boolean }) => ok)).toEqual([false, true, true]);
    }));

  it('a network without weights, an unknown layer and an unknown network are refused with what to do', async () => {
    const refused = async (...args: string[]) => {
      const { code, stderr } = await cnnviz(args);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await refused('run', 'lenet5', FIVE)).toContain(
      'add --weights FILE (.pth, .safetensors, .npz, .onnx), or --init seed:1',
    );
    expect(await refused('run', 'lenet5', '--init', 'seed:1', FIVE, '--layers', 'conv4')).toContain(
      'did you mean conv1?',
    );
    expect(await refused('run', 'alexent', FIVE)).toContain('did you mean alexnet?');
    expect(await refused('run', 'conv egde3x3', FIVE)).toContain('did you mean edge3x3?');
    expect(await refused('run', join(MODELS, 'networks/digits.pth'), FIVE)).toContain(
      'a checkpoint holds numbers but no layers',
    );
    expect(await refused('run', `lenet5@${join(MODELS, 'checkpoints/module.pth')}`, FIVE)).toContain(
      'the whole module was pickled',
    );
    expect(await refused('run', 'lenet5')).toContain('name an image: cnnviz run lenet5 photo.jpg');
    expect(await refused('run', 'lenet5', '--init', '1', FIVE)).toContain('--init: expected seed:N, got "1"');
  });

  it('an ONNX model takes arrays by name', () =>
    inFolder(async (cwd) => {
      const file = join(
        MODELS,
        'onnx',
        readdirSync(join(MODELS, 'onnx')).find((name) => /^lenet.*\.onnx$/.test(name))!,
      );
      const { stdout } = await cnnviz(['summary', file, '--json']);
      const [{ name, shape }] = JSON.parse(stdout).inputs;
      const size = shape.reduce((a: number, b: number) => a * b, 1);
      writeFileSync(join(cwd, 'x.npy'), npyBytes('<f4', shape, new Float32Array(size).fill(0.5)));
      const run = await cnnviz(['run', file, '--input', `${name}=x.npy`, '-o', 'y.npy', '-q'], { cwd });
      expect(run).toMatchObject({ code: 0, stdout: '', stderr: '' });
      expect(npy(join(cwd, 'y.npy')).shape.length).toBe(2);
      const wrong = await cnnviz(['run', file, '--input', 'nmae=x.npy'], { cwd });
      expect(wrong.code).toBe(2);
      expect(wrong.stderr).toContain('no input is called "nmae"');
    }));

  it('all layers of an ONNX model are all its numbers: every part of a split, but no mask', () =>
    inFolder(async (cwd) => {
      const split = node('Split', ['x'], ['a', 'b', 'c'], [...text(3, 'cut')]);
      const axis = bytes(5, [...text(1, 'axis'), ...number(3, 1), ...number(20, 2)]);
      const dropout = node('Dropout', ['c'], ['y', 'mask'], [...text(3, 'drop')]);
      writeFileSync(join(cwd, 'm.onnx'), model({ nodes: [[...split, ...axis], dropout], outputs: ['b', 'y'] }));
      writeFileSync(join(cwd, 'x.npy'), npyBytes('<f4', [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6)));
      const layers = async (names: string) => {
        const { stdout } = await cnnviz(['run', 'm.onnx', '--input', 'x=x.npy', '--layers', names, '--json'], { cwd });
        return (JSON.parse(stdout).results[0].layers as { name: string }[]).map(({ name }) => name);
      };
      expect(await layers('all')).toEqual(['cut', 'b', 'c', 'drop']);
      expect(await layers('cut')).toEqual(['cut', 'b', 'c']);
      expect(await layers('c,output')).toEqual(['b', 'c', 'drop']);
    }));
});

describe('a fault of the command', () => {
  it('is told once, not for every image; exit 2', () =>
    inFolder(async (cwd) => {
      const faults: [string[], string][] = [
        [['lenet5'], 'lenet5 has no weights'],
        [['lenet5@nope.pth'], 'nope.pth: no such file'],
        [['lenet5', '--init', 'seed:1', '--layers', 'conv9'], '--layers conv9: no layer is called that'],
        [['lenet5', '--init', 'seed:1', '-o', 'one.npy'], 'one file cannot hold the results of 2 inputs'],
        [[`resnet18@${join(MODELS, 'networks/digits.pth')}`], '"conv1.weight" [64, 3, 7, 7] is missing'],
      ];
      for (const [[network, ...flags], what] of faults) {
        const run = await cnnviz(['run', network, FIVE, CHELSEA, ...flags], { cwd });
        expect([run.code, run.stdout, readdirSync(cwd)]).toEqual([2, '', []]);
        expect(run.stderr).toContain(what);
        expect(run.stderr.match(/^cnnviz: /gm)).toHaveLength(1);
        expect(run.stderr).not.toContain('.png');
      }
    }));

  it('a network whose first layer reads one channel sees grey', async () => {
    const run = await cnnviz(['run', DIGITS, CHELSEA, '--resize', '28,14', '--top', '1']);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('resized to 14×28, gray');
  });
});

describe('compare', () => {
  it('two networks with the same numbers have the same bits; exit 0', async () => {
    const { code, stdout } = await cnnviz(['compare', 'lenet5', 'lenet5', FIVE, '--init', 'seed:1']);
    expect(code).toBe(0);
    expect(stdout).toContain('conv1 … fc2   the same bits');
    expect(stdout).toMatch(/top-1 the same: class \d/);
  });

  it('one changed kernel is found: the layer, the channel, the pixel; exit 1', () =>
    inFolder(async (cwd) => {
      const net = (bias: number) =>
        `name: n\nlayers:\n  - conv out_channels=4 kernel_size=3\n  - relu\n  - {type: conv, name: second, kernel: "0 0 0; 0 1 0; 0 0 0", bias: ${bias}}\n  - max_pool 2\n`;
      writeFileSync(join(cwd, 'a.yaml'), net(0));
      writeFileSync(join(cwd, 'b.yaml'), net(0.5));
      const run = await cnnviz(['compare', 'a.yaml', 'b.yaml', CHELSEA, '--init', 'seed:1'], { cwd });
      expect(run.code).toBe(1);
      expect(run.stdout).toContain('conv … relu   the same bits');
      expect(run.stdout).toMatch(/second +differs: largest 0\.5 at channel 0, \(\d+, \d+\): .* ← first/);
      expect(run.stdout).toMatch(/max_pool +differs as a consequence/);
      const { first, same } = JSON.parse(
        (await cnnviz(['compare', 'a.yaml', 'b.yaml', CHELSEA, '--init', 'seed:1', '--json'], { cwd })).stdout,
      );
      expect([same, first.a]).toEqual([false, 'second']);
    }));
});

describe('weights', () => {
  const ZIP = join(MODELS, 'checkpoints/zip-2.pth');

  it('lists names, types, shapes and ranges; --json the same as data', async () => {
    const { code, stdout } = await cnnviz(['weights', ZIP]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^bfloat16 +bfloat16 +3×4×5 +120 bytes +−2\.11 +0\.0532 +1\.85$/m);
    expect(stdout).toContain('17 arrays, 434 numbers');
    const { tensors, format } = JSON.parse((await cnnviz(['weights', ZIP, '--json'])).stdout);
    expect(format).toBe('pytorch');
    expect(tensors.find(({ name }: { name: string }) => name === 'half')).toMatchObject({
      dtype: 'float16',
      shape: [3, 4, 5],
    });
    expect(tensors.find(({ name }: { name: string }) => name === 'empty')).toMatchObject({
      min: null,
      max: null,
      mean: null,
    });
  });

  it('integers beyond 2^53 cost their own statistics, and are named', () =>
    inFolder(async (cwd) => {
      const header =
        '{"seed":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}';
      const bytes = Buffer.alloc(8 + header.length + 12);
      bytes.writeBigUInt64LE(BigInt(header.length));
      bytes.write(header, 8);
      bytes.writeBigInt64LE(2n ** 60n, 8 + header.length);
      writeFileSync(join(cwd, 'a.safetensors'), bytes);
      const { code, stdout } = await cnnviz(['weights', 'a.safetensors'], { cwd });
      expect(code).toBe(0);
      expect(stdout).toMatch(/^seed +int64 +1 +8 bytes +beyond 2\^53$/m);
      expect(stdout).toContain('note: "seed": the 64-bit integer 1152921504606846976 is beyond 2^53');
      expect(stdout).toContain('2 arrays, 2 numbers');
    }));

  it('takes one array out: floats become float32, integers stay', () =>
    inFolder(async (cwd) => {
      await cnnviz(['weights', ZIP, '--tensor', 'double', '-o', 'd.npy'], { cwd });
      await cnnviz(['weights', ZIP, '--tensor', 'int16'], { cwd });
      expect(readFileSync(join(cwd, 'd.npy')).toString('latin1')).toContain("'descr': '<f4'");
      expect(readFileSync(join(cwd, 'int16.npy')).toString('latin1')).toContain("'descr': '<i2'");
      const missing = await cnnviz(['weights', ZIP, '--tensor', 'int61', '-o', 'x.npy'], { cwd });
      expect(missing.code).toBe(2);
      expect(missing.stderr).toContain('did you mean int64?');
    }));

  it('a hostile name never reaches the terminal as a command', () =>
    inFolder(async (cwd) => {
      const header = JSON.stringify({
        'a\u001b[2Jb\u001b[31m\u001b[8mc': { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
      });
      const bytes = Buffer.alloc(8 + header.length + 4);
      bytes.writeBigUInt64LE(BigInt(header.length), 0);
      bytes.write(header, 8);
      writeFileSync(join(cwd, 'x.safetensors'), bytes);
      const { stdout, code } = await cnnviz(['weights', 'x.safetensors'], { cwd });
      expect(code).toBe(0);
      expect(stdout).not.toContain('\u001b');
      const coloured = await cnnviz(['weights', 'x.safetensors'], { cwd, env: { FORCE_COLOR: '1' } });
      expect(coloured.stdout).toContain('\u001b[1mx.safetensors\u001b[22m');
      expect(coloured.stdout).toContain('a�[2Jb�[31m�[8mc');
    }));

  it('files that hold no weights are refused, with the formats that are read', async () => {
    const { code, stderr } = await cnnviz(['weights', FIVE]);
    expect(code).toBe(2);
    expect(stderr).toContain('not a file of weights');
    expect(stderr).toContain('.npy, .npz, .safetensors, PyTorch .pth, .onnx');
  });
});

describe('summary and filters', () => {
  it('summary prints the table of alexnet, its differences from that of 2012, and draws it', () =>
    inFolder(async (cwd) => {
      const { stdout } = await cnnviz(['summary', 'alexnet', '-o', 'a.png'], { cwd });
      expect(stdout).toMatch(/features\.0 +conv 11×11 stride 4 padding 2 +64×55×55 +23,296 +70,276,800 +11 +4 +3/);
      expect(stdout).toMatch(/total +61,100,840 +714,188,480 +195 +32/);
      expect(stdout).toContain('1.428 GFLOP (2 per MAC)');
      expect(statSync(join(cwd, 'a.png')).size).toBeGreaterThan(5000);
      const diff = await cnnviz(['summary', 'alexnet', '--diff', 'alexnet-2012']);
      expect(diff.stdout).toContain('params: 61,100,840 → 60,965,224 (−135,616)');
      const svg = await cnnviz(['summary', 'alexnet-2012', '--svg']);
      expect(svg.stdout).toMatch(/^<\?xml version="1\.0"/);
      // conv2, pool2, conv4, conv5 and pool5 are two towers each; conv1, pool1, conv3, fc6, fc7, fc8 and the input one
      expect(svg.stdout.match(/<rect x="\d+" y="/g)).toHaveLength(2 * 5 + 7);
    }));

  it('filters draws the first convolution, or those that are named', () =>
    inFolder(async (cwd) => {
      const run = await cnnviz(['filters', 'alexnet', '--init', 'seed:1'], { cwd });
      expect(run.stdout).toContain('wrote alexnet.features.0.filters.png  64 kernels 11×11×3');
      const json = await cnnviz(['filters', 'lenet5', '--init', 'seed:1', '--layers', 'conv2', '--json']);
      expect(JSON.parse(json.stdout).filters[0]).toMatchObject({ layer: 'conv2', shape: [16, 6, 5, 5] });
      const none = await cnnviz(['filters', 'lenet5', '--init', 'seed:1', '--layers', 'fc1'], { cwd });
      expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('convolutions: conv1, conv2, conv3')]);
    }));
});

/** A .npy file of version 1. */
function npyBytes(descr: string, shape: number[], data: NodeJS.TypedArray): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }\n`;
  const bytes = Buffer.alloc(10 + header.length + data.byteLength);
  bytes.write('\u0093NUMPY\u0001\u0000', 'latin1');
  bytes.writeUInt16LE(header.length, 8);
  bytes.write(header, 10, 'latin1');
  Buffer.from(data.buffer, data.byteOffset, data.byteLength).copy(bytes, 10 + header.length);
  return bytes;
}
