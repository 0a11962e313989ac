import { CnnvizError } from '../core/errors.js';
import { sourceIndex } from '../core/geometry.js';
import { type AxisReads, type MapReads, type ReadsCall, WHOLE_MAP } from '../layers/family.js';
import { layerFamily } from '../layers/index.js';
import { readsCall, type ShapedModel } from '../layers/infer.js';
import { type ModelNode, neededFor } from '../layers/model.js';
import { identityReach, type Reach, type Reached, reachThrough, uniteReached, wholeReach } from './reach.js';

export interface ValueReach {
  readonly paths: readonly Reached[];
  /** False when paths of very many shapes were replaced by their envelope. */
  readonly exact: boolean;
}

/**
 * What every position of `value` sees of the network's image input, through every path.
 * @throws CnnvizError 'unsupported' for a layer that moves positions in another way than windows do
 */
export function reachOfValue(shaped: ShapedModel, value: string): ValueReach {
  const { model, infos } = shaped;
  const reached = new Map<string, ValueReach>();
  for (const { name } of model.inputs) {
    const shape = infos.get(name)?.shape ?? [];
    if (shape.length < 3) continue;
    const [H, W] = shape.slice(-2);
    reached.set(name, { paths: [{ rows: identityReach(H), columns: identityReach(W) }], exact: true });
  }
  for (const node of neededFor(model, [value])) {
    const from = node.inputs.flatMap((name) => (name === null ? [] : (reached.get(name) ?? [])));
    if (from.length === 0) continue;
    const call = readsCall(shaped, node);
    const reads = readsOf(node, call);
    const behind = from.flatMap(({ paths }) => paths.map((path) => pathBehind(path, reads, call.output)));
    const { paths, exact } = uniteReached(behind);
    for (const name of node.outputs) reached.set(name, { paths, exact: exact && from.every((one) => one.exact) });
  }
  const found = reached.get(value);
  if (found) return found;
  throw new CnnvizError('unsupported', `"${value}" does not depend on an image`, { fix: 'choose a layer of maps' });
}

/** What a node reads along both axes; vectors see the whole map where that is not followed. */
function readsOf({ name, layer }: ModelNode, call: ReadsCall): MapReads {
  const reads = layerFamily(layer).reads(layer, call);
  if (reads) return reads;
  if (call.output.length < 3) return WHOLE_MAP;
  throw new CnnvizError('unsupported', `${name}: which pixels a ${layer.kind} layer passes on is not followed`, {
    fix: 'choose a layer before it',
  });
}

function pathBehind({ rows, columns }: Reached, reads: MapReads, output: readonly number[]): Reached {
  const [oH, oW] = output.length < 3 ? [1, 1] : output.slice(-2);
  return { rows: behindAxis(rows, reads[0], oH), columns: behindAxis(columns, reads[1], oW) };
}

function behindAxis(reach: Reach, read: AxisReads, out: number): Reach {
  switch (read.by) {
    case 'window': {
      const { axis, mode } = read;
      return reachThrough(reach, axis.out, (o) =>
        Array.from({ length: axis.kernel }, (_, k) =>
          sourceIndex(o * axis.stride - axis.padBefore + k * axis.dilation, axis.size, mode),
        ),
      );
    }
    case 'bins':
      return reachThrough(reach, out, (o) => {
        const first = Math.floor((o * reach.out) / out);
        return Array.from({ length: Math.ceil(((o + 1) * reach.out) / out) - first }, (_, k) => first + k);
      });
    case 'all':
      return repeated(wholeReach(reach), out);
    case 'place':
      return repeated(reach, out);
  }
}

/** A map of one row or column stands beside larger ones: it is repeated, as numpy broadcasts. */
function repeated(reach: Reach, out: number): Reach {
  return reach.out === out ? reach : reachThrough(reach, out, () => [0]);
}
