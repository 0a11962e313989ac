import { describe, expect, it } from 'vitest';
import { type FieldFacts, measureField } from '../../src/analysis/field.js';
import { sizeOf, tensor } from '../../src/core/tensor.js';
import { executeSync } from '../../src/engine/execute.js';
import { planModel } from '../../src/engine/plan.js';
import type { Layer } from '../../src/layers/index.js';
import { type Model, type SequentialLayer, sequential, tensorConstant } from '../../src/layers/model.js';

interface ConvFields {
  readonly k: number;
  readonly stride?: number;
  readonly padding?: number | 'full' | 'same';
  readonly dilation?: number;
  readonly paddingMode?: 'zeros' | 'reflect';
}

/** A convolution of one channel whose weights are all 1: every tap shows. */
function ones(
  name: string,
  { k, stride = 1, padding = 0, dilation = 1, paddingMode = 'zeros' }: ConvFields,
): SequentialLayer {
  return {
    name,
    layer: { kind: 'conv', stride: [stride, stride], padding, paddingMode, dilation: [dilation, dilation], groups: 1 },
    parameters: [[`${name}.weight`, tensorConstant(tensor(new Float32Array(k * k).fill(1), [1, 1, k, k]))]],
  };
}

function pool(name: string, kernel: number, stride: number, pad = 0): SequentialLayer {
  const pads = [pad, pad, pad, pad] as const;
  const layer: Layer = {
    kind: 'avg_pool',
    kernelSize: [kernel, kernel],
    stride: [stride, stride],
    pads,
    ceilMode: false,
    countIncludePad: true,
    divisorOverride: null,
  };
  return { name, layer };
}

function bins(height: number, width: number): SequentialLayer {
  return { name: 'bins', layer: { kind: 'adaptive_avg_pool', outputSize: [height, width] } };
}

const FACTS = { path: 'x.png', width: 0, height: 0, channels: 1, items: 1, colour: 'gray', depth: 8 };

function measure(
  model: Model,
  [H, W]: readonly [number, number],
  at: { x: number; y: number } | null = null,
  pixel: { x: number; y: number } | null = null,
) {
  const plan = planModel(model, [1, 1, H, W], { exact: true, algorithm: null });
  const layer = { shaped: plan.shaped, layer: model.nodes.at(-1)!.name, value: model.outputs[0] };
  const shown = { network: 'net', facts: FACTS, picture: null, notes: [] };
  return { field: measureField({ ...layer, ...shown }, { at, pixel }), plan };
}

/** Which outputs change when one pixel does: the engine itself is the witness. */
function readersByEngine({ plan, field }: ReturnType<typeof measure>): { readers: number[]; masks: Uint8Array[] } {
  const { x: W, y: H } = field.inputSize;
  const masks: Uint8Array[] = [];
  for (let p = 0; p < H * W; p++) {
    const data = new Float32Array(H * W);
    data[p] = 1;
    const y = executeSync(plan, { data, shape: [1, 1, H, W] });
    masks.push(Uint8Array.from(y.data, (value) => (value === 0 ? 0 : 1)));
  }
  return { readers: masks.map((mask) => mask.reduce((sum, one) => sum + one, 0)), masks };
}

function branches(): Model {
  const layers = [ones('a', { k: 5, padding: 2 }), ones('b', { k: 1 }), ones('c', { k: 3, dilation: 4, padding: 4 })];
  const nodes = layers.map(({ name, layer }) => ({
    name,
    layer,
    inputs: ['input', `${name}.weight`],
    outputs: [name],
  }));
  return {
    inputs: [{ name: 'input', dtype: 'float32', shape: null }],
    constants: new Map(layers.flatMap(({ parameters }) => parameters!.map((one) => one!))),
    nodes: [
      ...nodes,
      { name: 'sum', layer: { kind: 'add' }, inputs: ['a', 'b'], outputs: ['sum'] },
      { name: 'all', layer: { kind: 'add' }, inputs: ['sum', 'c'], outputs: ['all'] },
    ],
    outputs: ['all'],
  };
}

const STACKS: readonly (readonly [string, Model, readonly [number, number]])[] = [
  ['3×3', sequential([ones('conv', { k: 3 })]), [5, 5]],
  ['3×3 stride 2, padding 1', sequential([ones('conv', { k: 3, stride: 2, padding: 1 })]), [8, 7]],
  ['2×2 stride 3: pixels are skipped', sequential([ones('conv', { k: 2, stride: 3 })]), [8, 10]],
  ['dilated, full', sequential([ones('conv', { k: 3, dilation: 2, padding: 'full' })]), [6, 9]],
  ['reflected padding', sequential([ones('conv', { k: 5, padding: 2, paddingMode: 'reflect' })]), [6, 7]],
  [
    'conv, pool, conv',
    sequential([
      ones('a', { k: 3, padding: 1 }),
      pool('p', 3, 2, 1),
      ones('b', { k: 3, stride: 2, dilation: 2, padding: 2 }),
    ]),
    [17, 15],
  ],
  ['branches of different fields', branches(), [11, 12]],
  ['bins of unequal size', sequential([ones('conv', { k: 2 }), bins(3, 4)]), [9, 7]],
  ['more bins than values', sequential([ones('conv', { k: 3, stride: 2 }), bins(4, 5)]), [7, 9]],
  ['more than 64 places in a row', sequential([ones('conv', { k: 2 })]), [4, 70]],
  ['one bin of all', sequential([ones('conv', { k: 2, stride: 3 }), bins(1, 1)]), [8, 8]],
];

describe('the receptive field', () => {
  it.each(STACKS)('%s: is what the engine reads, pixel by pixel', (_, model, size) => {
    const measured = measure(model, size);
    const witness = readersByEngine(measured);
    expect([...measured.field.readers]).toEqual(witness.readers);
    const { x: oW, y: oH } = measured.field.outSize;
    for (const place of [0, oW * oH - 1, Math.floor((oW * oH) / 2)]) {
      const at = { x: place % oW, y: Math.floor(place / oW) };
      const { field } = measure(model, size, at);
      expect([...field.mask]).toEqual(witness.masks.map((mask) => mask[place]));
    }
    const pixel = { x: 3, y: 2 };
    const { field } = measure(model, size, null, pixel);
    expect([...field.pixel!.mask]).toEqual([...witness.masks[pixel.y * size[1] + pixel.x]]);
  });

  it('the heat map of a convolution without padding sums to outputs · k²', () => {
    for (const [k, stride] of [
      [3, 1],
      [3, 2],
      [5, 3],
      [2, 4],
    ]) {
      const { field } = measure(sequential([ones('conv', { k, stride })]), [23, 19]);
      expect(field.sum).toBe(sizeOf([field.outSize.x, field.outSize.y]) * k * k);
      expect(field.overlap!.x).toBe(Math.max(0, k - stride));
      expect(field.skipped!.x).toBe(Math.max(0, stride - k));
      expect(field.unread > 0).toBe(stride > k || (23 - k) % stride > 0 || (19 - k) % stride > 0);
    }
  });

  it('is clipped at the border, and says by how much', () => {
    const { field } = measure(sequential([ones('conv', { k: 5, padding: 2, stride: 2 })]), [9, 9], { x: 0, y: 4 });
    expect(field.full).toEqual({ x0: -2, x1: 2, y0: 6, y1: 10 });
    expect(field.window).toEqual({ x0: 0, x1: 2, y0: 6, y1: 8 });
    expect(field.inPadding).toEqual({ left: 2, top: 0, right: 0, bottom: 2 });
    expect(field.pixels).toBe(9);
  });

  it('positions that do not exist are refused with the range', () => {
    const model = sequential([ones('conv', { k: 3 })]);
    expect(() => measure(model, [5, 5], { x: 3, y: 0 })).toThrow(/3×3/);
    expect(() => measure(model, [5, 5], null, { x: 0, y: 5 })).toThrow(/input is 5×5/);
  });

  it('a 1-pixel image has a field of one pixel', () => {
    const { field }: { field: FieldFacts } = measure(sequential([ones('conv', { k: 3, padding: 1 })]), [1, 1]);
    expect(field.pixels).toBe(1);
    expect(field.inPadding).toEqual({ left: 1, top: 1, right: 1, bottom: 1 });
  });
});
