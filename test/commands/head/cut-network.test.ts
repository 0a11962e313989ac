import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { shapeOf } from '../../../src/analysis/kept-run.js';
import { cutNetwork } from '../../../src/run/head/cut-network.js';
import { openNetwork } from '../../../src/run/network.js';

const MODELS = fileURLToPath(new URL('../../../fixtures/models/', import.meta.url));

async function cut(network: string, shape: readonly number[], layer: string | null = null, init: number | null = 1) {
  const opened = await openNetwork({ network, weights: null, init, inputs: [] });
  const info = { dtype: 'float32' as const, shape };
  const found = cutNetwork(opened, info, layer);
  const { shaped } = shapeOf(found.opened, { info, x: null });
  return { ...found, shape: shaped.infos.get(shaped.model.outputs[0])!.shape };
}

describe('a network is cut', () => {
  it.each([
    ['alexnet', 224, 'classifier.5', [1, 4096]],
    ['alexnet-2012', 227, 'drop7', [1, 4096]],
    ['vgg11', 224, 'classifier.5', [1, 4096]],
    ['squeezenet1_1', 224, 'classifier.0', [1, 512, 13, 13]],
    ['resnet18', 224, 'flatten', [1, 512]],
  ])('where the classifier of %s begins', async (network, side, layer, shape) => {
    expect(await cut(network, [1, 3, side, side])).toMatchObject({ layer, shape });
  });

  it('nowhere when it has one layer with weights only', async () => {
    expect(await cut('conv edge3x3 | relu', [1, 3, 8, 8], null, null)).toMatchObject({
      layer: 'relu',
      shape: [1, 1, 6, 6],
    });
  });

  it('before the last of two', async () => {
    const two = await cut('conv edge3x3 | relu | conv sobel-x | relu', [1, 3, 8, 8], null, null);
    expect(two).toMatchObject({ layer: 'relu', shape: [1, 1, 6, 6] });
  });

  it('behind the layer that is named, and no other', async () => {
    expect(await cut('alexnet', [1, 3, 224, 224], 'features.12')).toMatchObject({ shape: [1, 256, 6, 6] });
    await expect(cut('alexnet', [1, 3, 224, 224], 'featrues.12')).rejects.toThrow(
      '--layer featrues.12: no layer is called that',
    );
    await expect(cut('alexnet', [1, 3, 224, 224], 'features.*')).rejects.toThrow(
      '--layer features.*: expected one layer, got 13',
    );
  });
});

describe('the hash of the frozen weights', () => {
  const shape = [1, 1, 14, 14];
  const digits = `${MODELS}networks/digits.txt@${MODELS}networks/digits.pth`;
  const { digitsSha256 } = JSON.parse(readFileSync(`${MODELS}../expected/sklearn/index.json`, 'utf8'));

  it('is the one Python computes, of the layers before the cut', async () => {
    expect((await cut(digits, shape, null, null)).hashWeights()).toBe(digitsSha256);
    expect((await cut(digits, shape, 'features.0', null)).hashWeights()).not.toBe(digitsSha256);
  });

  it('does not depend on the input, nor on what lies behind the cut', async () => {
    const pipe = 'conv out_channels=4 kernel_size=3 | relu | adaptive_avg_pool 2 | flatten | linear out_features=';
    const hash = async (text: string, side: number) => {
      const { hashWeights, layersSha256 } = await cut(text, [1, 3, side, side], 'relu');
      return [hashWeights(), layersSha256];
    };
    const [weights, layers] = await hash(`${pipe}10`, 16);
    expect(await hash(`${pipe}3`, 20)).toEqual([weights, layers]);
    const [same, other] = await hash(`${pipe.replace('kernel_size=3', 'kernel_size=3 stride=2')}10`, 16);
    expect([same, other === layers]).toEqual([weights, false]);
  });
});
