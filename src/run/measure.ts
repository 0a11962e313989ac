import { channelsLast, toChannelsFirst } from '../analysis/channels-last.js';
import type { SubjectRun } from '../analysis/kept-run.js';
import { type ChosenLayer, kindOf } from '../analysis/layer-choice.js';
import { firingValues, layerFacts } from '../analysis/layer-facts.js';
import { measureValues } from '../analysis/values.js';
import { type Axis, clipSpan, convAxis, inputSpan, receptiveSpan, unreadCount } from '../core/geometry.js';
import type { BankResult, LayerResult, MapResult, PatchVerdict, Peak, Window } from '../core/result.js';
import type { Tensor } from '../core/tensor.js';
import { toFloat32, type Value } from '../core/values.js';
import type { Plane } from '../draw/part.js';
import { algorithmTaken } from '../engine/choose.js';
import type { EngineInput } from '../engine/input.js';
import { sumsOfMap } from '../engine/map-loops.js';
import type { Plan } from '../engine/plan.js';
import type { ConvStep, Step } from '../engine/steps.js';
import { sha256 } from '../io/hash.js';
import type { Layer } from '../layers/index.js';
import type { ModelNode } from '../layers/model.js';
import type { Bank } from './banks.js';
import type { BoundKernels } from './kernels.js';

/** One feature map with its numbers. */
export interface FeatureMap {
  readonly result: MapResult;
  /** [oH, oW], row-major */
  readonly values: Float32Array;
  /** [C/groups, kH, kW]; of a gradient magnitude [2, C, kH, kW] */
  readonly kernel: Tensor;
  /** Which of the job's kernels made it. */
  readonly source: number;
  /** The values of the steps before the last one, where they were kept. */
  readonly before: readonly Plane[];
}

export interface MeasuredBank {
  readonly result: Omit<BankResult, 'maps'>;
  readonly maps: readonly FeatureMap[];
}

/** A bank's output with the steps that made it. */
interface ComputedBank {
  readonly bank: Bank;
  readonly steps: readonly Step[];
  /** The bias of each map, resolved to numbers. */
  readonly bias: Float32Array | null;
  /** What the convolution was computed by. */
  readonly algorithm: string;
  /** [N, M, oH, oW] */
  readonly y: Pick<Value, 'shape' | 'data'>;
  /** The values of the steps before. */
  readonly before?: readonly Pick<Value, 'shape' | 'data'>[];
}

/** The facts of every bank's maps. x: what they were made from; `kept`: of each bank, values of steps before its last */
export function measureBanks(
  { bound, plan, read }: SubjectRun<BoundKernels>,
  x: EngineInput,
  kept: readonly (readonly string[])[] = [],
): MeasuredBank[] {
  return bound.banks.map((bank, b) => {
    const steps = stepsBehind(plan, bound.branches[b]);
    const algorithm = algorithmTaken(steps[0] as ConvStep, x, 0).name;
    return measureBank({
      bank,
      steps,
      bias: bound.biases?.[b] ?? null,
      algorithm,
      y: read(bound.branches[b]),
      before: (kept[b] ?? []).map(read),
    });
  });
}

/** The steps of a plan that make one value. */
function stepsBehind({ steps }: Plan, value: string): Step[] {
  const wanted = new Set<string | null>([value]);
  return steps
    .toReversed()
    .filter(({ inputs, outputs }) => {
      const isWanted = outputs.some((name) => wanted.has(name));
      if (isWanted) for (const name of inputs) wanted.add(name);
      return isWanted;
    })
    .reverse();
}

/** What the windows of steps look like from the last map back to the input. */
function windowStack(steps: readonly Step[]): WindowStack {
  const rows: Axis[] = [];
  const columns: Axis[] = [];
  for (const step of steps) {
    if (step.kind === 'conv') {
      rows.push(convAxis(step.geometry, 0));
      columns.push(convAxis(step.geometry, 1));
    } else if (step.kind === 'pool') {
      rows.push(step.axes[0]);
      columns.push(step.axes[1]);
    }
  }
  return { rows, columns };
}

/** What a bank's steps alone tell. */
export function measureSteps(steps: readonly Step[]): Omit<BankResult, 'maps'> {
  const conv = steps[0] as ConvStep;
  const isMagnitude = steps[1]?.layer.kind === 'reduce';
  const stack = windowStack(steps);
  return {
    weight: conv.weight.shape,
    ...(isMagnitude ? { magnitude: true } : {}),
    pads: conv.geometry.pads,
    algorithm: conv.algorithm.name,
    macs: steps.reduce((sum, { macs }) => sum + macs, 0),
    unread: { rows: unreadCount(stack.rows), columns: unreadCount(stack.columns) },
    convolved: [conv.geometry.oW, conv.geometry.oH],
  };
}

/** The facts of every map: item by item, map by map. */
export function measureBank({ bank, steps, bias, algorithm, y, before = [] }: ComputedBank): MeasuredBank {
  const [N, M, oH, oW] = y.shape;
  const numbers = toFloat32(y.data);
  const stack = windowStack(steps);
  const maps: FeatureMap[] = [];
  for (let n = 0; n < N; n++) {
    for (let m = 0; m < M; m++) {
      const map = bank.maps[m];
      const start = (n * M + m) * oH * oW;
      const values = numbers.subarray(start, start + oH * oW);
      const facts = measureValues(values, sumsOfMap);
      const peak = findPeak(values, oW, facts.max, stack);
      const { patch } = map;
      const verdict =
        patch && peak
          ? judgePatch(values, oW, peak, patch.rect, patch.ownImage && n === 0 ? patch.rect : null, stack)
          : null;
      const result: MapResult = {
        name: map.name,
        item: n,
        kernel: {
          name: map.label,
          shape: map.weight.shape,
          sha256: hashWeights(map.weight),
          positive: map.positive,
        },
        width: oW,
        height: oH,
        bias: bias?.[m] ?? 0,
        values: facts,
        peak,
        patch: verdict,
        picture: null,
      };
      maps.push({
        result,
        values,
        kernel: map.weight,
        source: map.kernel,
        before: before.map((value) => planeOf(value, n * M + m)),
      });
    }
  }
  return { result: { ...measureSteps(steps), algorithm }, maps };
}

/** Plane number p of [N, M, h, w]. */
function planeOf({ shape, data }: Pick<Value, 'shape' | 'data'>, p: number): Plane {
  const [height, width] = shape.slice(-2);
  return { width, height, values: toFloat32(data).subarray(p * width * height, (p + 1) * width * height) };
}

/** SHA-256 of the float32 weights, little-endian. */
function hashWeights(weight: Tensor): string {
  const bytes = new Uint8Array(weight.data.length * 4);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < weight.data.length; i++) view.setFloat32(i * 4, weight.data[i], true);
  return sha256(bytes);
}

/** The layers between input and map, as windows along each axis, first layer first. */
interface WindowStack {
  readonly rows: readonly Axis[];
  readonly columns: readonly Axis[];
}

/** The part of the input (its own pixels, padding cut off) that made the value at (x, y). */
function inputWindow({ rows, columns }: WindowStack, x: number, y: number): Window {
  const across = clipSpan(receptiveSpan(columns, x), columns[0].size);
  const down = clipSpan(receptiveSpan(rows, y), rows[0].size);
  return { x0: across.first, x1: across.last, y0: down.first, y1: down.last };
}

/** The place of the largest value that `skip` does not leave out, first in reading order; null when none is left. */
function strongest(
  values: Float32Array,
  width: number,
  skip: (x: number, y: number) => boolean,
): { x: number; y: number; value: number } | null {
  let best = Number.NEGATIVE_INFINITY;
  let at = -1;
  for (let i = 0; i < values.length; i++) {
    if (values[i] > best && !skip(i % width, Math.floor(i / width))) {
      best = values[i];
      at = i;
    }
  }
  return at < 0 ? null : { x: at % width, y: Math.floor(at / width), value: best };
}

/** The place of `max`, a map's largest finite value, first in reading order, and the input window that made it. */
function findPeak(values: Float32Array, width: number, max: number, stack: WindowStack): Peak | null {
  const at = values.indexOf(max);
  if (at < 0) return null;
  const [x, y] = [at % width, Math.floor(at / width)];
  return { x, y, value: max, window: inputWindow(stack, x, y) };
}

/**
 * Did the patch find itself? `own` is its top left corner in the input, or null when it came from another image.
 * Found: of the largest values one is made there: among the windows of the convolution that made the peak (one, or those a pool chose from) one starts within a
 * stride of the patch. The runner-up is the strongest response more than half a patch away from the peak in x or y.
 */
export function judgePatch(
  values: Float32Array,
  width: number,
  peak: Peak,
  patch: { readonly width: number; readonly height: number },
  own: { readonly x: number; readonly y: number } | null,
  stack: WindowStack,
): PatchVerdict {
  const isNear = (axes: readonly Axis[], at: number, place: number) => {
    const [conv, ...pools] = axes;
    const { first, last } = receptiveSpan(pools, at);
    const corner = (position: number) => inputSpan(conv, { first: position, last: position }).first;
    return corner(first) - conv.stride < place && place < corner(last) + conv.stride;
  };
  const isOwn = (x: number, y: number) => isNear(stack.columns, x, own!.x) && isNear(stack.rows, y, own!.y);
  const step = (axes: readonly Axis[]) => axes.reduce((product, { stride }) => product * stride, 1);
  const [stepX, stepY] = [step(stack.columns), step(stack.rows)];
  const near = (x: number, y: number) =>
    Math.abs(x - peak.x) * stepX <= patch.width / 2 && Math.abs(y - peak.y) * stepY <= patch.height / 2;
  const second = strongest(values, width, near);
  // of equal largest values the peak is the first; the patch's own place may be another of them
  const found =
    own !== null && values.some((value, i) => value === peak.value && isOwn(i % width, Math.floor(i / width)));
  return {
    own: own && { ...own, found },
    runnerUp: second && { ...second, share: second.value / peak.value },
  };
}

/** A layer's numbers with what is true of them. */
export interface MeasuredLayer {
  readonly result: LayerResult;
  /** With its channels before their places. */
  readonly value: Value;
  readonly values: Float32Array;
  /** As the network makes it. */
  readonly own: Value;
}

/** The facts of chosen layers, all maps of a layer together. */
export function measureLayers(
  { plan, shaped, read, taken }: SubjectRun,
  chosen: readonly ChosenLayer[],
): readonly MeasuredLayer[] {
  const firing = firingValues(plan.model);
  const last = channelsLast(shaped);
  return chosen.map((one) => {
    const { name, value: key, node } = one;
    const own = read(key);
    const isLast = last.has(key);
    const value = isLast ? toChannelsFirst(own) : own;
    const numbers = toFloat32(value.data);
    const layer: Layer = node?.layer ?? { kind: 'identity' };
    return {
      value,
      values: numbers,
      own,
      result: {
        name,
        kind: kindOf(one),
        shape: own.shape,
        ...(isLast && { channelsLast: true }),
        dtype: own.dtype,
        algorithm: algorithmOf(taken.get(key) ?? plannedStep(plan, key), node),
        facts: layerFacts(numbers, value.shape, layer, firing.has(key)),
      },
    };
  });
}

function plannedStep({ steps }: Plan, value: string): Step | undefined {
  return steps.find(({ outputs }) => outputs.includes(value));
}

/** How a value is computed; of a layer that is done in the bands of a convolution, that it is, and in which. */
function algorithmOf(step: Step | undefined, node: ModelNode | null): string | null {
  if (step?.kind !== 'conv') return null;
  const { algorithm, folds, nodes } = step;
  const own = folds === null ? algorithm.name : `${algorithm.name}, batch norm folded`;
  const isFused = nodes.slice(folds === null ? 1 : 2).some(({ name }) => name === node?.name);
  return isFused ? `fused to ${nodes[0].name} (${own})` : own;
}
