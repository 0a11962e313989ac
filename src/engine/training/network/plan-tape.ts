import { atPlace, CnnvizError } from '../../../core/errors.js';
import { conv2dGeometry } from '../../../core/geometry.js';
import { ACTIVATIONS } from '../../../layers/activation.js';
import type { Conv2dLayer } from '../../../layers/conv.js';
import type { Layer } from '../../../layers/index.js';
import type { ShapedModel } from '../../../layers/infer.js';
import type { ModelNode } from '../../../layers/model.js';
import { FUNCTION_BYTES } from '../../elementwise.js';
import { aligned } from '../../wasm/memory.js';
import { convWorkBytes } from './conv-op.js';
import { keeper } from './keep-parameters.js';
import { NORM_SUMS } from './norm-op.js';
import { type ConvOp, floatsOf, type Op, SLICE, type SliceValue, type Tape, type WindowsOp } from './tape.js';
import { unsupported } from './unsupported.js';
import { type PoolingLayer, windowTable } from './window-table.js';

/** Columns of a product worked on at a time: what is gathered for them stays in the second-level cache. */
const BLOCK = 192;
/** torch's, where a layer does not say it. */
const [DROPOUT, MOMENTUM] = [0.5, 0.1];

/** Layers that hand a number on as it is do so in training, too. */
const SAME: readonly Layer['kind'][] = ['identity'];

type Building = { -readonly [K in keyof SliceValue]: SliceValue[K] };

/**
 * A network as training runs it.
 * @param shaped bound to an input [SLICE, C, H, W]; its constants need no numbers
 * @param learnt names of the parameters that are learnt; others stay as they are
 * @throws CnnvizError 'unsupported' with the layer's name, for one that is not trained here
 */
export function planTape(shaped: ShapedModel, learnt: ReadonlySet<string>): Tape {
  const { model, infos } = shaped;
  const values: Building[] = [];
  const ops: Op[] = [];
  const numberOf = new Map<string, number>();
  const tables: number[] = [];
  const isFloat: boolean[] = [];
  const learning = new Set<number>();
  let sliceBytes = 0;
  const takeSlice = (bytes: number) => {
    const at = sliceBytes;
    sliceBytes += aligned(bytes);
    return at;
  };
  const kept = keeper(shaped, learnt);

  const addValue = (name: string): number => {
    const { shape } = infos.get(name)!;
    const [N, channels, height = 1, width = 1] = shape;
    if (shape.length < 2 || shape.length > 4 || shape.length === 3 || N !== SLICE) {
      throw unsupported(`gives [${shape.join(', ')}]: expected [N, C, H, W] or [N, features]`);
    }
    const value = { channels, height, width, at: 0, gradient: null };
    value.at = takeSlice(floatsOf(value) * 4);
    values.push(value);
    numberOf.set(name, values.length - 1);
    return values.length - 1;
  };
  const table = (numbers: readonly number[], floats = false): number => {
    const at = tables.length * 4;
    for (const number of numbers) {
      tables.push(number);
      isFloat.push(floats);
    }
    return at;
  };

  addValue(model.inputs[0].name);
  const nodes = withoutSoftmax(model.nodes, model.outputs[0]);
  for (const node of nodes) {
    try {
      addNode(node);
    } catch (error) {
      throw atPlace(node.name, error);
    }
  }
  const logits = numberOf.get(nodes.at(-1)?.outputs[0] ?? '');
  if (logits === undefined || learning.size === 0) {
    throw new CnnvizError('usage', 'the network has nothing that can be learnt', {
      fix: 'a layer needs weights of its own: conv out_channels=8 kernel_size=3, linear out_features=10',
    });
  }
  const last = values[logits];
  if (last.height * last.width !== 1) {
    throw new CnnvizError(
      'shape',
      `the network ends in maps of ${last.width}×${last.height}, not in a number a class`,
      {
        fix: 'end it with "flatten | linear out_features=CLASSES", or "adaptive_avg_pool 1 | flatten"',
      },
    );
  }
  const gradients = { at: sliceBytes, bytes: 0 };
  for (const number of learning) values[number].gradient = takeSlice(floatsOf(values[number]) * 4);
  const workBytes = Math.max(
    FUNCTION_BYTES,
    ...ops.map((op) => (op.kind === 'conv' ? convWorkBytes(op, values[op.x[0]].channels) : 0)),
  );
  return {
    values,
    ops,
    logits,
    classes: last.channels,
    segments: segmentsOf(ops),
    ...kept.finish(),
    sliceBytes: aligned(sliceBytes),
    gradients: { at: gradients.at, bytes: sliceBytes - gradients.at },
    workBytes: aligned(workBytes),
    tables: tableBytes(tables, isFloat),
  };

  function addNode(node: ModelNode): void {
    const { layer, inputs, outputs } = node;
    const own = numberOf.get(inputs[0]!);
    if (own !== undefined && (SAME.includes(layer.kind) || (layer.kind === 'flatten' && isFlat(inputs[0]!)))) {
      numberOf.set(outputs[0], own);
      return;
    }
    const op = opOf(node, own);
    const learns = 'weight' in op && (op.weight?.learns === true || op.bias?.learns === true);
    if (learns || op.x.some((one) => learning.has(one))) learning.add(op.y);
    ops.push(op);
  }

  function opOf({ name, layer, inputs, outputs }: ModelNode, x: number | undefined): Op {
    const known = (): readonly [number] => {
      if (x === undefined) throw unsupported('its input is no value of the network');
      return [x];
    };
    switch (layer.kind) {
      case 'conv':
      case 'linear':
        return convOp({ name, inputs, outputs }, layer.kind === 'conv' ? layer : null, known()[0]);
      case 'activation': {
        const { parameters } = ACTIVATIONS[layer.name];
        const given = parameters.map((usual, i) => layer.parameters[i] ?? usual);
        return { name, x: known(), kind: 'activation', y: addValue(name), activation: layer.name, parameters: given };
      }
      case 'max_pool':
      case 'avg_pool':
      case 'adaptive_avg_pool':
      case 'adaptive_max_pool':
        return windowsOp(name, layer, known()[0]);
      case 'batch_norm': {
        const y = addValue(name);
        const { eps, momentum = MOMENTUM } = layer;
        return {
          name,
          x: known(),
          kind: 'batch_norm',
          y,
          weight: kept.parameter(inputs[1]),
          bias: kept.parameter(inputs[2]),
          mean: kept.buffer(inputs[3]!, 'running_mean'),
          variance: kept.buffer(inputs[4]!, 'running_var'),
          eps,
          momentum,
          sums: takeSlice(values[y].channels * NORM_SUMS * 8),
        };
      }
      case 'dropout': {
        const y = addValue(name);
        const { p = DROPOUT } = layer;
        return { name, x: known(), kind: 'dropout', y, p, mask: takeSlice(floatsOf(values[y]) * 4) };
      }
      case 'flatten':
        if (layer.startDim !== 1 || (layer.endDim !== -1 && layer.endDim !== 3)) {
          throw unsupported('only flatten from the channels on is trained here');
        }
        return { name, x: known(), kind: 'flatten', y: addValue(name) };
      case 'add':
      case 'concat': {
        if (layer.kind === 'concat' && layer.dim !== 1) throw unsupported('only a concat of channels is trained here');
        const all = inputs.map((one) => numberOf.get(one!));
        const shape = infos.get(name)!.shape.join();
        const fits = layer.kind === 'concat' || inputs.every((one) => infos.get(one!)?.shape.join() === shape);
        if (all.includes(undefined) || !fits) throw unsupported('its inputs are not values of one shape');
        return { name, x: all as number[], kind: layer.kind, y: addValue(name) };
      }
      default:
        throw unsupported(`a ${layer.kind} layer is not trained here`);
    }
  }

  function isFlat(name: string): boolean {
    const { shape } = infos.get(name)!;
    return shape.length === 2 || (shape[2] === 1 && shape[3] === 1);
  }

  function convOp(node: Omit<ModelNode, 'layer'>, layer: Conv2dLayer | null, x: number): ConvOp {
    const from = values[x];
    const { shape } = infos.get(node.inputs[1]!)!;
    const options = layer ?? { stride: [1, 1] as const, padding: 0, dilation: [1, 1] as const, groups: 1 };
    const g = conv2dGeometry([SLICE, from.channels, from.height, from.width], [...shape, 1, 1].slice(0, 4), {
      paddingMode: 'zeros',
      ...options,
    });
    if (layer === null && from.height * from.width !== 1) throw unsupported('a linear layer over maps: flatten first');
    if (g.paddingMode !== 'zeros' && g.pads.some((side) => side > 0)) {
      throw unsupported(`padding_mode=${g.paddingMode} is not trained here: zeros is`);
    }
    const [top, left, bottom, right] = g.pads;
    const isPadded = g.pads.some((side) => side > 0);
    const [height, width] = [g.H + top + bottom, g.W + left + right];
    const plane = height * width;
    const perGroup = g.C / g.groups;
    const taps: number[] = [];
    for (let c = 0; c < perGroup; c++) {
      for (let u = 0; u < g.kH; u++) {
        for (let v = 0; v < g.kW; v++) taps.push((c * SLICE * plane + u * g.dH * width + v * g.dW) * 4);
      }
    }
    const rows: number[] = [];
    const columns: number[] = [];
    for (let image = 0; image < SLICE; image++) {
      for (let i = 0; i < g.oH; i++) {
        const row = (image * plane + i * g.sH * width) * 4;
        rows.push(row);
        for (let j = 0; j < g.oW; j++) columns.push(row + j * g.sW * 4);
      }
    }
    const isDirect = plane === 1 && taps.length === perGroup && g.groups === 1;
    return {
      kind: 'conv',
      name: node.name,
      x: [x],
      y: addValue(node.outputs[0]),
      groups: g.groups,
      maps: g.M / g.groups,
      taps: taps.length,
      weight: kept.parameter(node.inputs[1])!,
      bias: kept.parameter(node.inputs[2] ?? null),
      padded: isPadded ? { height, width, top, left } : null,
      oW: g.oW,
      step: g.sW * 4,
      block: blockOf(g.oW, rows.length),
      isDirect,
      tables: { taps: table(taps), columns: table(columns), rows: table(rows) },
    };
  }

  function windowsOp(name: string, layer: PoolingLayer, x: number): WindowsOp {
    const { height: H, width: W } = values[x];
    const y = addValue(name);
    const { height: oH, width: oW } = values[y];
    const { isMax, edges, scales } = windowTable(layer, { H, W, oH, oW });
    return {
      kind: isMax ? 'max_windows' : 'mean_windows',
      name,
      x: [x],
      y,
      edges: table(edges),
      scales: isMax ? 0 : table(scales, true),
      places: isMax ? takeSlice(floatsOf(values[y]) * 4) : 0,
    };
  }
}

/** A softmax at the end is part of the loss. */
function withoutSoftmax(nodes: readonly ModelNode[], output: string): readonly ModelNode[] {
  const end = nodes.findIndex(({ outputs }) => outputs.includes(output)) + 1;
  const last = nodes[end - 1];
  return nodes.slice(0, last && /^(log_)?softmax$/.test(last.layer.kind) ? end - 1 : end);
}

/** Whole rows of the output, a multiple of 8 columns, about BLOCK. */
function blockOf(oW: number, rows: number): number {
  let least = 1;
  while ((least * oW) % 8 !== 0) least++;
  return oW * Math.min(rows, least * Math.max(1, Math.round(BLOCK / (least * oW))));
}

/** A batch norm begins a segment: all slices meet before it. */
function segmentsOf(ops: readonly Op[]): [number, number][] {
  const starts = [0, ...ops.flatMap(({ kind }, i) => (kind === 'batch_norm' ? [i] : []))];
  return starts.map((start, i) => [start, starts[i + 1] ?? ops.length]);
}

function tableBytes(numbers: readonly number[], isFloat: readonly boolean[]): Uint8Array {
  const ints = Int32Array.from(numbers);
  const floats = new Float32Array(ints.buffer);
  for (const [i, float] of isFloat.entries()) if (float) floats[i] = numbers[i];
  return new Uint8Array(ints.buffer);
}
