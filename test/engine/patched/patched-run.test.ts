import { describe, expect, it } from 'vitest';
import { sizeOf, tensor } from '../../../src/core/tensor.js';
import { runAllSync } from '../../../src/engine/execute.js';
import { leadingSteps, PatchedRun, type Region } from '../../../src/engine/patched/patched-run.js';
import { planModel } from '../../../src/engine/plan.js';
import { Session } from '../../../src/engine/session.js';
import type { Layer } from '../../../src/layers/index.js';
import { type Constant, constantOf, type Model, type ModelNode, tensorConstant } from '../../../src/layers/model.js';
import { randomArray } from '../../random.js';

const conv = (padding: number, stride: number, more: object = {}): Layer => ({
  kind: 'conv',
  stride: [stride, stride],
  padding,
  paddingMode: 'zeros',
  dilation: [1, 1],
  groups: 1,
  ...more,
});
const relu: Layer = { kind: 'activation', name: 'relu', parameters: [] };
const norm: Layer = { kind: 'batch_norm', eps: 1e-5 };
const lrn: Layer = { kind: 'lrn', size: 3, alpha: 0.1, beta: 0.75, k: 1 };
const pool = (kind: 'max_pool' | 'avg_pool', size: number, stride: number, pad: number, ceilMode: boolean): Layer => {
  const fields = { kernelSize: [size, size], stride: [stride, stride], pads: [pad, pad, pad, pad], ceilMode } as const;
  return kind === 'max_pool'
    ? { kind, ...fields, dilation: [1, 1] }
    : { kind, ...fields, countIncludePad: false, divisorOverride: null };
};

type Row = readonly [layer: Layer, weight?: readonly number[] | undefined, reads?: readonly string[]];

/** Layers one after another, named 0, 1 …; a row may read others before it instead. */
function modelOf(rows: readonly Row[]): Model {
  const constants = new Map<string, Constant>();
  const add = (name: string, shape: readonly number[], seed: number, lo = -0.5, hi = 0.5) => {
    constants.set(name, tensorConstant(tensor(randomArray(sizeOf(shape), seed, lo, hi), shape)));
    return name;
  };
  const nodes = rows.map(([layer, weight, reads], n): ModelNode => {
    const inputs = [...(reads ?? [n === 0 ? 'input' : String(n - 1)])];
    for (const name of inputs.filter((one) => one.startsWith('int:'))) {
      constants.set(name, constantOf({ dtype: 'int64', shape: [1], data: Float64Array.of(Number(name.slice(4))) }));
    }
    if (layer.kind === 'conv') inputs.push(add(`${n}.w`, weight!, n), add(`${n}.b`, [weight![0]], n + 100));
    if (layer.kind === 'batch_norm') {
      for (const [p, [lo, hi]] of [
        [0.5, 1.5],
        [-1, 1],
        [-1, 1],
        [0.5, 2],
      ].entries())
        inputs.push(add(`${n}.${p}`, weight!, n + p, lo, hi));
    }
    return { name: String(n), layer, inputs, outputs: [String(n)] };
  });
  const inputs = [{ name: 'input', dtype: 'float32' as const, shape: null }];
  return { inputs, constants, nodes, outputs: [String(rows.length - 1)] };
}

const NETS: Readonly<Record<string, readonly Row[]>> = {
  'as AlexNet: stride 4, 5×5 and 3×3 by Winograd': [
    [conv(2, 4), [8, 3, 11, 11]],
    [relu],
    [pool('max_pool', 3, 2, 0, false)],
    [conv(2, 1), [24, 8, 5, 5]],
    [relu],
    [pool('max_pool', 3, 2, 0, false)],
    [conv(1, 1), [32, 24, 3, 3]],
    [relu],
    [conv(1, 1), [32, 32, 3, 3]],
  ],
  'as VGG: 3×3 by Winograd on large maps': [
    [conv(1, 1), [16, 3, 3, 3]],
    [relu],
    [conv(1, 1), [32, 16, 3, 3]],
    [relu],
    [pool('max_pool', 2, 2, 0, false)],
    [conv(1, 1), [32, 32, 3, 3]],
  ],
  'as ResNet: norms folded, branches added': [
    [conv(3, 2), [8, 3, 7, 7]],
    [norm, [8]],
    [relu],
    [pool('max_pool', 3, 2, 1, false)],
    [conv(1, 1), [8, 8, 3, 3]],
    [norm, [8]],
    [relu],
    [conv(1, 1), [8, 8, 3, 3]],
    [norm, [8]],
    [{ kind: 'add' }, undefined, ['8', '3']],
    [relu],
    [conv(0, 2), [12, 8, 1, 1]],
  ],
  'groups, dilation, stride beyond the kernel, ceil mode, concat': [
    [conv(0, 3), [6, 3, 2, 2]],
    [lrn],
    [pool('max_pool', 3, 2, 1, true)],
    [conv(2, 1, { groups: 2, dilation: [2, 2] }), [6, 3, 3, 3]],
    [conv(1, 1), [4, 6, 3, 3], ['2']],
    [{ kind: 'concat', dim: 1 }, undefined, ['3', '4']],
    [conv(1, 1, { groups: 2, padding: [0, 2, 1, 0] }), [4, 5, 3, 3]],
    [pool('avg_pool', 2, 1, 0, false)],
  ],
  'each place from the same place: softmax and norms over channels, parts of them, their largest': [
    [conv(1, 1), [6, 3, 3, 3]],
    [{ kind: 'softmax', dim: 1 }],
    [{ kind: 'max' }, undefined, ['1', '0']],
    [{ kind: 'mean' }, undefined, ['2', '0', '1']],
    [{ kind: 'slice' }, undefined, ['3', 'int:1', 'int:5', 'int:1']],
    [{ kind: 'gather', axis: 1 }, undefined, ['4', 'int:2']],
    [{ kind: 'reduce', name: 'l2', keepDims: true, noopWithEmptyAxes: false }, undefined, ['3', 'int:1']],
    [{ kind: 'concat', dim: 1 }, undefined, ['4', '5', '6']],
    [conv(1, 1), [4, 6, 3, 3]],
  ],
  'a mean over a border ends what is computed in part': [
    [conv(1, 1), [4, 3, 3, 3]],
    [pool('avg_pool', 3, 2, 1, false)],
    [conv(1, 1), [4, 4, 3, 3]],
  ],
  'a reflected border ends what is computed in part': [
    [conv(1, 1), [4, 3, 3, 3]],
    [conv(2, 1, { paddingMode: 'reflect' }), [4, 4, 3, 3]],
    [relu],
    [conv(1, 1), [4, 4, 3, 3]],
  ],
};

/** −1: the same bits. */
function firstDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Math.min(a.length, b.length);
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return i;
  return -1;
}

const SIDES = [67, 70];

describe.each(Object.entries(NETS))('%s', (title, rows) => {
  const model = modelOf(rows);
  const shape = [1, 3, ...SIDES];
  const options = { exact: false, algorithm: null, alone: true };
  const plan = planModel(model, shape, options);
  const x = randomArray(sizeOf(shape), 5);
  const places = [0, 1, 13, 29, 30, 44, SIDES[0] - 11];
  const regions = places.flatMap((y) =>
    [0, 7, 31, SIDES[1] - 9].map(
      (left): Region => [
        { first: y, end: y + 11 },
        { first: left, end: left + 9 },
      ],
    ),
  );
  const leading = leadingSteps(plan, 'input', regions, Number.POSITIVE_INFINITY);
  const names = leading.map(({ step }) => step.outputs[0]);

  function valuesOf(image: Float32Array) {
    const session = new Session(planModel(model, shape, options, ['input', ...names]));
    const values = runAllSync(session, new Map([['input', { data: image, shape }]]));
    session.close();
    return values;
  }

  it('every patch gives the bits of the whole image covered there', () => {
    const run = new PatchedRun(plan, 'input', valuesOf(x), leading);
    const patch = randomArray(3 * 11 * 9, 6);
    // twice, so that a patch that is not taken away is seen
    for (const region of [...regions, ...regions.slice(0, 5)]) {
      run.run(region, patch);
      const covered = x.slice();
      for (let c = 0; c < 3; c++) {
        for (let r = 0; r < 11; r++) {
          const from = patch.subarray((c * 11 + r) * 9, (c * 11 + r + 1) * 9);
          covered.set(from, (c * SIDES[0] + region[0].first + r) * SIDES[1] + region[1].first);
        }
      }
      const whole = valuesOf(covered);
      for (const name of names)
        expect([name, firstDifference(run.value(name), whole.get(name)!.data)]).toEqual([name, -1]);
    }
    run.close();
  });

  it('parts that are nearly the whole map are left to the rest of the network', () => {
    const some = leadingSteps(plan, 'input', regions);
    for (const { axes, size } of some)
      expect((size[0] * size[1]) / (axes[0].size * axes[1].size)).toBeLessThanOrEqual(0.8);
    expect(some.length).toBeLessThanOrEqual(leading.length);
  });

  it('all steps are computed in part, as far as a border allows', () => {
    expect(leading.length).toBe(title.includes('ends') ? 1 : plan.steps.length);
  });
});
