import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { decodeNpy } from '../../../src/index.js';
import { cnnviz, IMAGES, inFolder } from '../../cli/cnnviz.js';
import { bytes, model, node, number, text } from '../../models/onnx/writer.js';

const MODELS = fileURLToPath(new URL('../../../fixtures/models/', import.meta.url));
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

  it('--overview draws the whole network once; its document names the layers that it shows', () =>
    inFolder(async (cwd) => {
      const run = await cnnviz(['run', 'lenet5', '--init', 'seed:1', FIVE, '--overview', '--top', '2'], { cwd });
      expect(run.code).toBe(0);
      expect(run.stdout).toContain('wrote five.overview.png  maps of tanh1, pool1, tanh2, pool2');
      const read = await cnnviz(['read', 'five.overview.png', '--recipe'], { cwd });
      expect(read.stdout).toBe('cnnviz run lenet5 --init seed:1 five.png --overview --top 2\n');
      const args = ['run', 'lenet5', '--init', 'seed:1', FIVE, '--overview', '-o', 'x.svg', '--json'];
      const [{ layers, outputs, alt }] = JSON.parse((await cnnviz(args, { cwd })).stdout).results;
      expect(layers.map(({ shape }: { shape: number[] }) => shape)).toEqual([
        [1, 6, 28, 28],
        [1, 6, 14, 14],
        [1, 16, 10, 10],
        [1, 16, 5, 5],
      ]);
      expect(outputs).toMatchObject([{ path: 'x.svg', kind: 'overview', layer: 'overview' }]);
      expect(alt).toContain('Overview of lenet5 for five.png: the maps that vary most of 4 layers');
      expect(readFileSync(join(cwd, 'x.svg'), 'utf8')).toContain('five.png through lenet5</title>');
    }));

  it('--overview chooses its own layers, draws pictures and needs an image', () =>
    inFolder(async (cwd) => {
      for (const more of [['--maps'], ['--layers', 'all'], ['-o', 'x.npy'], ['--each']]) {
        const run = await cnnviz(['run', 'conv edge3x3', FIVE, '--overview', ...more], { cwd });
        expect([run.code, run.stderr], more.join(' ')).toEqual([
          2,
          expect.stringContaining('--overview chooses its layers'),
        ]);
      }
      writeFileSync(join(cwd, 'v.npy'), npyBytes('<f4', [1, 4], Float32Array.of(1, 2, 3, 4)));
      const run = await cnnviz(['run', 'relu', 'v.npy', '--overview'], { cwd });
      expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('no rows and columns to draw')]);
      expect(existsSync(join(cwd, 'v.overview.png'))).toBe(false);
      const dry = await cnnviz(['run', 'conv edge3x3', FIVE, '--overview', '-n'], { cwd });
      expect(dry.stdout).toContain('would write five.overview.png');
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
      expect(run.stdout).toContain('wrote five.features.0.preset-none.r14.gray.png  4 maps 14×14');
      expect(existsSync(join(cwd, 'five.classifier.3.preset-none.r14.gray.png'))).toBe(true);
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

  it('--json says of a layer that is done in the rows of a convolution in which, and how that is computed', async () => {
    const algorithms = async (layers: string) => {
      const { stdout } = await cnnviz(['run', 'lenet5', '--init', 'seed:1', FIVE, '--layers', layers, '--json']);
      const [result] = JSON.parse(stdout).results ?? [JSON.parse(stdout)];
      return result.layers.map(({ algorithm }: { algorithm: string | null }) => algorithm);
    };
    expect(await algorithms('tanh1,conv2')).toEqual(['fused to conv1 (direct)', 'gemm']);
    expect(await algorithms('conv1,tanh1')).toEqual(['direct', null]);
  });

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
