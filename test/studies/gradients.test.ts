import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSubject } from '../../src/commands/class/class-command.js';
import { gradcam } from '../../src/commands/class/gradcam-study.js';
import { saliency } from '../../src/commands/class/saliency-study.js';
import type { NetworkJob } from '../../src/core/job.js';
import { arrayOf, ROOT, readJson, type StoredArray } from '../models/onnx/arrays.js';

interface Case {
  readonly network: string;
  readonly image: string;
  readonly side: number;
  readonly layer: string;
  readonly class: number;
  /** The class asked for; null: the best. */
  readonly asked: number | null;
  readonly score: number;
  readonly largest: number;
  readonly every: number;
  readonly gradient: StoredArray;
  readonly cam: StoredArray;
}

const { seed, cases } = readJson(join(ROOT, 'fixtures/expected/torch/gradients-networks.json')) as {
  seed: number;
  cases: readonly Case[];
};

/** 133 million made-up weights take their time: only when asked for, with CNNVIZ_LARGE=1. */
const table = cases.filter(({ network }) => network !== 'vgg11' || process.env.CNNVIZ_LARGE !== undefined);

const NONE = async () => {};

function subjectOf({ network, image, side }: Case) {
  const job: NetworkJob = {
    request: { network, weights: null, init: seed, inputs: [] },
    decode: { background: null, maxPixels: 1e8 },
    preset: { name: 'imagenet', resize: side, crop: [side, side], gray: false, pixels: null, normalize: null },
    layers: ['output'],
    picturesImplied: true,
    exact: false,
    top: null,
    labels: null,
    picture: { scale: { kind: 'minmax' }, depth: 8, colormap: 'gray' },
    output: { products: [], target: { kind: 'working-folder' }, clobber: true },
  };
  const path = join(ROOT, 'fixtures/images', image);
  return openSubject(job, { path, name: 'image', ext: '.png', relative: '' }, 1);
}

/** The share of the largest by which any number is off. */
function shareOff(got: ArrayLike<number>, expected: ArrayLike<number>, largest: number): number {
  expect(got.length).toBe(expected.length);
  let off = 0;
  for (let i = 0; i < expected.length; i++) off = Math.max(off, Math.abs(got[i] - expected[i]) / largest);
  return off;
}

describe.each(table.map((one) => [one.network, one] as const))('%s on a photograph, as torch derives it', (_, one) => {
  const asked = one.asked === null ? null : String(one.asked);

  it('the gradient of the input', async () => {
    const result = await saliency(await subjectOf(one), asked, false, NONE);
    expect(result.class.index).toBe(one.class);
    expect(Math.abs(result.class.score - one.score)).toBeLessThan(1e-4 * Math.abs(one.score));
    const sampled = result.gradient.filter((_, i) => i % one.every === 0);
    expect(shareOff(sampled, arrayOf(one.gradient).data, one.largest)).toBeLessThan(1e-4);
    const largest = result.map.values.reduce((most, value) => Math.max(most, value), 0);
    expect(Math.abs(largest - one.largest) / one.largest).toBeLessThan(1e-4);
  }, 60_000);

  it('Grad-CAM of the last convolution', async () => {
    const result = await gradcam(await subjectOf(one), asked, one.layer, false, NONE);
    expect(result.layer).toBe(one.layer);
    const expected = arrayOf(one.cam).data;
    const largest = Math.max(...expected);
    expect(largest).toBeGreaterThan(0);
    expect(shareOff(result.map.values, expected, largest)).toBeLessThan(1e-4);
  }, 60_000);
});
