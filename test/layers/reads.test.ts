import { describe, expect, it } from 'vitest';
import { sourceIndex } from '../../src/core/geometry.js';
import { sizeOf } from '../../src/core/tensor.js';
import type { Value } from '../../src/core/values.js';
import type { AxisReads, LayerShapes } from '../../src/layers/family.js';
import { type Layer, layerFamily } from '../../src/layers/index.js';
import { GRADIENT_CASES, gradientsOf, outputsOf, valuesOf } from './gradient-cases.js';

/** Gradients tell what an output depends on: torch is their witness, and no table of what is read is behind them. */
function dependsOn(layer: Layer, inputs: readonly (Value | null)[], output: Value, indices: readonly number[]) {
  const dy = new Float64Array(sizeOf(output.shape));
  // of different sizes, so that they do not cancel where a layer takes their sum off
  for (const [i, index] of indices.entries()) dy[index] = 1 + i / 7;
  const { reaches = [0] } = layerFamily(layer).backward as { reaches?: 'all' | readonly number[] };
  const wanted = inputs.map((one, i) => one?.dtype === 'float64' && (reaches === 'all' || reaches.includes(i)));
  return gradientsOf(layer, inputs, dy, wanted).dx;
}

const shapesOf = (inputs: readonly (Value | null)[], output: Value): LayerShapes => ({
  inputs: inputs.map((one) => one?.shape ?? null),
  output: output.shape,
});

/** Layers whose gradients are the same everywhere: every number that is read has one, and it is not 0. */
const isLinear = (layer: Layer): boolean => {
  const { backward } = layerFamily(layer);
  if (typeof backward === 'string') return false;
  const needs = typeof backward.needs === 'function' ? backward.needs(layer) : backward.needs;
  return (needs ?? 'none') === 'none' && !['linear', 'where', 'prelu'].includes(layer.kind);
};

const withRule = GRADIENT_CASES.filter(({ layer }) => typeof layerFamily(layer).backward !== 'string');

/** The places along one axis of `size` that the place `at` reads, as analysis/reach.ts follows it. */
function placesRead(read: AxisReads, at: number, size: number, out: number): number[] {
  const all = Array.from({ length: size }, (_, i) => i);
  switch (read.by) {
    case 'all':
      return all;
    case 'place':
      return size === out ? [at] : [0];
    case 'list':
      return [...read.places[at]];
    case 'bins':
      return all.slice(Math.floor((at * size) / out), Math.ceil(((at + 1) * size) / out));
    case 'window': {
      const { axis, mode } = read;
      const taps = Array.from({ length: axis.kernel }, (_, k) => at * axis.stride - axis.padBefore + k * axis.dilation);
      return [...new Set(taps.map((tap) => sourceIndex(tap, size, mode)))].filter(
        (place) => place >= 0 && place < size,
      );
    }
  }
}

describe('what a place of a map reads is what its gradients reach', () => {
  const cases = withRule.flatMap((one) => {
    const inputs = valuesOf(one);
    const [output] = outputsOf(one.layer, inputs);
    const call = { ...shapesOf(inputs, output), known: (i: number) => inputs[i] && [...inputs[i].data] };
    const isMap = output.shape.length >= 3 && inputs[0]!.shape.length >= 3;
    const reads = isMap ? layerFamily(one.layer).reads(one.layer, call) : null;
    return reads ? [[one.name, { ...one, inputs, output, reads }] as const] : [];
  });

  it.each(cases)('%s', (_, { layer, inputs, output, reads }) => {
    const [oH, oW] = output.shape.slice(-2);
    const planes = sizeOf(output.shape.slice(0, -2));
    for (const [row, column] of [
      [0, 0],
      [oH >> 1, oW >> 1],
      [oH - 1, oW - 1],
      [0, oW - 1],
    ]) {
      const indices = Array.from({ length: planes }, (_, plane) => (plane * oH + row) * oW + column);
      const gradients = dependsOn(layer, inputs, output, indices);
      for (const [i, dx] of gradients.entries()) {
        const { shape } = inputs[i] ?? { shape: [] };
        if (!dx || shape.length < 3) continue;
        const [H, W] = shape.slice(-2);
        const rows = placesRead(reads[0], row, H, oH);
        const columns = placesRead(reads[1], column, W, oW);
        const told = new Set(rows.flatMap((r) => columns.map((c) => r * W + c)));
        const reached = new Set<number>();
        // a transform leaves crumbs of the rounding everywhere
        const least = 1e-6 * dx.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        for (const [at, value] of dx.entries()) if (Math.abs(value) > least) reached.add(at % (H * W));
        expect([...reached].filter((at) => !told.has(at))).toEqual([]);
        if (isLinear(layer)) expect([...told].filter((at) => !reached.has(at))).toEqual([]);
      }
    }
  });

  it('windows, bins, lists, whole maps and single places are all among them', () => {
    const kinds = new Set(cases.flatMap(([, { reads }]) => reads.map(({ by }) => by)));
    expect([...kinds].sort()).toEqual(['all', 'bins', 'list', 'place', 'window']);
    expect(cases.length).toBeGreaterThan(100);
  });
});

describe('the numbers an explanation names are those that gradients reach', () => {
  const cases = withRule.flatMap((one) => {
    const { explain } = layerFamily(one.layer);
    return explain !== null && typeof explain !== 'string' ? [[one.name, { ...one, explain }] as const] : [];
  });

  it.each(cases)('%s', (_, { explain, ...one }) => {
    const { layer } = one;
    const inputs = valuesOf(one);
    const [output] = outputsOf(layer, inputs);
    const size = sizeOf(output.shape);
    for (const index of [0, size >> 1, size - 1]) {
      const terms =
        typeof explain.terms === 'string'
          ? [{ input: 0, index }]
          : explain.terms(layer, shapesOf(inputs, output), index);
      const named = new Set(terms.map((term) => `${term.input}:${term.index}`));
      const reached = dependsOn(layer, inputs, output, [index]).flatMap((dx, input) =>
        dx === null ? [] : [...dx].flatMap((value, at) => (value === 0 ? [] : [`${input}:${at}`])),
      );
      // a norm's parameters are numbers of its formula, not terms
      const data = layer.kind === 'batch_norm' ? reached.filter((one) => one.startsWith('0:')) : reached;
      expect(data.filter((place) => !named.has(place))).toEqual([]);
      if (isLinear(layer)) expect(data.length).toBe(named.size);
    }
  });

  it('sums, norms, pools of the whole map and softmax are among them', () => {
    const kinds = cases.map(([, { layer }]) => layer.kind);
    for (const kind of ['add', 'prelu', 'concat', 'lrn', 'batch_norm', 'global_avg_pool', 'softmax', 'squeeze']) {
      expect(kinds).toContain(kind);
    }
  });
});
