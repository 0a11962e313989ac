import { describe, expect, it } from 'vitest';
import { planBuffers } from '../../src/engine/buffers.js';
import { runSync } from '../../src/engine/execute.js';
import { planModel } from '../../src/engine/plan.js';
import { Session } from '../../src/engine/session.js';
import type { Step } from '../../src/engine/steps.js';
import type { Layer } from '../../src/layers/index.js';
import type { Model } from '../../src/layers/model.js';

it('a sum never overwrites what it still reads under another shape', () => {
  const model: Model = {
    inputs: [{ name: 'x', dtype: 'float32', shape: null }],
    constants: new Map(),
    nodes: [
      { name: 'twice', layer: { kind: 'add' }, inputs: ['x', 'x'], outputs: ['twice'] },
      { name: 'flat', layer: { kind: 'flatten', startDim: 0, endDim: 1 }, inputs: ['twice'], outputs: ['flat'] },
      // [4] + [2, 1, 4]: each row is read again after the first was written
      { name: 'sum', layer: { kind: 'add' }, inputs: ['flat', 'twice'], outputs: ['sum'] },
    ],
    outputs: ['sum'],
  };
  const session = new Session(planModel(model, [4, 1], { exact: true, algorithm: null }));
  const x = Float32Array.of(1, 2, 3, 4);
  const { shape, data } = runSync(session, { data: x, shape: [4, 1] });
  expect(shape).toEqual([4, 4]);
  expect([...data]).toEqual([1, 2, 3, 4].flatMap((row) => [1, 2, 3, 4].map((column) => 2 * column + 2 * row)));
  session.close();
});

/** A layer of float32 [size]. `concat` needs memory of its own, `relu` works in place, `flatten` is its input again. */
function step(kind: 'concat' | 'relu' | 'flatten', inputs: string[], output: string, size: number): Step {
  const layers: Record<typeof kind, Layer> = {
    concat: { kind: 'concat', dim: 0 },
    relu: { kind: 'activation', name: 'relu', parameters: [] },
    flatten: { kind: 'flatten', startDim: 0, endDim: -1 },
  };
  const infos = [{ dtype: 'float32', shape: [size] }];
  return { kind: 'operator', name: output, layer: layers[kind], inputs, outputs: [output], infos } as unknown as Step;
}

describe('the memory of values', () => {
  const buffers = (steps: Step[], kept: string[]) => {
    const { bufferOf, bytes, aliasOf } = planBuffers(steps, kept, { infos: new Map(), known: () => null });
    const alias = Object.fromEntries([...aliasOf].map(([name, { of }]) => [name, of]));
    return { of: Object.fromEntries(bufferOf), bytes, alias };
  };

  it('is used again once nobody reads what was there', () => {
    const steps = [
      step('concat', ['x'], 'a', 10),
      step('concat', ['a'], 'b', 10),
      step('concat', ['b'], 'c', 10),
      step('concat', ['c'], 'y', 10),
    ];
    expect(buffers(steps, ['y'])).toEqual({ of: { a: 0, b: 1, c: 0, y: -1 }, bytes: [40, 40], alias: {} });
  });

  it('is not while a later step reads it', () => {
    const steps = [
      step('concat', ['x'], 'a', 10),
      step('concat', ['a'], 'b', 10),
      step('concat', ['b'], 'c', 10),
      step('concat', ['c', 'a'], 'y', 10),
    ];
    expect(buffers(steps, ['y']).of).toEqual({ a: 0, b: 1, c: 2, y: -1 });
  });

  it('is that of the input where a layer works in place, but for what is kept, read later or the caller’s', () => {
    const inPlace = [step('concat', ['x'], 'a', 10), step('relu', ['a'], 'b', 10), step('concat', ['b'], 'y', 10)];
    expect(buffers(inPlace, ['y'])).toMatchObject({ of: { a: 0, b: 0 }, bytes: [40] });
    expect(buffers(inPlace, ['a', 'y']).of).toEqual({ a: -1, b: 0, y: -1 });
    const later = [step('concat', ['x'], 'a', 10), step('relu', ['a'], 'b', 10), step('concat', ['b', 'a'], 'y', 10)];
    expect(buffers(later, ['y']).of).toEqual({ a: 0, b: 1, y: -1 });
    const first = [step('relu', ['x'], 'a', 10), step('concat', ['a'], 'y', 10)];
    expect(buffers(first, ['y'])).toMatchObject({ of: { a: 0 }, bytes: [40] });
    const behind = [
      step('concat', ['x'], 'a', 10),
      step('concat', ['a'], 'b', 10),
      step('relu', ['x'], 'c', 10),
      step('concat', ['b', 'c'], 'y', 10),
    ];
    expect(buffers(behind, ['y']).of).toEqual({ a: 0, b: 1, c: 0, y: -1 });
  });

  it('passed on in place is not given to others while its new value lives', () => {
    const steps = [
      step('concat', ['x'], 'a', 10),
      step('relu', ['a'], 'b', 10),
      step('concat', ['x'], 'c', 10),
      step('concat', ['b', 'c'], 'y', 10),
    ];
    expect(buffers(steps, ['y']).of).toEqual({ a: 0, b: 0, c: 1, y: -1 });
  });

  it('in place is given up where the output is larger than the input', () => {
    const steps = [step('concat', ['x'], 'a', 10), step('relu', ['a'], 'b', 11), step('concat', ['b'], 'y', 1)];
    expect(buffers(steps, ['y'])).toMatchObject({ of: { a: 0, b: 1 }, bytes: [40, 44] });
  });

  it('is the smallest that is large enough, else the largest, which grows', () => {
    const three = [
      step('concat', ['x'], 'a', 30),
      step('concat', ['x'], 'b', 10),
      step('concat', ['x'], 'c', 20),
      step('concat', ['a', 'b', 'c'], 'all', 1),
    ];
    const steps = (size: number) => [
      ...three,
      step('concat', ['all'], 'd', size),
      step('concat', ['d', 'all'], 'y', 1),
    ];
    expect(buffers(steps(15), ['y'])).toMatchObject({ of: { a: 0, b: 1, c: 2, all: 3, d: 2 } });
    expect(buffers(steps(20), ['y'])).toMatchObject({ of: { d: 2 }, bytes: [120, 40, 80, 4] });
    expect(buffers(steps(50), ['y'])).toMatchObject({ of: { d: 0 }, bytes: [200, 40, 80, 4] });
  });

  it('under a new shape lives as long as any of its names', () => {
    const steps = [
      step('concat', ['x'], 'a', 10),
      step('flatten', ['a'], 'flat', 10),
      step('flatten', ['flat'], 'again', 10),
      step('concat', ['x'], 'b', 10),
      step('concat', ['again', 'b'], 'y', 10),
    ];
    expect(buffers(steps, ['y'])).toEqual({
      of: { a: 0, b: 1, y: -1 },
      bytes: [40, 40],
      alias: { flat: 'a', again: 'flat' },
    });
    // kept under one name it is handed out
    expect(buffers(steps, ['again', 'y']).of).toEqual({ a: -1, b: 0, y: -1 });
  });

  it('of the caller under a new shape is copied', () => {
    const steps = [step('flatten', ['x'], 'flat', 10), step('concat', ['flat'], 'y', 10)];
    expect(buffers(steps, ['y'])).toMatchObject({ of: { flat: 0 }, alias: {} });
  });

  describe('of parts', () => {
    const infos = new Map(
      Object.entries({ x: [2, 5], a: [2, 5], odd: [5, 2], all: [5, 1] }).map(([name, shape]) => [
        name,
        { dtype: 'float32' as const, shape },
      ]),
    );
    const split = (input: string, outputs: string[], axis: number, shapes: number[][]): Step =>
      ({
        kind: 'operator',
        name: outputs[0],
        layer: { kind: 'split', axis, parts: outputs.length },
        inputs: [input],
        outputs,
        infos: shapes.map((shape) => ({ dtype: 'float32', shape })),
      }) as unknown as Step;
    const first = step('concat', ['x'], 'a', 10);
    const halves = split('a', ['b', 'c'], 0, [
      [1, 5],
      [1, 5],
    ]);
    const planned = (steps: Step[], kept: string[]) => {
      const { bufferOf, aliasOf } = planBuffers(steps, kept, { infos, known: () => null });
      return { of: Object.fromEntries(bufferOf), alias: Object.fromEntries(aliasOf) };
    };

    it('is within that of the whole, which lives as long as any of them', () => {
      const steps = [first, halves, step('concat', ['x'], 'd', 10), step('concat', ['d', 'c'], 'y', 10)];
      expect(planned(steps, ['y'])).toEqual({
        of: { a: 0, d: 1, y: -1 },
        alias: { b: { of: 'a', from: 0 }, c: { of: 'a', from: 5 } },
      });
    });

    it('is not written over by what works in place: that would begin at the start of the whole', () => {
      const steps = [first, halves, step('relu', ['c'], 'd', 5), step('concat', ['d'], 'y', 5)];
      expect(planned(steps, ['y']).of).toEqual({ a: 0, d: 1, y: -1 });
      const reshaped = [
        first,
        halves,
        step('flatten', ['c'], 'flat', 5),
        step('relu', ['flat'], 'd', 5),
        step('concat', ['d'], 'y', 5),
      ];
      expect(planned(reshaped, ['y']).of).toEqual({ a: 0, d: 1, y: -1 });
    });

    it('is their own where the whole or any of them is handed out, or is the caller’s', () => {
      const steps = [first, halves, step('concat', ['b', 'c'], 'y', 10)];
      for (const kept of [
        ['y', 'a'],
        ['y', 'b'],
        ['y', 'c'],
      ])
        expect(planned(steps, kept).alias).toEqual({});
      const flat = [...steps, step('flatten', ['b'], 'flat', 5), step('concat', ['flat'], 'z', 5)];
      expect(planned(flat, ['y', 'z', 'flat']).alias).toEqual({ flat: { of: 'b', from: 0 } });
      const ofCaller = { ...halves, inputs: ['x'] } as Step;
      expect(planned([ofCaller, step('concat', ['b', 'c'], 'y', 10)], ['y']).alias).toEqual({});
    });

    it('is their own where they lie in pieces, or are small', () => {
      const columns = split('odd', ['b', 'c'], 1, [
        [5, 1],
        [5, 1],
      ]);
      const steps = [step('concat', ['x'], 'odd', 10), columns, step('concat', ['b', 'c'], 'y', 10)];
      expect(planned(steps, ['y']).alias).toEqual({});
      const small = split(
        'all',
        ['b', 'c', 'd', 'e', 'f'],
        0,
        [0, 1, 2, 3, 4].map(() => [1, 1]),
      );
      const others = [step('concat', ['x'], 'all', 5), small, step('concat', ['b', 'c', 'd', 'e', 'f'], 'y', 5)];
      expect(planned(others, ['y']).alias).toEqual({});
    });
  });
});
