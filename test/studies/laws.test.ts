import { describe, expect, it } from 'vitest';
import type { Check } from '../../src/commands/article/claim.js';
import { inLanguage } from '../../src/commands/article/language.js';
import {
  commutativityLaw,
  convolveByDefinition,
  correlationLaw,
  flipLaw,
} from '../../src/commands/article/laws/correlation.js';
import { compositionLaw, linearityLaw } from '../../src/commands/article/laws/linearity.js';
import { LAYERS, type Law, type Layers } from '../../src/commands/article/laws/planes.js';
import { constantMapLaw, probeShifts, shiftCheck, strideCostLaw } from '../../src/commands/article/laws/pooling.js';
import { tensor } from '../../src/core/tensor.js';

const LAWS: readonly (readonly [name: string, law: Law, claims: number])[] = [
  ['flip', flipLaw, 3],
  ['commutativity', commutativityLaw, 3],
  ['correlation', correlationLaw, 3],
  ['linearity', linearityLaw, 9],
  ['composition', compositionLaw, 2],
  ['stride cost', strideCostLaw, 6],
  ['constant maps', constantMapLaw, 5],
];

const brokenOf = (checks: readonly Check[]) =>
  inLanguage(
    checks.filter(({ holds }) => !holds),
    'en',
  ).map(({ what }) => what);

describe('the laws', () => {
  it.each(LAWS)('%s holds of the engine', (_, law, claims) => {
    const checks = law(LAYERS);
    expect(checks).toHaveLength(claims);
    expect(brokenOf(checks)).toEqual([]);
  });

  it('strides save exactly what the article’s table says', () => {
    expect(strideCostLaw(LAYERS).map(({ expected }) => expected)).toEqual([
      '4.00',
      '9.00',
      '3.52',
      '9.00',
      '2.25',
      '9.00',
    ]);
  });

  it('name the numbers of each counterexample', () => {
    const measured = inLanguage(linearityLaw(LAYERS), 'en').map((check) => check.measured);
    expect(measured).toContain('x = 5: 31 ≠ 33');
    expect(measured).toContain('x = 3, y = −2: 1 ≠ 3');
  });
});

/** Engines that are wrong in one way each. */
const WRONG: readonly (readonly [how: string, layers: Partial<Layers>, law: Law])[] = [
  [
    'whose convolution flips its kernel',
    { conv2d: (x, w, o) => LAYERS.conv2d(x, tensor(Float32Array.from(w.data as Float32Array).reverse(), w.shape), o) },
    flipLaw,
  ],
  ['whose first value is off by a little', { conv2d: offBy(1e-3) }, commutativityLaw],
  ['whose first value is off by one', { conv2d: offBy(1) }, correlationLaw],
  ['whose convolution adds a constant', { conv2d: (x, w, o) => LAYERS.conv2d(x, w, { ...o, bias: 2 }) }, linearityLaw],
  [
    'whose ReLU lets everything through',
    { relu: (x) => tensor(Float32Array.from(x.data as Float32Array), x.shape) },
    linearityLaw,
  ],
  [
    'whose ReLU does nothing between two convolutions',
    { relu: (x) => tensor(Float32Array.from(x.data as Float32Array), x.shape) },
    compositionLaw,
  ],
  [
    'whose strides cost the same',
    { prepareConv2d: (w, o) => LAYERS.prepareConv2d(w, { ...o, stride: 1 }) },
    strideCostLaw,
  ],
  [
    'whose mean pool forgets a divisor',
    { avgPool2d: (x, o) => LAYERS.avgPool2d(x, { ...o, divisorOverride: 7 }) },
    constantMapLaw,
  ],
  [
    'whose weighted pool sees the border as zeros',
    { gaussPool2d: (x, o) => LAYERS.gaussPool2d(x, { ...o, padding: 1 }) },
    constantMapLaw,
  ],
];

describe('a law is seen to fail for an engine', () => {
  it.each(WRONG)('%s', (_, wrong, law) => {
    expect(brokenOf(law({ ...LAYERS, ...wrong }))).not.toEqual([]);
  });
});

/** The engine's convolution with its first value changed, whatever the order of its arguments. */
function offBy(amount: number): Layers['conv2d'] {
  return (x, w, o) => {
    const y = LAYERS.conv2d(x, w, o);
    y.data[0] += amount * x.shape[x.shape.length - 1];
    return y;
  };
}

describe('the shift probe', () => {
  const stripes = tensor(
    Float32Array.from({ length: 64 * 64 }, (_, i) => Number((i % 64) % 16 < 8)),
    [1, 64, 64],
  );

  it('finds that pools make a picture of stripes less sensitive', () => {
    const changes = probeShifts(LAYERS, stripes);
    expect(changes.map(({ pools }) => pools)).toEqual([0, 1, 2]);
    expect(shiftCheck(changes, 'law').holds).toBe(true);
  });

  it('fails for an engine whose pools do nothing', () => {
    const idle: Layers = { ...LAYERS, maxPool2d: (x) => LAYERS.maxPool2d(x, { kernelSize: 1 }) };
    expect(shiftCheck(probeShifts(idle, stripes), 'law').holds).toBe(false);
  });
});

describe('the convolution by its definition', () => {
  // numpy.convolve([1, 2, 3], [0, 1, 0.5]) and scipy.signal.convolve2d([[1, 2], [3, 4]], [[1, 0], [0, 2]])
  it('is numpy’s and SciPy’s', () => {
    const row = convolveByDefinition(
      tensor(Float32Array.of(1, 2, 3), [1, 3]),
      tensor(Float32Array.of(0, 1, 0.5), [1, 3]),
    );
    expect([...row.data]).toEqual([0, 1, 2.5, 4, 1.5]);
    const plane = convolveByDefinition(
      tensor(Float32Array.of(1, 2, 3, 4), [2, 2]),
      tensor(Float32Array.of(1, 0, 0, 2), [2, 2]),
    );
    expect([...plane.data]).toEqual([1, 2, 0, 3, 6, 4, 0, 6, 8]);
  });
});
