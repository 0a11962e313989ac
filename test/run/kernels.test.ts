import { describe, expect, it } from 'vitest';
import { explainLayer } from '../../src/analysis/layer-run.js';
import type { Job, LayerJob } from '../../src/core/job.js';
import { toFloat32 } from '../../src/core/values.js';
import { openKernels } from '../../src/run/kernels.js';
import { lookAtLayer, run } from '../../src/run/run.js';
import { IMAGES } from '../cli/cnnviz.js';

const CALM = { breathe: async () => {}, threads: 1 };
const PHOTO = { path: `${IMAGES}chelsea.png`, name: 'chelsea', ext: '.png', relative: '' };
const kernels = (...names: string[]) => names.map((name) => ({ kind: 'builtin', name }) as const);

function job(layer: Partial<LayerJob> & Pick<LayerJob, 'kernels'>): Job {
  return {
    decode: { background: null, maxPixels: 1e8 },
    preprocess: { pixels: 'unit', gray: false, normalize: null },
    layer: {
      flip: false,
      stride: [2, 2],
      padding: 0,
      paddingMode: 'zeros',
      dilation: [1, 1],
      groups: 1,
      bias: null,
      activation: { name: 'relu', parameter: null },
      pool: { kind: 'max', kernelSize: [2, 2], stride: [2, 2], pads: [0, 0, 0, 0], sigma: null },
      exact: false,
      algorithm: null,
      ...layer,
    },
    picture: { scale: { kind: 'minmax' }, depth: 8, colormap: 'gray' },
    output: { products: ['maps'], target: { kind: 'working-folder' }, clobber: true },
  };
}

/** All maps of a job, one after another. */
async function mapsOf(of: Job): Promise<Float32Array[]> {
  const found = await run(await openKernels(of), PHOTO, ({ bound }) => ({ keep: bound.branches }), CALM);
  return found.bound.branches.flatMap((branch) => {
    const { shape, data } = found.read(branch);
    const size = shape[2] * shape[3];
    return Array.from({ length: shape[1] }, (_, m) => toFloat32(data).slice(m * size, (m + 1) * size));
  });
}

const NAMES = ['edge3x3', 'sobel-x', 'gaussian5', 'sobel', 'outline3x3'];

describe('kernels as one model', () => {
  it.each([
    ['no bias', null],
    ['a number', { kind: 'number', value: -0.25 }],
    ['a percentile of each map', { kind: 'percentile', percent: 60 }],
    ['a share that fires', { kind: 'fire', percent: 5 }],
  ] as const)('every branch has the bits that its kernel has alone: %s', async (_, bias) => {
    const together = await mapsOf(job({ kernels: kernels(...NAMES), bias }));
    expect(together).toHaveLength(NAMES.length);
    for (const [m, name] of NAMES.entries()) {
      const [alone] = await mapsOf(job({ kernels: kernels(name), bias }));
      expect(Buffer.compare(Buffer.from(together[m].buffer), Buffer.from(alone.buffer))).toBe(0);
    }
  });

  it('a branch is a bank: kernels of one size that stand together, a gradient magnitude for itself', async () => {
    const { bind } = await openKernels(job({ kernels: kernels(...NAMES) }));
    const { banks, branches, model } = bind({ dtype: 'float32', shape: [1, 3, 40, 50] }, null);
    expect(banks.map(({ maps, firstMap }) => [firstMap, maps.length])).toEqual([
      [0, 2],
      [2, 1],
      [3, 1],
      [4, 1],
    ]);
    expect(branches).toEqual(['max_pool', 'max_pool.2', 'max_pool.3', 'max_pool.4']);
    expect(new Set(model.nodes.map(({ name }) => name)).size).toBe(model.nodes.length);
    expect(model.nodes.filter(({ inputs }) => inputs[0] === 'input')).toHaveLength(4);
  });

  it('one map that is looked at is that of its kernel, with the bias that its map tells', async () => {
    const of = job({ kernels: kernels(...NAMES), bias: { kind: 'percentile', percent: 60 } });
    const maps = await mapsOf(of);
    const request = { kind: 'layer', job: of, layer: null } as const;
    for (const channel of [1, 2, 4]) {
      const seen = await lookAtLayer(request, PHOTO, channel, CALM);
      expect(seen.network).toBe(NAMES[channel]);
      const explained = explainLayer(seen, { channel, item: 0, at: { x: 30, y: 20 } });
      expect(explained.value).toBe(maps[channel][20 * explained.shape[3] + 30]);
      expect(explained).toMatchObject({ layer: 'max_pool', same: true });
    }
    await expect(lookAtLayer(request, PHOTO, 3, CALM)).rejects.toThrow('sobel is a gradient magnitude');
    await expect(lookAtLayer(request, PHOTO, 5, CALM)).rejects.toThrow('--channel 5: the layer has 5 kernels');
  });
});
