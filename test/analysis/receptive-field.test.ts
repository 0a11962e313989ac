import { describe, expect, it } from 'vitest';
import { summarizeModel } from '../../src/analysis/network-summary.js';
import { executeSync } from '../../src/engine/execute.js';
import { planModel } from '../../src/engine/plan.js';
import { inferShapes } from '../../src/layers/infer.js';
import { bindNetwork, parsePipe } from '../../src/models/networks/index.js';

/** The first and last row and column of the input that change output (i, j) of the last layer, by changing each. */
function reached(pipe: string, side: number, at: number): { rows: [number, number]; columns: [number, number] } {
  const shape = [1, 1, side, side];
  const { model } = bindNetwork(parsePipe(pipe), { dtype: 'float32', shape }, { kind: 'init', seed: 3 }, new Map());
  // constants that are all positive: nothing cancels, and no activation hides a change
  const constants = new Map(
    [...model.constants].map(([name, constant]) => {
      const { data } = constant.load();
      const value = {
        dtype: 'float32' as const,
        shape: constant.shape,
        data: Float32Array.from(data, (v) => Math.abs(v) + 0.01),
      };
      return [name, { ...value, load: () => value, loadInto: (target: Float32Array) => target.set(value.data) }];
    }),
  );
  const plan = planModel({ ...model, constants }, shape, { exact: true, algorithm: null });
  const run = (x: Float32Array) => {
    const y = executeSync(plan, { data: x, shape });
    const [, , H, W] = y.shape;
    return y.data[Math.min(at, H - 1) * W + Math.min(at, W - 1)];
  };
  const base = run(new Float32Array(side * side));
  const found: [number, number][] = [];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const image = new Float32Array(side * side);
      image[y * side + x] = 5;
      if (run(image) !== base) found.push([y, x]);
    }
  }
  const [ys, xs] = [found.map(([y]) => y), found.map(([, x]) => x)];
  return { rows: [Math.min(...ys), Math.max(...ys)], columns: [Math.min(...xs), Math.max(...xs)] };
}

function fieldOf(pipe: string, side: number) {
  const shape = [1, 1, side, side];
  const { model } = bindNetwork(parsePipe(pipe), { dtype: 'float32', shape }, { kind: 'none' }, new Map());
  const bound = new Map([['input', { dtype: 'float32' as const, shape, value: null }]]);
  return summarizeModel(inferShapes(model, bound)).field!;
}

describe('receptive fields are what a change of one pixel reaches', () => {
  it.each([
    ['conv 3 out_channels=1', 3],
    ['conv 3 out_channels=1 stride=2 | conv 3 out_channels=1', 2],
    ['conv 5,3 out_channels=1 padding=2,1 | avg_pool 2 | conv 3 out_channels=1 dilation=2', 1],
    [
      'conv 3 out_channels=1 name=a padding=1 | conv 3 out_channels=1 padding=1 name=b | conv 1 out_channels=1 from=input name=c | add from=b,c',
      5,
    ],
    [
      'avg_pool 3 stride=2 padding=1 | conv 3 out_channels=1 name=x | avg_pool 2 stride=1 from=avg_pool name=p | conv 2 out_channels=1 name=q | add from=x,q',
      1,
    ],
  ])('%s', (pipe, at) => {
    const side = 19;
    const [rows, columns] = fieldOf(pipe, side);
    const span = (axis: typeof rows) => {
      const centre = axis.start + at * axis.jump!;
      return [Math.max(0, centre - (axis.size - 1) / 2), Math.min(side - 1, centre + (axis.size - 1) / 2)];
    };
    const seen = reached(pipe, side, at);
    expect(seen.rows).toEqual(span(rows));
    expect(seen.columns).toEqual(span(columns));
  });

  it('branches whose strides differ have no stride', () => {
    const pipe =
      'conv 3 out_channels=1 stride=2 padding=1 name=a | adaptive_avg_pool 10 from=input name=b | add from=a,b';
    const shape = [1, 1, 19, 19];
    const { model } = bindNetwork(parsePipe(pipe), { dtype: 'float32', shape }, { kind: 'none' }, new Map());
    const bound = new Map([['input', { dtype: 'float32' as const, shape, value: null }]]);
    const { layers } = summarizeModel(inferShapes(model, bound));
    expect(layers.map(({ field }) => field![0].jump)).toEqual([2, 1.9, null]);
  });
});

describe('what strides save (S2 of the article)', () => {
  const macs = (side: number, stride: number) => {
    const shape = [1, 1, side, side];
    const { model } = bindNetwork(
      parsePipe(`conv 3 out_channels=1 stride=${stride}`),
      { dtype: 'float32', shape },
      { kind: 'none' },
      new Map(),
    );
    const bound = new Map([['input', { dtype: 'float32' as const, shape, value: null }]]);
    return summarizeModel(inferShapes(model, bound)).macs;
  };

  it.each([
    [224, 4.0, 9.0],
    [17, 3.52, 9.0],
    [5, 2.25, 9.0],
  ])('%i pixels: stride 2 costs %f times less, stride 3 %f', (side, two, three) => {
    expect(Math.round((100 * macs(side, 1)) / macs(side, 2)) / 100).toBe(two);
    expect(Math.round((100 * macs(side, 1)) / macs(side, 3)) / 100).toBe(three);
  });
});
