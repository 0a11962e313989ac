import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUILTIN_NETWORKS } from '../../src/models/networks/index.js';
import { builtinShapes, recognizeTensors, tellArchitecture } from '../../src/models/networks/recognize.js';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';

const FIVE = join(IMAGES, 'five.png');

type Shapes = ReadonlyMap<string, readonly number[]>;

/** What a checkpoint of these tensors is told, with a prefix before every name. */
function told(shapes: Shapes, prefix = '') {
  const tensors = [...shapes].map(([name, shape]) => ({ name: `${prefix}${name}`, shape }));
  return tellArchitecture(recognizeTensors(tensors), 'w.pth');
}

function changed(name: string, changes: Readonly<Record<string, readonly number[] | null>>): Shapes {
  const shapes = new Map(builtinShapes(name));
  for (const [key, shape] of Object.entries(changes)) {
    if (shape === null) shapes.delete(key);
    else shapes.set(key, shape);
  }
  return shapes;
}

/** torchvision's ResNets, by the names of their blocks. Source: torchvision/models/resnet.py */
function resnet(counts: readonly number[], isBottleneck: boolean, width = 64, groups = 1): Shapes {
  const shapes = new Map<string, readonly number[]>([['conv1.weight', [64, 3, 7, 7]]]);
  for (const [l, count] of counts.entries()) {
    for (let block = 0; block < count; block++) {
      const at = `layer${l + 1}.${block}`;
      shapes.set(`${at}.conv1.weight`, isBottleneck ? [width, 64, 1, 1] : [64 * 2 ** l, 64 * 2 ** l, 3, 3]);
      shapes.set(`${at}.conv2.weight`, [width * 2 ** l, (width * 2 ** l) / groups, 3, 3]);
      if (isBottleneck) shapes.set(`${at}.conv3.weight`, [256 * 2 ** l, width * 2 ** l, 1, 1]);
    }
  }
  return shapes.set('fc.weight', [1000, isBottleneck ? 2048 : 512]);
}

/** resnet18's tensors and those of 8 more blocks. */
function resnet34(): Shapes {
  const shapes = new Map(builtinShapes('resnet18'));
  for (const [layer, from, to] of [
    [1, 2, 3],
    [2, 2, 4],
    [3, 2, 6],
    [4, 2, 3],
  ]) {
    for (let block = from; block < to; block++) {
      for (const [name, shape] of builtinShapes('resnet18')) {
        const own = `layer${layer}.1.`;
        if (name.startsWith(own)) shapes.set(name.replace(own, `layer${layer}.${block}.`), shape);
      }
    }
  }
  return shapes;
}

/** torchvision's VGGs. `convs`: where they stand in features. */
function vgg(convs: readonly number[], hasNorms: boolean): Shapes {
  const shapes = new Map<string, readonly number[]>();
  for (const [i, at] of convs.entries()) {
    shapes.set(`features.${at}.weight`, [64, i === 0 ? 3 : 64, 3, 3]);
    if (hasNorms) shapes.set(`features.${at + 1}.running_mean`, [64]);
  }
  return shapes.set('classifier.6.weight', [1000, 4096]);
}

const one = (...names: string[]): Shapes => new Map(names.map((name) => [name, [8, 8, 3, 3]]));

/** A safetensors file of these shapes whose numbers are a hole in the file: nothing is written. */
function writeHollow(path: string, shapes: Shapes): void {
  let end = 0;
  const header: Record<string, unknown> = {};
  for (const [name, shape] of shapes) {
    const begin = end;
    end += 4 * shape.reduce((product, side) => product * side, 1);
    header[name] = { dtype: 'F32', shape, data_offsets: [begin, end] };
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(path, Buffer.concat([length, text]));
  truncateSync(path, 8 + text.length + end);
}

describe('a checkpoint is told by the names and shapes of all its tensors', () => {
  it.each(BUILTIN_NETWORKS.map(({ name }) => name))('%s, with and without levels before its names', (name) => {
    for (const prefix of ['', 'module.', 'model.', 'state_dict.', 'state_dict.model.module.']) {
      expect(told(builtinShapes(name), prefix).fix).toBe(`this looks like ${name}: cnnviz run ${name}@w.pth photo.jpg`);
    }
  });

  it('another number of classes is said', () => {
    const five = changed('resnet18', { 'fc.weight': [5, 512], 'fc.bias': [5] });
    expect(told(five).what).toBe('by names and shapes the weights of resnet18 for 5 classes');
  });

  it.each([
    [
      'without a last layer',
      changed('resnet18', { 'fc.weight': null, 'fc.bias': null }),
      'its last layer, fc, is missing',
    ],
    [
      'a grey first layer',
      changed('resnet18', { 'conv1.weight': [64, 1, 7, 7] }),
      'conv1.weight is [64, 1, 7, 7], not [64, 3, 7, 7]',
    ],
    [
      'more in its blocks',
      new Map([...builtinShapes('resnet18'), ['layer1.0.se.fc1.weight', [4, 64]]]),
      'it has layer1.0.se.fc1.weight as well',
    ],
    [
      'AlexNet with 96 kernels',
      changed('alexnet', { 'features.0.weight': [96, 3, 11, 11] }),
      'features.0.weight is [96, 3, 11, 11]',
    ],
  ])('nearly a built-in one is not advised: %s', (_, shapes, fault) => {
    const { what, fix } = told(shapes);
    expect(what).toContain(fault);
    expect(fix).toContain('torch.onnx.export');
  });

  it.each([
    ['a ResNet-34', resnet34()],
    ['a ResNet-50', resnet([3, 4, 6, 3], true)],
    ['a ResNet-101', resnet([3, 4, 23, 3], true)],
    ['a ResNet-152', resnet([3, 8, 36, 3], true)],
    ['a Wide ResNet-50', resnet([3, 4, 6, 3], true, 128)],
    ['a ResNeXt-50', resnet([3, 4, 6, 3], true, 128, 32)],
    ['a VGG-13', vgg([0, 2, 5, 7, 10, 12, 15, 17, 20, 22], false)],
    ['a VGG-16 with batch norms', vgg([0, 3, 7, 10, 14, 17, 20, 24, 27, 30, 34, 37, 40], true)],
    ['a VGG-19', vgg([0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34], false)],
    [
      'a SqueezeNet 1.0',
      new Map([
        ['features.0.weight', [96, 3, 7, 7]],
        ...one('features.3.squeeze.weight', 'features.3.expand1x1.weight'),
      ]),
    ],
    ['a MobileNetV2', one('features.0.0.weight', 'features.1.conv.0.0.weight')],
    ['a MobileNetV3-Large', one('features.0.0.weight', 'features.1.block.0.0.weight')],
    [
      'a DenseNet-121',
      one(
        ...Array.from({ length: 24 }, (_, i) => `features.denseblock3.denselayer${i + 1}.conv1.weight`),
        'features.denseblock1.denselayer1.conv1.weight',
      ),
    ],
    ['an EfficientNet', one('features.1.0.block.0.0.weight')],
    ['an EfficientNet or MobileNet of timm', one('conv_stem.weight', 'blocks.0.0.conv_dw.weight')],
    ['a ResNet of Hugging Face', one('resnet.embedder.embedder.convolution.weight')],
  ] as const)('%s is not built in, and no built-in one is advised', (words, shapes) => {
    const { what, fix } = told(shapes);
    expect(what).toBe(`${words} by its tensors, which is not built in`);
    expect(fix).toMatch(/torch\.onnx\.export|print\(torchvision\.models\.vgg/);
    for (const { name } of BUILTIN_NETWORKS) expect(fix).not.toContain(`${name}@`);
  });

  it('what nobody knows is said to be unknown', () => {
    expect(told(one('encoder.1.weight')).what).toBe('of an architecture that is not known here');
  });

  it('following the advice ends: no command sends a ResNet-50 or a ResNet-34 to another network', () =>
    inFolder(async (cwd) => {
      writeHollow(join(cwd, 'r50.safetensors'), resnet([3, 4, 6, 3], true));
      writeHollow(join(cwd, 'r34.safetensors'), resnet34());
      for (const [file, words] of [
        ['r50', 'a ResNet-50'],
        ['r34', 'a ResNet-34'],
      ]) {
        for (const network of ['', 'alexnet@', 'resnet18@', 'vgg16@']) {
          const { code, stderr } = await cnnviz(['run', `${network}${file}.safetensors`, FIVE], { cwd });
          expect([code, stderr]).toEqual([
            2,
            expect.stringContaining(`${words} by its tensors, which is not built in`),
          ]);
          expect(stderr).not.toContain('looks like');
        }
      }
    }));

  it('a resnet18 is sent to resnet18, which takes it', () =>
    inFolder(async (cwd) => {
      writeHollow(join(cwd, 'r18.safetensors'), changed('resnet18', { 'fc.weight': [5, 512], 'fc.bias': [5] }));
      for (const network of ['', 'alexnet@']) {
        const { stderr } = await cnnviz(['run', `${network}r18.safetensors`, FIVE], { cwd });
        expect(stderr).toContain('this looks like resnet18: cnnviz run resnet18@r18.safetensors photo.jpg');
      }
      const taken = await cnnviz(['run', 'ResNet-18@r18.safetensors', FIVE, '--json'], { cwd });
      expect([taken.code, taken.stderr]).toEqual([0, expect.stringContaining('a network for 5 classes')]);
    }));

  it('a network without weights says where they come from', async () => {
    const { code, stderr } = await cnnviz(['run', 'AlexNet', FIVE]);
    expect(code).toBe(2);
    expect(stderr).toContain('fix: cnnviz get alexnet (244 MB, once); or add --weights FILE');
  });

  it('a VGG with a classifier of its own is not sent to print(torchvision.models.vgg…())', () => {
    const convs: Shapes = new Map([0, 4, 8, 11, 15, 18, 22, 25].map((at) => [`features.${at}.weight`, [8, 8, 3, 3]]));
    const body: Shapes = new Map([...convs, ['features.1.running_mean', [8]]]);
    const { what, fix } = told(new Map([...body, ['classifier.weight', [10, 512]]]));
    expect(what).toBe('a VGG-11 with batch norms with another classifier by its tensors, which is not built in');
    expect(fix).toContain('torch.onnx.export');
    expect(fix).not.toContain('torchvision');
    expect(told(new Map([...body, ['classifier.0.weight', [4096, 25088]]])).fix).toContain('vgg11_bn()');
  });

  it('a picture in the place of weights is told as one', () =>
    inFolder(async (cwd) => {
      const { code, stderr } = await cnnviz(['run', `lenet5@${FIVE}`, FIVE], { cwd });
      expect([code, stderr]).toEqual([2, expect.stringContaining('an image (PNG), where weights are expected')]);
      const typed = await cnnviz([`lenet5@${FIVE}`], { cwd });
      expect(typed.stderr).toContain(`fix: cnnviz run lenet5 --init seed:1 ${FIVE}`);
    }));
});
