import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { cnnviz, inFolder } from '../../cli/cnnviz.js';
import { digits, idx, SMALL, writeDigits } from './digit-files.js';

const NET = 'flatten | linear out_features=10';

/** An .npz of stored arrays: [dtype, shape, bytes] by name. */
async function npz(arrays: Record<string, [string, number[], Uint8Array]>): Promise<Uint8Array> {
  const { execFileSync } = await import('node:child_process');
  const { mkdtempSync, readFileSync, rmSync } = await import('node:fs');
  const { tmpdir } = await import('node:os');
  const folder = mkdtempSync(join(tmpdir(), 'npz-'));
  const names = Object.entries(arrays).map(([name, [dtype, shape, data]]) => {
    const text = `{'descr': '${dtype}', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
    const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
    const header = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${padded}`, 'latin1');
    header.writeUInt16LE(padded.length, 8);
    writeFileSync(join(folder, `${name}.npy`), Buffer.concat([header, data]));
    return `${name}.npy`;
  });
  execFileSync(
    'python3',
    ['-c', `import zipfile,sys\nz=zipfile.ZipFile('a.npz','w')\nfor n in sys.argv[1:]: z.write(n)`, ...names],
    {
      cwd: folder,
    },
  );
  const bytes = readFileSync(join(folder, 'a.npz'));
  rmSync(folder, { recursive: true });
  return bytes;
}

const floats = (values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const picture = (side: number, grey: number) =>
  sharp({ create: { width: side, height: side, channels: 3, background: { r: grey, g: grey, b: grey } } })
    .png()
    .toBuffer();

describe('train refuses with one clear line', () => {
  const refused = async (words: string[], cwd: string, expected: string, code = 2) => {
    const run = await cnnviz(['train', ...words], { cwd });
    expect(run.stderr).toContain(expected);
    expect(run.stderr.split('\n').filter((line) => line.startsWith('cnnviz:'))).toHaveLength(1);
    expect(run.code).toBe(code);
  };

  it('a rate that diverges, with the step and another rate', () =>
    inFolder(async (cwd) => {
      writeDigits(join(cwd, 'mnist'));
      const run = await cnnviz(['train', SMALL.replace('batch_norm | ', ''), '--data', 'mnist', '--lr', '1e20'], {
        cwd,
      });
      expect(run.stderr).toMatch(/^cnnviz: loss became (NaN|infinite) at step \d+\n {2}fix: try --lr 1\d+\n/m);
      expect(run.code).toBe(2);
    }));

  it('nothing, but says at its end that a layer is dead and nothing was learnt, with another rate', () =>
    inFolder(async (cwd) => {
      const net = 'conv out_channels=4 kernel_size=5 stride=4 | relu | flatten | linear out_features=10';
      const words = ['train', net, '--data', 'digits:1', '--epochs', '1', '-o', 'x.safetensors'];
      const dead = await cnnviz([...words, '--lr', '5'], { cwd });
      expect(dead.stdout).toMatch(
        /^ {2}it has learnt nothing: loss \d\S*, guessing gives 2\.3; all of relu is dead, so it says the same of every image: try --lr 0\.5$/m,
      );
      expect(dead.code).toBe(0);
      const alive = await cnnviz([...words, '--json'], { cwd });
      expect(JSON.parse(alive.stdout).stuck).toBeNull();
    }));

  it('data that is not there, is no data, or lacks its labels', () =>
    inFolder(async (cwd) => {
      await refused([NET, '--data', 'nowhere'], cwd, 'nowhere', 1);
      writeFileSync(join(cwd, 'a.txt'), 'not a data set');
      await refused([NET, '--data', 'a.txt'], cwd, 'a.txt: no data set: neither an IDX file nor an .npz');
      mkdirSync(join(cwd, 'half'));
      writeFileSync(join(cwd, 'half', 'train-images-idx3-ubyte'), idx([1, 2, 2], new Uint8Array(4)));
      await refused(
        [NET, '--data', 'half'],
        cwd,
        'half: train-labels-idx1-ubyte is missing beside train-images-idx3-ubyte',
      );
      await refused([NET, '--data', 'digits:x'], cwd, 'expected a whole number from 0 behind digits:');
    }));

  it('IDX files that are cut off, of other numbers, damaged gzip', () =>
    inFolder(async (cwd) => {
      writeDigits(join(cwd, 'mnist'), 20, 0);
      const images = join(cwd, 'mnist', 'train-images-idx3-ubyte');
      const { pixels } = digits(20);
      writeFileSync(images, idx([20, 28, 28], pixels.subarray(1)));
      await refused([NET, '--data', 'mnist'], cwd, '[20, 28, 28] needs 15680 bytes, 15679 are there', 1);
      writeFileSync(images, idx([20, 28, 28], pixels, 13));
      await refused([NET, '--data', 'mnist'], cwd, 'numbers of type 0xd, where bytes (0x8) are expected', 1);
      writeFileSync(images, gzipSync(idx([20, 28, 28], pixels)).subarray(0, 100));
      await refused([NET, '--data', 'mnist'], cwd, 'a damaged gzip archive', 1);
      writeFileSync(images, idx([19, 28, 28], pixels.subarray(784)));
      await refused([NET, '--data', 'mnist'], cwd, '[20] for 19 images: expected one class each', 1);
    }));

  it('one class, classes with gaps, more classes than outputs', () =>
    inFolder(async (cwd) => {
      writeDigits(join(cwd, 'mnist'), 20, 0);
      const labels = join(cwd, 'mnist', 'train-labels-idx1-ubyte');
      writeFileSync(labels, idx([20], new Uint8Array(20)));
      await refused([NET, '--data', 'mnist'], cwd, 'mnist: one class only, "0": training needs two classes');
      writeFileSync(labels, idx([20], new Uint8Array(20).fill(9)));
      await refused([NET, '--data', 'mnist'], cwd, '9 of the classes 0 … 9 have no image');
      writeDigits(join(cwd, 'mnist'), 20, 0);
      await refused(
        ['flatten | linear out_features=7', '--data', 'mnist'],
        cwd,
        'pipe ends in 7 numbers, the data have 10 classes',
      );
    }));

  it('NaN and labels out of range in arrays', () =>
    inFolder(async (cwd) => {
      const x = Array.from({ length: 4 * 9 }, (_, i) => i / 36);
      x[2 * 9 + 4] = Number.NaN;
      const y = (values: number[]): [string, number[], Uint8Array] => [
        '<i8',
        [4],
        new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer),
      ];
      writeFileSync(join(cwd, 'a.npz'), await npz({ x: ['<f4', [4, 3, 3], floats(x)], y: y([0, 1, 0, 1]) }));
      await refused([NET, '--data', 'a.npz'], cwd, 'a.npz: x: NaN in image 2 at (1, 1)', 1);
      x[2 * 9 + 4] = 0;
      writeFileSync(join(cwd, 'a.npz'), await npz({ x: ['<f4', [4, 3, 3], floats(x)], y: y([0, 1, -1, 1]) }));
      await refused(
        [NET, '--data', 'a.npz'],
        cwd,
        'a.npz: y: image 2 has the class -1: expected a whole number from 0',
        1,
      );
      writeFileSync(join(cwd, 'a.npz'), await npz({ x: ['<f4', [4, 3, 3], floats(x)], z: y([0, 1, 0, 1]) }));
      await refused([NET, '--data', 'a.npz'], cwd, 'a.npz: holds x, z: expected x_train and y_train, or x and y');
    }));

  it('images of two sizes; one that cannot be read is told of, and left out', () =>
    inFolder(async (cwd) => {
      for (const [folder, grey] of [
        ['dark', 20],
        ['light', 230],
      ] as const) {
        mkdirSync(join(cwd, 'photos', folder), { recursive: true });
        for (let i = 0; i < 6; i++) writeFileSync(join(cwd, 'photos', folder, `${i}.png`), await picture(8, grey + i));
      }
      const net = 'conv out_channels=2 kernel_size=3 | relu | flatten | linear out_features=2';
      writeFileSync(join(cwd, 'photos', 'light', 'b.png'), 'no picture');
      const run = await cnnviz(['train', net, '--data', 'photos', '--epochs', '2', '-o', 'x.safetensors'], { cwd });
      expect(run.stderr).toContain('photos/light/b.png');
      expect(run.stdout).toContain('wrote x.safetensors');
      expect(run.code).toBe(1);
      writeFileSync(join(cwd, 'photos', 'light', 'b.png'), await picture(9, 230));
      await refused([net, '--data', 'photos'], cwd, 'images of two sizes: photos/dark/0.png gives 8×8');
      mkdirSync(join(cwd, 'photos', 'none'));
      const { stderr, code } = await cnnviz(['train', net, '--data', 'photos', '--resize', '8,8', '--epochs', '1'], {
        cwd,
      });
      expect(stderr).toContain('photos/none holds no images: the class is left out');
      expect(code).toBe(0);
    }));

  it('networks and images that are too large, and layers it does not train', () =>
    inFolder(async (cwd) => {
      writeDigits(join(cwd, 'mnist'), 20, 0);
      const elsewhere = 'train it in PyTorch, then look at it here';
      await refused(['alexnet', '--data', 'mnist'], cwd, 'alexnet has 61,100,840 parameters');
      await refused(['vgg11', '--data', 'mnist'], cwd, elsewhere);
      await refused(
        [NET, '--data', 'mnist', '--resize', '65,65'],
        cwd,
        'images of 65×65: training here takes at most 64×64',
      );
      await refused(
        ['flatten | linear out_features=3000 | linear out_features=10', '--data', 'mnist'],
        cwd,
        'pipe has 2,385,010 parameters: training here takes at most 2,000,000',
      );
      await refused(
        ['lrn 5 | flatten | linear out_features=10', '--data', 'mnist'],
        cwd,
        'lrn: a lrn layer is not trained here',
      );
      await refused(['relu | flatten', '--data', 'mnist'], cwd, 'the network has nothing that can be learnt');
      await refused(['conv out_channels=10 kernel_size=3', '--data', 'mnist'], cwd, 'not in a number a class');
    }));

  it('flags that mean nothing', () =>
    inFolder(async (cwd) => {
      const words = [NET, '--data', 'digits:1'];
      await refused(
        [...words, '--schedule', 'later'],
        cwd,
        '--schedule: expected constant, cosine or step:EPOCHS:FACTOR',
      );
      await refused([...words, '--augment', 'spin'], cwd, '--augment: expected shift and flip, got "spin"');
      await refused([...words, '--lr', '0'], cwd, '--lr: expected a number above 0');
      await refused([...words, '--holdout', '1'], cwd, '--holdout: expected a number from 0 to below 1');
      await refused([...words, '-o', 'x.png'], cwd, 'the network is written as .safetensors');
      await refused([...words, '--init', 'nowhere.safetensors'], cwd, 'nowhere.safetensors');
    }));
});
