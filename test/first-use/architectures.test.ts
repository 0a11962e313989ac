import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUILTIN_NETWORKS } from '../../src/models/networks/index.js';
import { recognizeTensors, tellArchitecture } from '../../src/models/networks/recognize/recognize.js';
import { builtinShapes } from '../../src/models/networks/recognize/shapes.js';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';

const FIVE = join(IMAGES, 'five.png');
const SMALL = ['--resize', '32,32', '--crop', '32,32'];

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
      expect(told(builtinShapes(name), prefix).fix).toBe(`this looks like ${name}: cnnviz run w.pth photo.jpg`);
    }
  });

  it('another number of classes is said', () => {
    const five = changed('resnet18', { 'fc.weight': [5, 512], 'fc.bias': [5] });
    expect(told(five).what).toBe('by names and shapes the weights of resnet18 for 5 classes');
  });

  it('a missing head is said', () => {
    const headless = changed('resnet18', { 'fc.weight': null, 'fc.bias': null });
    expect(told(headless).what).toBe('by names and shapes the weights of resnet18 without its head');
  });

  it('half of a head is no head that is missing', () => {
    expect(told(changed('resnet18', { 'fc.bias': null })).what).toContain('1 of its 102 tensors are missing: fc.bias');
  });

  it('names of older versions are those of today', () => {
    const older = new Map(
      [...builtinShapes('densenet121')].map(([name, shape]) => [name.replace(/(norm|conv)([12])\./, '$1.$2.'), shape]),
    );
    expect(told(older).what).toBe('by names and shapes the weights of densenet121');
    const vit = new Map(
      [...builtinShapes('vit_b_16')].map(([name, shape]) => [
        name.replace('mlp.0.', 'mlp.linear_1.').replace('mlp.3.', 'mlp.linear_2.'),
        shape,
      ]),
    );
    expect(told(vit).what).toBe('by names and shapes the weights of vit_b_16');
  });

  it.each([
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
    [
      'half-loaded',
      changed('resnet18', { 'layer4.1.conv2.weight': null, 'layer4.1.bn2.weight': null, 'layer4.1.bn2.bias': null }),
      '3 of its 102 tensors are missing: layer4.1.conv2.weight, layer4.1.bn2.weight, layer4.1.bn2.bias',
    ],
  ] as const)('nearly a built-in one is not advised: %s', (_, shapes, fault) => {
    const { what, fix } = told(shapes);
    expect(what).toContain(fault);
    expect(fix).toContain('torch.onnx.export');
    for (const { name } of BUILTIN_NETWORKS) expect(fix).not.toMatch(new RegExp(`cnnviz run ${name}(@| )`));
  });

  it('what stands beside a network may change what it computes, and is not left out silently', () => {
    const beside = new Map([...builtinShapes('resnet18'), ['attention.weight', [512, 512]]] as const);
    expect(told(beside)).toEqual({
      what: 'ResNet-18 by its tensors, within a larger network: it has attention.weight as well, outside of it',
      fix: expect.stringContaining('leave the rest out: cnnviz run resnet18@w.pth photo.jpg; or'),
    });
    const loss = new Map([...builtinShapes('resnet18'), ['criterion.weight', [1000]]] as const);
    expect(told(loss).what).toBe('by names and shapes the weights of resnet18');
  });

  it('the backbone of a segmentation, whose strides may be others, is not run as a classifier', () => {
    const backbone = changed('resnet50', { 'fc.weight': null, 'fc.bias': null });
    const shapes = new Map([...backbone].map(([name, shape]) => [`backbone.${name}`, shape]));
    shapes.set('classifier.0.weight', [512, 2048, 3, 3]);
    expect(told(shapes).what).toContain('ResNet-50 without its head by its tensors, within a larger network');
  });

  it.each([
    ['a Swin Transformer', one('features.1.0.attn.qkv.weight')],
    ['a ResNet of timm with a deep stem (“d” or “t”)', one('conv1.0.weight', 'layer1.0.conv1.weight')],
    ['an EfficientNet or MobileNet of timm', one('conv_stem.weight', 'blocks.0.0.conv_dw.weight')],
    ['a ResNet of 1, 1, 1, 1 blocks', resnet([1, 1, 1, 1], false)],
  ] as const)('%s is not built in, and no built-in one is advised', (words, shapes) => {
    const { what, fix } = told(shapes);
    expect(what).toBe(`${words} by its tensors, which is not built in`);
    expect(fix).toMatch(/torch\.onnx\.export/);
    for (const { name } of BUILTIN_NETWORKS) expect(fix).not.toContain(`${name}@`);
  });

  it('what nobody knows is said to be unknown', () => {
    expect(told(one('encoder.1.weight')).what).toBe('of an architecture that is not known here');
  });

  it('following the advice ends: a ResNet-50 is sent to no other network, and runs', () =>
    inFolder(async (cwd) => {
      writeHollow(join(cwd, 'r34.safetensors'), builtinShapes('resnet34'));
      for (const network of ['alexnet@', 'resnet18@', 'vgg16@']) {
        const { code, stderr } = await cnnviz(['run', `${network}r34.safetensors`, FIVE], { cwd });
        expect([code, stderr]).toEqual([2, expect.stringContaining('cnnviz run r34.safetensors photo.jpg')]);
      }
      const { code, stderr } = await cnnviz(['run', 'r34.safetensors', FIVE, '--resize', '32', '--crop', '32'], {
        cwd,
      });
      expect([code, stderr]).toEqual([
        0,
        expect.stringContaining("ResNet-34 by its 182 tensors: computed as torchvision's resnet34"),
      ]);
    }));

  it('a resnet18 for five classes runs by its file alone', () =>
    inFolder(async (cwd) => {
      writeHollow(join(cwd, 'r18.safetensors'), changed('resnet18', { 'fc.weight': [5, 512], 'fc.bias': [5] }));
      for (const network of ['', 'ResNet-18@']) {
        const taken = await cnnviz(['run', `${network}r18.safetensors`, FIVE, '--json', ...SMALL], { cwd });
        expect([taken.code, taken.stderr]).toEqual([0, expect.stringContaining('a network for 5 classes')]);
      }
    }));

  it('a checkpoint without a head gives its features, and names no classes', () =>
    inFolder(async (cwd) => {
      const headless = changed('resnet18', { 'fc.weight': null, 'fc.bias': null });
      writeHollow(
        join(cwd, 'r18.safetensors'),
        new Map([...headless].map(([name, shape]) => [`model.${name}`, shape])),
      );
      for (const network of ['', 'resnet18@']) {
        const { code, stdout, stderr } = await cnnviz(['run', `${network}r18.safetensors`, FIVE, '--json', ...SMALL], {
          cwd,
        });
        expect([code, stderr]).toEqual([0, expect.stringContaining('the file ends before fc: avgpool, its features')]);
        expect(stderr).toContain('names without their "model."');
        const [{ layers, top }] = JSON.parse(stdout).results;
        expect([layers.map((layer: { shape: number[] }) => layer.shape), top]).toEqual([[[1, 512, 1, 1]], null]);
      }
    }));

  it('a network without weights says where they come from', async () => {
    const { code, stderr } = await cnnviz(['run', 'AlexNet', FIVE]);
    expect(code).toBe(2);
    expect(stderr).toContain('fix: cnnviz get alexnet (244 MB, once); or add --weights FILE');
  });

  it('a VGG with a classifier of its own is not sent to print(torchvision.models.vgg…())', () => {
    const own = changed('vgg11_bn', {
      'classifier.0.weight': [512, 512],
      'classifier.0.bias': [512],
      'classifier.3.weight': [512, 512],
      'classifier.3.bias': [512],
      'classifier.6.weight': [10, 512],
      'classifier.6.bias': [10],
    });
    const { what, fix } = told(own);
    expect(what).toContain(
      'nearly VGG-11 with batch norms by its tensors, but not the built-in vgg11_bn: classifier.0.weight',
    );
    expect(fix).toContain('torch.onnx.export');
    expect(fix).not.toContain('torchvision');
  });

  it('a picture in the place of weights is told as one', () =>
    inFolder(async (cwd) => {
      const { code, stderr } = await cnnviz(['run', `lenet5@${FIVE}`, FIVE], { cwd });
      expect([code, stderr]).toEqual([2, expect.stringContaining('an image (PNG), where weights are expected')]);
      const typed = await cnnviz([`lenet5@${FIVE}`], { cwd });
      expect(typed.stderr).toContain(`fix: cnnviz run lenet5 --init seed:1 ${FIVE}`);
    }));
});
