import { describe, expect, it } from 'vitest';
import { alignLayers, type ComparedLayer } from '../../../src/commands/network/compare-networks.js';
import { randomArray } from '../../random.js';

const SHAPE = [1, 4, 3, 3];

function layer(name: string, kind: string, values: Float32Array, role: ComparedLayer['role'] = 'plain'): ComparedLayer {
  return { name, kind, role, shape: SHAPE, values };
}

describe('pairing the layers of two networks', () => {
  const conv = randomArray(36, 1);
  const norm = randomArray(36, 2);
  const relu = norm.map((value) => Math.max(0, value));
  const whole = [
    layer('conv1', 'conv', conv, 'normed-conv'),
    layer('bn1', 'batch_norm', norm, 'norm-of-conv'),
    layer('relu', 'relu', relu),
  ];
  const names = (as: readonly ComparedLayer[], bs: readonly ComparedLayer[]) =>
    alignLayers(as, bs).pairs.map(({ a, b }) => `${a.name}=${b.name}`);

  it('a folded batch norm stands for the batch norm', () => {
    expect(names(whole, [layer('Conv_0', 'conv', norm), layer('Relu_1', 'relu', relu)])).toEqual([
      'bn1=Conv_0',
      'relu=Relu_1',
    ]);
  });

  it('also when its numbers went wrong, and come closer to the bare convolution', () => {
    const wrong = norm.map((value, i) => (i < 9 ? value + 3 : value));
    const nearer = conv.map((value) => value * 1.01);
    for (const values of [wrong, nearer]) {
      const folded = [layer('Conv_0', 'conv', values), layer('Relu_1', 'relu', relu)];
      expect(names(whole, folded)).toEqual(['bn1=Conv_0', 'relu=Relu_1']);
      expect(names(folded, whole)).toEqual(['Conv_0=bn1', 'Relu_1=relu']);
    }
  });

  it('layers of other sizes have no counterpart', () => {
    const pool: ComparedLayer = { ...layer('pool', 'max_pool', new Float32Array(4)), shape: [1, 4, 1, 1] };
    const { pairs, onlyA, onlyB } = alignLayers([pool], [layer('relu', 'relu', relu)]);
    expect([pairs.length, onlyA.length, onlyB.length]).toEqual([0, 1, 1]);
  });
});
