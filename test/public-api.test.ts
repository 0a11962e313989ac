import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import * as source from '../src/index.js';

const built = (await import('cnnviz' as string)) as typeof source;

describe('the library', () => {
  it('exports exactly this', () => {
    const names = [
      'CnnvizError',
      'VERSION',
      'ablate',
      'activation',
      'avgPool2d',
      'builtinKernel',
      'check',
      'compare',
      'conv2d',
      'decodeHead',
      'decodeImage',
      'decodeNpy',
      'encodeMap',
      'encodeNpy',
      'explain',
      'field',
      'gaussPool2d',
      'gradcam',
      'kernelNames',
      'loadNetwork',
      'maxPool2d',
      'occlude',
      'prepareConv2d',
      'preprocess',
      'readWeights',
      'relu',
      'runNetwork',
      'saliency',
      'summary',
      'sweep',
      'trainHead',
      'updateCheck',
      'useWideVectors',
    ];
    expect(Object.keys(source).sort()).toEqual(names);
    expect(Object.keys(built).sort()).toEqual(names);
  });

  it('convolves views, other number types and plain arrays, and returns contiguous float32', () => {
    const x = ndarray(new Float64Array([1, 2, 3, 4, 5, 6, 7, 8, 9]), [3, 3]);
    const y = built.conv2d(x.transpose(1, 0), ndarray([1, 0, 0, -1], [2, 2]));
    expect([y.shape, y.offset, y.stride]).toEqual([[1, 2, 2], 0, [4, 2, 1]]);
    expect(y.data).toBeInstanceOf(Float32Array);
    expect([...y.data]).toEqual([-4, -4, -4, -4]);
  });

  it('keeps the rank: [C, H, W] gives [M, oH, oW], [N, C, H, W] gives [N, M, oH, oW]', () => {
    const weight = ndarray(new Float32Array(4 * 2 * 9).fill(1), [4, 2, 3, 3]);
    const x = new Float32Array(3 * 2 * 25).fill(1);
    expect(built.conv2d(ndarray(x, [3, 2, 5, 5]), weight).shape).toEqual([3, 4, 3, 3]);
    expect(built.conv2d(ndarray(x.subarray(0, 50), [2, 5, 5]), weight).shape).toEqual([4, 3, 3]);
    expect(built.maxPool2d(ndarray(x, [3, 2, 5, 5]), { kernelSize: 2 }).shape).toEqual([3, 2, 2, 2]);
  });

  it('trains a classifier on features, and takes views and one row', () => {
    const x = ndarray([0, 0, 1, 0, 9, 9, 8, 9], [4, 2]);
    const head = built.trainHead(x, ['near', 'near', 'far', 'far'], { l2: 0.1 });
    expect(head.classes).toEqual(['far', 'near']);
    const y = head.predict(x);
    expect(y.shape).toEqual([4, 2]);
    expect([0, 1, 2, 3].map((row) => y.get(row, 0) > 0.9)).toEqual([false, false, true, true]);
    expect([...head.predict(ndarray([9, 9])).data]).toEqual([...y.data.subarray(4, 6)]);
    expect(() => head.predict(ndarray([1, 2, 3]))).toThrow('x: expected [N, 2], got [3]');
    expect(() => built.trainHead(x, ['a', 'a', 'a', 'a'])).toThrow('labels: of one class, "a"');
    expect(() => built.trainHead(x, ['a', 'b'])).toThrow('features: expected [2, D], got [4, 2]');
  });

  it('prepares once and runs often, whatever becomes of the weights', () => {
    const weight = ndarray(Float32Array.of(1, 2, 3, 4), [2, 2]);
    const prepared = built.prepareConv2d(weight, { inputShape: [3, 3], bias: 1, threads: 2 });
    weight.set(0, 0, 99);
    const x = ndarray(
      Float32Array.from({ length: 9 }, (_, i) => i),
      [3, 3],
    );
    const y = prepared.run(x);
    expect([...y.data]).toEqual([28, 38, 58, 68]);
    expect(prepared.run(x).data).not.toBe(y.data);
    expect([prepared.outputShape, prepared.algorithm, prepared.macs]).toEqual([[1, 2, 2], 'direct', 16]);
    expect(() => prepared.run(ndarray(new Float32Array(4), [2, 2]))).toThrow('expected [3, 3] as prepared');
  });

  it('refuses NaN in weights and biases, and passes it through in inputs', () => {
    const x = ndarray(Float32Array.of(1, Number.NaN, 3, 4), [2, 2]);
    const one = ndarray(Float32Array.of(2), [1, 1]);
    expect([...built.conv2d(x, one).data]).toEqual([2, Number.NaN, 6, 8]);
    expect(() => built.conv2d(x, ndarray(Float32Array.of(Number.NaN), [1, 1]))).toThrow(built.CnnvizError);
    expect(() => built.conv2d(x, one, { bias: Number.POSITIVE_INFINITY })).toThrow('bias: NaN or infinite');
  });

  it('weighs a Gaussian pool by distance', () => {
    const x = ndarray(Float32Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0), [3, 3]);
    const edge = Math.exp(-1 / (2 * 0.75 ** 2));
    const y = built.gaussPool2d(x, { kernelSize: 3 });
    expect(y.data[0]).toBeCloseTo(1 / (1 + 2 * edge) ** 2, 6);
  });
});

describe('networks in the library', () => {
  it('load once, run for any layers, and give arrays with N', async () => {
    const network = await built.loadNetwork('lenet5', { init: 1 });
    expect([network.name, network.input]).toEqual(['lenet5', [1, 32, 32]]);
    expect(network.layers([1, 32, 32]).slice(0, 3)).toEqual(['conv1', 'tanh1', 'pool1']);
    const x = ndarray(
      Float32Array.from({ length: 1024 }, (_, i) => (i % 17) / 17),
      [1, 32, 32],
    );
    const layers = await network.run(x, ['conv*', 'output']);
    expect([...layers.keys()]).toEqual(['conv1', 'conv2', 'conv3', 'fc2', 'output']);
    expect(layers.get('conv1')!.shape).toEqual([1, 6, 28, 28]);
    const batch = await network.run(ndarray(Float32Array.from([...x.data, ...x.data]), [2, 1, 32, 32]));
    expect(batch.get('fc2')!.shape).toEqual([2, 10]);
    expect([...batch.get('fc2')!.data.slice(0, 10)]).toEqual([...layers.get('fc2')!.data]);
    const once = await built.runNetwork('lenet5', x, { init: 1 });
    expect([...once.get('fc2')!.data]).toEqual([...layers.get('fc2')!.data]);
  });

  it('say what is wrong', async () => {
    await expect(built.loadNetwork('lenet6')).rejects.toMatchObject({
      code: 'usage',
      message: 'unknown network "lenet6"',
    });
    const network = await built.loadNetwork('lenet5');
    await expect(network.run(ndarray(new Float32Array(1024), [1, 32, 32]))).rejects.toThrow('lenet5 has no weights');
  });
});
