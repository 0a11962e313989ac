import { describe, expect, it } from 'vitest';
import type { Agreement } from '../../../src/analysis/explain/explanation.js';
import { CnnvizError } from '../../../src/core/errors.js';
import { Superseded } from '../../../src/explorer/engine-proxy.js';
import { deadChannels } from '../../../src/explorer/page/dead-channels.js';
import { layerWords, paddingText } from '../../../src/explorer/page/edit/layer-words.js';
import { poolOf, withSide } from '../../../src/explorer/page/edit/pools.js';
import { resizeKernels } from '../../../src/explorer/page/edit/resize-kernels.js';
import { normalizeOf, normalizeWords, sidesOf, sidesWords } from '../../../src/explorer/page/input/preparation-text.js';
import { refusalOf } from '../../../src/explorer/page/refusal.js';
import { agreementWords, hiddenWords, placeWords, windowWords } from '../../../src/explorer/page/why/sentences.js';

const agreed: Agreement = {
  explained: 0.055,
  stored: 0.055,
  same: true,
  difference: 0,
  bound: 0,
  algorithm: 'direct',
  reason: null,
};

describe('sentences', () => {
  it('say whether the bits agree, differ within rounding, or beyond it', () => {
    expect(agreementWords(agreed)).toBe('the engine stored 0.055, computed by direct: the same bits');
    const near = {
      ...agreed,
      same: false,
      difference: 1e-8,
      bound: 2e-8,
      algorithm: 'winograd',
      reason: 'it transforms',
    };
    expect(agreementWords(near)).toContain('rounding may take up to 2e−8 (it transforms)');
    expect(agreementWords({ ...near, difference: 1 })).toContain('more than rounding may take');
  });

  it('say where a value lies and what it reads', () => {
    expect(placeWords({ item: 0, channel: 0, x: 66, y: 60 })).toBe('map 0, at (66, 60)');
    expect(placeWords({ item: 0, channel: 3, x: null, y: null })).toBe('unit 3');
    expect(windowWords({ x0: -1, x1: 1, y0: 5, y1: 5 })).toBe('x −1–1, y 5');
  });

  it('say how much is not shown', () => {
    expect(hiddenWords(4, 96, 'channels', 0.3141)).toBe('92 of 96 channels are not shown; they sum to 0.3141');
  });

  it('say what a layer has become', () => {
    expect(layerWords({ kind: 'identity' })).toBe('nothing');
    expect(layerWords({ kind: 'activation', name: 'elu', parameters: [0.5] })).toBe('elu 0.5');
    expect(paddingText([1, 1])).toBe('1');
    expect(paddingText([0, 1, 0, 1])).toBe('0,1,0,1');
  });
});

it('a refusal is told in its own words, a question that is superseded is none', () => {
  expect(refusalOf(new CnnvizError('usage', 'stride 0', { fix: 'from 1 on' }))).toEqual({
    message: 'stride 0',
    fix: 'from 1 on',
  });
  expect(refusalOf(new Error('broken'))).toEqual({ message: 'broken', fix: null });
  expect(refusalOf(new Superseded())).toBeNull();
});

it('a kernel of another size keeps its middle', () => {
  const kernel = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  expect(resizeKernels(kernel, [1, 1, 3, 3], 1)).toEqual({ shape: [1, 1, 1, 1], data: [5] });
  const wide = resizeKernels(kernel, [1, 1, 3, 3], 5);
  expect(wide.data.slice(6, 9)).toEqual([1, 2, 3]);
  expect(wide.data.filter((weight) => weight !== 0)).toEqual(kernel);
  expect(resizeKernels(wide.data, wide.shape, 3).data).toEqual(kernel);
  expect(resizeKernels([1, 2, 3, 4], [2, 1, 1, 2], 2)).toEqual({ shape: [2, 1, 2, 2], data: [0, 0, 1, 2, 0, 0, 3, 4] });
});

it('a pool keeps its window when its kind changes; a gauss pool is as wide as its window says', () => {
  const before = withSide(poolOf('max_pool', null), 3);
  expect(poolOf('avg_pool', before).kernelSize).toEqual([3, 3]);
  expect(withSide(poolOf('gauss_pool', before), 8)).toMatchObject({ kernelSize: [8, 8], sigma: [2, 2] });
  expect(poolOf('max_pool', before)).toBe(before);
});

it('sizes and mean/std are read as they are written', () => {
  for (const sides of [null, 256, [28, 30]] as const) expect(sidesOf(sidesWords(sides))).toEqual(sides);
  expect(sidesOf('0')).toBeNull();
  expect(sidesOf('huge')).toBeNull();
  const normalize = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
  expect(normalizeOf(normalizeWords(normalize))).toEqual(normalize);
  expect(normalizeOf('1,2/0,1')).toBeNull();
  expect(normalizeOf('1')).toBeNull();
  expect(normalizeOf('')).toBeNull();
});

it('a channel is dead where it is zero in all items', () => {
  const values = Float32Array.from([0, 0, 1, 0, 0, 0, /* item 1 */ 0, 0, 0, 0, 0, 2]);
  expect(deadChannels(values, { items: 2, channels: 3, height: 1, width: 2, isVector: false })).toEqual([0]);
});
