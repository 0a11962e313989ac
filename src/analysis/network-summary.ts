import { plural } from '../core/geometry.js';
import { sizeOf } from '../core/tensor.js';
import { bytesOf } from '../core/values.js';
import type { LayerShapes, ReadsCall } from '../layers/family.js';
import { computesNumbers, type Layer, layerFamily, nameOf } from '../layers/index.js';
import { readsCall, type ShapedModel } from '../layers/infer.js';
import type { ModelNode } from '../layers/model.js';
import { type LayerGroup, layerGroups } from '../models/onnx/layer-groups.js';
import { channelsLast, movesChannels } from './channels-last.js';
import { type Field, fieldBehind, fieldOfLast, INPUT_FIELD } from './receptive-field.js';

/** One layer of a summary. */
export interface LayerSummary {
  readonly name: string;
  /** "conv", "relu", "max_pool" … */
  readonly kind: string;
  /** The kind with its settings: "conv 11×11 stride 4 padding 2". */
  readonly words: string;
  /** The layers it reads; "input" and others for inputs of the network. */
  readonly from: readonly string[];
  /** N included. */
  readonly outShape: readonly number[];
  /** Learnable numbers: weights and biases; running statistics are not counted, as in torch. */
  readonly params: number;
  readonly macs: number;
  readonly groups: number;
  /** [kH, kW] of the window it slides over maps; null: it slides none. */
  readonly kernel: readonly [number, number] | null;
  /** What a position sees of the input; null for values that do not depend on an image. */
  readonly field: Field | null;
  /** Of a module that an exporter took apart: the names of its layers. */
  readonly parts?: readonly string[];
}

/** One layer that cannot be computed. */
interface LeftOutLayer {
  readonly name: string;
  /** "not supported: LSTM", or that it needs such a layer. */
  readonly words: string;
  readonly reason: string;
  /** How many of the summary's layers stand before it. */
  readonly at: number;
}

export interface NetworkSummary {
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly layers: readonly LayerSummary[];
  /** Those that cannot be computed: they are in no total. */
  readonly leftOut: readonly LeftOutLayer[];
  readonly params: number;
  readonly macs: number;
  /** 2 per multiply-accumulate. */
  readonly flops: number;
  /** The field of the last layer that still has maps. */
  readonly field: Field | null;
  /** Bytes of all activations as float32, and of the parameters. */
  readonly activationBytes: number;
  readonly paramBytes: number;
}

/** A summary in which each module that an exporter took apart is one layer; the totals are the same. */
export function summarizeModules(shaped: ShapedModel): NetworkSummary {
  const whole = summarizeModel(shaped);
  const { of } = layerGroups(shaped);
  const groupOf = new Map([...of].map(([{ name }, group]) => [name, group]));
  const shownAs = (name: string) => groupOf.get(name)?.name ?? name;
  const parts = new Map<LayerGroup, LayerSummary[]>();
  for (const layer of whole.layers) {
    const group = groupOf.get(layer.name);
    if (group) parts.set(group, [...(parts.get(group) ?? []), layer]);
  }
  const rowsOf = whole.layers.map((layer): LayerSummary[] => {
    const group = groupOf.get(layer.name);
    const rows = (group && parts.get(group)) ?? [];
    if (group && layer !== rows.at(-1)) return [];
    const from = (group ? rows : [layer]).flatMap((row) => row.from.map(shownAs));
    const read = [...new Set(from)].filter((name) => name !== group?.name);
    if (!group) return [{ ...layer, from: read }];
    const total = (of: (row: LayerSummary) => number) => rows.reduce((sum, row) => sum + of(row), 0);
    const words = `${group.kind}, ${plural(rows.length, 'part')}`;
    const sums = { params: total(({ params }) => params), macs: total(({ macs }) => macs) };
    const own = { name: group.name, kind: group.kind, words, from: read, groups: 1, kernel: null };
    return [{ ...layer, ...own, ...sums, parts: rows.map(({ name }) => name) }];
  });
  // what stands before them is counted in modules, too
  const leftOut = whole.leftOut.map((one) => ({ ...one, at: rowsOf.slice(0, one.at).flat().length }));
  return { ...whole, layers: rowsOf.flat(), leftOut };
}

/** One layer of a summary by its name: a module, or any layer of one. */
export function summaryOf(shaped: ShapedModel, name: string): LayerSummary | null {
  const isMeant = (one: LayerSummary) => one.name === name;
  return summarizeModel(shaped).layers.find(isMeant) ?? summarizeModules(shaped).layers.find(isMeant) ?? null;
}

/**
 * What a network costs and what its layers see. Layers that only compute shapes are left out.
 * @throws CnnvizError when the network does not take its input
 */
export function summarizeModel(shaped: ShapedModel): NetworkSummary {
  const { model, infos, refused } = shaped;
  const misfit = [...refused.values()].find(({ code }) => code !== 'unsupported');
  if (misfit) throw misfit;
  const fields = new Map<string, Field>();
  const makers = new Map<string, string>();
  for (const { name } of model.inputs) {
    if ((infos.get(name)?.shape.length ?? 0) >= 3) fields.set(name, INPUT_FIELD);
    makers.set(name, name);
  }
  const counted = new Set<string>();
  const last = channelsLast(shaped);
  const parts = layerGroups(shaped).of;
  const layers: LayerSummary[] = [];
  let paramBytes = 0;
  for (const node of model.nodes) {
    const data = node.inputs.filter((name): name is string => name !== null && !model.constants.has(name));
    const seen = data.map((name) => fields.get(name)).filter((field) => field !== undefined);
    const call = readsCall(shaped, node);
    const isLast = movesChannels(shaped, node) ? 'moved' : data.some((name) => last.has(name));
    const field = seen.length === 0 ? null : fieldOf(node, seen, call, isLast);
    for (const name of node.outputs) {
      makers.set(name, node.name);
      if (field) fields.set(name, field);
    }
    if (computesShapes(node, shaped)) continue;
    const own = countParams(node, shaped, counted, parts.has(node));
    paramBytes += own.bytes;
    layers.push({
      name: node.name,
      kind: nameOf(node.layer),
      words: layerFamily(node.layer).words(node.layer, call.inputs),
      from: data.map((name) => makers.get(name) ?? name),
      outShape: call.output,
      params: own.count,
      macs: macsOf(node.layer, call),
      groups: 'groups' in node.layer ? node.layer.groups : 1,
      kernel: windowOf(node.layer, call),
      field,
    });
  }
  const total = (of: (layer: LayerSummary) => number) => layers.reduce((sum, layer) => sum + of(layer), 0);
  const params = total((layer) => layer.params);
  const macs = total((layer) => layer.macs);
  return {
    inputs: model.inputs.map(({ name }) => ({ name, shape: infos.get(name)!.shape })),
    layers,
    leftOut: leftOutOf(shaped, layers),
    params,
    macs,
    flops: 2 * macs,
    field: [...layers].reverse().find(({ field }) => field !== null && field[0].jump !== null)?.field ?? null,
    activationBytes: 4 * total(({ outShape }) => sizeOf(outShape)),
    paramBytes,
  };
}

/** Which input of a layer holds the kernels that slide. */
const KERNELS_IN: Readonly<Partial<Record<Layer['kind'], number>>> = {
  conv: 1,
  ncc: 1,
  conv_integer: 1,
  qlinear_conv: 3,
  tflite_conv: 1,
};

function leftOutOf({ model, whole, refused }: ShapedModel, layers: readonly LayerSummary[]): LeftOutLayer[] {
  const told = new Set(layers.map(({ name }) => name));
  const computed = new Set(model.nodes);
  let at = 0;
  return whole.nodes.flatMap((node): LeftOutLayer[] => {
    if (told.has(node.name)) at++;
    if (computed.has(node)) return [];
    const reason = refused.get(node.outputs[0])!;
    const isOwn = !node.inputs.some((name) => name !== null && refused.get(name) === reason);
    const { layer } = node;
    const words =
      layer.kind === 'unsupported'
        ? layerFamily(layer).words(layer, [])
        : isOwn
          ? `not supported here: ${nameOf(layer)}`
          : `${nameOf(layer)}, needs what is not supported`;
    return [{ name: node.name, words, reason: reason.message, at }];
  });
}

/** @param isLast whether it reads maps with their channels last, or brings them there or back */
function fieldOf({ layer }: ModelNode, seen: readonly Field[], call: ReadsCall, isLast: boolean | 'moved'): Field {
  if (isLast === 'moved') return seen[0];
  return isLast ? fieldOfLast(seen, call) : fieldBehind(layer, seen, call);
}

function windowOf(layer: Layer, { inputs }: LayerShapes): readonly [number, number] | null {
  if ('kernelSize' in layer && layer.kernelSize.length === 2) return [layer.kernelSize[0], layer.kernelSize[1]];
  const weight = KERNELS_IN[layer.kind];
  const sides = weight === undefined ? undefined : inputs[weight]?.slice(2);
  return sides?.length === 2 ? [sides[0], sides[1]] : null;
}

/** A value that follows from constants and shapes alone, or is one. */
function computesShapes({ layer, inputs, outputs }: ModelNode, { model, infos }: ShapedModel): boolean {
  if (layerFamily(layer).readsShapes) return true;
  const areNumbers = computesNumbers(layer, infos.get(outputs[0])!.dtype);
  return !areNumbers || inputs.every((name) => name === null || model.constants.has(name));
}

/**
 * Numbers that are learnt, each constant once, and their bytes.
 * @param isPart of a module that an exporter took apart: its single numbers are no parameters
 */
function countParams(
  { layer, inputs }: ModelNode,
  { model }: ShapedModel,
  counted: Set<string>,
  isPart: boolean,
): { readonly count: number; readonly bytes: number } {
  const { learnt } = layerFamily(layer);
  let [count, bytes] = [0, 0];
  for (const [i, name] of inputs.entries()) {
    const constant = name === null ? undefined : model.constants.get(name);
    if (!constant || name === null || counted.has(name)) continue;
    if (learnt ? !learnt.includes(i) : !constant.dtype.startsWith('float')) continue;
    // the ½ of a GELU, the eps of a norm
    if (isPart && constant.shape.length === 0) continue;
    counted.add(name);
    count += sizeOf(constant.shape);
    bytes += bytesOf(constant);
  }
  return { count, bytes };
}

function macsOf(layer: Layer, { inputs, output }: LayerShapes): number {
  const shapes = inputs.map((shape) => shape ?? []);
  return inputs[0] && inputs[1] ? (layerFamily(layer).macs?.(layer, shapes, output) ?? 0) : 0;
}
