import { type Conv2dGeometry, sourceIndex } from '../../core/geometry.js';
import { tensor } from '../../core/tensor.js';
import { placeOfIndex } from '../../core/value-place.js';
import { toFloat32 } from '../../core/values.js';
import { algorithmTaken } from '../../engine/choose.js';
import type { Conv2dAlgorithm } from '../../engine/conv2d/algorithm.js';
import { direct } from '../../engine/conv2d/direct.js';
import { sumInOrder } from '../../engine/conv2d/order.js';
import { executeSync } from '../../engine/execute.js';
import { inverseWindowNorms, normaliseResponses } from '../../engine/ncc.js';
import { planModel } from '../../engine/plan.js';
import type { ConvStep } from '../../engine/steps.js';
import { layerFamily } from '../../layers/index.js';
import { constantOf, sequential, tensorConstant } from '../../layers/model.js';
import { agreementOf, type ChannelTerms, type KeptRun, type Taps, type WeightedStep } from './explanation.js';

/** The sum behind output `index` of a convolution, normalised cross-correlation or linear layer. */
export function explainWeighted(run: KeptRun, step: ConvStep, index: number): WeightedStep {
  const { layer, geometry: g } = step;
  const { item, map, i, j } = outputAt(g, index);
  const x = toFloat32(run.read(step.inputs[0]!).data);
  const weight = step.weight.load();
  const taps = tapsOf(g, i, j);
  const channels = channelTerms(g, x, weight, item, map, taps);
  const terms = joined(channels.map(({ products }) => products));
  const bias = step.bias?.[map] ?? 0;
  const magnitude = sizeOfTerms(channels, bias);
  const output = run.read(step.outputs[0]);
  const fields = {
    step: 'weighted',
    layer: step.name,
    kind: layer.kind,
    words: layerFamily(layer).words(layer, [
      x.length === 0 ? null : run.read(step.inputs[0]!).shape,
      weightShape(step),
    ]),
    place: placeOfIndex(output.shape, index),
    taps,
    readsInput: run.plan.model.inputs.some(({ name }) => name === step.inputs[0]),
    channels,
    sum: sumInOrder(terms, 0),
    bias,
    magnitude,
  } as const;
  const algorithm = algorithmOf(run, step, item);
  const [bound, reason] = boundOf(run, step, item, map, magnitude);
  const stored = toFloat32(output.data)[index];
  if (layer.kind !== 'ncc') {
    const explained = sumInOrder(terms, bias);
    return {
      ...fields,
      windowNorm: null,
      agreement: agreementOf(explained, stored, algorithm.name, bound, reason),
    };
  }
  // the same window alone, its taps next to each other: sums in the engine's order
  const alone = oneWindow(g);
  const inverse = inverseWindowNorms(alone, joined(channels.map(({ patch }) => patch)));
  const y = new Float32Array([fields.sum]);
  normaliseResponses(y, inverse, step.bias === null ? null : step.bias.subarray(map, map + 1));
  const agreement = agreementOf(y[0], stored, algorithm.name, bound * inverse[0], reason);
  return { ...fields, windowNorm: inverse[0] === 0 ? 0 : 1 / inverse[0], agreement };
}

/** Which item, map, row and column output `index` is. */
export function outputAt(g: Conv2dGeometry, index: number): { item: number; map: number; i: number; j: number } {
  const plane = Math.floor(index / (g.oH * g.oW));
  const inPlane = index % (g.oH * g.oW);
  return { item: Math.floor(plane / g.M), map: plane % g.M, i: Math.floor(inPlane / g.oW), j: inPlane % g.oW };
}

/** The window of output (i, j). */
export function tapsOf(g: Conv2dGeometry, i: number, j: number): Taps {
  const rows = Array.from({ length: g.kH }, (_, u) => i * g.sH - g.pads[0] + u * g.dH);
  const columns = Array.from({ length: g.kW }, (_, v) => j * g.sW - g.pads[1] + v * g.dW);
  const outside = (at: number, size: number) => at < 0 || at >= size;
  const padding = Uint8Array.from({ length: g.kH * g.kW }, (_, t) =>
    outside(rows[Math.floor(t / g.kW)], g.H) || outside(columns[t % g.kW], g.W) ? 1 : 0,
  );
  const window = { x0: columns[0], x1: columns[g.kW - 1], y0: rows[0], y1: rows[g.kH - 1] };
  return { size: [g.kH, g.kW], rows, columns, window, padding };
}

/** Σ|x·w| + |bias| of one output, padding as the layer has it. */
export function magnitudeAt({ geometry: g, weight, bias }: ConvStep, x: Float32Array, index: number): number {
  const { item, map, i, j } = outputAt(g, index);
  const channels = channelTerms(g, x, weight.load(), item, map, tapsOf(g, i, j));
  return sizeOfTerms(channels, bias?.[map] ?? 0);
}

function sizeOfTerms(channels: readonly ChannelTerms[], bias: number): number {
  return channels.reduce(
    (total, { products }) => products.reduce((sum, term) => sum + Math.abs(term), total),
    Math.abs(bias),
  );
}

/** x [N, C, H, W] under the window, times the map's kernel [C/groups, kH, kW]: channel by channel. */
function channelTerms(
  g: Conv2dGeometry,
  x: Float32Array,
  weight: Float32Array,
  item: number,
  map: number,
  { rows, columns }: Taps,
): ChannelTerms[] {
  const perGroup = g.C / g.groups;
  const first = Math.floor(map / (g.M / g.groups)) * perGroup;
  const size = g.kH * g.kW;
  const sourceRows = rows.map((row) => sourceIndex(row, g.H, g.paddingMode));
  const sourceColumns = columns.map((column) => sourceIndex(column, g.W, g.paddingMode));
  return Array.from({ length: perGroup }, (_, c) => {
    const channel = first + c;
    const plane = (item * g.C + channel) * g.H * g.W;
    const kernel = weight.slice((map * perGroup + c) * size, (map * perGroup + c + 1) * size);
    const patch = new Float32Array(size);
    for (let u = 0, t = 0; u < g.kH; u++) {
      for (let v = 0; v < g.kW; v++, t++) {
        const [row, column] = [sourceRows[u], sourceColumns[v]];
        patch[t] = row < 0 || column < 0 ? 0 : x[plane + row * g.W + column];
      }
    }
    const products = patch.map((value, t) => value * kernel[t]);
    return { channel, patch, kernel, products, sum: sumInOrder(products, 0) };
  });
}

/** The largest difference between the sum in order and what the step's algorithm may give, and why; 0 when none. */
export function boundOf(
  run: KeptRun,
  step: ConvStep,
  item: number,
  map: number,
  magnitude: number,
): [bound: number, reason: string | null] {
  const algorithm = algorithmOf(run, step, item);
  if (algorithm.ordered) return [0, null];
  const { ofTerms, at, reason } = algorithm.tolerance;
  const reach = at === 'output' ? magnitude : largestMagnitude(run, step, item, map);
  // the sum in order is itself rounded
  return [(ofTerms + direct.tolerance.ofTerms) * reach, reason];
}

const TAKEN = new WeakMap<KeptRun, Map<string, Conv2dAlgorithm>>();

/** What an item was computed by: an animation asks at every place. */
export function algorithmOf(run: KeptRun, step: ConvStep, item: number): Conv2dAlgorithm {
  const known = TAKEN.get(run) ?? new Map<string, Conv2dAlgorithm>();
  TAKEN.set(run, known);
  const key = `${item} ${step.name}`;
  const { N, C, H, W } = step.geometry;
  const x = () => ({ data: toFloat32(run.read(step.inputs[0]!).data), shape: [N, C, H, W] });
  const algorithm = known.get(key) ?? algorithmTaken(step, x(), item);
  known.set(key, algorithm);
  return algorithm;
}

/** What has been found for a run: an animation asks for the same map again and again. */
const LARGEST = new WeakMap<KeptRun, Map<string, number>>();

function largestMagnitude(run: KeptRun, step: ConvStep, item: number, map: number): number {
  const known = LARGEST.get(run) ?? new Map<string, number>();
  LARGEST.set(run, known);
  const key = `${item} ${map} ${step.name}`;
  const largest = known.get(key) ?? convolveSizes(step, toFloat32(run.read(step.inputs[0]!).data), item, map);
  known.set(key, largest);
  return largest;
}

/** The largest Σ|x·w| + |bias| of a map: the convolution of the sizes. */
function convolveSizes({ geometry: g, weight, bias }: ConvStep, x: Float32Array, item: number, map: number): number {
  const perGroup = g.C / g.groups;
  const first = Math.floor(map / (g.M / g.groups)) * perGroup;
  const size = perGroup * g.kH * g.kW;
  const plane = g.H * g.W;
  const start = (item * g.C + first) * plane;
  const sizes = x.slice(start, start + perGroup * plane).map(Math.abs);
  const kernel = weight
    .load()
    .slice(map * size, (map + 1) * size)
    .map(Math.abs);
  const { pads, paddingMode } = g;
  const model = sequential([
    {
      name: 'sizes',
      layer: { kind: 'conv', stride: [g.sH, g.sW], padding: pads, paddingMode, dilation: [g.dH, g.dW], groups: 1 },
      parameters: [
        ['weight', tensorConstant(tensor(kernel, [1, perGroup, g.kH, g.kW]))],
        ['bias', constantOf({ dtype: 'float32', shape: [1], data: new Float32Array([Math.abs(bias?.[map] ?? 0)]) })],
      ],
    },
  ]);
  const plan = planModel(model, [1, perGroup, g.H, g.W], { exact: false, algorithm: null });
  return executeSync(plan, { data: sizes, shape: [1, perGroup, g.H, g.W] }).data.reduce((a, b) => Math.max(a, b), 0);
}

function oneWindow(g: Conv2dGeometry): Conv2dGeometry {
  const perGroup = g.C / g.groups;
  const single = { N: 1, C: perGroup, H: g.kH, W: g.kW, M: 1, groups: 1, oH: 1, oW: 1 };
  return { ...g, ...single, sH: 1, sW: 1, dH: 1, dW: 1, pads: [0, 0, 0, 0] };
}

function weightShape({ layer, weight }: ConvStep): readonly number[] {
  return layer.kind === 'linear' ? weight.shape.slice(0, 2) : weight.shape;
}

function joined(arrays: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}
