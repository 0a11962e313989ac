import type { PackedLayer, PageData } from '../../../src/explorer/page-data.js';

function layer(name: string, shape: readonly number[], from: readonly string[]): PackedLayer {
  return { name, value: name, words: name, shape, params: 0, macs: 0, from, sees: null, weight: null, box: null };
}

/** A page of four layers: conv [1, 4, 8, 8] → relu → pool [1, 4, 4, 4] → fc [1, 10]. */
export function smallPage(): PageData {
  const nothing = { at: 0, length: 0 };
  return {
    cnnviz: '0',
    kind: 'network',
    together: 'alone',
    draws: false,
    first: null,
    bytes: { kind: 'inside' },
    images: ['a.png', 'b.png'].map((name) => ({
      kind: 'array' as const,
      name,
      path: name,
      shape: [1, 10, 10],
      bytes: nothing,
    })),
    networks: [
      {
        name: 'small',
        model: {
          inputs: [{ name: 'input', dtype: 'float32', shape: null }],
          outputs: ['fc'],
          nodes: [
            {
              name: 'conv',
              layer: { kind: 'conv', stride: [1, 1], padding: 0, paddingMode: 'zeros', dilation: [1, 1], groups: 1 },
              inputs: ['input', 'conv.weight', 'conv.bias'],
              outputs: ['conv'],
            },
            {
              name: 'relu',
              layer: { kind: 'activation', name: 'relu', parameters: [] },
              inputs: ['conv'],
              outputs: ['relu'],
            },
            {
              name: 'pool',
              layer: {
                kind: 'max_pool',
                kernelSize: [2, 2],
                stride: [2, 2],
                pads: [0, 0, 0, 0],
                ceilMode: false,
                dilation: [1, 1],
              },
              inputs: ['relu'],
              outputs: ['pool'],
            },
            { name: 'fc', layer: { kind: 'linear' }, inputs: ['pool', 'fc.weight', null], outputs: ['fc'] },
          ],
          constants: [
            { name: 'conv.weight', dtype: 'float32', shape: [4, 1, 3, 3], bytes: nothing },
            { name: 'conv.bias', dtype: 'float32', shape: [4], bytes: nothing },
            { name: 'fc.weight', dtype: 'float32', shape: [10, 64], bytes: nothing },
          ],
        },
        input: null,
        dtype: 'float32',
        preset: {
          geometry: { resize: null, crop: null },
          preprocess: { pixels: 'unit', gray: false, normalize: null },
        },
        reads: { channels: 1, declared: null, preset: null },
        asked: null,
        exact: false,
        labels: null,
        layers: [
          layer('conv', [1, 4, 8, 8], []),
          layer('relu', [1, 4, 8, 8], ['conv']),
          layer('pool', [1, 4, 4, 4], ['relu']),
          layer('fc', [1, 10], ['pool']),
        ],
        args: ['small'],
        moment: null,
        notes: [],
        findings: null,
        hasModules: false,
      },
    ],
  };
}
