import { describe, expect, it } from 'vitest';
import { chainBehind } from '../../src/analysis/explain/chain.js';
import { summarizeModel } from '../../src/analysis/network-summary.js';
import { reachOfValue, seenBy } from '../../src/analysis/reach.js';
import { evaluate } from '../../src/layers/evaluate.js';
import type { Layer } from '../../src/layers/index.js';
import { inferShapes } from '../../src/layers/infer.js';
import { type Constant, constantOf, type Model, sequential } from '../../src/layers/model.js';

const integers = (...data: number[]): Constant =>
  constantOf({ dtype: 'int64', shape: [data.length], data: Float64Array.from(data) });
const POOL: Layer = {
  kind: 'max_pool',
  kernelSize: [2, 2],
  stride: [2, 2],
  pads: [0, 0, 0, 0],
  dilation: [1, 1],
  ceilMode: false,
};

/** What `summary` and `field` say of the last layer: both ask the same table. */
function lookAt(model: Model, shape: readonly number[]) {
  const shaped = inferShapes(model, new Map([['input', { dtype: 'float32', shape, value: null }]]), evaluate);
  const { paths } = reachOfValue(shaped, model.outputs[0]);
  const [{ rows, columns }] = paths;
  return {
    field: summarizeModel(shaped).layers.at(-1)!.field!,
    seen: (row: number, column: number) => [seenBy(rows, row), seenBy(columns, column)],
  };
}

describe('what a layer reads, in summary and in field', () => {
  it('zeros put around a map move its fields', () => {
    const pads = integers(0, 0, 1, 2, 0, 0, 1, 2);
    const model = sequential([
      { name: 'pad', layer: { kind: 'pad', mode: 'constant' }, parameters: [['pads', pads], null, null] },
      { name: 'pool', layer: POOL },
    ]);
    const { field, seen } = lookAt(model, [1, 1, 6, 4]);
    expect(field).toEqual([
      { size: 2, jump: 2, start: -0.5 },
      { size: 2, jump: 2, start: -1.5 },
    ]);
    expect(seen(0, 0)).toEqual([[0], []]);
    expect(seen(1, 1)).toEqual([
      [1, 2],
      [0, 1],
    ]);
  });

  it('a slice with steps has fields that far apart', () => {
    const parameters = ['starts', 'ends', 'axes', 'steps'].map(
      (name, i) => [name, integers(...[[1], [100], [3], [2]][i])] as const,
    );
    const { field, seen } = lookAt(sequential([{ name: 'slice', layer: { kind: 'slice' }, parameters }]), [1, 2, 3, 8]);
    expect(field).toEqual([
      { size: 1, jump: 1, start: 0 },
      { size: 1, jump: 2, start: 1 },
    ]);
    expect(seen(2, 3)).toEqual([[2], [7]]);
  });

  it('a softmax along rows reads its column alone', () => {
    const { field, seen } = lookAt(sequential([{ name: 'softmax', layer: { kind: 'softmax', dim: 2 } }]), [1, 1, 4, 3]);
    expect(field.map(({ size, jump }) => [size, jump])).toEqual([
      [4, null],
      [1, 1],
    ]);
    expect(seen(1, 2)).toEqual([[0, 1, 2, 3], [2]]);
  });

  it('a mean over channels keeps places, one over places reads the whole map', () => {
    const reduce = (...axes: number[]) =>
      lookAt(
        sequential([
          {
            name: 'mean',
            layer: { kind: 'reduce', name: 'mean', keepDims: true, noopWithEmptyAxes: false },
            parameters: [['axes', integers(...axes)]],
          },
        ]),
        [1, 3, 5, 1],
      );
    expect(reduce(1).field.map(({ jump }) => jump)).toEqual([1, 1]);
    expect(reduce(1).seen(3, 0)).toEqual([[3], [0]]);
    expect(reduce(2, 3).seen(0, 0)).toEqual([[0, 1, 2, 3, 4], [0]]);
  });

  it('vectors see the whole map, whatever made them of it', () => {
    const parameters = [['shape', integers(1, 24)] as const];
    const model = sequential([{ name: 'flat', layer: { kind: 'reshape', allowZero: false }, parameters }]);
    const { field, seen } = lookAt(model, [1, 2, 3, 4]);
    expect(field.map(({ size, jump }) => [size, jump])).toEqual([
      [3, null],
      [4, null],
    ]);
    expect(seen(0, 0)).toEqual([
      [0, 1, 2],
      [0, 1, 2, 3],
    ]);
  });
});

describe('an explanation goes on behind layers that read one number', () => {
  it.each([
    ['clip', { kind: 'clip' }, [null, null]],
    ['a function of one number', { kind: 'pointwise', name: 'abs', parameters: [] }, []],
    ['squeeze', { kind: 'squeeze' }, [['axes', integers(0)]]],
    ['dropout', { kind: 'dropout' }, []],
  ] as const)('%s', (_, layer, parameters) => {
    const model = sequential([
      { name: 'pool', layer: POOL },
      { name: 'one', layer, parameters },
    ]);
    expect(chainBehind(model, 'one').nodes.map(({ name }) => name)).toEqual(['one', 'pool']);
  });

  it('but not behind one that reads many', () => {
    const model = sequential([
      { name: 'pool', layer: POOL },
      { name: 'softmax', layer: { kind: 'softmax', dim: 1 } },
    ]);
    expect(chainBehind(model, 'softmax').nodes.map(({ name }) => name)).toEqual(['softmax']);
  });
});
