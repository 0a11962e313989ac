import { plural } from '../../core/geometry.js';
import { ACTIVATIONS } from '../../layers/activation.js';

/** What a drawing needs to know of a layer. */
export interface DrawnLayer {
  readonly name: string;
  readonly kind: string;
  readonly words: string;
  readonly from: readonly string[];
  readonly outShape: readonly number[];
  readonly params: number;
  readonly groups: number;
  /** [kH, kW] of its window, if it has one. */
  readonly kernel?: readonly [number, number] | null;
}

export interface DrawnNetwork {
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly layers: readonly DrawnLayer[];
  readonly params: number;
  readonly macs: number;
}

export type BlockKind = 'input' | 'conv' | 'pool' | 'dense' | 'join' | 'other';

/** What is drawn as one block: a layer with what follows it without changing its size, or several folded together. */
export interface Item {
  /** By which others read it. */
  readonly name: string;
  readonly kind: BlockKind;
  readonly shape: readonly number[];
  /** The layer's name; of a fold the first and the last. */
  readonly names: readonly string[];
  /** What it is: its settings; of a fold each kind of layer with its count. */
  readonly holds: readonly string[];
  /** The items it reads. */
  readonly from: readonly string[];
  /** 2 for a convolution in two groups, and what follows until both are read again. */
  readonly towers: number;
  /** [kH, kW] of the window it slides over what it reads. */
  readonly kernel: readonly [number, number] | null;
  /** How many layers or blocks are folded together. */
  readonly count: number;
  /** How many layers it holds, without those that are marks. */
  readonly layers: number;
  /** How many skip connections it holds. */
  readonly skips: number;
}

/** Layers that are drawn as a mark at the block they follow. */
const SILENT = new Set([
  'batch_norm',
  'lrn',
  'dropout',
  'identity',
  'flatten',
  'flatten_2d',
  'reshape',
  'squeeze',
  'unsqueeze',
  'clip',
  'cast',
  'pointwise',
  'prelu',
]);
const MARKS: Readonly<Record<string, string>> = { batch_norm: 'norm', leaky_relu: 'leaky', flatten_2d: 'flatten' };

/** A network of so many blocks is drawn as it is; one of more has equal layers and blocks of branches folded. */
const UNFOLDED = 12;
/** With more than this after folding, all of one size becomes a stage. */
const MOST_ITEMS = 18;

interface Node {
  readonly name: string;
  readonly layer: string;
  readonly kind: BlockKind;
  readonly shape: readonly number[];
  readonly words: string;
  readonly marks: string[];
  readonly from: readonly string[];
  readonly towers: number;
  readonly kernel: readonly [number, number] | null;
}

function kindOf(kind: string): BlockKind {
  if (kind.startsWith('conv') || kind === 'ncc') return 'conv';
  if (kind.includes('pool')) return 'pool';
  if (['linear', 'gemm', 'matmul'].includes(kind)) return 'dense';
  return ['add', 'concat', 'mul', 'sub', 'div'].includes(kind) ? 'join' : 'other';
}

/** Layers gathered into nodes: what changes no size is a mark at the node before it. */
function gather({ inputs, layers }: DrawnNetwork): Node[] {
  const rest = { words: '', marks: [], from: [], towers: 1, kernel: null };
  const nodes = inputs.map(({ name, shape }): Node => ({ ...rest, name, layer: 'input', kind: 'input', shape }));
  const home = new Map(nodes.map((node) => [node.name, node]));
  for (const layer of layers) {
    const before = home.get(layer.from[0]);
    const isSilent = SILENT.has(layer.kind) || layer.kind in ACTIVATIONS;
    if (before && before.kind !== 'input' && isSilent && layer.from.length === 1) {
      before.marks.push(MARKS[layer.kind] ?? layer.kind);
      home.set(layer.name, before);
      continue;
    }
    const keeps = before && before.towers > 1 && kindOf(layer.kind) === 'pool';
    const node: Node = {
      name: layer.name,
      layer: layer.kind,
      kind: kindOf(layer.kind),
      shape: layer.outShape,
      words: layer.words.replace(/_/g, ' '),
      marks: [],
      from: [...new Set(layer.from.map((name) => home.get(name)?.name ?? name))],
      towers: layer.groups === 2 || keeps ? 2 : 1,
      kernel: layer.kernel ?? null,
    };
    nodes.push(node);
    home.set(layer.name, node);
  }
  return nodes;
}

/** The blocks of a network's drawing, in order, each behind those it reads. */
export function itemsOf(network: DrawnNetwork): Item[] {
  const nodes = gather(network);
  if (nodes.length <= UNFOLDED) return nodes.map((node) => itemOf([node]));
  const regions = regionsOf(nodes);
  const folded = runsOf(regions, isAlike);
  return (folded.length > MOST_ITEMS ? runsOf(regions, isOneSize) : folded).map((run) =>
    itemOf(
      run.flatMap((region) => region.nodes),
      run.length,
      run.reduce((sum, { skips }) => sum + skips, 0),
    ),
  );
}

/** Nodes that are drawn as one: a single one, or branches with the node where they meet again. */
interface Region {
  readonly nodes: readonly Node[];
  readonly skips: number;
  /** Whether it is one link of a chain: nothing leads around it. */
  readonly isLink: boolean;
}

/** Cuts a network where nothing leads around a node; between two cuts lie branches. */
function regionsOf(nodes: readonly Node[]): Region[] {
  const place = new Map(nodes.map(({ name }, i) => [name, i]));
  const last = nodes.map((_, i) => (i === nodes.length - 1 ? i : nodes.length));
  const isRead = new Set<number>();
  for (const [i, { from }] of nodes.entries()) {
    for (const name of from) {
      const at = place.get(name);
      if (at === undefined) continue;
      last[at] = isRead.has(at) ? Math.max(last[at], i) : i;
      isRead.add(at);
    }
  }
  const regions: Region[] = [];
  let [reach, start] = [0, 0];
  for (const i of nodes.keys()) {
    if (reach <= i) {
      const inner = nodes.slice(start, i + 1);
      const entry = nodes[start - 1];
      if (inner.length === 1) regions.push({ nodes: inner, skips: 0, isLink: true });
      else if (entry && !grows(inner, entry))
        regions.push({ nodes: inner, skips: skipsOf(inner, entry), isLink: true });
      else regions.push(...inner.map(alone));
      start = i + 1;
    }
    reach = Math.max(reach, last[i]);
    if (i === nodes.length - 1) regions.push(...nodes.slice(start).map(alone));
  }
  return regions;
}

function alone(node: Node): Region {
  return { nodes: [node], skips: 0, isLink: false };
}

/** Height times width of maps; 1 for values without a place. */
function placesOf({ shape }: Pick<Node, 'shape'>): number {
  return shape.length < 4 ? 1 : shape.slice(2).reduce((product, side) => product * side, 1);
}

/** Whether maps become larger again somewhere, or another input comes in: such a part is drawn as it is. */
function grows(inner: readonly Node[], entry: Node): boolean {
  if (inner.some(({ kind }) => kind === 'input')) return true;
  const all = new Map([entry, ...inner].map((node) => [node.name, node]));
  return inner.some((node) =>
    node.from.some((name) => {
      const before = all.get(name);
      return before !== undefined && placesOf(before) > 1 && placesOf(before) < placesOf(node);
    }),
  );
}

/** 1 for an addition that reads what the branches began with, as it is or through a single layer. */
function skipsOf(inner: readonly Node[], entry: Node): number {
  const end = inner[inner.length - 1];
  if (end.layer !== 'add') return 0;
  const isShort = (name: string) =>
    name === entry.name ||
    inner.some((node) => node.name === name && node.from.length === 1 && node.from[0] === entry.name);
  return end.from.some(isShort) && !end.from.every(isShort) ? 1 : 0;
}

function isAlike(one: Region, other: Region): boolean {
  const [a, b] = [one, other].map(({ nodes }) => nodes[nodes.length - 1]);
  const same = String(a.shape) === String(b.shape) && a.towers === b.towers;
  if (one.nodes.length > 1 || other.nodes.length > 1) {
    return same && one.nodes.length > 1 && other.nodes.length > 1 && one.skips === other.skips;
  }
  return same && a.kind !== 'input' && a.kind === b.kind && a.words === b.words && String(a.marks) === String(b.marks);
}

function isOneSize(one: Region, other: Region): boolean {
  const [a, b] = [one, other].map(({ nodes }) => nodes[nodes.length - 1]);
  if (a.kind === 'input' || a.towers !== b.towers) return false;
  const isMap = a.shape.length > 2 && a.shape.length === b.shape.length;
  return isMap && String(a.shape.slice(2)) === String(b.shape.slice(2));
}

/** Links of a chain that follow each other and belong together. */
function runsOf(regions: readonly Region[], belong: (one: Region, other: Region) => boolean): Region[][] {
  const runs: Region[][] = [];
  for (const region of regions) {
    const run = runs[runs.length - 1];
    if (run && region.isLink && run[0].isLink && belong(run[0], region)) run.push(region);
    else runs.push([region]);
  }
  return runs;
}

/** Nodes as one block. @param count how many regions they are */
function itemOf(nodes: readonly Node[], count = 1, skips = 0): Item {
  const [first] = nodes;
  const last = nodes[nodes.length - 1];
  const { name, shape, towers } = last;
  const own = new Set(nodes.map((node) => node.name));
  const kind = (['conv', 'dense'] as const).find((one) => nodes.some((node) => node.kind === one)) ?? last.kind;
  const from = [...new Set(nodes.flatMap((node) => node.from))].filter((one) => !own.has(one));
  const rest = { name, shape, towers, kind, from, kernel: first.kernel, count, layers: nodes.length, skips };
  if (nodes.length === 1) {
    const title = first.kind === 'input' ? 'input' : name;
    const marks = first.marks.map((mark) => `+${mark}`).join(' ');
    return { ...rest, names: [title], holds: [first.words, marks].filter(Boolean) };
  }
  const counts = new Map<string, number>();
  for (const { words, marks } of nodes) {
    const line = [words, ...marks.map((mark) => `+${mark}`)].join(' ');
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  const what = skips > 0 ? plural(skips, 'residual block') : plural(nodes.length, 'layer');
  const more = skips > 0 && skips < count ? [`${what} among ${plural(nodes.length, 'layer')}`] : [what];
  const holds = [...more, ...[...counts].map(([line, many]) => (many === 1 ? line : `${many} × ${line}`))];
  return { ...rest, names: [first.name, name], holds };
}
