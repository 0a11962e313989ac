import { placeOfIndex } from '../../core/value-place.js';
import { toFloat32 } from '../../core/values.js';
import type { PoolStep } from '../../engine/steps.js';
import type { AdaptivePoolLayer } from '../../layers/adaptive-pool.js';
import { layerFamily } from '../../layers/index.js';
import type { ModelNode } from '../../layers/model.js';
import { meanWindow } from '../../layers/pool.js';
import { agreementOf, type KeptRun, type Taps, type WindowStep } from './explanation.js';
import { tapsOf } from './weighted.js';

/** The window behind output `index` of a pool, and which of its inputs to follow further (an index into its input). */
export function explainPool(run: KeptRun, step: PoolStep, index: number): { step: WindowStep; source: number } {
  const { layer, windows: g, axes } = step;
  const plane = Math.floor(index / (g.oH * g.oW));
  const [i, j] = [Math.floor((index % (g.oH * g.oW)) / g.oW), index % g.oW];
  const taps = tapsOf(g, i, j);
  const input = run.read(step.inputs[0]!);
  const fill = layer.kind === 'max_pool' ? Number.NEGATIVE_INFINITY : 0;
  const values = underWindow(taps, toFloat32(input.data), plane * g.H * g.W, g.W, fill);
  const mean = layer.kind === 'max_pool' ? null : meanWindow(layer, axes, i, j);
  const weights = mean?.weights.map((weight) => weight / mean.divisor) ?? null;
  const explained = mean ? Math.fround(weightedSum(values, mean.weights) / mean.divisor) : largestOf(values);
  const chosen = chooseTap(taps, values, weights);
  return {
    step: {
      ...fieldsOf(run, { name: step.name, layer, outputs: step.outputs }, index, explained),
      taps,
      values,
      weights,
      chosen,
    },
    source: sourceOf(taps, chosen, plane * g.H * g.W, g.W),
  };
}

/** The bin behind output `index` of an adaptive pool. */
export function explainAdaptivePool(
  run: KeptRun,
  node: ModelNode & { readonly layer: AdaptivePoolLayer },
  index: number,
): { step: WindowStep; source: number } {
  const input = run.read(node.inputs[0]!);
  const [H, W] = input.shape.slice(-2);
  const [oH, oW] = run.read(node.outputs[0]).shape.slice(-2);
  const plane = Math.floor(index / (oH * oW));
  const [i, j] = [Math.floor((index % (oH * oW)) / oW), index % oW];
  const rows = binOf(i, H, oH);
  const columns = binOf(j, W, oW);
  const taps: Taps = {
    size: [rows.length, columns.length],
    rows,
    columns,
    window: { x0: columns[0], x1: columns.at(-1)!, y0: rows[0], y1: rows.at(-1)! },
    padding: new Uint8Array(rows.length * columns.length),
  };
  const values = underWindow(taps, toFloat32(input.data), plane * H * W, W, 0);
  const count = values.length;
  const isMean = node.layer.kind === 'adaptive_avg_pool';
  const weights = isMean ? new Float64Array(count).fill(1 / count) : null;
  const explained = isMean
    ? Math.fround(weightedSum(values, new Float64Array(count).fill(1)) / count)
    : largestOf(values);
  const chosen = chooseTap(taps, values, weights);
  return {
    step: { ...fieldsOf(run, node, index, explained), taps, values, weights, chosen },
    source: sourceOf(taps, chosen, plane * H * W, W),
  };
}

/** Bin i of `out` over `size` positions. */
function binOf(i: number, size: number, out: number): number[] {
  const first = Math.floor((i * size) / out);
  return Array.from({ length: Math.ceil(((i + 1) * size) / out) - first }, (_, k) => first + k);
}

function fieldsOf(
  run: KeptRun,
  { name, layer, outputs }: Pick<ModelNode, 'name' | 'layer' | 'outputs'>,
  index: number,
  explained: number,
) {
  const output = run.read(outputs[0]);
  return {
    step: 'window',
    layer: name,
    kind: layer.kind,
    words: layerFamily(layer).words(layer, []),
    place: placeOfIndex(output.shape, index),
    agreement: agreementOf(explained, toFloat32(output.data)[index]),
  } as const;
}

function underWindow({ rows, columns, padding }: Taps, x: Float32Array, start: number, W: number, fill: number) {
  return Float32Array.from(padding, (isPadding, t) =>
    isPadding ? fill : x[start + rows[Math.floor(t / columns.length)] * W + columns[t % columns.length]],
  );
}

/** In float64, in the order of the taps, as the engine's mean pools. */
function weightedSum(values: Float32Array, weights: Float64Array): number {
  let sum = 0;
  for (let t = 0; t < values.length; t++) sum += values[t] * weights[t];
  return sum;
}

/** The first of the largest; a NaN is the result. */
function largestOf(values: Float32Array): number {
  let largest = values[0];
  for (const value of values) if (value > largest || Number.isNaN(value)) largest = value;
  return largest;
}

/** The tap of the largest value (or largest share of the mean) inside the input. */
function chooseTap({ padding }: Taps, values: Float32Array, weights: Float64Array | null): number {
  const score = (t: number) => (weights ? Math.abs(values[t] * weights[t]) : values[t]);
  let best = -1;
  for (let t = 0; t < values.length; t++) {
    if (padding[t] === 0 && (best < 0 || score(t) > score(best) || Number.isNaN(values[t]))) best = t;
  }
  return Math.max(0, best);
}

function sourceOf({ rows, columns }: Taps, tap: number, start: number, W: number): number {
  return start + rows[Math.floor(tap / columns.length)] * W + columns[tap % columns.length];
}
