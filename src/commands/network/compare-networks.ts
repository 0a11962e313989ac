import { type ArrayDifference, compareArrays } from '../../analysis/array-difference.js';
import { topClasses } from '../../analysis/best-classes.js';
import { kindOf } from '../../analysis/layer-choice.js';
import { channelsOf } from '../../analysis/layer-facts.js';
import { pathOf } from '../../analysis/layer-names.js';
import { type ComparedInput, causeOfInputs, type InputCause } from '../../analysis/prepare/input-cause.js';
import type { OpenedNetwork } from '../../analysis/prepare/network-input.js';
import { CnnvizError } from '../../core/errors.js';
import type { NetworkJob } from '../../core/job.js';
import { nanScores } from '../../core/result.js';
import { sizeOf } from '../../core/tensor.js';
import { groupDigits } from '../../core/text.js';
import { placeOfIndex, type ValuePlace } from '../../core/value-place.js';
import { faultWords, isFloat, toFloat32, type Value } from '../../core/values.js';
import type { Breathe } from '../../engine/execute.js';
import { numbersOf } from '../../engine/input.js';
import { timesOfProcess } from '../../engine/step-times.js';
import { sha256 } from '../../io/hash.js';
import type { Input } from '../../io/inputs.js';
import { readInput } from '../../io/remote/read-input.js';
import { keepsNumbers, layerFamily } from '../../layers/index.js';
import type { Model, ModelNode } from '../../layers/model.js';
import { networkSubject, openNetwork } from '../../run/network.js';
import { layersNamed, run } from '../../run/run.js';
import type { RunContext } from '../../run/runs.js';
import { sourceOf } from '../../run/source.js';
import type { Source } from '../../run/subject.js';

/** Each layer of one network is held against each of the other. */
const MOST_PAIRS = 4e6;

interface LayerComparison {
  readonly a: string;
  readonly b: string;
  readonly kind: string;
  readonly shape: readonly number[];
  readonly same: boolean;
  readonly largest: number;
  readonly relative: number;
  readonly mean: number;
  readonly differing: number;
  /** Values off by more than the tolerance, and how many of the layer's channels have one. */
  readonly beyond: { readonly values: number; readonly channels: number };
  readonly at: ValuePlace;
  readonly values: readonly [number, number];
}

/** Two networks on one input, layer by layer. */
export interface NetworkComparison {
  readonly a: string;
  readonly b: string;
  readonly input: Source['facts'];
  readonly preprocess: string;
  /** Whether both are fed the same numbers; where not, why: null when no usual way explains it. */
  readonly inputs: {
    /** Null: not known. */
    readonly same: boolean | null;
    readonly preprocess: readonly [string, string];
    readonly cause: InputCause | null;
  };
  /** b is a folder of arrays that other code kept; absent: it is a network. */
  readonly isDumped?: true;
  /** A layer is the same when its largest difference is at most this share of its largest value. */
  readonly tolerance: number;
  readonly layers: readonly LayerComparison[];
  /** The first layer that is not the same; null when all are. */
  readonly first: LayerComparison | null;
  /** Layers without a counterpart. */
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
  /** Batch norms of one that the other has folded into the convolution before them. */
  readonly foldedInA: number;
  readonly foldedInB: number;
  /** The best class of each, by index, null where a score is NaN; null when they do not end in classes. */
  readonly top: readonly [number | null, number | null] | null;
  readonly notes: readonly string[];
  /** Of what went wrong among the numbers of either, with its name in front. */
  readonly warnings: readonly string[];
}

/**
 * Runs two networks on one input and finds the first layer where they part. The first network says how the image is
 * prepared, unless the job does.
 * @param other the second network, and what is asked of its own preparation
 * @throws CnnvizError when a network cannot be read or does not take the input
 */
export async function compareNetworks(
  job: NetworkJob,
  other: Pick<NetworkJob, 'request' | 'preset'>,
  input: Input,
  tolerance: number,
  threads: number,
  breathe: Breathe,
): Promise<NetworkComparison> {
  const [a, b] = [await openNetwork(job.request), await openNetwork(other.request)];
  const bytes = await readInput(input);
  const read = (opened: OpenedNetwork, { preset }: Pick<NetworkJob, 'preset'>) =>
    sourceOf(input, bytes, sha256(bytes), networkSubject(opened, { ...job, preset }));
  const source = await read({ ...a, preset: a.preset ?? b.preset }, job);
  const isAskedAlike = JSON.stringify(job.preset) === JSON.stringify(other.preset);
  // what is not asked of the second alone is as the first has it, unless a file says more
  const ofB = digitFor(a, b) ?? (isAskedAlike ? (b.preset ?? a.preset) : (a.preset ?? b.preset));
  const isOwn = a.declared || b.declared || digitFor(a, b) || !isAskedAlike;
  const own = isOwn ? await read({ ...b, preset: ofB }, other) : source;
  const names = [job.request.network, other.request.network] as const;
  const contexts = names.map((name) => ({ breathe, threads, times: timesOfProcess()?.of(name) ?? null }));
  const one = await runAllLayers(a, source, job, contexts[0]);
  const two = await runAllLayers(b, own, { ...job, preset: other.preset }, contexts[1]);
  if (one.layers.length * two.layers.length > MOST_PAIRS) {
    throw new CnnvizError(
      'unsupported',
      `${groupDigits(one.layers.length)} and ${groupDigits(two.layers.length)} layers: too many to hold each against each`,
      { fix: 'store both with run --layers … --maps, and compare them with diff', scope: 'command' },
    );
  }
  const { pairs, onlyA, onlyB } = alignLayers(one.layers, two.layers);
  const layers = pairs.map((pair) => comparisonOf(pair, tolerance));
  return {
    a: names[0],
    b: names[1],
    input: source.facts,
    preprocess: source.preprocess,
    inputs: comparedInputs(source, own),
    tolerance,
    layers,
    first: layers.find(({ same }) => !same) ?? null,
    ...unpaired(pairs, onlyA, onlyB),
    top: one.classes && two.classes ? [one.best, two.best] : null,
    notes: [...a.notes, ...one.notes, ...b.notes, ...two.notes, ...fedOtherwise(source, own, names)],
    warnings: [
      ...new Set([...source.warnings, ...own.warnings]),
      ...one.faults.map((fault) => `${names[0]}: ${fault}`),
      ...two.faults.map((fault) => `${names[1]}: ${fault}`),
    ],
  };
}

/** Whether two networks are fed the same numbers, and where they are made of one image in different ways, in which. */
function comparedInputs(one: Source, two: Source): NetworkComparison['inputs'] {
  const b = two.x && { values: numbersOf(two.x), shape: two.x.shape.slice(-3) };
  if (!b) return { same: one.x === null, preprocess: [one.preprocess, two.preprocess], cause: null };
  const { cause, ...found } = comparedNumbers(one, b, two.preprocess);
  // what its file declares is changed by no flag
  const isFixed = !isFloat(two.info!.dtype);
  return { ...found, cause: cause && isFixed ? { steps: cause.steps.map((step) => ({ ...step, likeA: [] })) } : cause };
}

/** The same of numbers [C, H, W]. `made`: how, in words */
export function comparedNumbers(one: Source, b: ComparedInput, made: string): NetworkComparison['inputs'] {
  const preprocess = [one.preprocess, made] as const;
  const a = one.x && { values: numbersOf(one.x), shape: one.x.shape.slice(-3) };
  if (!a) return { same: false, preprocess, cause: null };
  const same = a.shape.join() === b.shape.join() && a.values.every((value, i) => Object.is(value, b.values[i]));
  const { picture, preset } = one;
  const isExplained = !same && picture && preset && !preset.digit;
  return { same, preprocess, cause: isExplained ? causeOfInputs(picture.image, preset, a, b) : null };
}

/** The same digit in the size that the other network is made for; null: they read one size, or no digit. */
export function digitFor(
  { preset, input: one }: OpenedNetwork,
  { input: two }: OpenedNetwork,
): OpenedNetwork['preset'] {
  if (!preset?.digit || !one || !two || one.join() === two.join()) return null;
  return { ...preset, geometry: { resize: null, crop: [two[1], two[2]] } };
}

/** Where the networks were not fed the same numbers. */
function fedOtherwise(one: Source, two: Source, names: readonly [string, string]): string[] {
  const [a, b] = [one, two].map(({ info }) => info?.dtype);
  const [first, second] = [one, two].map(({ info }) => [...(info?.shape ?? [])].slice(-2).reverse().join('×'));
  if (first !== second) return [`${names[0]} is fed the digit in ${first}, ${names[1]} in ${second}`];
  return a === b ? [] : [`${names[0]} is fed ${a}, ${names[1]} ${b}: each as it declares`];
}

/** Layers that only one network has; a convolution whose batch norm the other folded is not missed there. */
function unpaired(pairs: readonly LayerPair[], onlyA: readonly ComparedLayer[], onlyB: readonly ComparedLayer[]) {
  const folds = (norm: ComparedLayer, other: ComparedLayer) => norm.role === 'norm-of-conv' && other.role === 'plain';
  const foldedInB = pairs.filter(({ a, b }) => folds(a, b)).length;
  const foldedInA = pairs.filter(({ a, b }) => folds(b, a)).length;
  const missing = (layers: readonly ComparedLayer[], folded: number) =>
    layers.filter(({ role }) => folded === 0 || role !== 'normed-conv').map(({ name }) => name);
  return { onlyA: missing(onlyA, foldedInB), onlyB: missing(onlyB, foldedInA), foldedInA, foldedInB };
}

async function runAllLayers(opened: OpenedNetwork, source: Source, job: NetworkJob, context: RunContext) {
  const subject = networkSubject(opened, job);
  const { plan, read, chosen, bound, faults } = await run(subject, source, layersNamed(['all']), context);
  const roleOf = rolesOf(plan.model);
  const layers = chosen.layers.flatMap((layer): ComparedLayer[] => {
    const { name, value, node, group } = layer;
    // what computes nothing has the values of the layer before
    if (!node || (group === null && keepsNumbers(node.layer)) || layerFamily(node.layer).readsShapes) return [];
    const { shape, data } = read(value);
    return [{ name, kind: kindOf(layer), role: roleOf(node), shape, values: toFloat32(data) }];
  });
  const [output] = plan.model.outputs;
  const classes = plan.shaped.refused.has(output) ? { classes: false, best: null } : bestClass(read(output));
  return { layers, ...classes, notes: bound.notes, faults: faults.map(faultWords) };
}

/** Tells convolutions that only a batch norm reads, and those batch norms, from all other layers. */
function rolesOf({ nodes }: Model): (node: ModelNode) => ComparedLayer['role'] {
  const readers = new Map<string, ModelNode[]>();
  for (const node of nodes) {
    for (const name of node.inputs) if (name !== null) readers.set(name, [...(readers.get(name) ?? []), node]);
  }
  const isNormed = ({ layer, outputs }: ModelNode) => {
    const [reader, ...others] = readers.get(outputs[0]) ?? [];
    return layer.kind === 'conv' && reader?.layer.kind === 'batch_norm' && others.length === 0;
  };
  const normed = new Set(nodes.filter(isNormed).map(({ outputs }) => outputs[0]));
  return ({ layer, inputs, outputs }) => {
    if (normed.has(outputs[0])) return 'normed-conv';
    return layer.kind === 'batch_norm' && normed.has(inputs[0]!) ? 'norm-of-conv' : 'plain';
  };
}

/** Whether a network ends in classes, and the best of them; null when a score is NaN. */
function bestClass(output: Value): { readonly classes: boolean; readonly best: number | null } {
  const { channels } = channelsOf(output.shape);
  if (channels < 2 || sizeOf(output.shape) !== channels) return { classes: false, best: null };
  const scores = toFloat32(output.data);
  if (nanScores(scores).nan > 0) return { classes: true, best: null };
  return { classes: true, best: topClasses(scores, 1, 'logits', null)[0].index };
}

export function comparisonOf({ a, b, difference }: LayerPair, tolerance: number): LayerComparison {
  const { largest, relative, mean, differing, at, scale } = difference;
  return {
    a: a.name,
    b: b.name,
    kind: a.kind,
    shape: a.shape,
    same: relative <= tolerance,
    largest,
    relative,
    mean,
    differing,
    beyond: beyondLimit(a, b, tolerance * scale),
    at: placeOfIndex(a.shape, at),
    values: [difference.a, difference.b],
  };
}

function beyondLimit(a: ComparedLayer, b: ComparedLayer, limit: number): LayerComparison['beyond'] {
  const { channels, size } = channelsOf(a.shape);
  const touched = new Set<number>();
  let values = 0;
  for (let i = 0; i < a.values.length; i++) {
    const [p, q] = [a.values[i], b.values[i]];
    if (Object.is(p, q) || Math.abs(p - q) <= limit) continue;
    values++;
    touched.add(Math.floor(i / size) % channels);
  }
  return { values, channels: touched.size };
}

/** A layer of one of two networks, with its values. */
export interface ComparedLayer {
  readonly name: string;
  readonly kind: string;
  /**
   * What stands beside it: a convolution whose only reader is a batch norm, that batch norm, or nothing of the sort. An
   * export may fold the two into one convolution, which is then the batch norm's counterpart.
   */
  readonly role: 'normed-conv' | 'norm-of-conv' | 'plain';
  /** N included. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Two layers that stand for each other, and how far they are apart. */
interface LayerPair {
  readonly a: ComparedLayer;
  readonly b: ComparedLayer;
  readonly difference: ArrayDifference;
}

interface Alignment {
  readonly pairs: readonly LayerPair[];
  /** Layers without a counterpart. */
  readonly onlyA: readonly ComparedLayer[];
  readonly onlyB: readonly ComparedLayer[];
}

/**
 * Pairs the layers of two networks in order. Sizes must be equal; equal values count most, equal kinds nearly as much,
 * so that a layer that went wrong is still held against its counterpart. Source: Needleman, Wunsch 1970
 */
export function alignLayers(as: readonly ComparedLayer[], bs: readonly ComparedLayer[]): Alignment {
  const columns = bs.length + 1;
  const best = new Float64Array((as.length + 1) * columns);
  const differences = new Map<number, ArrayDifference>();
  for (let i = as.length - 1; i >= 0; i--) {
    for (let j = bs.length - 1; j >= 0; j--) {
      const cell = i * columns + j;
      best[cell] = Math.max(best[cell + columns], best[cell + 1]);
      if (!sameSize(as[i], bs[j])) continue;
      const difference = compareArrays(as[i].values, bs[j].values);
      differences.set(cell, difference);
      const paired = best[cell + columns + 1] + likeness(as[i], bs[j], difference);
      if (paired >= best[cell]) best[cell] = paired;
    }
  }
  return trace(as, bs, best, differences);
}

function trace(
  as: readonly ComparedLayer[],
  bs: readonly ComparedLayer[],
  best: Float64Array,
  differences: ReadonlyMap<number, ArrayDifference>,
): Alignment {
  const columns = bs.length + 1;
  const pairs: LayerPair[] = [];
  const onlyA: ComparedLayer[] = [];
  const onlyB: ComparedLayer[] = [];
  let [i, j] = [0, 0];
  while (i < as.length && j < bs.length) {
    const cell = i * columns + j;
    const difference = differences.get(cell);
    if (difference && best[cell] === best[cell + columns + 1] + likeness(as[i], bs[j], difference)) {
      pairs.push({ a: as[i++], b: bs[j++], difference });
    } else if (best[cell] === best[cell + columns]) onlyA.push(as[i++]);
    else onlyB.push(bs[j++]);
  }
  return { pairs, onlyA: [...onlyA, ...as.slice(i)], onlyB: [...onlyB, ...bs.slice(j)] };
}

/** Equal shapes but for sides of 1: [N, K] and [N, K, 1, 1] are one. */
function sameSize(a: ComparedLayer, b: ComparedLayer): boolean {
  const sides = ({ shape }: ComparedLayer) => shape.filter((side) => side !== 1).join();
  return a.values.length === b.values.length && sides(a) === sides(b);
}

function likeness(a: ComparedLayer, b: ComparedLayer, { relative }: ArrayDifference): number {
  const values = relative <= 1e-4 ? 4 : relative <= 0.05 ? 1 : relative <= 0.5 ? 0.2 : 0.1;
  return values + (standFor(a, b) ? 3 : 0) + (pathOf(a.name) === pathOf(b.name) ? 0.5 : 0);
}

/** One kind at one place; a batch norm and the convolution it was folded into are. */
function standFor(a: ComparedLayer, b: ComparedLayer): boolean {
  if (a.role === b.role) return a.kind === b.kind;
  const isFolded = (norm: ComparedLayer, conv: ComparedLayer) =>
    norm.role === 'norm-of-conv' && conv.role === 'plain' && conv.kind === 'conv';
  return isFolded(a, b) || isFolded(b, a);
}
