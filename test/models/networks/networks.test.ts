import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { summarizeModel } from '../../../src/analysis/network-summary.js';
import { memorySource } from '../../../src/core/bytes.js';
import { toFloat32, type Value } from '../../../src/core/values.js';
import { planModel } from '../../../src/engine/plan.js';
import { Session } from '../../../src/engine/session.js';
import { inferShapes } from '../../../src/layers/infer.js';
import {
  BUILTIN_NETWORKS,
  bindNetwork,
  builtinNetwork,
  looksLikePrintedModel,
  parsePrintedModel,
} from '../../../src/models/networks/index.js';
import { builtinShapes } from '../../../src/models/networks/recognize/shapes.js';
import type { NetworkSpec } from '../../../src/models/networks/spec.js';
import { readCheckpoint } from '../../../src/models/weights/index.js';

const FOLDER = new URL('../../../fixtures/models/networks/', import.meta.url);
const bytes = (name: string) => new Uint8Array(readFileSync(new URL(name, FOLDER)));
const text = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8');
const weights = (name: string) => readCheckpoint(memorySource(bytes(name)), { name: 'x', beside: null });
const NONE = { kind: 'none' } as const;

function summaryOf(name: string) {
  const spec = builtinNetwork(name);
  const shape = [1, ...spec.input!];
  const { model } = bindNetwork(spec, { dtype: 'float32', shape }, NONE, new Map());
  return summarizeModel(inferShapes(model, new Map([['input', { dtype: 'float32', shape, value: null }]])));
}

describe('built-in networks', () => {
  const torchvision = JSON.parse(text('torchvision.json')) as Record<string, Record<string, number[]>>;

  it.each(Object.entries(torchvision))('%s has torchvision’s parameters, by name and shape', (name, shapes) => {
    const spec = builtinNetwork(name);
    const { model } = bindNetwork(spec, { dtype: 'float32', shape: [1, ...spec.input!] }, NONE, new Map());
    const own = Object.fromEntries([...model.constants].map(([key, { shape }]) => [key, [...shape]]));
    expect(own).toEqual(shapes);
  });

  it.each([
    ['alexnet', 61_100_840, 714_188_480],
    ['alexnet-2012', 60_965_224, 724_406_816],
    ['vgg16', 138_357_544, 15_470_264_320],
    ['vgg11', 132_863_336, 7_609_090_048],
    ['squeezenet1_1', 1_235_496, 349_151_936],
    ['resnet18', 11_689_512, 1_814_073_344],
    ['lenet5', 61_706, 416_520],
    ['digits', 61_706, 416_520],
  ])('%s: %i parameters, %i multiply-accumulates', (name, params, macs) => {
    const summary = summaryOf(name);
    expect([summary.params, summary.macs, summary.flops]).toEqual([params, macs, 2 * macs]);
  });

  it('alexnet layer by layer: fields and strides of the article', () => {
    const rows = summaryOf('alexnet').layers.filter(({ kind }) => kind === 'conv' || kind === 'max_pool');
    expect(rows.map(({ field }) => [field![0].size, field![0].jump])).toEqual([
      [11, 4],
      [19, 8],
      [51, 8],
      [67, 16],
      [99, 16],
      [131, 16],
      [163, 16],
      [195, 32],
    ]);
    expect(rows.map(({ outShape }) => outShape.slice(1).join('×'))).toEqual([
      '64×55×55',
      '64×27×27',
      '192×27×27',
      '192×13×13',
      '384×13×13',
      '256×13×13',
      '256×13×13',
      '256×6×6',
    ]);
    const paper = summaryOf('alexnet-2012').layers.filter(({ kind }) => kind === 'conv' || kind === 'max_pool');
    expect(paper.map(({ field }) => [field![0].size, field![0].jump])).toEqual(
      rows.map(({ field }) => [field![0].size, field![0].jump]),
    );
    expect(paper.filter(({ kind }) => kind === 'conv').map(({ params, macs }) => [params, macs])).toEqual([
      [34_944, 105_415_200],
      [307_456, 223_948_800],
      [885_120, 149_520_384],
      [663_936, 112_140_288],
      [442_624, 74_760_192],
    ]);
  });

  it('vgg16 sees 212 pixels; its convolutions cost 15.35 GMAC', () => {
    const summary = summaryOf('vgg16');
    expect(summary.field![0].size).toBe(212);
    const convs = summary.layers.filter(({ kind }) => kind === 'conv').reduce((sum, { macs }) => sum + macs, 0);
    expect(convs).toBe(15_346_630_656);
  });

  it('a misspelt name is told the nearest', () => {
    expect(() => builtinNetwork('alexent')).toThrow(/unknown network "alexent"/);
    expect(BUILTIN_NETWORKS.slice(0, 5).map(({ name }) => name)).toEqual([
      'digits',
      'lenet5',
      'alexnet',
      'alexnet-2012',
      'vgg11',
    ]);
    expect(BUILTIN_NETWORKS.length).toBe(52);
  });
});

/** Compares every layer with its activations by PyTorch, exact and not. How many layers there are. */
function comparedWithTorch(name: string, spec: NetworkSpec): number {
  const activations = new Map(weights(`${name}-activations.npz`).tensors.map((one) => [one.name, one.load()]));
  const input = activations.get('input')!;
  const file = weights(`${name}.pth`);
  for (const exact of [true, false]) {
    const bound = bindNetwork(spec, input, { kind: 'file', fileName: `${name}.pth`, file }, new Map());
    expect(bound.notes).toEqual([]);
    const names = bound.model.nodes.map((node) => node.name);
    const inputs = new Map([['input', { ...input, value: null }]]);
    const session = new Session(planModel(bound.model, inputs, { exact, algorithm: null }, names));
    const values = finish(session.runAll(new Map([['input', input]])));
    session.close();
    for (const [layer, expected] of activations) {
      if (layer === 'input') continue;
      const own = values.get(layer)!;
      const largest = Math.max(...Array.from(expected.data, Math.abs));
      expect(own.shape, layer).toEqual(expected.shape);
      for (let i = 0; i < own.data.length; i++) {
        expect(Math.abs(own.data[i] - expected.data[i]), `${layer} at ${i}`).toBeLessThan(
          (exact ? 1e-6 : 5e-6) * largest,
        );
      }
    }
  }
  return activations.size - 1;
}

describe('the text of print(model)', () => {
  it('with its state_dict computes what PyTorch computes, layer by layer', () => {
    expect(looksLikePrintedModel(text('digits.txt'))).toBe(true);
    const spec = parsePrintedModel(text('digits.txt'));
    expect(spec.notes).toEqual([
      'features.9: print(model) does not show count_include_pad; its default, true, is taken',
      'a flatten stands before classifier.1: print(model) does not show torch.flatten',
    ]);
    expect(comparedWithTorch('digits', spec)).toBe(18);
  });

  it('layer, group and instance norms compute what those of PyTorch do', () => {
    const spec = parsePrintedModel(text('norms.txt'));
    expect(spec.notes).toEqual([]);
    const kinds = spec.layers.map(({ layer }) => layer.kind);
    expect(kinds.filter((kind) => kind.endsWith('_norm'))).toEqual([
      ...['group_norm', 'instance_norm', 'instance_norm', 'layer_norm', 'group_norm', 'layer_norm', 'layer_norm'],
    ]);
    expect(comparedWithTorch('norms', spec)).toBe(12);
  });

  it('transposed convolutions compute what those of PyTorch do', () => {
    const spec = parsePrintedModel(text('decoder.txt'));
    expect(spec.notes).toEqual([]);
    expect(spec.layers.filter(({ layer }) => layer.kind === 'conv_transpose').length).toBe(3);
    expect(comparedWithTorch('decoder', spec)).toBe(8);
  });

  it('gives alexnet the names of torchvision', () => {
    const spec = parsePrintedModel(text('alexnet.txt'));
    const own = bindNetwork(spec, { dtype: 'float32', shape: [1, 3, 224, 224] }, NONE, new Map());
    const builtin = bindNetwork(
      builtinNetwork('alexnet'),
      { dtype: 'float32', shape: [1, 3, 224, 224] },
      NONE,
      new Map(),
    );
    expect([...own.model.constants.keys()]).toEqual([...builtin.model.constants.keys()]);
  });

  it('modules that are not run in order are refused, with the line', () => {
    expect(() => parsePrintedModel(text('resnet18.txt'))).toThrow(/^line 7: layer1\.0 is a BasicBlock, whose order/);
    const list = 'ModuleList(\n  (0): Conv2d(3, 4, kernel_size=(3, 3), stride=(1, 1))\n)\n';
    expect(() => parsePrintedModel(`Net(\n  (a): ${list})`)).toThrow(/^line 2: a is a ModuleList, whose order/);
  });

  it('a layer that is not read is told from a module whose order is not known', () => {
    expect(() => parsePrintedModel('Sequential(\n  (0): ConvTranspose3d(3, 4, kernel_size=(3, 3, 3))\n)\n')).toThrow(
      'line 2: 0 is a ConvTranspose3d, which is not a layer that is read from the text',
    );
  });

  it('activations in forward() are not in the text, and that is said', () => {
    const { notes } = parsePrintedModel(
      'Net(\n  (conv1): Conv2d(3, 4, kernel_size=(3, 3), stride=(1, 1))\n  (fc): Linear(in_features=4, out_features=2, bias=True)\n)\n',
    );
    expect(notes).toEqual([
      'a flatten stands before fc: print(model) does not show torch.flatten',
      'Net prints no activations: those called in forward() are not in the text; add them, or export to ONNX',
    ]);
  });
});

function finish<T>(portions: Generator<number, T>): T {
  for (;;) {
    const { done, value } = portions.next();
    if (done) return value;
  }
}

describe('weights that do not fit', () => {
  const shape = [1, 1, 14, 14];
  const spec = parsePrintedModel(text('digits.txt'));
  const file = weights('digits.pth');

  /** Binds after changing the checkpoint's tensors. */
  function bindWith(
    change: (name: string, shape: readonly number[]) => { name: string; shape?: readonly number[] } | null,
  ) {
    const tensors = file.tensors.flatMap((one) => {
      const changed = change(one.name, one.shape);
      if (changed === null) return [];
      const to = changed.shape ?? one.shape;
      const data = new Float32Array(to.reduce((product, side) => product * side, 1));
      return [{ ...one, name: changed.name, shape: to, load: (): Value => ({ dtype: 'float32', shape: to, data }) }];
    });
    return bindNetwork(
      spec,
      { dtype: 'float32', shape },
      { kind: 'file', fileName: 'd.pth', file: { ...file, tensors } },
      new Map(),
    );
  }
  const fault = (run: () => unknown) => {
    try {
      run();
    } catch (error) {
      return error as { message: string; fix: string };
    }
    throw new Error('it fitted');
  };

  it('a prefix of DataParallel, or of a module around it, is taken off and said', () => {
    expect(bindWith((name) => ({ name: `module.${name}` })).notes).toEqual([
      'names without their "module." (DataParallel)',
    ]);
    expect(bindWith((name) => ({ name: `encoder.${name}` })).notes).toEqual([
      'names without their "encoder." (a module that holds the network)',
    ]);
  });

  it('a missing tensor names the nearest that is there', () => {
    const { message, fix } = fault(() =>
      bindWith((name) => ({ name: name === 'features.0.weight' ? 'features.0.wieght' : name })),
    );
    expect(message).toBe(
      'd.pth: "features.0.weight" [4, 1, 3, 3] is missing (1 of 12 parameters are missing; the file has features.0.wieght instead)',
    );
    expect(fix).toBe('did you mean features.0.wieght?');
  });

  it('a transposed linear layer, kernels of Keras, channels last', () => {
    const reshape = (layer: string, to: (shape: readonly number[]) => number[]) =>
      fault(() => bindWith((name, old) => ({ name, shape: name === layer ? to(old) : old })));
    expect(reshape('classifier.1.weight', ([a, b]) => [b, a])).toMatchObject({
      message: 'd.pth: "classifier.1.weight": expected [12, 112], got [112, 12]',
      fix: expect.stringContaining('transposed'),
    });
    expect(reshape('features.0.weight', ([m, c, h, w]) => [h, w, c, m]).fix).toContain('as Keras does');
    expect(reshape('features.6.weight', ([m, c, h, w]) => [m, h, w, c]).fix).toContain('channels last');
    expect(reshape('features.4.weight', ([m, , h, w]) => [m, 4, h, w]).fix).toContain('check groups');
  });

  it('another number of classes is taken from the checkpoint', () => {
    const { model, notes } = bindWith((name, old) => ({
      name,
      shape: name === 'classifier.3.weight' ? [3, old[1]] : old,
    }));
    expect(notes).toEqual(['a network for 3 classes instead of 10']);
    expect(model.constants.get('classifier.3.weight')!.shape).toEqual([3, 12]);
  });

  it('tensors that nobody takes are said', () => {
    const more = { ...file.tensors[0], name: 'extra.weight' };
    const { notes } = bindNetwork(
      spec,
      { dtype: 'float32', shape },
      { kind: 'file', fileName: 'd.pth', file: { ...file, tensors: [...file.tensors, more] } },
      new Map(),
    );
    expect(notes).toEqual(['1 tensors of the checkpoint are not used: extra.weight']);
  });

  it('the two AlexNets are told apart', () => {
    const alexnet = builtinNetwork('alexnet');
    const tensor = (name: string, to: number[]) => ({ ...file.tensors[0], name, shape: to });
    const tensors = [...builtinShapes('alexnet-2012')].map(([name, to]) => tensor(name, [...to]));
    const { message, fix } = fault(() =>
      bindNetwork(
        alexnet,
        { dtype: 'float32', shape: [1, 3, 224, 224] },
        { kind: 'file', fileName: 'a.safetensors', file: { ...file, tensors } },
        new Map(),
      ),
    );
    expect(message).toContain('a.safetensors: "features.0.weight" [64, 3, 11, 11] is missing');
    expect(fix).toBe('this looks like alexnet-2012: cnnviz run a.safetensors photo.jpg');
  });

  it('none at all: shapes are known, numbers are refused with what to add', () => {
    const { model } = bindNetwork(spec, { dtype: 'float32', shape }, NONE, new Map());
    const constant = model.constants.get('features.0.weight')!;
    expect(constant.shape).toEqual([4, 1, 3, 3]);
    expect(fault(() => constant.load())).toMatchObject({
      message: expect.stringContaining('has no weights'),
      fix: expect.stringContaining('--init seed:1'),
    });
  });
});

describe('made-up weights', () => {
  const init = (seed: number) =>
    bindNetwork(
      builtinNetwork('lenet5'),
      { dtype: 'float32', shape: [1, 1, 32, 32] },
      { kind: 'init', seed },
      new Map(),
    ).model.constants;
  const numbers = (seed: number, name: string) => toFloat32(init(seed).get(name)!.load().data);

  it('have the variance of He, zero biases, and depend on seed and name alone', () => {
    const weight = numbers(1, 'conv3.weight');
    const mean = weight.reduce((sum, value) => sum + value, 0) / weight.length;
    const variance = weight.reduce((sum, value) => sum + (value - mean) ** 2, 0) / weight.length;
    expect(Math.abs(mean)).toBeLessThan(0.002);
    expect(variance / (2 / 400)).toBeGreaterThan(0.98);
    expect(variance / (2 / 400)).toBeLessThan(1.02);
    expect(numbers(1, 'conv3.weight')).toEqual(weight);
    expect(numbers(2, 'conv3.weight')).not.toEqual(weight);
    expect([...numbers(1, 'conv1.bias')]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('of a normalisation are scales and variances 1, biases and means 0, each as long as the layer has channels', () => {
    const { constants } = bindNetwork(
      builtinNetwork('resnet18'),
      { dtype: 'float32', shape: [1, 3, 64, 64] },
      { kind: 'init', seed: 1 },
      new Map(),
    ).model;
    const all = (value: number) => Array.from({ length: 128 }, () => value);
    const bn1 = (role: string) => [...toFloat32(constants.get(`layer2.0.bn1.${role}`)!.load().data)];
    expect(bn1('weight')).toEqual(all(1));
    expect(bn1('running_var')).toEqual(all(1));
    expect(bn1('bias')).toEqual(all(0));
    expect(bn1('running_mean')).toEqual(all(0));
    // numbers put into memory that held others
    const used = new Float32Array(128).fill(7);
    constants.get('layer2.0.bn1.bias')!.loadInto!(used);
    expect([...used]).toEqual(all(0));
  });

  it('are these numbers, on every machine', () => {
    expect([...numbers(1, 'conv1.weight').slice(0, 4)]).toEqual(GOLDEN);
  });
});

/** The first weights of lenet5 with seed 1; another engine must give the same bits. */
const GOLDEN = [0.08103469014167786, 0.2205582559108734, 0.026001039892435074, -0.2574823796749115];
