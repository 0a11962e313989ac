import { CnnvizError } from '../core/errors.js';
import { type Axis, conv2dGeometry, convAxis, type PaddingMode, poolAxes } from '../core/geometry.js';
import type { Layer } from '../layers/index.js';
import type { ShapedModel } from '../layers/infer.js';
import { channelAxis, imageShape, wrapDim } from '../layers/inputs.js';
import type { ModelNode } from '../layers/model.js';
import { softmaxDim } from '../layers/softmax.js';
import { identityReach, type Reach, type Reached, reachThrough, uniteReached, wholeReach } from './reach.js';
import { WHOLE_MAP_LAYERS } from './receptive-field.js';

/** The input position that a position in the padding repeats; below 0 where padding is zero. */
type PaddedSource = (at: number, size: number, mode: PaddingMode) => number;

export interface ValueReach {
  readonly paths: readonly Reached[];
  /** False when paths of very many shapes were replaced by their envelope. */
  readonly exact: boolean;
}

/** Layers that compute each position from the same position of their inputs. */
const POSITIONWISE: readonly Layer['kind'][] = [
  'activation',
  'batch_norm',
  'lrn',
  'dropout',
  'identity',
  'pointwise',
  'prelu',
  'clip',
  'add',
  'sub',
  'mul',
  'div',
  'min',
  'max',
  'mean',
  'pow',
  'cast',
];

/**
 * What every position of `value` sees of the network's image input, through every path.
 * @throws CnnvizError 'unsupported' for a layer that moves positions in another way than windows do
 */
export function reachOfValue({ model, infos }: ShapedModel, value: string, source: PaddedSource): ValueReach {
  const reached = new Map<string, ValueReach>();
  for (const { name } of model.inputs) {
    const shape = infos.get(name)?.shape ?? [];
    if (shape.length < 3) continue;
    const [H, W] = shape.slice(-2);
    reached.set(name, { paths: [{ rows: identityReach(H), columns: identityReach(W) }], exact: true });
  }
  for (const node of nodesBehind(model.nodes, value)) {
    const shapes = node.inputs.map((name) => (name === null ? [] : infos.get(name)!.shape));
    const outShape = infos.get(node.outputs[0])!.shape;
    const from = node.inputs.flatMap((name) => (name === null ? [] : (reached.get(name) ?? [])));
    if (from.length === 0) continue;
    const behind = from.flatMap(({ paths }) => paths.map((path) => pathBehind(node, path, shapes, outShape, source)));
    const { paths, exact } = uniteReached(behind);
    for (const name of node.outputs) reached.set(name, { paths, exact: exact && from.every((one) => one.exact) });
  }
  const found = reached.get(value);
  if (found) return found;
  throw new CnnvizError('unsupported', `"${value}" does not depend on an image`, { fix: 'choose a layer of maps' });
}

function nodesBehind(nodes: readonly ModelNode[], value: string): ModelNode[] {
  const wanted = new Set([value]);
  const needed = [...nodes].reverse().filter(({ inputs, outputs }) => {
    if (!outputs.some((name) => wanted.has(name))) return false;
    for (const name of inputs) if (name !== null) wanted.add(name);
    return true;
  });
  return needed.reverse();
}

function pathBehind(
  { name, layer }: ModelNode,
  path: Reached,
  shapes: readonly (readonly number[])[],
  outShape: readonly number[],
  source: PaddedSource,
): Reached {
  const [oH, oW] = outShape.length < 3 ? [1, 1] : outShape.slice(-2);
  switch (layer.kind) {
    case 'conv':
    case 'ncc': {
      const g = conv2dGeometry(imageShape(shapes[0]), shapes[1], layer);
      return throughWindows(path, [convAxis(g, 0), convAxis(g, 1)], (at, size) => source(at, size, g.paddingMode));
    }
    case 'max_pool':
    case 'avg_pool':
    case 'gauss_pool': {
      const [, , H, W] = imageShape(shapes[0]);
      const dilation = layer.kind === 'max_pool' ? layer.dilation : ([1, 1] as const);
      return throughWindows(path, poolAxes(H, W, { ...layer, dilation }), (at) => at);
    }
    case 'adaptive_avg_pool':
    case 'adaptive_max_pool':
      return { rows: throughBins(path.rows, oH), columns: throughBins(path.columns, oW) };
    case 'softmax':
    case 'log_softmax':
      if (outShape.length < 3 || softmaxDim(layer.dim, outShape.length) === channelAxis(outShape)) return path;
      return spread({ rows: wholeReach(path.rows), columns: wholeReach(path.columns) }, oH, oW);
    case 'concat':
      if (outShape.length < 3 || wrapDim(layer.dim, outShape.length) === channelAxis(outShape)) return path;
      throw unsupported(name, layer);
    case 'reduce': {
      const isWhole = outShape.length < 3 || (oH === 1 && oW === 1);
      if (isWhole) return { rows: wholeReach(path.rows), columns: wholeReach(path.columns) };
      if (oH === path.rows.out && oW === path.columns.out) return path;
      throw unsupported(name, layer);
    }
    default:
      if (WHOLE_MAP_LAYERS.includes(layer.kind))
        return { rows: wholeReach(path.rows), columns: wholeReach(path.columns) };
      if (POSITIONWISE.includes(layer.kind)) return spread(path, oH, oW);
      if (outShape.length < 3) return { rows: wholeReach(path.rows), columns: wholeReach(path.columns) };
      throw unsupported(name, layer);
  }
}

function throughWindows(
  { rows, columns }: Reached,
  [down, across]: readonly [Axis, Axis],
  source: (at: number, size: number) => number,
): Reached {
  return { rows: throughAxis(rows, down, source), columns: throughAxis(columns, across, source) };
}

function throughAxis(reach: Reach, axis: Axis, source: (at: number, size: number) => number): Reach {
  return reachThrough(reach, axis.out, (o) =>
    Array.from({ length: axis.kernel }, (_, k) =>
      source(o * axis.stride - axis.padBefore + k * axis.dilation, axis.size),
    ),
  );
}

function throughBins(reach: Reach, out: number): Reach {
  const { out: size } = reach;
  return reachThrough(reach, out, (o) => {
    const first = Math.floor((o * size) / out);
    return Array.from({ length: Math.ceil(((o + 1) * size) / out) - first }, (_, k) => first + k);
  });
}

/** A map of one row or column stands beside larger ones: it is repeated, as numpy broadcasts. */
function spread({ rows, columns }: Reached, oH: number, oW: number): Reached {
  const one = (reach: Reach, out: number) => (reach.out === out ? reach : reachThrough(reach, out, () => [0]));
  return { rows: one(rows, oH), columns: one(columns, oW) };
}

function unsupported(name: string, { kind }: Layer): CnnvizError {
  return new CnnvizError('unsupported', `${name}: which pixels a ${kind} layer passes on is not followed`, {
    fix: 'choose a layer before it',
  });
}
