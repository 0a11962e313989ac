import { describe, expect, it } from 'vitest';
import { chainBehind, explainChain } from '../../src/analysis/explain/chain.js';
import type { KeptRun, WeightedStep } from '../../src/analysis/explain/explanation.js';
import { sizeOf, tensor } from '../../src/core/tensor.js';
import type { Value } from '../../src/core/values.js';
import { runSync } from '../../src/engine/execute.js';
import { planModel } from '../../src/engine/plan.js';
import { Session } from '../../src/engine/session.js';
import type { Layer } from '../../src/layers/index.js';
import { constantOf, type Model, type SequentialLayer, sequential, tensorConstant } from '../../src/layers/model.js';
import { seeded } from '../random.js';

const random = seeded(5);
const numbers = (size: number) => Float32Array.from({ length: size }, () => random() * 2 - 1);
const array = (data: Float32Array, shape: readonly number[]) => constantOf({ dtype: 'float32', shape, data });

interface Geometry {
  readonly x: readonly number[];
  readonly weight: readonly number[];
  readonly stride?: number;
  readonly padding?: number | 'same' | 'full';
  readonly paddingMode?: 'zeros' | 'reflect' | 'replicate' | 'circular';
  readonly dilation?: number;
  readonly groups?: number;
}

function conv({
  weight,
  stride = 1,
  padding = 0,
  paddingMode = 'zeros',
  dilation = 1,
  groups = 1,
}: Geometry): SequentialLayer {
  return {
    name: 'conv',
    layer: { kind: 'conv', stride: [stride, stride], padding, paddingMode, dilation: [dilation, dilation], groups },
    parameters: [
      ['weight', tensorConstant(tensor(numbers(sizeOf(weight)), weight))],
      ['bias', array(numbers(weight[0]), [weight[0]])],
    ],
  };
}

/** Runs a model with everything kept that its last layer's explanation reads. */
function keep(model: Model, shape: readonly number[], algorithm: string | null = null): KeptRun & { value: string } {
  const [value] = model.outputs;
  const plan = planModel(model, shape, { exact: false, algorithm }, chainBehind(model, value).keep);
  const x = { data: numbers(sizeOf(shape)), shape };
  const session = new Session(plan);
  const portions = session.runAll(new Map([['input', x]]));
  let kept = portions.next();
  while (!kept.done) kept = portions.next();
  session.close();
  const values = kept.value;
  return {
    plan,
    value,
    read: (name) => values.get(name) ?? (name === 'input' ? { dtype: 'float32', ...x } : plan.shaped.known(name)!),
  };
}

function explainAll(run: KeptRun & { value: string }, most = 60) {
  const { nodes } = chainBehind(run.plan.model, run.value);
  const count = run.read(run.value).data.length;
  const step = Math.max(1, Math.floor(count / most));
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => explainChain(run, nodes, i * step));
}

const GEOMETRIES: readonly Geometry[] = [
  { x: [1, 1, 5, 5], weight: [1, 1, 3, 3] },
  { x: [2, 3, 9, 8], weight: [4, 3, 3, 3], stride: 2, padding: 1 },
  { x: [1, 4, 8, 9], weight: [6, 2, 3, 2], groups: 2, dilation: 2, padding: 2, paddingMode: 'reflect' },
  { x: [1, 3, 12, 12], weight: [2, 3, 11, 11], padding: 'same', paddingMode: 'circular' },
  { x: [1, 3, 20, 20], weight: [1, 3, 17, 17], padding: 'full', paddingMode: 'zeros' },
  { x: [1, 5, 6, 6], weight: [3, 5, 1, 1] },
  { x: [1, 4, 7, 7], weight: [4, 1, 3, 3], groups: 4, padding: 1, paddingMode: 'replicate' },
  { x: [1, 300, 1, 1], weight: [7, 300, 1, 1] },
];

describe('explain', () => {
  it('arrives at the stored bits for every ordered algorithm and geometry', () => {
    let explained = 0;
    for (const geometry of GEOMETRIES) {
      for (const algorithm of ['direct', 'gemm', 'pointwise', 'depthwise', 'linear']) {
        let run: ReturnType<typeof keep>;
        try {
          run = keep(sequential([conv(geometry)]), geometry.x, algorithm);
        } catch (error) {
          // only because it rejects the geometry
          expect(String(error)).toContain(`algorithm ${algorithm}`);
          continue;
        }
        for (const [step] of explainAll(run)) {
          expect(step.agreement.same, `${algorithm} ${JSON.stringify(geometry)}`).toBe(true);
          expect(step.agreement.bound).toBe(0);
          explained++;
        }
      }
    }
    expect(explained).toBeGreaterThan(500);
  });

  it.each(['winograd4x3', 'winograd2x5', 'fft'] as const)(
    '%s: says the difference, which stays within the bound',
    (algorithm) => {
      const side = { winograd4x3: 3, winograd2x5: 5, fft: 11 }[algorithm];
      const run = keep(
        sequential([conv({ x: [1, 8, 24, 24], weight: [8, 8, side, side], padding: 1 })]),
        [1, 8, 24, 24],
        algorithm,
      );
      const steps = explainAll(run, 300).map(([step]) => step.agreement);
      expect(steps.some(({ same }) => !same)).toBe(true);
      for (const { difference, bound, reason } of steps) {
        expect(difference).toBeLessThanOrEqual(bound);
        expect(reason).not.toBeNull();
      }
      // the bound means something: it is far smaller than the values
      expect(Math.max(...steps.map(({ bound }) => bound))).toBeLessThan(1e-2);
    },
  );

  it('arrives at the stored bits of transposed convolutions, and says which pixels reach a place', () => {
    const fields = { kind: 'conv_transpose', outputSize: null } as const;
    const layers: readonly (readonly [layer: Layer, weight: readonly number[]])[] = [
      [
        { ...fields, stride: [2, 2], padding: [0, 0, 0, 0], outputPadding: [0, 0], dilation: [1, 1], groups: 1 },
        [6, 4, 2, 2],
      ],
      [
        { ...fields, stride: [2, 3], padding: [1, 0, 2, 1], outputPadding: [1, 2], dilation: [1, 2], groups: 2 },
        [6, 2, 4, 3],
      ],
      [
        { ...fields, stride: [3, 3], padding: [0, 0, 0, 0], outputPadding: [2, 0], dilation: [1, 1], groups: 3 },
        [6, 1, 1, 2],
      ],
    ];
    for (const [layer, weight] of layers) {
      const M = weight[1] * (layer as { groups: number }).groups;
      const parameters = [
        ['weight', tensorConstant(tensor(numbers(sizeOf(weight)), weight))],
        ['bias', array(numbers(M), [M])],
      ] as const;
      const run = keep(sequential([{ name: 'up', layer, parameters }]), [2, 6, 5, 4]);
      const output = run.read(run.value);
      for (const [step] of explainAll(run, 400)) {
        expect(step.agreement).toMatchObject({ same: true, bound: 0 });
        const { taps, channels, bias, agreement } = step as WeightedStep;
        const all = channels.reduce((sum, one) => one.products.reduce((a, b) => a + b, sum), bias);
        expect(Math.abs(all - agreement.stored)).toBeLessThan(1e-5);
        expect(taps.rows.length * taps.columns.length).toBe(taps.padding.length);
      }
      expect(output.shape.slice(0, 2)).toEqual([2, M]);
    }
    const [[layer, weight]] = layers;
    const up: SequentialLayer = {
      name: 'up',
      layer,
      parameters: [['weight', tensorConstant(tensor(numbers(96), weight))]],
    };
    const run = keep(sequential([up]), [1, 6, 5, 4]);
    // map 3, row 5, column 2 of maps 10×8: pixel (2, 1), tap (1, 0)
    const [step] = explainChain(run, chainBehind(run.plan.model, 'up').nodes, 3 * 80 + 5 * 8 + 2);
    const { taps, channels } = step as WeightedStep;
    expect(taps).toMatchObject({ size: [1, 1], rows: [2], columns: [1] });
    expect(channels.map(({ patch }) => patch[0])).toEqual(
      channels.map(({ channel }) => run.read('input').data[channel * 20 + 2 * 4 + 1]),
    );
    expect(channels.map(({ kernel }) => kernel[0])).toEqual(
      channels.map(({ channel }) => run.read('weight').data[(channel * 4 + 3) * 4 + 2]),
    );
  });

  it('follows a pool and an activation to the convolution, padding shown as such', () => {
    const run = keep(
      sequential([
        conv({ x: [], weight: [2, 3, 3, 3], padding: 1 }),
        { name: 'relu', layer: { kind: 'activation', name: 'relu', parameters: [] } },
        {
          name: 'pool',
          layer: {
            kind: 'max_pool',
            kernelSize: [2, 2],
            stride: [2, 2],
            pads: [1, 1, 1, 1],
            ceilMode: true,
            dilation: [1, 1],
          },
        },
      ]),
      [1, 3, 9, 9],
    );
    for (const steps of explainAll(run)) {
      expect(steps.map(({ layer }) => layer)).toEqual(['conv', 'relu', 'pool']);
      expect(steps.every(({ agreement }) => agreement.same)).toBe(true);
    }
    const [weighted] = explainAll(run)[0] as [WeightedStep];
    expect([...weighted.taps.padding]).toEqual([1, 1, 1, 1, 0, 0, 1, 0, 0]);
  });

  it.each([
    { kind: 'avg_pool', countIncludePad: false, divisorOverride: null },
    { kind: 'avg_pool', countIncludePad: true, divisorOverride: 3 },
    { kind: 'gauss_pool', sigma: [0.7, 1.1], countIncludePad: true },
  ] as const)('gives the bits of a mean pool: %j', (fields) => {
    const layer = {
      ...fields,
      kernelSize: [3, 2],
      stride: [2, 1],
      pads: [1, 0, 1, 1],
      ceilMode: true,
    } as unknown as Layer;
    const run = keep(sequential([{ name: 'pool', layer }]), [1, 2, 8, 7]);
    for (const steps of explainAll(run)) expect(steps[0].agreement.same).toBe(true);
  });

  it('a folded batch norm differs within its bound, and is explained from the unfolded sum', () => {
    const parameters = ['weight', 'bias', 'mean', 'variance'].map(
      (name) =>
        [
          `bn.${name}`,
          array(
            numbers(4).map((value) => 1 + value / 2),
            [4],
          ),
        ] as const,
    );
    const run = keep(
      sequential([
        conv({ x: [], weight: [4, 3, 3, 3], padding: 1 }),
        { name: 'bn', layer: { kind: 'batch_norm', eps: 1e-5 }, parameters },
      ]),
      [1, 3, 10, 10],
    );
    const all = explainAll(run, 400);
    expect(all.every(([first]) => first.agreement.same)).toBe(true);
    expect(all.some((steps) => !steps[1].agreement.same)).toBe(true);
    for (const [, { agreement }] of all) {
      expect(agreement.difference).toBeLessThanOrEqual(agreement.bound);
      expect(agreement.algorithm).toContain('batch norm folded');
    }
  });

  it('a stored value that the engine did not compute is found out', () => {
    const run = keep(sequential([conv(GEOMETRIES[1])]), GEOMETRIES[1].x);
    const forged: Value = { ...run.read('conv'), data: run.read('conv').data.map((value) => value + 1) };
    const other = { ...run, read: (name: string) => (name === 'conv' ? forged : run.read(name)) };
    const { nodes } = chainBehind(run.plan.model, 'conv');
    const [{ agreement }] = explainChain(other, nodes, 3);
    expect(agreement.same).toBe(false);
    expect(agreement.stored).toBeCloseTo(agreement.explained + 1, 5);
  });

  it('the whole run gives the bits of one that keeps nothing', () => {
    const model = sequential([
      conv(GEOMETRIES[1]),
      { name: 'relu', layer: { kind: 'activation', name: 'relu', parameters: [] } },
    ]);
    const run = keep(model, GEOMETRIES[1].x);
    const session = new Session(planModel(model, GEOMETRIES[1].x, { exact: false, algorithm: null }));
    const alone = runSync(
      session,
      run.read('input') as { data: Float32Array; shape: readonly number[]; dtype: 'float32' },
    );
    session.close();
    expect([...alone.data]).toEqual([...run.read('relu').data]);
  });

  it.each([
    ['softmax', { kind: 'softmax', dim: 1 }, 3],
    ['lrn', { kind: 'lrn', size: 3, alpha: 1e-4, beta: 0.75, k: 1 }, 2],
    ['global_avg_pool', { kind: 'global_avg_pool' }, 16],
    ['flatten', { kind: 'flatten', startDim: 1, endDim: -1 }, 1],
  ] as const)('%s names the numbers it reads', (_, layer, reads) => {
    const run = keep(sequential([{ name: 'layer', layer: layer as Layer }]), [1, 3, 4, 4]);
    const { nodes } = chainBehind(run.plan.model, 'layer');
    const [step] = explainChain(run, nodes, 0);
    expect(step.step === 'element' && step.reads.length).toBe(reads);
    expect(step.agreement.same).toBe(true);
  });
});
