import { describe, expect, it } from 'vitest';
import {
  checkDeclaredArray,
  checkDeclaredShape,
  checkDeclaredSize,
} from '../../../src/analysis/prepare/network-input.js';

const declaredAs = (...shape: (number | null)[]) => ({
  name: 'net.onnx',
  declared: { name: 'x', dtype: 'float32' as const, shape, isPrepared: false },
});
/** Message and fix, or null when nothing is thrown. */
function refusal(check: () => void): [string, string] | null {
  try {
    check();
  } catch (error) {
    const { message, fix } = error as { message: string; fix: string };
    return [message, fix];
  }
  return null;
}

describe('a size that was asked for, held against what a file declares', () => {
  it.each([
    ['the same', [3, 8, 8], [1, 3, 8, 8]],
    ['what is free', [3, 8, 9], [null, 3, null, null]],
    ['none declared', [3, 8, 8], null],
    ['none asked for', null, [1, 3, 8, 8]],
  ])('%s is taken', (_, size, shape) => {
    const network = shape ? declaredAs(...shape) : { name: 'net.onnx', declared: null };
    expect(refusal(() => checkDeclaredSize(size, network))).toBeNull();
  });

  it.each([
    ['other sides: the declared ones, and the free ones as asked for', [3, 8, 9], [1, 3, null, 7], '--size 3,8,7'],
    ['other channels', [1, 8, 8], [1, 3, 8, 8], '--size 3,8,8'],
    ['of what is no image', [3, 8, 8], [1, 10], 'leave --size out'],
  ])('%s', (_, size, shape, fix) => {
    const sides = shape.slice(-3).map((side) => side ?? 'any');
    expect(refusal(() => checkDeclaredSize(size, declaredAs(...shape)))).toEqual([
      `net.onnx reads [${sides.join(', ')}], --size says [${size.join(', ')}]`,
      fix,
    ]);
  });
});

describe('an image, held against what a file declares', () => {
  const preset = {
    geometry: { resize: null, crop: null },
    preprocess: { pixels: 'unit' as const, gray: false, normalize: null },
  };
  const check = (declared: (number | null)[], shape: number[], change: object = {}) =>
    refusal(() =>
      checkDeclaredShape(shape, declaredAs(...declared), { ...preset, ...change }, { width: 20, height: 10 }),
    );

  it.each([[[1, 3, 10, 20]], [[3, 10, 20]], [[null, 3, null, null]]])('declared %j is taken', (declared) =>
    expect(check(declared, [1, 3, 10, 20])).toBeNull(),
  );

  it('of another size is resized, and cropped where it was', () => {
    expect(check([1, 3, 8, 9], [1, 3, 10, 20])).toEqual([
      'net.onnx reads [3, 8, 9], the image gives [3, 10, 20] (20×10)',
      '--resize 8,9',
    ]);
    expect(check([1, 3, null, 9], [1, 3, 10, 20])![1]).toBe('--resize 10,9');
    expect(check([1, 3, 8, 9], [1, 3, 5, 5], { geometry: { resize: null, crop: [5, 5] } })![1]).toBe(
      '--resize 8,9 --crop 8,9',
    );
  });

  it('as ImageNet’s networks read it gets the preset named, unless something was asked for', () => {
    const imagenet = [1, 3, 224, 224];
    const named = '--preset imagenet (shorter side 256, centre crop, mean/std), or --resize 224,224';
    expect(check(imagenet, [1, 3, 10, 20])![1]).toBe(named);
    expect(check([1, 3, 224, 225], [1, 3, 10, 20])![1]).toBe('--resize 224,225');
    expect(check([1, 3, 225, 224], [1, 3, 10, 20])![1]).toBe('--resize 225,224');
    expect(check(imagenet, [1, 3, 5, 5], { geometry: { resize: 5, crop: null } })![1]).toBe('--resize 224,224');
    const normalize = { mean: [0, 0, 0], std: [1, 1, 1] };
    const preprocess = { ...preset.preprocess, normalize };
    expect(check(imagenet, [1, 3, 10, 20], { preprocess })![1]).toBe('--resize 224,224');
  });

  it('of other channels is an array, or colour again', () => {
    expect(check([1, 1, 10, 20], [1, 3, 10, 20])![1]).toBe('hand it in as an array: --input x=FILE.npy of 1 channels');
    const gray = { preprocess: { ...preset.preprocess, gray: true } };
    expect(check([1, 3, 10, 20], [1, 1, 10, 20], gray)![1]).toBe('leave --gray out');
    expect(check([1, 4, 10, 20], [1, 1, 10, 20], gray)![1]).toContain('of 4 channels');
  });

  it.each([1, 3, 4])('declared with its %i channels last is told so', (C) => {
    const [message, fix] = check([1, 10, 20, C], [1, 3, 10, 20])!;
    expect(message).toContain('channels last: images are fed as [N, C, H, W]');
    expect(fix).toContain('--inputs-as-nchw x');
  });

  it.each([[[1, 3, 20, 3]], [[1, 1, 20, 3]], [[1, 10, 20, 2]]])('declared %j is not channels last', (declared) =>
    expect(check(declared, [1, 3, 10, 20])![0]).toContain('the image gives [3, 10, 20]'),
  );

  it.each([[[1, 10]], [[1, 3, 4, 5, 6]]])('where %j is declared is none of it', (declared) => {
    const [message, fix] = check(declared, [1, 3, 10, 20])!;
    expect(message).toBe(`net.onnx reads [${declared.join(', ')}], which is no image [N, C, H, W]`);
    expect(fix).toBe('hand it in as an array: --input x=FILE.npy');
  });
});

describe('an array, held against what a file declares', () => {
  const check = (declared: (number | null)[], shape: number[], dtype: 'float32' | 'float64' | 'int64' = 'float32') =>
    refusal(() => checkDeclaredArray({ dtype, shape }, 'a.npy', 'net.onnx', declaredAs(...declared).declared));

  it('fits side by side; several items go where one is declared; floats are floats', () => {
    expect(check([1, 3, null], [5, 3, 8])).toBeNull();
    expect(check([1, 3], [1, 3], 'float64')).toBeNull();
  });

  it.each([
    [[1, 3, 8], [1, 4, 8], 'expected an array of [1, 3, 8]'],
    [[2, 3], [5, 3], 'expected an array of [2, 3]'],
    [[3, 1], [3, 5], 'expected an array of [3, 1]'],
    [[1, 3, null], [3, 8], 'numpy.save(file, array[None])'],
    [[1, 3, 8], [3, 9], 'expected an array of [1, 3, 8]'],
    [[1, 3, 8], [8], 'expected an array of [1, 3, 8]'],
  ])('declared %j, given %j', (declared, shape, fix) => {
    const written = declared.map((side) => side ?? 'any').join(', ');
    expect(check(declared, shape)).toEqual([
      `net.onnx: its input "x" is float32 [${written}], a.npy is [${shape.join(', ')}]`,
      fix,
    ]);
  });

  it('of whole numbers is not taken for one of floats', () => {
    expect(check([1, 3], [1, 3], 'int64')).toEqual([
      'net.onnx: its input "x" is float32, a.npy is int64',
      "numpy.save(file, array.astype('float32')), in the range the network was made for",
    ]);
  });
});
