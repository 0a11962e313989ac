import { plural } from '../core/geometry.js';
import { sizeOf } from '../core/tensor.js';
import { formatNumber, groupDigits } from '../core/text.js';
import { type Numbers, toFloat32, type Value, type ValueFault, withNumbers } from '../core/values.js';
import { runAllSync } from '../engine/execute.js';
import type { Fused } from '../engine/fused.js';
import { type EngineInput, numbersOf } from '../engine/input.js';
import { type Plan, planModel } from '../engine/plan.js';
import { Session, type StepWatch } from '../engine/session.js';
import type { ConvStep, ConvWeight, Step } from '../engine/steps.js';
import { ACTIVATIONS } from '../layers/activation.js';
import { type Layer, layerFamily } from '../layers/index.js';
import { type BoundInput, modelBehind } from '../layers/infer.js';
import type { ModelNode } from '../layers/model.js';
import { channelsOf } from './layer-facts.js';

/** Values of a trained network stay within a few hundred; a layer that makes them this much larger has lost its scale. */
const GROWTH = 1e4;
/** Below this, growth is a bias, or a batch norm that brings a quiet channel to its scale. */
const FLOOR = 1;
/** Squares of larger values are beyond float32 after two layers more, however slowly they grew. */
const FAR = 1e15;
const NAMED_CHANNELS = 4;

/** What one layer made of its inputs. */
interface Made {
  readonly node: Pick<ModelNode, 'name' | 'layer'>;
  /** The largest |value| that it read. */
  readonly from: number;
  readonly to: number;
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/**
 * Watches one run: every layer's values are looked through once as they are made, so that a NaN, an infinity or an
 * explosion is found where it is born, whatever later layers make of it. A convolution with what is fused to it is
 * computed once more, layer by layer, when something is wrong with it.
 */
export class ValueWatch implements StepWatch {
  readonly #plan: Plan;
  readonly #magnitudes = new Map<string, number>();
  #birth: ValueFault | null = null;
  #explosion: ValueFault | null = null;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  /** What was found, in the order of the network. */
  get faults(): readonly ValueFault[] {
    return [this.#explosion, this.#birth].filter((fault) => fault !== null);
  }

  saw(step: Step, outputs: readonly Value[], read: (name: string) => EngineInput | Value): void {
    const from = this.#read(step, read);
    outputs.forEach(({ data, shape }, i) => {
      const to = magnitudeOf(data);
      this.#magnitudes.set(step.outputs[i], to);
      if (this.#birth !== null || !Number.isFinite(from)) return;
      const isOdd = !Number.isFinite(to) || isGrown(step.layer, from, to);
      if (!isOdd && !(step.kind === 'conv' && hidesFault(step, from))) return;
      const made: Made = { node: step, from, to, values: toFloat32(data), shape };
      for (const one of step.kind === 'conv' ? this.#layersOf(step, read, made) : [made]) this.#judge(one);
    });
  }

  #judge({ node, from, to, values, shape }: Made): void {
    if (this.#birth !== null || !Number.isFinite(from)) return;
    if (!Number.isFinite(to)) {
      const what = Number.isNaN(to) ? 'NaN' : values.includes(Number.POSITIVE_INFINITY) ? 'Inf' : '−Inf';
      const { where, ...touched } = touchedBy(values, shape, (value) => !Number.isFinite(value));
      const infinite = values.reduce(
        (count, value) => count + (Math.abs(value) === Number.POSITIVE_INFINITY ? 1 : 0),
        0,
      );
      const mixed = what === 'NaN' && infinite > 0 ? `, ${groupDigits(infinite)} of them infinite` : '';
      // a ReLU makes zeros of −∞: it need not last
      const cause = what === '−Inf' ? `${what} at ${node.name}` : `${what} from ${node.name} on`;
      this.#birth = { cause, detail: `${where}${mixed}`, kind: what, layer: node.name, ...touched, from, to };
    } else if (this.#explosion === null && isGrown(node.layer, from, to)) {
      const limit = GROWTH * Math.max(from, FLOOR);
      const { where, ...touched } = touchedBy(values, shape, (value) => Math.abs(value) > (to > limit ? limit : FAR));
      const detail = `from up to ${formatNumber(from)} to up to ${formatNumber(to)}, ${where}`;
      const cause = `values explode at ${node.name}`;
      this.#explosion = { cause, detail, kind: 'explosion', layer: node.name, ...touched, from, to };
    }
  }

  /** The largest |value| among what a step reads; its parameters do not count. */
  #read({ layer, inputs }: Step, read: (name: string) => EngineInput | Value): number {
    const { model, known: numbersKnown } = this.#plan.shaped;
    return inputs.reduce((most, name) => {
      if (name === null) return most;
      const isConstant = model.constants.has(name) || numbersKnown(name) !== null;
      if (isConstant && layerFamily(layer).growth !== 'passes') return most;
      const known = this.#magnitudes.get(name) ?? magnitudeOfInput(read(name));
      this.#magnitudes.set(name, known);
      // a NaN among constants is no mask
      return isConstant && Number.isNaN(known) ? most : Math.max(most, known);
    }, 0);
  }

  /** What is fused with a convolution, as layers of their own; the whole when it is one layer. */
  #layersOf(step: ConvStep, read: (name: string) => EngineInput | Value, whole: Made): Made[] {
    const { shaped } = this.#plan;
    const { nodes } = step;
    const inputs = step.inputs as string[];
    if (nodes.length === 1) return [whole];
    const made = nodes.map(({ outputs }) => outputs[0]);
    const model = modelBehind(shaped, inputs, made);
    const bound = new Map(
      model.inputs.map(({ name }): [string, BoundInput] => [
        name,
        { ...shaped.infos.get(name)!, value: inputs.includes(name) ? null : shaped.known(name) },
      ]),
    );
    const session = new Session(planModel(model, bound, { exact: true, algorithm: null }, made));
    try {
      const feed = inputs.map((name): [string, Value] => [
        name,
        { ...shaped.infos.get(name)!, data: numbersOf(read(name)) },
      ]);
      const values = runAllSync(session, new Map(feed));
      let { from } = whole;
      const layers = nodes.map((node): Made => {
        const { data, shape } = values.get(node.outputs[0])!;
        const one = { node, from, to: magnitudeOf(data), values: toFloat32(data), shape };
        from = one.to;
        return one;
      });
      // folding rounds otherwise: what only the fused layers show is said of them
      return layers.every(({ to }) => Number.isFinite(to)) && !Number.isFinite(whole.to) ? [whole] : layers;
    } finally {
      session.close();
    }
  }
}

function isGrown(layer: Layer, from: number, to: number): boolean {
  if (layerFamily(layer).growth !== 'grows' || from === 0) return false;
  return to > GROWTH * Math.max(from, FLOOR) || (to > FAR && from <= FAR);
}

/** Whether steps were looked at, and what was found: weights do not change. */
const HIDING = new WeakMap<ConvStep, { readonly sum: number; readonly bias: number }>();

/**
 * Whether a fused activation may hide what the convolution made: Σ|weight| bounds it. Of most layers that is far below
 * what would be odd.
 */
function hidesFault(step: ConvStep, from: number): boolean {
  const { fused, bias, geometry, weight } = step;
  if (fused.length === 0) return false;
  let bound = HIDING.get(step);
  if (!bound) {
    const limits = fused.some(mayHide);
    const sum = limits ? largestSum(weight, geometry.M) : 0;
    bound = { sum, bias: bias === null ? 0 : magnitudeOf(bias) };
    HIDING.set(step, bound);
  }
  return !(bound.sum * from + bound.bias <= GROWTH * Math.max(from, FLOOR));
}

function mayHide(one: Fused): boolean {
  // what is added to infinity or to what exploded leaves it so
  if (one.kind === 'add' || (one.kind === 'pair' && '+−'.includes(one.operation))) return false;
  return one.kind !== 'each' || one.layer.kind !== 'activation' || ACTIVATIONS[one.layer.name].limits !== undefined;
}

/** The largest Σ|weight| of one output channel. */
function largestSum({ shape, loadInto }: ConvWeight, channels: number): number {
  const count = sizeOf(shape);
  const size = count / channels;
  return withNumbers(count, (numbers) => {
    loadInto(numbers);
    let most = 0;
    for (let m = 0; m < channels; m++) {
      let sum = 0;
      for (let i = m * size; i < (m + 1) * size; i++) sum += Math.abs(numbers[i]);
      most = Math.max(most, sum);
    }
    return most;
  });
}

function magnitudeOfInput(input: EngineInput | Value): number {
  return magnitudeOf('bytes' in input ? input.tables : input.data);
}

/** Which values are meant: in words "784 values, channel 5". */
function touchedBy(
  values: Float32Array,
  shape: readonly number[],
  isMeant: (value: number) => boolean,
): Pick<ValueFault, 'channels' | 'count'> & { readonly where: string } {
  const { channels, size } = channelsOf(shape);
  const touched = new Set<number>();
  let count = 0;
  values.forEach((value, i) => {
    if (!isMeant(value)) return;
    count++;
    touched.add(Math.floor(i / size) % channels);
  });
  const what = size === 1 ? 'unit' : 'channel';
  const named = [...touched].sort((a, b) => a - b);
  const where =
    named.length === 1
      ? `${what} ${named[0]}`
      : named.length === channels
        ? `all ${groupDigits(channels)} ${what}s`
        : named.length <= NAMED_CHANNELS
          ? `${what}s ${named.join(', ')}`
          : `${groupDigits(named.length)} of ${plural(channels, what)}, the first ${named[0]}`;
  return { where: `${groupDigits(count)} value${count === 1 ? '' : 's'}, ${where}`, channels: named, count };
}

/**
 * The largest |value|: NaN when one is NaN, ∞ when one is infinite, 0 of nothing. Float32 is compared by its bits without
 * the sign, which are in the order of the magnitudes with ∞ and then NaN behind them: one pass, no branch on kinds.
 */
export function magnitudeOf(values: Numbers): number {
  if (!(values instanceof Float32Array)) return magnitudeOfAny(values);
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  let [even, odd] = [0, 0];
  const pairs = bits.length & ~1;
  for (let i = 0; i < pairs; i += 2) {
    const one = bits[i] & 0x7fffffff;
    const two = bits[i + 1] & 0x7fffffff;
    if (one > even) even = one;
    if (two > odd) odd = two;
  }
  if (pairs < bits.length) even = Math.max(even, bits[pairs] & 0x7fffffff);
  const [most] = new Float32Array(Int32Array.of(Math.max(even, odd)).buffer);
  return most;
}

function magnitudeOfAny(values: Numbers): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
}
