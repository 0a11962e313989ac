import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import * as library from '../../src/index.js';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';

const FIVE = join(IMAGES, 'five.png');
const BARS = join(IMAGES, 'bars17.png');
const bytes = new Uint8Array(readFileSync(FIVE));

/** What a command's --json says. */
async function document(...args: string[]) {
  const { code, stdout, stderr } = await cnnviz([...args, '--json']);
  expect([code, stderr.replace(/^note: .*\n/gm, '')]).toEqual([0, '']);
  return JSON.parse(stdout);
}

const round = (value: unknown) => JSON.parse(JSON.stringify(value));

describe('the library gives what the command gives', () => {
  it('explain: one layer, by path, by bytes', async () => {
    const told = await document('explain', FIVE, '-k', 'edge3x3', '--stride', '2', '--relu', '--at', '1,0');
    const found = await library.explain(FIVE, {
      kernel: 'edge3x3',
      stride: 2,
      activation: 'relu',
      at: { x: 1, y: 0 },
    });
    expect([found.value, found.layer, found.place.x, found.place.y]).toEqual([told.value, told.layer, 1, 0]);
    const ofBytes = await library.explain(bytes, {
      kernel: 'edge3x3',
      stride: 2,
      activation: 'relu',
      at: { x: 1, y: 0 },
    });
    expect(ofBytes.value).toBe(found.value);
    expect(ofBytes.input.path).toMatch(/image$/);
  });

  it('explain and field: a layer of a network', async () => {
    const told = await document('explain', 'lenet5', '--init', 'seed:1', FIVE, '--layer', 'conv2', '--at', '3,4');
    const options = { network: 'lenet5', init: 1, layer: 'conv2', at: { x: 3, y: 4 } };
    expect((await library.explain(FIVE, options)).value).toBe(told.value);
    const seen = await document('field', 'lenet5', '--init', 'seed:1', FIVE, '--layer', 'conv2', '--at', '3,4');
    expect(round((await library.field(FIVE, options)).window)).toEqual(seen.window);
  });

  it('field: what a position of one layer sees', async () => {
    const { window, inputSize } = await library.field(BARS, { kernel: 'edge3x3', stride: 2, at: { x: 2, y: 1 } });
    expect([window, inputSize]).toEqual([
      { x0: 4, x1: 6, y0: 2, y1: 4 },
      { x: 17, y: 17 },
    ]);
  });

  it('sweep: every cell with its facts and its map', async () => {
    await inFolder(async (cwd) => {
      const { stdout } = await cnnviz(
        ['sweep', BARS, '-k', 'edge3x3', '--stride', '1,2', '--bias', '0,-1', '--json', '-o', 'x.png'],
        { cwd },
      );
      const { cells } = JSON.parse(stdout);
      const found = await library.sweep(BARS, { kernel: 'edge3x3', stride: [1, 2], bias: [0, -1] });
      expect(round(found.cells).map(({ label }: { label: string }) => label)).toEqual(
        cells.map(({ label }: { label: string }) => label),
      );
      expect(found.maps.map((map) => map?.shape)).toEqual([
        [15, 15],
        [15, 15],
        [8, 8],
        [8, 8],
      ]);
      const one = library.conv2d(await library.decodeImage(BARS, { gray: true }), library.builtinKernel('edge3x3'), {
        stride: 2,
        bias: -1,
      });
      expect([...found.maps[3]!.data]).toEqual([...one.data]);
      expect([...(await found.picture()).subarray(1, 4)]).toEqual([...'PNG'].map((letter) => letter.charCodeAt(0)));
    });
  });

  it('gradcam, saliency, occlude, ablate: the class, its score and the numbers', async () => {
    const net = ['lenet5', '--init', 'seed:1', FIVE, '--class', '3'];
    const options = { init: 1, class: 3 };
    const cam = await document('gradcam', ...net);
    const found = await library.gradcam('lenet5', FIVE, options);
    expect([found.class.score, found.layer]).toEqual([cam.class.score, cam.layer]);
    expect([found.map.shape, [...found.map.data]]).toEqual([[cam.map.height, cam.map.width], cam.map.values]);
    expect([found.placed, found.cells, found.strongest]).toEqual(['fields', cam.cells, cam.strongest]);
    const stretched = await document('gradcam', ...net, '--stretch');
    expect(await library.gradcam('lenet5', FIVE, { ...options, stretch: true })).toMatchObject({
      placed: 'stretched',
      cells: stretched.cells,
      strongest: stretched.strongest,
    });

    const slope = await document('saliency', ...net);
    const { gradient, strongest } = await library.saliency('lenet5', bytes, options);
    expect([gradient.shape, strongest]).toEqual([[1, 32, 32], slope.strongest]);

    const covered = await document('occlude', ...net, '--size', '8', '--stride', '8');
    const occlusion = await library.occlude('lenet5', FIVE, { ...options, size: 8, stride: 8 });
    expect(occlusion.scores.shape).toEqual([occlusion.ys.length, occlusion.xs.length]);
    expect(round([...occlusion.scores.data])).toEqual(covered.scores ?? [...occlusion.scores.data]);

    const without = await document('ablate', ...net, '--layer', 'conv1');
    const { channels } = await library.ablate('lenet5', FIVE, { ...options, layer: 'conv1' });
    const byChannel = [...without.channels].sort((a, b) => a.channel - b.channel);
    expect(round(channels)).toEqual(byChannel);
  });

  it('run writes into arrays that it is given, and refuses those that do not fit', async () => {
    const network = await library.loadNetwork('lenet5', { init: 1 });
    const x = await library.preprocess(FIVE, { gray: true, resize: [32, 32] });
    const layers = ['conv1', 'output'];
    const plain = await network.run(x, layers);
    const empty = (shape: number[]) => ndarray(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
    const out = new Map(layers.map((name) => [name, empty(plain.get(name)!.shape)]));
    const filled = await network.run(x, { layers, out });
    for (const name of layers) {
      expect(filled.get(name)).toBe(out.get(name));
      expect([...out.get(name)!.data]).toEqual([...plain.get(name)!.data]);
    }
    const small = network.run(x, { layers, out: new Map([['conv1', empty([1, 2])]]) });
    await expect(small).rejects.toThrow('expected [1, 6, 28, 28], got [1, 2]');
    const unknown = network.run(x, { layers, out: new Map([['conv2', empty([1])]]) });
    await expect(unknown).rejects.toThrow('out: "conv2" is no layer of this run');
  });

  it('run with a profile: the layers of the command, and the same values', async () => {
    const { profile: told } = await document('run', 'lenet5', '--init', 'seed:1', FIVE, '--profile');
    const network = await library.loadNetwork('lenet5', { init: 1 });
    const x = await library.preprocess(FIVE, { gray: true, resize: [32, 32] });
    const plain = await network.run(x, ['output']);
    const timed = await network.run(x, { layers: ['output'], profile: true });
    expect([...timed.get('output')!.data]).toEqual([...plain.get('output')!.data]);
    expect('profile' in plain).toBe(false);
    const words = ({ layers }: library.RunProfile) =>
      layers.map(({ layer, algorithm, runs }) => [layer, algorithm, runs]);
    expect(words(timed.profile)).toEqual(words(told));
    // each run has its own
    const again = await network.run(x, { profile: true });
    expect(again.profile.layers.map(({ runs }) => runs)).toEqual(timed.profile.layers.map(() => 1));
    const once = await library.runNetwork('conv edge3x3', x, { profile: true });
    expect(once.profile.layers.map(({ layer }) => layer)).toEqual(['conv']);
  });

  it('summary and compare', async () => {
    const told = await document('summary', 'lenet5');
    const { name, summary } = await library.summary('lenet5');
    expect([name, summary.layers.length, summary.params]).toEqual([told.name ?? name, told.layers.length, told.params]);
    const pipe = 'conv edge3x3 | relu';
    const same = await library.compare(pipe, pipe, FIVE);
    expect([same.first, same.layers.length]).toEqual([null, 2]);
    const other = await library.compare(pipe, 'conv outline3x3 | relu', FIVE);
    expect(other.first?.a).toBe('conv');
  });

  it('check: stored, the same, changed', async () => {
    await inFolder(async (cwd) => {
      mkdirSync(join(cwd, 'base'));
      const options = { network: 'conv edge3x3 | relu', baseline: join(cwd, 'base') };
      const stored = await library.updateCheck([FIVE], options);
      expect(stored.images.map(({ error }) => error)).toEqual([null]);
      const { images, extra } = await library.check([FIVE], options);
      expect([images[0].status, extra]).toEqual(['identical', []]);
      const changed = await library.check([FIVE], { ...options, network: 'conv outline3x3 | relu' });
      expect(changed.images[0].status).toBe('failed');
      expect(changed.images[0].stages[0]).toMatchObject({ stage: 'conv', status: 'different' });
    });
  });

  it('preprocess and readWeights: bit for bit', async () => {
    await inFolder(async (cwd) => {
      const args = ['--preset', 'none', '--resize', '32,32', '--gray'];
      expect((await cnnviz(['preprocess', FIVE, ...args, '-o', 'x.npy'], { cwd })).code).toBe(0);
      const stored = library.decodeNpy(readFileSync(join(cwd, 'x.npy')));
      const x = await library.preprocess(bytes, { preset: 'none', resize: [32, 32], gray: true });
      expect([x.shape, [...x.data]]).toEqual([[1, 32, 32], [...stored.data]]);

      const { format, tensors } = await library.readWeights(library.encodeNpy(ndarray(Float32Array.of(1, 2, 3), [3])));
      expect([format, tensors[0].dtype, tensors[0].shape, [...tensors[0].load().data]]).toEqual([
        'npy',
        'float32',
        [3],
        [1, 2, 3],
      ]);
    });
  });

  it('a network and its weights from bytes', async () => {
    const text = new TextEncoder().encode('input: [1, 8, 8]\nlayers:\n  - conv 3 out_channels=2\n  - relu\n');
    const network = await library.loadNetwork(text, { init: 1 });
    expect(network.name).toBe('network');
    const x = ndarray(
      Float32Array.from({ length: 64 }, (_, i) => i / 64),
      [1, 8, 8],
    );
    expect((await network.run(x, ['output'])).get('output')!.shape).toEqual([1, 2, 6, 6]);
  });
});

describe('a wrong argument is told in the words of the library', () => {
  it.each<[string, () => Promise<unknown>, string, string, RegExp]>([
    [
      'a channel below zero',
      () => library.explain(FIVE, { kernel: 'edge3x3', channel: -1 }),
      'usage',
      'channel: expected a whole number from 0, got -1',
      /channel: 0/,
    ],
    [
      'no kernel',
      () => library.explain(FIVE, {} as never),
      'usage',
      'kernel: expected a name, a text or an array, got nothing',
      /kernel: 'edge3x3'/,
    ],
    [
      'a layer that is none',
      () => library.gradcam('lenet5', FIVE, { init: 1, layer: 'nosuch' }),
      'usage',
      'layer',
      /./,
    ],
    [
      'a seed that is none',
      () => library.gradcam('lenet5', FIVE, { init: -1 }),
      'usage',
      'init: expected a seed, a whole number from 0, got -1',
      /init: 1/,
    ],
    [
      'a preset nobody knows',
      () => library.preprocess(FIVE, { preset: 'mine' as never }),
      'usage',
      'preset: expected imagenet, mnist, caffe, keras-tf, yolox, none, got mine',
      /preset: 'imagenet'/,
    ],
    [
      'a crop of nothing',
      () => library.preprocess(FIVE, { crop: 0 }),
      'usage',
      'crop: expected n or [height, width]',
      /crop: 224/,
    ],
    [
      'a patch larger than the image',
      () => library.occlude('lenet5', FIVE, { init: 1, size: 99 }),
      'usage',
      'size',
      /at most 32/,
    ],
    [
      'a tolerance below zero',
      () => library.compare('lenet5', 'lenet5', FIVE, { tolerance: -1 }),
      'usage',
      'tolerance: expected a number from 0',
      /tolerance: 1e-3/,
    ],
    ['no weights', () => library.gradcam('lenet5', FIVE), 'usage', 'lenet5 has no weights', /./],
    [
      'a file that is not there',
      () => library.explain('nosuch.png', { kernel: 'edge3x3' }),
      'input',
      'nosuch.png: no such file',
      /./,
    ],
    [
      'bytes that are no image',
      () => library.explain(new Uint8Array(9), { kernel: 'edge3x3' }),
      'decode',
      'image',
      /./,
    ],
  ])('%s', async (_, call, code, message, fix) => {
    const error = await call().then(
      () => null,
      (thrown: unknown) => thrown as library.CnnvizError,
    );
    expect(error).toBeInstanceOf(library.CnnvizError);
    expect([error!.code, error!.fix]).toEqual([code, expect.stringMatching(fix)]);
    expect(error!.message).toContain(message);
    expect(`${error!.message} ${error!.fix}`).not.toMatch(/(?:^|\s)--[a-z]|cnnviz [a-z]+ /);
  });
});
