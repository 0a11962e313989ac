import { CnnvizError } from '../core/errors.js';
import { sourceIndex } from '../core/geometry.js';
import { type AxisReads, type MapReads, type ReadsCall, WHOLE_MAP } from '../layers/family.js';
import { layerFamily } from '../layers/index.js';
import { readsCall, type ShapedModel } from '../layers/infer.js';
import { type ModelNode, neededFor } from '../layers/model.js';

/**
 * What each position along one axis of a layer's output sees of the network's input: a row of bits for each output
 * position, bit p for input position p.
 */
interface Reach {
  /** Positions of the output, and of the input. */
  readonly out: number;
  readonly size: number;
  /** 32-bit words a row. */
  readonly words: number;
  readonly bits: Uint32Array;
}

function emptyReach(out: number, size: number): Reach {
  const words = Math.ceil(size / 32);
  return { out, size, words, bits: new Uint32Array(out * words) };
}

/** The input itself: every position sees itself. */
function identityReach(size: number): Reach {
  const reach = emptyReach(size, size);
  for (let p = 0; p < size; p++) reach.bits[p * reach.words + (p >> 5)] = (1 << (p & 31)) >>> 0;
  return reach;
}

/** Each output position sees what all the positions it reads see together; those outside (below 0) are padding. */
function reachThrough(reach: Reach, out: number, reads: (o: number) => Iterable<number>): Reach {
  const { size, words, bits } = reach;
  const behind = emptyReach(out, size);
  for (let o = 0; o < out; o++) {
    for (const at of reads(o)) {
      if (at < 0 || at >= reach.out) continue;
      for (let w = 0; w < words; w++) behind.bits[o * words + w] |= bits[at * words + w];
    }
  }
  return behind;
}

/** One position that sees what any position of `reach` sees. */
function wholeReach(reach: Reach): Reach {
  return reachThrough(reach, 1, () => Array.from({ length: reach.out }, (_, o) => o));
}

export function sees({ words, bits }: Reach, o: number, p: number): boolean {
  return ((bits[o * words + (p >> 5)] >>> (p & 31)) & 1) === 1;
}

/** The input positions output position `o` sees, in order. */
export function seenBy(reach: Reach, o: number): number[] {
  return Array.from({ length: reach.size }, (_, p) => p).filter((p) => sees(reach, o, p));
}

/** Whether everything `inner` sees, `outer` sees too. */
function isWithin(inner: Reach, outer: Reach): boolean {
  return inner.bits.every((word, i) => (word & ~outer.bits[i]) === 0);
}

/** What a layer sees along both axes, through one path of the network; several paths see the union of their fields. */
export interface Reached {
  readonly rows: Reach;
  readonly columns: Reach;
}

/** More paths than this with fields of different shape are replaced by their envelope. */
const MOST_PATHS = 6;

/** Paths that meet: those whose fields lie within another's are left out. Too many become one, their envelope. */
function uniteReached(paths: readonly Reached[]): { readonly paths: Reached[]; readonly exact: boolean } {
  const kept: Reached[] = [];
  for (const path of paths) {
    if (kept.some((other) => isWithin(path.rows, other.rows) && isWithin(path.columns, other.columns))) continue;
    const rest = kept.filter((other) => !(isWithin(other.rows, path.rows) && isWithin(other.columns, path.columns)));
    kept.splice(0, kept.length, ...rest, path);
  }
  if (kept.length <= MOST_PATHS) return { paths: kept, exact: true };
  const envelope = (of: (path: Reached) => Reach): Reach => {
    const all = kept.map(of);
    const bits = all[0].bits.slice();
    for (const { bits: other } of all) for (let i = 0; i < bits.length; i++) bits[i] |= other[i];
    return { ...all[0], bits };
  };
  return { paths: [{ rows: envelope(({ rows }) => rows), columns: envelope(({ columns }) => columns) }], exact: false };
}

/**
 * How many output positions see each pixel of the input: counts [H, W]. A field is the product of its rows and columns;
 * several paths are united by inclusion and exclusion.
 */
export function countReaders(paths: readonly Reached[]): Uint32Array {
  const [first] = paths;
  const [H, W] = [first.rows.size, first.columns.size];
  const counts = new Float64Array(H * W);
  for (let subset = 1; subset < 1 << paths.length; subset++) {
    const members = paths.filter((_, p) => (subset >> p) & 1);
    const sign = members.length % 2 === 1 ? 1 : -1;
    const down = commonReaders(members.map(({ rows }) => rows));
    const across = commonReaders(members.map(({ columns }) => columns));
    for (let r = 0; r < H; r++) {
      if (down[r] === 0) continue;
      for (let c = 0; c < W; c++) counts[r * W + c] += sign * down[r] * across[c];
    }
  }
  return Uint32Array.from(counts);
}

/** For each input position how many output positions see it along all the reaches. */
function commonReaders(reaches: readonly Reach[]): Uint32Array {
  const [{ out, size, words }] = reaches;
  const counts = new Uint32Array(size);
  for (let o = 0; o < out; o++) {
    for (let w = 0; w < words; w++) {
      const common = reaches.reduce((bits, reach) => bits & reach.bits[o * words + w], 0xffffffff);
      for (let left = common >>> 0; left !== 0; left = (left & (left - 1)) >>> 0) {
        counts[32 * w + (31 - Math.clz32(left & -left))]++;
      }
    }
  }
  return counts;
}

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
    case 'list':
      return reachThrough(reach, out, (o) => read.places[o]);
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
