import { extent } from '../../core/geometry.js';
import { toFloat32, type Value } from '../../core/values.js';
import { forwardOf, type Layer } from '../../layers/index.js';
import { constantOf, type SequentialLayer, sequential } from '../../layers/model.js';
import { runSync } from '../execute.js';
import { type Plan, planModel } from '../plan.js';
import { Session } from '../session.js';
import type { StepTimes } from '../step-times.js';
import type { Step } from '../steps.js';
import { joined, type RegionAxes, type RegionAxis, type Run, reached, regionAxes } from './regions.js';

/** [rows, columns] of a map. */
export type Region = readonly [Run, Run];

/** A value that changes with the image: as it is without a patch, and as it is with the present one. */
interface PatchedValue {
  readonly shape: readonly number[];
  readonly base: Float32Array;
  readonly now: Float32Array;
  /** What the present patch has changed. */
  changed: Region;
}

/** A step that recomputes a part of fixed size, so that its weights are packed once. */
interface PatchedStep extends LeadingStep {
  /** Of convolutions and pools, over a part of the input with its border. */
  readonly session: Session | null;
}

const NOTHING: Region = [
  { first: 0, end: 0 },
  { first: 0, end: 0 },
];

/** A step that computes a part of its map. */
interface LeadingStep {
  readonly step: Step;
  readonly axes: RegionAxes;
  /** [rows, columns]: the largest part of its output that any patch reaches, in whole tiles. */
  readonly size: readonly [number, number];
}

/** A part above this share of the map is not worth the copies it takes. */
const WORTH = 0.8;

/**
 * The first steps of a plan: those that can compute a part of a map with the bits of the whole, as long as the parts are
 * small.
 * @param patches every part of the image that will be changed
 * @param worth the largest share of a map that is small
 */
export function leadingSteps(
  { steps, shaped }: Plan,
  input: string,
  patches: readonly Region[],
  worth = WORTH,
): LeadingStep[] {
  const changes = new Map([[input, patches]]);
  const found: LeadingStep[] = [];
  const after = new Set<string>();
  for (const step of steps) {
    const leaves = () => {
      for (const name of step.outputs) after.add(name);
    };
    const read = step.inputs.filter((name) => name !== null);
    const isClosed = read.some((name) => after.has(name)) || joinsMore(step);
    const axes = isClosed ? null : regionAxes(step, shaped, (name) => changes.has(name));
    const inputs = step.inputs.map((name) => (name === null ? undefined : changes.get(name)));
    if (!axes || inputs.every((one) => one === undefined)) {
      leaves();
      continue;
    }
    const changed = patches.map((_, p) =>
      changedBy(
        inputs.map((one) => one && { changed: one[p] }),
        axes,
      ),
    );
    const size = [0, 1].map((a) =>
      largestPart(
        axes[a],
        changed.filter((one) => !isEmpty(one)).map((one) => one[a]),
      ),
    );
    if (size[0] * size[1] > worth * axes[0].size * axes[1].size) {
      leaves();
      continue;
    }
    changes.set(step.outputs[0], changed);
    found.push({ step, axes, size: [size[0], size[1]] });
  }
  return found;
}

/** Whether a convolution does more than its activation: a part of it is planned with that alone (`PlanOptions.alone`). */
function joinsMore(step: Step): boolean {
  return step.kind === 'conv' && step.fused.some((one) => one.kind !== 'each' || one.layer.kind !== 'activation');
}

/** The places of whole tiles that hold any of the runs, at most the map. */
function largestPart({ tile, size }: RegionAxis, runs: readonly Run[]): number {
  let largest = tile;
  for (const { first, end } of runs) {
    const start = Math.floor(first / tile) * tile;
    largest = Math.max(largest, Math.min(Math.ceil((end - start) / tile), Math.ceil(size / tile)) * tile);
  }
  return largest;
}

/**
 * Layers of maps when a small part of the image changes: only what the part reaches is computed again, bit for bit as in
 * the whole. Memory: each leading value twice, and the packed weights of the leading convolutions.
 */
export class PatchedRun {
  readonly #values = new Map<string, PatchedValue>();
  readonly #steps: PatchedStep[] = [];
  readonly #plan: Plan;
  readonly #input: string;
  readonly #times: StepTimes | null;

  /**
   * @param base the values of the image and of all `leadingSteps`, without a patch
   * @param leading its steps that compute a part of their maps
   * @param times keeps what each layer took, cutting and pasting included
   */
  constructor(
    plan: Plan,
    input: string,
    base: ReadonlyMap<string, Value>,
    leading: readonly LeadingStep[],
    times: StepTimes | null = null,
  ) {
    this.#plan = plan;
    this.#input = input;
    this.#times = times;
    for (const name of [input, ...leading.map(({ step }) => step.outputs[0])]) {
      const { shape, data } = base.get(name)!;
      const numbers = toFloat32(data);
      this.#values.set(name, { shape, base: numbers, now: numbers.slice(), changed: NOTHING });
    }
    for (const one of leading) this.#steps.push({ ...one, session: partSession(one) });
  }

  /** The values as they are with the present patch; not to be kept. */
  value(name: string): Float32Array {
    return this.#values.get(name)!.now;
  }

  /** Puts numbers [C, h, w] into the image and computes what they reach. The patch before is taken away. */
  run(region: Region, numbers: Float32Array): void {
    for (const value of this.#values.values()) restore(value);
    const image = this.#values.get(this.#input)!;
    paste(image, region, { data: numbers, height: length(region[0]), width: length(region[1]), region });
    image.changed = region;
    for (const one of this.#steps) {
      const start = this.#times?.now() ?? 0;
      this.#compute(one);
      this.#times?.add(this.#plan, one.step, this.#times.now() - start, one.session?.plan.macs ?? 0);
    }
  }

  #compute({ step, axes, size, session }: PatchedStep): void {
    const inputs = step.inputs.map((name) => (name === null ? undefined : this.#values.get(name)));
    const output = this.#values.get(step.outputs[0])!;
    const changed = changedBy(inputs, axes);
    if (isEmpty(changed)) return;
    const part: Region = [partOf(axes[0], changed[0], size[0]), partOf(axes[1], changed[1], size[1])];
    const [height, width] = size;
    let data: Float32Array;
    if (session) {
      const from = inputs[0]!;
      const fill = step.kind === 'pool' && step.layer.kind === 'max_pool' ? Number.NEGATIVE_INFINITY : 0;
      const read: Region = [inputRun(axes[0], part[0]), inputRun(axes[1], part[1])];
      const crop = cut(from, read, fill);
      const [C] = from.shape.slice(1);
      data = runSync(session, { data: crop, shape: [1, C, length(read[0]), length(read[1])] }).data;
    } else {
      const crops = step.inputs.map((name, i): Value | null => {
        if (name === null) return null;
        const value = inputs[i];
        if (!value) return this.#plan.shaped.known(name)!;
        return { dtype: 'float32', shape: [1, value.shape[1], height, width], data: cut(value, part, 0) };
      });
      data = new Float32Array(output.shape[1] * height * width);
      const made: Value = { dtype: 'float32', shape: [1, output.shape[1], height, width], data };
      const layer = (step as { readonly layer: Layer }).layer;
      forwardOf(layer)!.run(layer, crops, [made]);
    }
    paste(output, changed, { data, height, width, region: part });
    output.changed = changed;
  }

  close(): void {
    for (const { session } of this.#steps) session?.close();
  }
}

/** What a step's inputs have changed, as its output sees it. */
function changedBy(inputs: readonly ({ readonly changed: Region } | undefined)[], axes: RegionAxes): Region {
  let changed = NOTHING;
  for (const input of inputs) {
    if (!input || isEmpty(input.changed)) continue;
    const through: Region = [reached(axes[0], input.changed[0]), reached(axes[1], input.changed[1])];
    if (!isEmpty(through)) changed = [joined(changed[0], through[0]), joined(changed[1], through[1])];
  }
  return changed;
}

/** The part of `count` places that holds all that changed: it begins at a tile, and ends within the map where it can. */
function partOf({ size, tile }: RegionAxis, changed: Run, count: number): Run {
  const last = Math.ceil(size / tile) * tile - count;
  const first = Math.min(Math.floor(changed.first / tile) * tile, Math.max(0, last));
  return { first, end: first + count };
}

/** The input that a part reads, border included. */
function inputRun({ windows }: RegionAxis, { first, end }: Run): Run {
  if (windows === null) return { first, end };
  const { stride, padBefore, kernel, dilation } = windows;
  const start = first * stride - padBefore;
  return { first: start, end: start + (end - first - 1) * stride + extent(kernel, dilation) };
}

/** A convolution or pool over a part: as the whole one, but for its border, which the part brings along. */
function partSession({ step, axes, size }: LeadingStep): Session | null {
  if (step.kind === 'operator') return null;
  const [height, width] = axes.map((axis, a) => length(inputRun(axis, { first: 0, end: size[a] })));
  const layers: SequentialLayer[] = [];
  let channels: number;
  if (step.kind === 'conv' && step.layer.kind === 'conv') {
    const { weight, bias, fused, layer, geometry } = step;
    channels = geometry.C;
    const kernels = {
      dtype: 'float32' as const,
      shape: weight.shape,
      load: () => ({ dtype: 'float32' as const, shape: weight.shape, data: weight.load() }),
      loadInto: weight.loadInto,
    };
    const biases = bias && constantOf({ dtype: 'float32', shape: [bias.length], data: bias });
    layers.push({
      name: 'part',
      layer: { ...layer, padding: 0 },
      parameters: [['weight', kernels], biases && ['bias', biases]],
    });
    for (const one of fused) if (one.kind === 'each') layers.push({ name: 'activation', layer: one.layer });
  } else {
    const { layer, inShape } = step as Extract<Step, { kind: 'pool' }>;
    channels = inShape[1];
    layers.push({ name: 'part', layer: { ...layer, pads: [0, 0, 0, 0], ceilMode: false } });
  }
  const algorithm = step.kind === 'conv' ? step.algorithm.name : null;
  return new Session(planModel(sequential(layers), [1, channels, height, width], { exact: false, algorithm }));
}

function length({ first, end }: Run): number {
  return Math.max(0, end - first);
}

function isEmpty([rows, columns]: Region): boolean {
  return length(rows) === 0 || length(columns) === 0;
}

/** Numbers [C, height, width] of a region of a value, `fill` where it reaches beyond. */
function cut({ now, shape: [, C, H, W] }: PatchedValue, [rows, columns]: Region, fill: number): Float32Array {
  const [height, width] = [length(rows), length(columns)];
  const data = new Float32Array(C * height * width);
  const [left, right] = [Math.max(0, columns.first), Math.min(W, columns.end)];
  const isInside = rows.first >= 0 && rows.end <= H && left === columns.first && right === columns.end;
  if (!isInside && fill !== 0) data.fill(fill);
  for (let c = 0; c < C; c++) {
    for (let row = Math.max(0, rows.first); row < Math.min(H, rows.end); row++) {
      const to = (c * height + row - rows.first) * width + left - columns.first;
      copyRun(now, (c * H + row) * W + left, data, to, right - left);
    }
  }
  return data;
}

/** Short runs are copied number by number: a view and a call for each would take longer. */
const SHORT = 48;

function copyRun(from: Float32Array, start: number, to: Float32Array, at: number, count: number): void {
  if (count > SHORT) to.set(from.subarray(start, start + count), at);
  else for (let i = 0; i < count; i++) to[at + i] = from[start + i];
}

interface Piece {
  /** [C, height, width], lying at `region`. */
  readonly data: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly region: Region;
}

/** Copies what changed from a piece into the value. */
function paste({ now, shape: [, C, H, W] }: PatchedValue, [rows, columns]: Region, piece: Piece): void {
  const { data, height, width, region } = piece;
  for (let c = 0; c < C; c++) {
    for (let row = rows.first; row < rows.end; row++) {
      const from = (c * height + row - region[0].first) * width - region[1].first;
      copyRun(data, from + columns.first, now, (c * H + row) * W + columns.first, length(columns));
    }
  }
}

/** Takes the present patch away. */
function restore(value: PatchedValue): void {
  const { now, base, shape, changed } = value;
  if (isEmpty(changed)) return;
  const [, C, H, W] = shape;
  const [rows, columns] = changed;
  for (let c = 0; c < C; c++) {
    for (let row = rows.first; row < rows.end; row++) {
      const from = (c * H + row) * W + columns.first;
      copyRun(base, from, now, from, length(columns));
    }
  }
  value.changed = NOTHING;
}
