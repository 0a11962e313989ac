import { conv2dGeometry, conv2dMacs, type Padding } from '../core/geometry.js';
import { sizeOf } from '../core/tensor.js';
import type { Layer } from '../layers/index.js';
import type { ShapedModel } from '../layers/infer.js';
import { imageShape } from '../layers/inputs.js';
import type { ModelNode } from '../layers/model.js';
import { type Field, fieldBehind, INPUT_FIELD } from './receptive-field.js';

/** One layer of a summary. */
interface LayerSummary {
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
  /** What a position sees of the input; null for values that do not depend on an image. */
  readonly field: Field | null;
}

export interface NetworkSummary {
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly layers: readonly LayerSummary[];
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

/** What a network costs and what its layers see. Layers that only compute shapes are left out. */
export function summarizeModel(shaped: ShapedModel): NetworkSummary {
  const { model, infos } = shaped;
  const fields = new Map<string, Field>();
  const makers = new Map<string, string>();
  for (const { name } of model.inputs) {
    if ((infos.get(name)?.shape.length ?? 0) >= 3) fields.set(name, INPUT_FIELD);
    makers.set(name, name);
  }
  const counted = new Set<string>();
  const layers: LayerSummary[] = [];
  for (const node of model.nodes) {
    const data = node.inputs.filter((name): name is string => name !== null && !model.constants.has(name));
    const seen = data.map((name) => fields.get(name)).filter((field) => field !== undefined);
    const shapes = node.inputs.map((name) => (name === null ? null : infos.get(name)!.shape));
    const outShape = infos.get(node.outputs[0])!.shape;
    const field = seen.length === 0 ? null : fieldBehind(node.layer, seen, shapes[1] ?? null, shapes[0]!, outShape);
    for (const name of node.outputs) {
      makers.set(name, node.name);
      if (field) fields.set(name, field);
    }
    if (computesShapes(node, shaped)) continue;
    layers.push({
      name: node.name,
      kind: node.layer.kind === 'activation' ? node.layer.name : node.layer.kind,
      words: layerWords(node.layer, shapes),
      from: data.map((name) => makers.get(name) ?? name),
      outShape,
      params: countParams(node, shaped, counted),
      macs: macsOf(node.layer, shapes, outShape),
      groups: 'groups' in node.layer ? node.layer.groups : 1,
      field,
    });
  }
  const total = (of: (layer: LayerSummary) => number) => layers.reduce((sum, layer) => sum + of(layer), 0);
  const params = total((layer) => layer.params);
  const macs = total((layer) => layer.macs);
  return {
    inputs: model.inputs.map(({ name }) => ({ name, shape: infos.get(name)!.shape })),
    layers,
    params,
    macs,
    flops: 2 * macs,
    field: [...layers].reverse().find(({ field }) => field !== null && field[0].jump !== null)?.field ?? null,
    activationBytes: 4 * total(({ outShape }) => sizeOf(outShape)),
    paramBytes: 4 * params,
  };
}

/** A value that follows from constants and shapes alone, or is one. */
function computesShapes({ layer, inputs, outputs }: ModelNode, { model, infos }: ShapedModel): boolean {
  if (layer.kind === 'shape' || layer.kind === 'size') return true;
  const isFloat = infos.get(outputs[0])!.dtype.startsWith('float');
  return !isFloat || inputs.every((name) => name === null || model.constants.has(name));
}

/** Which inputs of a layer are learnt; null: every floating-point constant. */
function learnt({ kind }: Layer): readonly number[] | null {
  if (kind === 'batch_norm') return [1, 2];
  if (['reshape', 'pad', 'clip', 'resize', 'slice', 'gather', 'expand', 'reduce'].includes(kind)) return [];
  return null;
}

function countParams({ layer, inputs }: ModelNode, { model }: ShapedModel, counted: Set<string>): number {
  const which = learnt(layer);
  let count = 0;
  for (const [i, name] of inputs.entries()) {
    const constant = name === null ? undefined : model.constants.get(name);
    if (!constant || name === null || counted.has(name) || !constant.dtype.startsWith('float')) continue;
    if (which !== null && !which.includes(i)) continue;
    counted.add(name);
    count += sizeOf(constant.shape);
  }
  return count;
}

/** Multiply-accumulates of a layer; those without products count none. */
function macsOf(layer: Layer, shapes: readonly (readonly number[] | null)[], outShape: readonly number[]): number {
  const [x, weight] = shapes;
  if (!x || !weight) return 0;
  switch (layer.kind) {
    case 'conv':
    case 'ncc':
      return conv2dMacs(conv2dGeometry(imageShape(x), weight, layer));
    case 'conv_nd':
      return sizeOf(outShape) * sizeOf(weight.slice(1));
    case 'linear':
      return sizeOf(outShape) * weight[1];
    case 'matmul':
      return sizeOf(outShape) * (x.at(-1) ?? 1);
    case 'gemm':
      return sizeOf(outShape) * x[layer.transA ? 0 : 1];
    default:
      return 0;
  }
}

/** 3×3, from [height, width] */
function size([h, w]: readonly number[]): string {
  return `${w}×${h}`;
}

/** 2, or 2,1 when the axes differ */
function pair(sides: readonly number[]): string {
  return sides.every((side) => side === sides[0]) ? String(sides[0]) : sides.join(',');
}

function paddingText(padding: Padding | readonly number[] | string): string {
  if (typeof padding === 'string' || typeof padding === 'number') return padding === 0 ? '' : ` padding ${padding}`;
  return padding.every((side) => side === 0) ? '' : ` padding ${pair(padding)}`;
}

function stride(sides: readonly number[]): string {
  return sides.every((side) => side === 1) ? '' : ` stride ${pair(sides)}`;
}

/** A layer with its settings in short: "conv 11×11 stride 4 padding 2". `shapes`: of its inputs. */
export function layerWords(layer: Layer, shapes: readonly (readonly number[] | null)[]): string {
  switch (layer.kind) {
    case 'conv':
    case 'ncc': {
      const dilated = layer.dilation.some((side) => side !== 1) ? ` dilation ${pair(layer.dilation)}` : '';
      const groups = layer.groups === 1 ? '' : ` groups ${layer.groups}`;
      return `${layer.kind} ${size((shapes[1] ?? [1, 1]).slice(-2))}${stride(layer.stride)}${paddingText(layer.padding)}${dilated}${groups}`;
    }
    case 'linear':
      return `linear ${shapes[1]?.[1] ?? '?'} → ${shapes[1]?.[0] ?? '?'}`;
    case 'max_pool':
    case 'avg_pool':
    case 'gauss_pool':
      return `${layer.kind} ${size(layer.kernelSize)}${stride(layer.stride)}${paddingText(layer.pads)}${layer.ceilMode ? ' ceil' : ''}`;
    case 'adaptive_avg_pool':
    case 'adaptive_max_pool':
      return `${layer.kind} ${size(layer.outputSize.map((side) => side ?? 0))}`;
    case 'lrn':
      return `lrn ${layer.size}`;
    case 'activation':
      return [layer.name, ...layer.parameters].join(' ');
    case 'softmax':
    case 'log_softmax':
      return layer.dim === null ? layer.kind : `${layer.kind} dim ${layer.dim}`;
    case 'concat':
      return `concat dim ${layer.dim}`;
    default:
      return layer.kind;
  }
}
