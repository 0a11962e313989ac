import { type Bound, type Shaped, shapeOf } from '../analysis/kept-run.js';
import { type ChosenLayer, chooseOneLayer } from '../analysis/layer-choice.js';
import type { LayerView, ShapedLayer } from '../analysis/layer-run.js';
import type { Job, LayerJob, NetworkJob } from '../core/job.js';
import type { ChoiceFacts, InputFacts, PlannedRun } from '../core/result.js';
import { sizeOf, tensor } from '../core/tensor.js';
import { mayRoundWhole, orderedStep, weighAlgorithms } from '../engine/choose.js';
import { planModel } from '../engine/plan.js';
import type { ConvStep } from '../engine/steps.js';
import { decodedChannels, readHeader } from '../io/decode.js';
import type { Input } from '../io/inputs.js';
import { readInput } from '../io/remote/read-input.js';
import type { ShapedModel } from '../layers/infer.js';
import type { Bank } from './banks.js';
import {
  type BoundKernels,
  type BoundMap,
  boundBanks,
  type KernelSubject,
  openKernels,
  sizeRead,
  subjectOfMap,
} from './kernels.js';
import { measureSteps } from './measure.js';
import { placeOf, productsOf } from './place.js';
import { atInput, isArray, pageFacts, readSource, sourceOf } from './source.js';
import type { Source, Subject } from './subject.js';

/** A subject with all its shapes and the input they are for. */
interface ShapedInput<B extends Bound> extends Shaped<B> {
  readonly source: Source;
}

/** Reads an input and works out the shapes of a subject for it: nothing is run, weights are not needed. */
export async function shape<B extends Bound>(subject: Subject<B>, input: Input): Promise<ShapedInput<B>> {
  const source = await readSource(input, subject);
  return { source, ...shapeOf(subject, source) };
}

/** One layer as `conv` computes it, or one layer of a network as `run` does. Plain JSON. */
export type LayerRequest =
  | {
      readonly kind: 'layer';
      readonly job: Job;
      /** conv, or what follows it (relu, max_pool …); null: the last. */
      readonly layer: string | null;
    }
  | {
      readonly kind: 'network';
      readonly job: NetworkJob;
      /** The layer's name; null: the network's output. */
      readonly layer: string | null;
    };

/** A subject of which one layer is looked at. `channel`: which kernel's map; of a network it changes nothing. */
export async function openRequest(
  { kind, job }: LayerRequest,
  channel: number,
  wants: 'numbers' | 'shapes' = 'numbers',
): Promise<Subject<Bound | BoundMap>> {
  if (kind === 'layer') return subjectOfMap(await openKernels(job), channel);
  const { networkSubject, openNetwork } = await import('./network.js');
  return networkSubject(await openNetwork(job.request, '', wants), job);
}

/** What one layer's picture and recipe say of where it comes from. */
export interface SeenView extends LayerView {
  readonly sha256: string;
  /** The options that decide its values, behind the command's name. */
  readonly args: readonly string[];
}

/** A layer of a shaped subject, seen for one input. */
export function viewOf(
  { kind, layer: wanted }: LayerRequest,
  subject: Subject<Bound | BoundMap>,
  source: Source,
  bound: Bound | BoundMap,
  { name, value }: ChosenLayer,
): SeenView {
  const own = kind === 'network' ? ['--layer', name] : wanted === null ? [] : ['--layer', wanted];
  return {
    facts: source.facts,
    sha256: source.sha256,
    layer: name,
    value,
    network: 'label' in bound ? bound.label : subject.name,
    picture: source.drawn(),
    args: subject.args(source, own),
    notes: [...subject.notes, ...bound.notes, ...source.warnings],
  };
}

/** A layer with all shapes behind it and the input it is for; nothing is computed, weights are not needed. */
export type SeenShape = ShapedLayer & SeenView;

/** Reads the input and works out the shapes of one layer of kernels or a network for it. */
export async function shapeLayer(request: LayerRequest, input: Input, channel: number | null): Promise<SeenShape> {
  const subject = await openRequest(request, channel ?? 0, 'shapes');
  const { source, bound, shaped } = await atInput(input, () => shape(subject, input));
  const choose = () => chooseOneLayer(shaped, request.layer);
  const layer = request.kind === 'layer' ? await atInput(input, choose) : choose();
  return { shaped, ...viewOf(request, subject, source, bound, layer) };
}

/** Plans a run of kernels from the input's header alone: nothing is decoded, computed or written. */
export function planKernels(subject: KernelSubject, input: Input): Promise<PlannedRun> {
  const { job } = subject;
  return atInput(input, async () => {
    const { facts, shape } = await headerOf(input, subject);
    const bound = subject.bind({ dtype: 'float32', shape }, null);
    const mapNames = bound.banks.flatMap(({ maps }) => maps.map(({ name }) => name));
    return {
      input: facts,
      banks: bankPlans(job.layer, bound, shape),
      outputs: productsOf(job, mapNames, facts.items).map((product) => placeOf(job.output, input, product)),
    };
  });
}

async function headerOf(
  input: Input,
  subject: KernelSubject,
): Promise<{ facts: InputFacts; shape: readonly number[] }> {
  const bytes = await readInput(input);
  if (isArray(input, bytes)) {
    const { facts, info } = await sourceOf(input, bytes, '', subject);
    return { facts, shape: info!.shape };
  }
  const { job, decode, prepare } = subject;
  const header = await readHeader(bytes, decode);
  const { colour, depth } = header;
  const [height, width] = sizeRead(header.width, header.height, job.geometry);
  const channels = job.preprocess.gray ? 1 : decodedChannels(header, decode, prepare.keepsGray);
  const original = job.geometry && { original: { width: header.width, height: header.height } };
  const facts = { path: input.path, width, height, channels, items: 1, colour, depth };
  return {
    facts: { ...facts, ...pageFacts(header), ...original },
    shape: [1, channels, height, width],
  };
}

/** Plans a layer for an input [C, H, W] that does not exist; `weights`: kernels, or a shape [M, C/groups, kH, kW]. */
export function planShapes(
  layer: LayerJob,
  weights: KernelSubject | readonly number[],
  [channels, height, width]: readonly number[],
): PlannedRun {
  const shape = [1, channels, height, width];
  const bound =
    'bind' in weights ? weights.bind({ dtype: 'float32', shape }, null) : boundBanks(layer, [emptyBank(weights)]);
  const colour = `[${shape.slice(1).join(', ')}]`;
  return {
    input: { path: 'input', width, height, channels, items: 1, colour, depth: 32 },
    banks: bankPlans(layer, bound, shape),
    outputs: [],
  };
}

/** Weights of which nothing is known but their shape. */
function emptyBank(shape: readonly number[]): Bank {
  const weight = tensor(new Float32Array(sizeOf(shape)), shape);
  return {
    kind: 'conv',
    weight,
    maps: [{ name: 'weight', label: 'weight', positive: null, weight, patch: null, kernel: 0 }],
    firstMap: 0,
  };
}

/** A bias still to be found changes no shape. */
function bankPlans(layer: LayerJob, bound: BoundKernels, shape: readonly number[]): PlannedRun['banks'] {
  return bound.banks.map(({ maps }, b) => {
    const { steps, shaped } = planModel(bound.model, shape, layer, [bound.branches[b]]);
    return {
      ...measureSteps(steps),
      choice: choiceFacts(steps[0] as ConvStep, layer.exact),
      labels: maps.map(({ name }) => name),
      out: sizeOfMaps(shaped, bound.branches[b]),
    };
  });
}

/** Width and height of a value's maps. */
function sizeOfMaps({ infos }: ShapedModel, value: string): [number, number] {
  const [oH, oW] = infos.get(value)!.shape.slice(-2);
  return [oW, oH];
}

/** Which algorithm a step takes, what it needs, and what the planner thought of every other. */
function choiceFacts(step: ConvStep, exact: boolean): ChoiceFacts {
  const { computed, weight, bands } = step;
  const { packed = 0, ...parts } = bands?.bytes ?? {};
  return {
    candidates: weighAlgorithms(computed, weight, exact).map(({ algorithm, rejected, estimateMs }) => ({
      name: algorithm.name,
      source: algorithm.source,
      rejected,
      estimateMs,
      tolerance: algorithm.tolerance,
    })),
    ...(mayRoundWhole(step, weight.load()) ? { wholeNumbers: orderedStep(step).algorithm.name } : {}),
    bands: bands?.count ?? 1,
    bandRows: bands?.shape.oH ?? computed.oH,
    packedBytes: packed * computed.groups,
    workspaceBytes: Object.values(parts).reduce((sum, bytes) => sum + bytes, 0),
  };
}
