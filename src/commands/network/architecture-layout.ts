import { groupDigits } from '../../core/text.js';
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
}

export interface DrawnNetwork {
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly layers: readonly DrawnLayer[];
  readonly params: number;
  readonly macs: number;
}

export type BlockKind = 'input' | 'conv' | 'pool' | 'dense' | 'join' | 'other';

/** One plate: a layer with what follows it without changing its size. A tower of two is drawn as two plates. */
export interface Block {
  readonly kind: BlockKind;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** 2 for a convolution in two groups, and what follows until both are read again. */
  readonly towers: number;
  /** Lines under the plate, one below the other; the first is its shape. */
  readonly labels: readonly string[];
}

export interface Arrow {
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Whether it crosses between towers. */
  readonly crosses: boolean;
}

interface Layout {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly facts: string;
  readonly blocks: readonly Block[];
  readonly arrows: readonly Arrow[];
}

/** Sizes in pixels: letters are 6 wide and 9 high, as in our own font. */
const LETTER = 6;
const LINE = 11;
const MARGIN = 20;
const HEAD = 52;
const GAP = 26;
const LANE_GAP = 18;
const ROW_GAP = 34;
const ROW_WIDTH = 1270;
const TOWER_GAP = 14;

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

interface Node {
  readonly name: string;
  readonly kind: BlockKind;
  readonly shape: readonly number[];
  readonly title: string;
  readonly label: string;
  readonly marks: string[];
  readonly from: string[];
  readonly towers: number;
}

function kindOf(kind: string): BlockKind {
  if (kind.startsWith('conv') || kind === 'ncc') return 'conv';
  if (kind.includes('pool')) return 'pool';
  if (['linear', 'gemm', 'matmul'].includes(kind)) return 'dense';
  return ['add', 'concat', 'mul', 'sub', 'div'].includes(kind) ? 'join' : 'other';
}

/** Layers gathered into blocks: what changes no size is a mark at the block before it. */
function gather({ inputs, layers }: DrawnNetwork): Node[] {
  const nodes: Node[] = inputs.map(({ name, shape }) => ({
    name,
    kind: 'input',
    shape,
    title: 'input',
    label: '',
    marks: [],
    from: [],
    towers: 1,
  }));
  const home = new Map(nodes.map((node) => [node.name, node]));
  for (const layer of layers) {
    const [first] = layer.from;
    const before = home.get(first);
    if (
      before &&
      before.kind !== 'input' &&
      (SILENT.has(layer.kind) || layer.kind in ACTIVATIONS) &&
      layer.from.length === 1
    ) {
      before.marks.push(MARKS[layer.kind] ?? layer.kind);
      home.set(layer.name, before);
      continue;
    }
    const keeps = before && before.towers > 1 && kindOf(layer.kind) === 'pool';
    const node: Node = {
      name: layer.name,
      kind: kindOf(layer.kind),
      shape: layer.outShape,
      title: layer.name,
      label: layer.words.replace(/_/g, ' '),
      marks: [],
      from: [...new Set(layer.from.map((name) => home.get(name)?.name ?? name))],
      towers: layer.groups === 2 || keeps ? 2 : 1,
    };
    nodes.push(node);
    home.set(layer.name, node);
  }
  return nodes;
}

/** A plate's size: its height grows with the side of the maps, its width with the root of their number. */
function plate({ shape, kind }: Node): { width: number; height: number } {
  const sides = shape.slice(1);
  if (sides.length >= 3) {
    const [channels, h] = [sides[0], sides[sides.length - 2]];
    return { width: Math.round(8 + 1.6 * Math.sqrt(channels)), height: Math.round(14 + 7.5 * Math.sqrt(h)) };
  }
  const units = sides.reduce((product, side) => product * side, 1);
  return { width: kind === 'dense' ? 12 : 14, height: Math.round(18 + 10 * Math.log2(Math.max(2, units))) };
}

function shapeText(shape: readonly number[]): string {
  const sides = shape[0] === 1 && shape.length > 1 ? shape.slice(1) : shape;
  return sides.join('×');
}

/** A long label in two lines, broken at a space. */
function broken(text: string): string[] {
  if (text.length <= 14) return [text];
  const middle = text.lastIndexOf(' ', Math.ceil(text.length / 2) + 3);
  return middle < 1 ? [text] : [text.slice(0, middle), text.slice(middle + 1)];
}

function labelsOf(node: Node): string[] {
  const marks = node.marks.length === 0 ? [] : broken(node.marks.map((mark) => `+${mark}`).join(' '));
  const label = node.label === '' ? [] : broken(node.label);
  return [shapeText(node.shape), node.title, ...label, ...marks].map((line) =>
    line.length > 22 ? `${line.slice(0, 10)}…${line.slice(-10)}` : line,
  );
}

/** How far from the input each node is, at most; and beside what it stands. */
function columnsOf(nodes: readonly Node[]): Node[][] {
  const depth = new Map<string, number>();
  const columns: Node[][] = [];
  for (const node of nodes) {
    const at = node.from.reduce((most, name) => Math.max(most, (depth.get(name) ?? -1) + 1), 0);
    depth.set(node.name, at);
    columns[at] ??= [];
    columns[at].push(node);
  }
  return columns;
}

/** Where everything of a network's drawing lies: columns from left to right, branches below each other, rows when it is long. */
export function architectureLayout(name: string, network: DrawnNetwork): Layout {
  const columns = columnsOf(gather(network));
  const boxes = columns.map((column) => column.map((node) => ({ node, ...plate(node), labels: labelsOf(node) })));
  const blocks: Block[] = [];
  const places = new Map<string, Place>();
  const rows: (typeof boxes)[] = [[]];
  const columnWidth = (column: (typeof boxes)[number]) =>
    Math.max(...column.map(({ width, labels }) => Math.max(width, ...labels.map((line) => line.length * LETTER))));
  let used = 0;
  for (const column of boxes) {
    const width = columnWidth(column) + GAP;
    if (used + width > ROW_WIDTH && used > 0) {
      rows.push([]);
      used = 0;
    }
    rows[rows.length - 1].push(column);
    used += width;
  }
  let top = HEAD + MARGIN;
  let right = 0;
  for (const [r, row] of rows.entries()) {
    const plateHeight = ({ height, node }: (typeof boxes)[number][number]) =>
      node.towers === 2 ? 2 * height + TOWER_GAP : height;
    const lanes = Math.max(...row.map((column) => column.length));
    const laneHeights = Array.from({ length: lanes }, (_, lane) =>
      Math.max(0, ...row.map((column) => (column[lane] ? plateHeight(column[lane]) : 0))),
    );
    const laneLabels = Array.from({ length: lanes }, (_, lane) =>
      Math.max(0, ...row.map((column) => (column[lane]?.labels.length ?? 0) * LINE)),
    );
    let x = MARGIN;
    for (const [c, column] of row.entries()) {
      const width = columnWidth(column);
      let y = top + 12;
      for (const [lane, box] of column.entries()) {
        const height = plateHeight(box);
        const block: Block = {
          kind: box.node.kind,
          x: x + Math.floor((width - box.width) / 2),
          y: y + Math.floor((laneHeights[lane] - height) / 2),
          width: box.width,
          height,
          towers: box.node.towers,
          labels: box.labels,
        };
        blocks.push(block);
        places.set(box.node.name, { block, row: r, column: c, lane, top });
        y += laneHeights[lane] + laneLabels[lane] + LANE_GAP;
      }
      x += width + GAP;
    }
    right = Math.max(right, x - GAP);
    top += 12 + laneHeights.reduce((sum, height, lane) => sum + height + laneLabels[lane] + LANE_GAP, 0) + ROW_GAP;
  }
  const title = name;
  const facts = `${groupDigits(network.params)} parameters, ${groupDigits(network.macs)} MACs; plates: height by the side of the maps, width by their number`;
  const width = Math.max(right, title.length * 2 * LETTER + MARGIN, facts.length * LETTER + MARGIN) + MARGIN;
  const arrows = columns.flat().flatMap(({ name: to, from }) => arrowsTo(places.get(to)!, from, places, width));
  return { width, height: top - ROW_GAP + MARGIN, title, facts, blocks, arrows };
}

/** Where a block stands: in which row of the drawing, which of its columns, how far down. */
interface Place {
  readonly block: Block;
  readonly row: number;
  readonly column: number;
  readonly lane: number;
  /** Where its row begins. */
  readonly top: number;
}

/** The arrows into a block: straight to the next column, around what lies between, along the margins to the next row. */
function arrowsTo(to: Place, from: readonly string[], places: ReadonlyMap<string, Place>, width: number): Arrow[] {
  return from.flatMap((name): Arrow[] => {
    const start = places.get(name);
    if (!start) return [];
    const [x0, x1] = [start.block.x + start.block.width, to.block.x];
    const [y0, y1] = [middleOf(start.block), middleOf(to.block)];
    if (start.row !== to.row) {
      const [outer, between, inner] = [width - 8, to.top - 4 * start.lane, 8];
      return [
        {
          crosses: false,
          points: [
            [x0, y0],
            [outer, y0],
            [outer, between],
            [inner, between],
            [inner, y1],
            [x1, y1],
          ],
        },
      ];
    }
    if (to.column === start.column + 1) return straight(start.block, to.block);
    if (start.lane > 0 || to.lane > 0) {
      const low = start.lane > to.lane ? y0 : y1;
      return [
        {
          crosses: false,
          points: [
            [x0, y0],
            [x0 + 16, low],
            [x1 - 16, low],
            [x1, y1],
          ],
        },
      ];
    }
    const over = Math.min(start.block.y, to.block.y) - 10;
    const [a, b] = [start.block.y + 5, to.block.y + 5];
    return [
      {
        crosses: false,
        points: [
          [x0, a],
          [x0 + 6, a],
          [x0 + 6, over],
          [x1 - 8, over],
          [x1 - 8, b],
          [x1, b],
        ],
      },
    ];
  });
}

function middleOf({ y, height }: Block): number {
  return y + height / 2;
}

/** Tower to tower, or both towers into one plate: there the two halves of the network meet. */
function straight(start: Block, to: Block): Arrow[] {
  const middles = ({ towers, y, height }: Block) =>
    towers === 2 ? [y + height / 4, y + (3 * height) / 4] : [y + height / 2];
  const [starts, ends] = [middles(start), middles(to)];
  const crosses = starts.length === 2 && ends.length === 1;
  return starts.flatMap((y0, i) =>
    (starts.length === ends.length ? [ends[i]] : ends).map(
      (y1): Arrow => ({
        crosses,
        points: [
          [start.x + start.width, y0],
          [to.x, y1],
        ],
      }),
    ),
  );
}
