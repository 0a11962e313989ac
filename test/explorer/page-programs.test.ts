import { describe, expect, it } from 'vitest';
import { programsFor } from '../../src/commands/explore/page-programs.js';
import type { PackedNetwork, PageData } from '../../src/explorer/page-data.js';
import type { Layer } from '../../src/layers/index.js';

function bytesOfWorker(layer: unknown, hasModules = false): number {
  const node = { name: 'a', layer: layer as Layer, inputs: ['x'], outputs: ['a'] };
  const network = { model: { nodes: [node] }, hasModules } as unknown as PackedNetwork;
  return programsFor({ networks: [network] } satisfies Pick<PageData, 'networks'>).worker.length;
}

describe('the worker of a page', () => {
  const small = bytesOfWorker({ kind: 'conv' });

  it.each([
    ['a transposed convolution', { kind: 'conv_transpose' }],
    ['a layer norm', { kind: 'layer_norm' }],
    ['whole numbers', { kind: 'qlinear_conv' }],
    ['numbers by indices', { kind: 'gather_nd' }],
    ['a sine', { kind: 'pointwise', name: 'sin' }],
    ['an inverse hyperbolic tangent', { kind: 'pointwise', name: 'atanh' }],
  ])('is the one of all layers where there is %s', (_, layer) => {
    expect(bytesOfWorker(layer)).toBeGreaterThan(small + 10_000);
  });

  it('is the one of all layers where modules were taken apart', () => {
    expect(bytesOfWorker({ kind: 'conv' }, true)).toBeGreaterThan(small + 10_000);
  });

  it('is the small one for what most networks are made of', () => {
    for (const kind of ['linear', 'max_pool', 'batch_norm', 'add', 'softmax']) {
      expect(bytesOfWorker({ kind })).toBe(small);
    }
    expect(bytesOfWorker({ kind: 'pointwise', name: 'exp' })).toBe(small);
  });
});
