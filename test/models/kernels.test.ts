import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kernelFacts } from '../../src/commands/layer/kernels-report.js';
import { tensor } from '../../src/core/tensor.js';
import { findKernel, looksInline } from '../../src/models/kernel-names.js';
import { kernelToJson, parseInlineKernel, parseKernelJson } from '../../src/models/kernel-text.js';
import { expandKernel, flipKernel, kernelWeight, mergeWeights, patchKernel } from '../../src/models/kernel-weights.js';
import { BUILTIN_KERNELS } from '../../src/models/kernels.js';
import { randomArray } from '../random.js';

describe('built-in kernels', () => {
  it('have names of their own, and name only each other', () => {
    const names = BUILTIN_KERNELS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { seeAlso } of BUILTIN_KERNELS) for (const other of seeAlso) expect(names).toContain(other);
  });

  it.each(BUILTIN_KERNELS.map((kernel) => [kernel.name, kernel] as const))(
    '%s sums to what its family says',
    (_, kernel) => {
      const keepsBrightness = ['blur', 'sharpen', 'identity'].includes(kernel.family);
      expect(kernelFacts(kernelWeight(kernel)).sum).toBeCloseTo(keepsBrightness ? 1 : 0, 6);
    },
  );

  it('edge3x3 answers bright → dark with the largest positive value', () => {
    expect(kernelWeight(findKernel('edge3x3')).data).toEqual(Float32Array.of(1, 0, -1, 1, 0, -1, 1, 0, -1));
  });

  it('knows which are separable', () => {
    const rank1 = (name: string) => kernelFacts(kernelWeight(findKernel(name))).rank1;
    expect(['edge3x3', 'sobel-x', 'gaussian5', 'box3'].map(rank1)).toEqual([true, true, true, true]);
    expect(['outline3x3', 'sharpen', 'laplacian4', 'log5'].map(rank1)).toEqual([false, false, false, false]);
  });

  // Written out once more, as textbooks print them: a turned or mirrored matrix would pass the test of sums.
  it.each([
    ['sobel-x', '-1 0 1; -2 0 2; -1 0 1'],
    ['sobel-y', '-1 -2 -1; 0 0 0; 1 2 1'],
    ['prewitt-x', '-1 0 1; -1 0 1; -1 0 1'],
    ['prewitt-y', '-1 -1 -1; 0 0 0; 1 1 1'],
    ['scharr-x', '-3 0 3; -10 0 10; -3 0 3'],
    ['scharr-y', '-3 -10 -3; 0 0 0; 3 10 3'],
    ['roberts-x', '1 0; 0 -1'],
    ['roberts-y', '0 1; -1 0'],
    ['outline3x3', '-1 -1 -1; -1 8 -1; -1 -1 -1'],
    ['laplacian4', '0 1 0; 1 -4 1; 0 1 0'],
    ['laplacian8', '1 1 1; 1 -8 1; 1 1 1'],
    ['log5', '0 0 -1 0 0; 0 -1 -2 -1 0; -1 -2 16 -2 -1; 0 -1 -2 -1 0; 0 0 -1 0 0'],
    ['emboss', '-2 -1 0; -1 1 1; 0 1 2'],
    ['sharpen', '0 -1 0; -1 5 -1; 0 -1 0'],
    ['identity', '0 0 0; 0 1 0; 0 0 0'],
    ['kirsch-n', '5 5 5; -3 0 -3; -3 -3 -3'],
    ['kirsch-ne', '-3 5 5; -3 0 5; -3 -3 -3'],
    ['kirsch-e', '-3 -3 5; -3 0 5; -3 -3 5'],
    ['kirsch-se', '-3 -3 -3; -3 0 5; -3 5 5'],
    ['kirsch-s', '-3 -3 -3; -3 0 -3; 5 5 5'],
    ['kirsch-sw', '-3 -3 -3; 5 0 -3; 5 5 -3'],
    ['kirsch-w', '5 -3 -3; 5 0 -3; 5 -3 -3'],
    ['kirsch-nw', '5 5 -3; 5 0 -3; -3 -3 -3'],
    ['gaussian3', '1/16 2/16 1/16; 2/16 4/16 2/16; 1/16 2/16 1/16'],
    ['box3', '1/9 1/9 1/9; 1/9 1/9 1/9; 1/9 1/9 1/9'],
  ])('%s is %s', (name, text) => {
    expect([...kernelWeight(findKernel(name)).data]).toEqual([...parseInlineKernel(text).data]);
  });

  it('takes a name regardless of case, - and _, and suggests the one that was meant', () => {
    expect(findKernel('sobelx').name).toBe('sobel-x');
    expect(() => findKernel('sobel-z')).toThrow('unknown kernel "sobel-z"');
    expect(() => findKernel('zzzzzzzz')).toThrow(
      expect.objectContaining({ fix: expect.stringMatching(/^`cnnviz kernels` lists all/) }),
    );
  });
});

describe('kernels as text', () => {
  it.each([
    ['1 0 -1; 1 0 -1', [2, 3], [1, 0, -1, 1, 0, -1]],
    ['1,2\n3,4', [2, 2], [1, 2, 3, 4]],
    ['1/4 -.5 2e-1', [1, 3], [0.25, -0.5, Math.fround(0.2)]],
    [' 7 ', [1, 1], [7]],
    ['1 2 2 1;', [1, 4], [1, 2, 2, 1]],
    ['1;2;2;1;', [4, 1], [1, 2, 2, 1]],
    ['1, 0, -1; 1,0,-1', [2, 3], [1, 0, -1, 1, 0, -1]],
    ['1 0;\n0 1;\n', [2, 2], [1, 0, 0, 1]],
    ['\u22121 \u20132', [1, 2], [-1, -2]],
    ['[[1,0],[0,-1]]', [2, 2], [1, 0, 0, -1]],
    ['[[ 1.  0.]\n [ 0. -1.]]', [2, 2], [1, 0, 0, -1]],
    ['np.array([[1, 0], [0, -1]], dtype=np.float32)', [2, 2], [1, 0, 0, -1]],
    ['tensor([[1., 0.],\n        [0., -1.]])', [2, 2], [1, 0, 0, -1]],
    ['[1 0 -1; 1 0 -1]', [2, 3], [1, 0, -1, 1, 0, -1]],
    ['[1, 0, -1]', [1, 3], [1, 0, -1]],
    ['[[[1, 2]], [[3, 4]]]', [2, 1, 2], [1, 2, 3, 4]],
  ])('%j', (text, shape, values) => {
    expect(looksInline(text)).toBe(true);
    const weight = parseInlineKernel(text);
    expect([weight.shape, [...weight.data]]).toEqual([shape, values]);
  });

  it.each([
    ['1 2; 3', 'row 2 has 1 number, row 1 has 2'],
    ['1 x', 'row 1: expected a finite number, got "x"'],
    ['1 nan', 'got "nan"'],
    ['1/0 1', 'got "1/0"'],
    ['1e99 1', 'got "1e99"'],
    [' ; ', 'expected numbers'],
    ['1 2 2 1', '4 numbers in one row'],
    ['1,2,2,1', '4 numbers in one row'],
    ['[1, 2, 2, 1]', '4 numbers in one row'],
    ['1;2;2;1', '4 numbers in one column'],
    ['0,5;1,5;0,5', 'a comma may be a decimal point'],
    ['1 0 -1/1 0 -1/1 0 -1', '"/" may end a row or make a fraction'],
    ['0,1 0,2; 0,3 0,4', 'a comma may be a decimal point'],
    ['0,1, 0,2; 0,3, 0,4', 'a comma may be a decimal point'],
    ['1,0 -1; 1,0 -1', 'a comma may be a decimal point'],
    ['0,5', 'a comma may be a decimal point'],
    ['0,5;0,25', 'a comma may be a decimal point'],
    ['-0,5,1', 'a comma may be a decimal point'],
    ['[[0,1, 0,2], [0,3, 0,4]]', 'a comma may be a decimal point'],
    ['1;0;-1\n1;0;-1', '";" stands between the numbers of a line'],
    ['0,1;0,2\n0,3;0,4', '";" stands between the numbers of a line'],
    ['1 1 / 9', 'expected a finite number, got "/"'],
    ['[[1 0] [1', 'expected rows of numbers in brackets'],
    ['[[1, 2], [3]]', 'expected an array of 2'],
    ['[[1 2] []]', 'a row is empty'],
    ['7x7', 'a size alone is no kernel'],
  ])('refuses %j', (text, message) => expect(() => parseInlineKernel(text)).toThrow(message));

  it('a name is not taken for numbers', () => {
    for (const { name } of BUILTIN_KERNELS) expect(looksInline(name)).toBe(false);
    for (const path of ['./mine', '../mine']) expect(looksInline(path)).toBe(false);
  });

  it('JSON goes out and comes back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 4 }),
        fc.integer(),
        (shape, seed) => {
          const weight = tensor(
            randomArray(
              shape.reduce((a, b) => a * b, 1),
              seed,
            ),
            shape,
          );
          const back = parseKernelJson(kernelToJson('mine', weight));
          expect([back.name, back.weight.shape]).toEqual(['mine', shape]);
          expect(back.weight.data).toEqual(weight.data);
        },
      ),
      { seed: 6, numRuns: 50 },
    );
  });

  it.each([
    ['[1, 2]', 'got [2]'],
    ['[[1, 2], [3]]', 'weight[1]: expected an array of 2'],
    ['[[1, "2"]]', 'weight[0][1]: expected a finite number, got "2"'],
    ['[[1, 2], null]', 'weight[1]: expected an array of 2, got null'],
    ['[[[1], [2]], [[3], 4]]', 'weight[1][1]: expected an array of 1, got 4'],
    ['[[1, 1e999]]', 'weight[0][1]: expected a finite number, got Infinity'],
    [`${'['.repeat(50_000)}${']'.repeat(50_000)}`, 'expected nested arrays of 2, 3 or 4 levels'],
    ['{"weight": 5}', 'got []'],
    ['{"name": 5, "weight": [[1]]}', 'name: expected a text'],
    ['[[1', 'not JSON'],
    ['[[]]', 'got [1, 0]'],
  ])('refuses JSON %s', (text, message) => expect(() => parseKernelJson(text)).toThrow(message));
});

describe('weights', () => {
  it('a 2-D kernel is repeated for every channel, a 4-D one stays', () => {
    const flat = tensor(Float32Array.of(1, 2), [1, 2]);
    const weight = expandKernel(flat, 3, 1, 'k');
    expect([weight.shape, [...weight.data]]).toEqual([
      [1, 3, 1, 2],
      [1, 2, 1, 2, 1, 2],
    ]);
    expect(() => expandKernel(tensor(new Float32Array(4), [4, 1, 1]), 3, 1, 'k')).toThrow(
      'reads 4 channels, the input has 3',
    );
    expect(() => expandKernel(tensor(Float32Array.of(Number.NaN), [1, 1]), 1, 1, 'k')).toThrow('weight [0, 0] is NaN');
    const holed = tensor(Float32Array.of(0, 1, 2, 3, 4, Number.POSITIVE_INFINITY), [1, 2, 3]);
    expect(() => expandKernel(holed, 2, 1, 'k')).toThrow('weight [0, 1, 2] is Infinity');
  });

  it('kernels of one size become one weight, in order', () => {
    const pair = tensor(Float32Array.of(1, 2, 3, 4), [2, 1, 1, 2]);
    const merged = mergeWeights([pair, tensor(Float32Array.of(5, 6), [1, 1, 1, 2])]);
    expect([merged.shape, [...merged.data]]).toEqual([
      [3, 1, 1, 2],
      [1, 2, 3, 4, 5, 6],
    ]);
  });

  it('a 3-D kernel reads one group, and five axes are refused', () => {
    const weight = expandKernel(tensor(Float32Array.of(1, 2), [2, 1, 1]), 4, 2, 'k');
    expect(weight.shape).toEqual([1, 2, 1, 1]);
    expect(() => expandKernel(tensor(Float32Array.of(1, 2), [2, 1, 1]), 6, 2, 'k')).toThrow('each of 2 groups has 3');
    expect(() => expandKernel(tensor(Float32Array.of(1), [1, 1, 1, 1, 1]), 1, 1, 'k')).toThrow('got [1, 1, 1, 1, 1]');
  });

  it('a flipped kernel is turned by 180° in each channel', () => {
    const flipped = flipKernel(tensor(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), [1, 2, 2, 2]));
    expect([...flipped.data]).toEqual([4, 3, 2, 1, 8, 7, 6, 5]);
  });

  it('a patch has zero mean over all channels together, and length one for correlation', () => {
    const x = tensor(randomArray(3 * 6 * 7, 3, 0, 1), [3, 6, 7]);
    const rect = { x: 2, y: 1, width: 4, height: 3 };
    const raw = patchKernel(x, rect, 'raw');
    expect([raw.shape, raw.data[0]]).toEqual([[3, 3, 4], x.data[1 * 7 + 2]]);
    const mean = raw.data.reduce((sum, value) => sum + value, 0) / 36;
    const zero = patchKernel(x, rect, 'zero-mean');
    zero.data.forEach((value, i) => {
      expect(value).toBe(Math.fround(raw.data[i] - mean));
    });
    const unit = patchKernel(x, rect, 'ncc');
    expect(unit.data.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 6);
    expect(() => patchKernel(x, { ...rect, x: 4 }, 'raw')).toThrow('leaves the 7×6 image');
    expect(() => patchKernel(x, { ...rect, y: -1 }, 'raw')).toThrow('leaves the 7×6 image');
    const holed = tensor(Float32Array.of(1, Number.NaN, 3, 4), [1, 2, 2]);
    expect(patchKernel(holed, { x: 0, y: 0, width: 2, height: 2 }, 'ncc').data[0]).toBeNaN();
    expect(() =>
      patchKernel(tensor(new Float32Array(9).fill(0.3), [1, 3, 3]), { x: 0, y: 0, width: 2, height: 2 }, 'ncc'),
    ).toThrow('flat');
  });
});
