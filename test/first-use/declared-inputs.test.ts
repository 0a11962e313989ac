import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DeclaredInput } from '../../src/analysis/prepare/declared-input.js';
import {
  checkDeclaredArray,
  checkDeclaredShape,
  checkDeclaredSize,
  preparation,
  unpreparedNote,
} from '../../src/analysis/prepare/network-input.js';
import { presetFor } from '../../src/core/preset.js';
import { tensor as tensorOf } from '../../src/core/tensor.js';
import type { DType } from '../../src/core/values.js';
import { npyToValue, readNpy, writeNpy } from '../../src/models/npy.js';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';
import { bytes, model, node, number, tensor, text, value } from '../models/onnx/writer.js';

const FIVE = join(IMAGES, 'five.png');
const NONE = presetFor('none');
const NOTHING_ASKED = { name: null, resize: null, crop: null, gray: false, pixels: null, normalize: null };

function network(dtype: DType, shape: DeclaredInput['shape'], isPrepared = false) {
  return { name: 'net', declared: { name: 'x', dtype, shape, isPrepared } };
}

/** conv → relu → mean of each of 4 maps, for one input of this type (TensorProto.DataType) [1, 3, 6, 8]. */
function onnx(elementType: number): Uint8Array {
  const numbers = [...new Uint8Array(Float32Array.from({ length: 108 }, (_, i) => Math.sin(i)).buffer)];
  const cast = node('Cast', ['x'], ['f'], bytes(5, [...text(1, 'to'), ...number(3, 1), ...number(20, 2)]));
  return model({
    nodes: [
      elementType === 1 ? node('Identity', ['x'], ['f']) : cast,
      node('Conv', ['f', 'w'], ['conv']),
      node('Relu', ['conv'], ['relu']),
      node('GlobalAveragePool', ['relu'], ['pooled']),
      node('Flatten', ['pooled'], ['y']),
    ],
    initializers: [tensor('w', 1, [4, 3, 3, 3], bytes(9, numbers))],
    inputs: [value('x', elementType, [1, 3, 6, 8])],
  });
}

describe('what an ONNX input declares stays declared', () => {
  it.each([
    ['--pixels', '255'],
    ['--normalize', 'imagenet'],
    ['--preset', 'none'],
    ['--preset', 'imagenet'],
    ['--gray', '--gray'],
    ['--resize', '7,8'],
  ])('its size with %s %s; the fix works when it is typed', (...flags) =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'm.onnx'), onnx(1));
      const args = ['run', 'm.onnx', FIVE, '--json', ...new Set(flags)];
      const { code, stdout, stderr } = await cnnviz(args, { cwd });
      expect(code).toBe(2);
      const said = JSON.parse(stdout).results[0].error;
      expect(`${said.message ?? said} ${stderr}`).toContain('m reads [3, 6, 8], the image gives [');
      if (flags[0] !== '--preset' || flags[1] === 'none') return;
      const fixed = await cnnviz([...args, '--resize', '6,8', '--crop', '6,8'], { cwd });
      expect(fixed.code).toBe(0);
    }),
  );

  it.each(['explain', 'gradcam', 'saliency', 'occlude', 'top', 'compare', 'check', 'head'])(
    'in %s as in run',
    (command) =>
      inFolder(async (cwd) => {
        writeFileSync(join(cwd, 'm.onnx'), onnx(1));
        const rest: Record<string, string[]> = {
          explain: ['explain', 'm.onnx', FIVE],
          top: ['top', 'm.onnx', FIVE, '--layer', 'conv'],
          compare: ['compare', 'm.onnx', 'm.onnx', FIVE],
          check: ['check', FIVE, '--network', 'm.onnx', '--baseline', 'base', '--update'],
          head: ['head', 'features', FIVE, '--features', 'm.onnx', '--layer', 'relu', '-o', 'f.npy'],
        };
        const { code, stderr } = await cnnviz([...(rest[command] ?? [command, 'm.onnx', FIVE]), '--pixels', '255'], {
          cwd,
        });
        expect([code! > 0, stderr]).toEqual([true, expect.stringContaining('m reads [3, 6, 8], the image gives [')]);
      }),
  );

  it('a network that reads bytes gets whole ones, whatever was resized', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'm.onnx'), onnx(2));
      const args = ['run', 'm.onnx', FIVE, '--resize', '6,8'];
      const run = await cnnviz([...args, '--layers', 'f', '-o', 'f.npy'], { cwd });
      expect([run.code, run.stderr]).toEqual([0, '']);
      const { data } = npyToValue(readNpy(readFileSync(join(cwd, 'f.npy'))));
      expect(Math.max(...data)).toBeGreaterThan(1);
      expect([...data].every((one) => Number.isInteger(one) && one >= 0 && one <= 255)).toBe(true);
      const refused = await cnnviz([...args, '--normalize', 'imagenet'], { cwd });
      expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('leave --normalize out')]);
      const saliency = await cnnviz(['saliency', 'm.onnx', FIVE, '--resize', '6,8', '--json'], { cwd });
      expect(saliency.code).toBe(0);
    }));

  it('compare feeds each what it declares, and says so', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'a.onnx'), onnx(1));
      writeFileSync(join(cwd, 'b.onnx'), onnx(2));
      const { stderr } = await cnnviz(['compare', 'a.onnx', 'b.onnx', FIVE, '--resize', '6,8'], { cwd });
      expect(stderr).toContain('a.onnx is fed float32, b.onnx uint8: each as it declares');
    }));

  it.each([
    ['uint8', { ...NOTHING_ASKED, name: 'imagenet' as const }, '--preset imagenet normalises them'],
    ['int64', { ...NOTHING_ASKED, normalize: { mean: [0], std: [1] } }, 'which --normalize takes away'],
    ['uint8', { ...NOTHING_ASKED, pixels: 'unit' as const }, '--pixels unit gives others'],
    ['int8', null, 'it cannot hold the bytes 0 … 255'],
    ['bool', null, 'it cannot hold the bytes 0 … 255'],
  ] as const)('%s refuses numbers it cannot be', (dtype, choice, words) => {
    expect(() => preparation(choice, NONE, network(dtype, [1, 3, 6, 8]))).toThrow(words);
  });

  it('a normalisation that another network brings is left out for bytes', () => {
    const { preprocess } = preparation(null, presetFor('imagenet'), network('uint8', null));
    expect(preprocess).toEqual({ pixels: '255', gray: false, normalize: null });
  });

  it.each([
    [[1, 3, null, 8], [1, 3, 5, 9], '--resize 5,8'],
    [[1, 224, 224, 3], [1, 3, 224, 224], 'channels first'],
    [[1, 784], [1, 3, 5, 9], '--input x=FILE.npy'],
    [[1, 4, 5, 9], [1, 3, 5, 9], '--input x=FILE.npy of 4 channels'],
  ])('[%s] with an image of another shape', (declared, shape, fix) => {
    const check = () => checkDeclaredShape(shape, network('float32', declared), NONE, { width: 9, height: 5 });
    expect(check).toThrow(expect.objectContaining({ fix: expect.stringContaining(fix) }));
  });

  it('pixels that nobody prepared are told where that is true', () => {
    const rgb = network('float32', [1, 3, 224, 224]);
    expect(unpreparedNote(null, 3, rgb)).toContain('expects --preset imagenet');
    expect(unpreparedNote({ ...NOTHING_ASKED, resize: [224, 224] }, 3, rgb)).toContain('expects --normalize imagenet');
    expect(unpreparedNote({ ...NOTHING_ASKED, name: 'none' }, 3, rgb)).toBeNull();
    expect(unpreparedNote({ ...NOTHING_ASKED, pixels: '255' }, 3, rgb)).toBeNull();
    expect(unpreparedNote(null, 1, rgb)).toBeNull();
    expect(unpreparedNote(null, 3, network('uint8', null))).toBeNull();
    expect(unpreparedNote(null, 3, network('float32', null, true))).toBeNull();
    expect(unpreparedNote(null, 3, { name: 'alexnet', declared: null })).toBeNull();
  });

  it.each([
    ['float32', [1, 3, 6, 8], 'float64', [1, 3, 6, 8], ''],
    ['float32', [1, 3, 6, 8], 'float32', [2, 3, 6, 8], ''],
    ['float32', [null, 3, null, null], 'float32', [2, 3, 9, 9], ''],
    ['float32', [1, 3, 6, 8], 'uint8', [1, 3, 6, 8], 'is float32, a.npy is uint8'],
    ['uint8', [1, 3, 6, 8], 'float32', [1, 3, 6, 8], 'is uint8, a.npy is float32'],
    ['uint8', null, 'int64', [1, 3, 6, 8], 'is uint8, a.npy is int64'],
    ['float32', [1, 3, 6, 8], 'float32', [1, 3, 6, 9], 'float32 [1, 3, 6, 8], a.npy is [1, 3, 6, 9]'],
    ['float32', [1, 3, 6, 8], 'float32', [1, 6, 8, 3], 'float32 [1, 3, 6, 8], a.npy is [1, 6, 8, 3]'],
    ['float32', [1, 3, 6, 8], 'float32', [3, 6, 8], 'float32 [1, 3, 6, 8], a.npy is [3, 6, 8]'],
  ] as const)('%s [%s] and an array of %s [%s]', (dtype, declared, own, shape, words) => {
    const check = () =>
      checkDeclaredArray({ dtype: own, shape }, 'a.npy', 'net', { name: 'x', dtype, shape: declared });
    if (words === '') check();
    else expect(check).toThrow(words);
  });

  it('a --size that it does not have is refused with its own', () => {
    const fixed = network('float32', [1, 3, 6, 8]);
    const check = () => checkDeclaredSize([3, 9, 9], fixed);
    expect(check).toThrow('net reads [3, 6, 8], --size says [3, 9, 9]');
    expect(check).toThrow(expect.objectContaining({ fix: '--size 3,6,8' }));
    checkDeclaredSize([3, 6, 8], fixed);
    checkDeclaredSize([3, 9, 9], network('float32', [1, 3, null, null]));
    checkDeclaredSize([3, 9, 9], { name: 'alexnet', declared: null });
  });

  it('arrays and sizes are held against it by the commands', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'm.onnx'), onnx(1));
      writeFileSync(join(cwd, 'a.npy'), writeNpy(tensorOf(new Float32Array(3 * 7 * 8), [1, 3, 7, 8])));
      const refusals = [
        ['run', 'm.onnx', 'a.npy'],
        ['run', 'm.onnx', '--input', 'x=a.npy'],
        ['summary', 'm.onnx', '--size', '3,7,8'],
        ['filters', 'm.onnx', '--size', '3,7,8'],
      ];
      for (const args of refusals) {
        const { code, stderr } = await cnnviz(args, { cwd });
        expect([args[0], code, stderr]).toEqual([args[0], 2, expect.stringContaining('3, 6, 8]')]);
      }
    }));
});

/** relu behind a change of axes, for an input of this type, [N, H, W, 3] as it is declared. */
function lastOnnx(elementType: number, shape: number[], isReordered = true): Uint8Array {
  const perm = isReordered ? [0, 3, 1, 2] : [0, 1, 2, 3];
  const axes = bytes(5, [...text(1, 'perm'), ...perm.flatMap((axis) => number(8, axis)), ...number(20, 7)]);
  const cast = node('Cast', ['x'], ['f'], bytes(5, [...text(1, 'to'), ...number(3, 1), ...number(20, 2)]));
  return model({
    nodes: [
      elementType === 1 ? node('Identity', ['x'], ['f']) : cast,
      node('Transpose', ['f'], ['t'], axes),
      node('Relu', ['t'], ['y']),
    ],
    initializers: [],
    inputs: [value('x', elementType, shape)],
  });
}

describe('channels last', () => {
  const made = async (cwd: string, args: string[]) => {
    const { code, stderr } = await cnnviz(['run', ...args, '--layers', 'y', '-o', 'y.npy'], { cwd });
    expect([code, stderr.replace(/^(?:note|replaced).*\n/gm, '')]).toEqual([0, '']);
    return npyToValue(readNpy(readFileSync(join(cwd, 'y.npy'))));
  };

  it('an image is fed as it is declared, floats and bytes, and said so', () =>
    inFolder(async (cwd) => {
      for (const [type, range] of [
        [1, 'unit'],
        [2, '255'],
      ] as const) {
        writeFileSync(join(cwd, 'm.onnx'), lastOnnx(type, [1, 6, 8, 3]));
        const prepared = ['--preset', 'none', '--resize', '6,8', '--pixels', range];
        const { shape, data } = await made(cwd, ['m.onnx', join(IMAGES, 'chelsea.png'), ...prepared]);
        await cnnviz(['preprocess', join(IMAGES, 'chelsea.png'), ...prepared, '-o', 'x.npy'], { cwd });
        const fed = npyToValue(readNpy(readFileSync(join(cwd, 'x.npy'))));
        expect([shape.slice(-3), [...data]]).toEqual([[3, 6, 8], [...fed.data]]);
      }
      const { stdout } = await cnnviz(['run', 'm.onnx', FIVE, '--resize', '6,8', '--json'], { cwd });
      expect(JSON.parse(stdout).results[0].preprocess).toBe('8×6 (resized to 8×6, pixels 255, channels last)');
    }));

  it('an array is taken in the order of the file; in another order it is refused', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'm.onnx'), lastOnnx(1, [1, 2, 2, 3]));
      const numbers = Float32Array.from({ length: 12 }, (_, i) => i);
      writeFileSync(join(cwd, 'x.npy'), writeNpy(tensorOf(numbers, [1, 2, 2, 3])));
      const { data } = await made(cwd, ['m.onnx', 'x.npy']);
      expect([...data]).toEqual([0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]);
      writeFileSync(join(cwd, 'x.npy'), writeNpy(tensorOf(numbers, [1, 3, 2, 2])));
      const refused = await cnnviz(['run', 'm.onnx', 'x.npy'], { cwd });
      expect([refused.code, refused.stderr]).toEqual([
        expect.any(Number),
        expect.stringContaining('is float32 [1, 2, 2, 3], the array is [1, 3, 2, 2]'),
      ]);
    }));

  it('a graph that changes no axes reads the same numbers, channels last', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'm.onnx'), lastOnnx(1, [1, 6, 8, 3], false));
      const chelsea = join(IMAGES, 'chelsea.png');
      const { shape, data } = await made(cwd, ['m.onnx', chelsea, '--preset', 'none', '--resize', '6,8']);
      const prepared = ['--preset', 'none', '--resize', '6,8', '--layout', 'nhwc', '-o', 'x.npy'];
      await cnnviz(['preprocess', chelsea, ...prepared], { cwd });
      const fed = npyToValue(readNpy(readFileSync(join(cwd, 'x.npy'))));
      expect([shape.slice(-3), [...data]]).toEqual([[6, 8, 3], [...fed.data]]);
      expect(fed.shape).toEqual([6, 8, 3]);
    }));

  it.each([
    [[1, 6, 8, 3], ['--layout', 'nchw'], 'is [1, 6, 8, 3], channels last, --layout nchw says first'],
    [[1, 3, 6, 8], ['--layout', 'nhwc'], 'is [1, 3, 6, 8], --layout nhwc says channels last'],
    [[1, 6, 8, 3], ['--resize', '7,8'], 'm reads [6, 8, 3] with channels last, the image gives [3, 7, 8]'],
    [[1, 6, 8, 1], ['--resize', '6,8', '--channels', 'bgr'], 'm reads one channel, which has no order of colours'],
  ])('%j with %j is refused', (shape, flags, words) =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'm.onnx'), lastOnnx(1, shape));
      const { code, stderr } = await cnnviz(['run', 'm.onnx', FIVE, ...flags], { cwd });
      expect([code! > 0, stderr]).toEqual([true, expect.stringContaining(words)]);
    }),
  );

  it('bytes refuse a preset of other numbers', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'm.onnx'), lastOnnx(2, [1, 6, 8, 3]));
      const { code, stderr } = await cnnviz(['run', 'm.onnx', FIVE, '--preset', 'caffe'], { cwd });
      expect([code, stderr]).toEqual([2, expect.stringContaining('leave --preset caffe out')]);
    }));
});
