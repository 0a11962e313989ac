import { describe, expect, it } from 'vitest';
import { type DrawnSweep, sweepGrid } from '../../src/commands/layer/sweep-grid.js';
import { countCells, sweep } from '../../src/commands/layer/sweep-study.js';
import type { Job, LayerJob } from '../../src/core/job.js';
import type { SweepJob } from '../../src/core/sweep.js';
import { toFloat32 } from '../../src/core/values.js';
import { PLAIN_LOOK } from '../../src/draw/figure.js';
import { renderPixels } from '../../src/draw/scene/pixels.js';
import type { Input } from '../../src/io/inputs.js';
import { openKernels } from '../../src/run/kernels.js';
import { run } from '../../src/run/run.js';
import { IMAGES } from '../cli/cnnviz.js';

const RELU = { name: 'relu', parameter: null } as const;
const LEAKY = { name: 'leaky_relu', parameter: 0.1 } as const;
const CALM = { breathe: async () => {}, threads: 1 };
const WHEEL = {
  kind: 'patch',
  rect: { x: 445, y: 421, width: 70, height: 70 },
  image: null,
  mode: 'zero-mean',
} as const;
const EDGE = { kind: 'builtin', name: 'edge3x3' } as const;

const maxPool = (size: number, stride: number) =>
  ({ kind: 'max', kernelSize: [size, size], stride: [stride, stride], pads: [0, 0, 0, 0], sigma: null }) as const;
const number = (value: number) => ({ kind: 'number', value }) as const;

function picture(name: string): Input {
  return { path: `${IMAGES}${name}`, name: name.split('.')[0], ext: '.png', relative: '' };
}

function job(layer: Partial<LayerJob> & Pick<LayerJob, 'kernels'>, lists: Partial<SweepJob> = {}): SweepJob {
  const base: Job = {
    decode: { background: null, maxPixels: 1e8 },
    preprocess: { pixels: 'unit', gray: false, normalize: null },
    layer: {
      flip: false,
      stride: [1, 1],
      padding: 0,
      paddingMode: 'zeros',
      dilation: [1, 1],
      groups: 1,
      bias: null,
      activation: null,
      pool: null,
      exact: false,
      algorithm: null,
      ...layer,
    },
    picture: { scale: { kind: 'minmax' }, depth: 8, colormap: 'gray' },
    output: { products: ['sheet'], target: { kind: 'working-folder' }, clobber: true },
  };
  return { base, strides: [[1, 1]], biases: [null], activations: [null], pools: [null], ...lists };
}

/** The map that `conv` makes with one combination. */
async function alone({ base }: SweepJob, layer: Partial<LayerJob>, input: Input): Promise<Float32Array> {
  const single = { ...base, layer: { ...base.layer, ...layer } };
  const subject = await openKernels(single);
  const { bound, read } = await run(subject, input, ({ bound }) => ({ keep: bound.branches }), CALM);
  return toFloat32(read(bound.branches[0]).data);
}

const bytesOf = ({ drawn }: { drawn: DrawnSweep }) => {
  const { scene } = sweepGrid(drawn, PLAIN_LOOK);
  return Buffer.from(renderPixels(scene, { density: 1, theme: 'light', foreign: () => null }).data);
};

describe('sweep', () => {
  it.each([
    ['a small kernel', EDGE, 'chelsea.png'],
    ['a large patch', WHEEL, 'plane.png'],
  ])('each map of %s has the bits that conv gives for its parameters', async (_, kernel, name) => {
    const lists = {
      strides: [
        [2, 2],
        [8, 16],
      ],
      biases: [null, number(-1.1), { kind: 'fire', percent: 5 }],
      activations: [null, RELU, LEAKY],
      pools: [null, maxPool(3, 2), { ...maxPool(2, 2), kind: 'gauss' }],
    } as const;
    const all = job({ kernels: [kernel] }, lists);
    const { result, maps } = await sweep(all, picture(name), CALM);
    expect(maps).toHaveLength(54);
    let cell = 0;
    for (const stride of lists.strides) {
      for (const bias of lists.biases) {
        for (const activation of lists.activations) {
          for (const pool of lists.pools) {
            const expected = await alone(all, { stride, bias, activation, pool }, picture(name));
            const got = maps[cell]!;
            expect(got.length, result.cells[cell].label).toBe(expected.length);
            expect(
              got.findIndex((value, i) => !Object.is(value, expected[i])),
              result.cells[cell].label,
            ).toBe(-1);
            cell++;
          }
        }
      }
    }
  });

  it('strides of the article: overlaps 68, 66, 62, 54, and the peak stays within one stride of the wheel', async () => {
    const strides = [2, 4, 8, 16].map((stride) => [stride, stride] as const);
    const { result } = await sweep(job({ kernels: [WHEEL] }, { strides }), picture('plane.png'), CALM);
    const maps = result.cells.map(({ map }) => map!);
    expect(maps.map(({ overlap }) => overlap)).toEqual([68, 66, 62, 54].map((side) => [side, side]));
    expect(maps.map(({ width, height }) => `${width}×${height}`)).toEqual(['366×266', '183×133', '92×67', '46×34']);
    expect(maps.map(({ macs }) => macs)).toEqual([366 * 266, 183 * 133, 92 * 67, 46 * 34].map((n) => n * 14700));
    for (const [i, { peak }] of maps.entries()) {
      const [stride] = strides[i];
      expect(Math.abs(peak!.x * stride - WHEEL.rect.x)).toBeLessThan(stride);
      expect(Math.abs(peak!.y * stride - WHEEL.rect.y)).toBeLessThan(stride);
    }
  });

  it('fewer positions fire the lower the bias, as a threshold on the unbiased map counts them', async () => {
    const values = [500, 0, -500, -1000];
    const layer = job({ kernels: [WHEEL] }, { biases: values.map(number), activations: [RELU] });
    const { result } = await sweep(layer, picture('plane.png'), CALM);
    const unbiased = await alone(layer, {}, picture('plane.png'));
    const firing = result.cells.map(({ map }) => map!.values.firing);
    expect(firing).toEqual([...firing].sort((a, b) => b - a));
    for (const [i, bias] of values.entries()) {
      expect(firing[i]).toBe(unbiased.filter((value) => Math.fround(value + bias) > 0).length);
    }
  });

  it('says when a bias changes nothing', async () => {
    const raw = { ...WHEEL, mode: 'raw' } as const;
    const biases = [number(500), number(0), number(-1000)];
    const { result } = await sweep(
      job({ kernels: [raw] }, { strides: [[16, 16]], biases, activations: [RELU] }),
      picture('plane.png'),
      CALM,
    );
    expect(result.notes).toEqual(['bias 500, 0 and −1000: changes nothing, every position fires at each of them']);
    const dead = [number(-1e6), number(-2e6)];
    const none = await sweep(
      job({ kernels: [EDGE] }, { biases: dead, activations: [RELU] }),
      picture('five.png'),
      CALM,
    );
    expect(none.result.notes).toEqual(['bias −1e+6 and −2e+6: the same map, nothing fires at any of them']);
  });

  it('says of each combination that does not fit why, and draws the others', async () => {
    const pools = [null, maxPool(4, 4)];
    const { result, maps } = await sweep(job({ kernels: [EDGE] }, { pools }), picture('five.png'), CALM);
    expect(result.cells.map(({ map }) => map === null)).toEqual([false, true]);
    expect(result.cells[1].refusal).toContain('the 4×4 pool is larger than the 3×3 map');
    expect(result.notes).toEqual(['1 of 2 combinations does not fit']);
    expect(maps[1]).toBeNull();
  });

  it('refuses when no combination fits', async () => {
    const all = job({ kernels: [EDGE] }, { pools: [maxPool(9, 9)] });
    await expect(sweep(all, picture('five.png'), CALM)).rejects.toThrow('the 9×9 pool is larger than the 3×3 map');
  });

  it('refuses ten thousand cells before anything is read', () => {
    const biases = Array.from({ length: 100 }, (_, i) => number(i));
    const strides = Array.from({ length: 100 }, (_, i) => [i + 1, i + 1] as const);
    expect(() => countCells(job({ kernels: [EDGE] }, { biases, strides }))).toThrow(
      'the sweep has 10,000 cells (100 × 100), more than 400',
    );
  });

  it('draws what the engine computed: another kernel, another picture', async () => {
    const one = await sweep(job({ kernels: [EDGE] }), picture('bars17.png'), CALM);
    const again = await sweep(job({ kernels: [EDGE] }), picture('bars17.png'), CALM);
    const other = await sweep(
      job({ kernels: [{ kind: 'inline', text: '1 0 -1; 1 0 -1; 1 0 -0.9' }] }),
      picture('bars17.png'),
      CALM,
    );
    expect(Buffer.compare(bytesOf(again), bytesOf(one))).toBe(0);
    expect(Buffer.compare(bytesOf(other), bytesOf(one))).not.toBe(0);
  });
});
