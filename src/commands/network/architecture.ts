import { plural } from '../../core/geometry.js';
import { groupDigits } from '../../core/text.js';
import { type FigureLook, titledScene } from '../../draw/figure.js';
import { baselineOf, drawText, type Part, sideBySide, stacked, TYPE, textPart } from '../../draw/part.js';
import {
  drawArrow,
  drawLines,
  fillRect,
  fillShape,
  type Marks,
  type Point,
  type Rgb,
  type Scene,
  strokeRect,
} from '../../draw/scene/scene.js';
import { textWidth } from '../../draw/scene/typeface.js';
import type { BlockKind, DrawnNetwork } from './architecture-graph.js';
import { ARC, architectureLayout, type Layout, shapeText } from './architecture-layout.js';
import { BESIDE, type Block, deepOf, type Plate, sidesOf, slabOffsets } from './architecture-plates.js';
import type { Arrow, WindowLines } from './architecture-ways.js';

/** Front, and its edges, of each kind of block; also told apart by their captions. */
const COLOURS: Readonly<Record<BlockKind, { readonly fill: Rgb; readonly edge: Rgb; readonly words: string }>> = {
  input: { fill: [222, 224, 230], edge: [110, 114, 124], words: 'input' },
  conv: { fill: [247, 200, 128], edge: [146, 96, 20], words: 'convolution' },
  pool: { fill: [150, 199, 232], edge: [38, 98, 146], words: 'pooling' },
  dense: { fill: [180, 214, 158], edge: [66, 112, 46], words: 'fully connected' },
  join: { fill: [232, 172, 184], edge: [142, 52, 74], words: 'branches meet' },
  other: { fill: [214, 202, 232], edge: [94, 66, 132], words: 'other layers' },
};

/** A network's layers as stacks of maps in perspective. */
export function architectureFigure(name: string, network: DrawnNetwork, look: FigureLook): { readonly scene: Scene } {
  const layout = architectureLayout(network, look.box);
  const part: Part = {
    width: layout.width,
    height: layout.height,
    draw: (marks, x, y) => drawLayout(marks, layout, x, y),
  };
  const { layers, params, macs } = network;
  const facts = [plural(layers.length, 'layer'), `${groupDigits(params)} parameters`, `${groupDigits(macs)} MACs`].join(
    '  ·  ',
  );
  return { scene: titledScene(titleOf(name, network), facts, part, keyOf(layout), look) };
}

/** "alexnet turns 3×224×224 into 1000", or its name where it has several inputs or ends. */
function titleOf(name: string, { inputs, layers }: DrawnNetwork): string {
  const read = new Set(layers.flatMap(({ from }) => from));
  const ends = layers.filter((layer) => !read.has(layer.name));
  if (inputs.length !== 1 || ends.length !== 1) return `The layers of ${name}`;
  const end = shapeText(ends[0].outShape);
  return `${name} turns ${shapeText(inputs[0].shape)} into ${end.includes('×') ? end : `${end} ${end === '1' ? 'value' : 'values'}`}`;
}

/** What colours and sizes mean. */
function keyOf({ blocks, windows, arrows }: Layout): Part {
  const kinds = Object.entries(COLOURS).filter(([kind]) => blocks.some(({ item }) => item.kind === kind));
  const swatches = kinds.map(([, { fill, edge, words }]) =>
    sideBySide([swatch(fill, edge), textPart(words, 'detail')], 8, 'middle'),
  );
  const notes = [
    'front: height and width of the maps, depth: how many, both with their roots',
    ...(windows.length > 0 ? ['small frame: the window a layer slides'] : []),
    ...(blocks.some(({ item }) => item.skips > 0) ? ['arc: a skip connection around each block'] : []),
  ];
  const towers = arrows.some(({ crosses }) => crosses)
    ? [sideBySide([crossing(), textPart('both towers are read', 'detail')], 8, 'middle')]
    : [];
  return stacked(
    [sideBySide([...swatches, ...towers], 24, 'middle'), ...notes.map((line) => textPart(line, 'detail'))],
    4,
    'left',
  );
}

function swatch(fill: Rgb, edge: Rgb): Part {
  return {
    width: 14,
    height: 14,
    draw: (marks, x, y) => {
      fillRect(marks, x, y, 14, 14, fill);
      strokeRect(marks, x, y, 14, 14, edge);
    },
  };
}

function crossing(): Part {
  return { width: 22, height: 14, draw: (marks, x, y) => drawArrow(marks, [x, y + 7], [x + 22, y + 7], 'accent') };
}

function drawLayout(marks: Marks, { blocks, arrows, windows }: Layout, x: number, y: number): void {
  const moved = ([px, py]: Point): Point => [px + x, py + y];
  for (const arrow of arrows.filter(({ crosses }) => !crosses)) drawWay(marks, arrow, moved);
  for (const block of blocks) drawBlock(marks, block, moved);
  for (const lines of windows) drawWindow(marks, lines, moved);
  for (const arrow of arrows.filter(({ crosses }) => crosses)) drawWay(marks, arrow, moved);
  for (const block of blocks) drawNumbers(marks, block, moved);
}

type Move = (point: Point) => Point;

function drawWay(marks: Marks, { points, crosses }: Arrow, moved: Move): void {
  const paint = crosses ? 'accent' : 'second';
  const way = points.map(moved);
  if (way.length > 2) drawLines(marks, way.slice(0, -1), paint);
  drawArrow(marks, way[way.length - 2], way[way.length - 1], paint);
}

function drawBlock(marks: Marks, { item, plates, slabs }: Block, moved: Move): void {
  const { fill, edge } = COLOURS[item.kind];
  const { channels } = sidesOf(item.shape);
  for (const plate of plates) {
    for (const [dx, dy] of slabOffsets(plate, slabs)) {
      const [x, y] = moved([plate.front.x + dx, plate.front.y + dy]);
      drawSlab(marks, { ...plate, front: { ...plate.front, x, y } }, fill, edge, channels ?? 1);
    }
  }
  if (item.skips > 0) drawSkip(marks, plates[0], slabs, moved);
}

/** Between two lines of a side lie at least so many points. */
const LEAST_SLICE = 5;

/** A stack of maps: its front, its top and its right side, on which single maps are told apart where there is room. */
function drawSlab(marks: Marks, { front, back: [dx, dy] }: Plate, fill: Rgb, edge: Rgb, channels: number): void {
  const { x, y, width, height } = front;
  const [right, foot] = [x + width, y + height];
  const top: Point[] = [
    [x, y],
    [x + dx, y + dy],
    [right + dx, y + dy],
    [right, y],
  ];
  const side: Point[] = [
    [right, y],
    [right + dx, y + dy],
    [right + dx, foot + dy],
    [right, foot],
  ];
  fillShape(marks, top, mixed(fill, [255, 255, 255], 0.35));
  fillShape(marks, side, mixed(fill, edge, 0.3));
  fillRect(marks, x, y, width, height, fill);
  const slices = Math.min(channels, Math.floor(dx / LEAST_SLICE));
  for (let i = 1; i < slices; i++) {
    const [sx, sy] = [(dx * i) / slices, (dy * i) / slices];
    drawLines(
      marks,
      [
        [x + sx, y + sy],
        [right + sx, y + sy],
        [right + sx, foot + sy],
      ],
      mixed(fill, edge, 0.55),
      0.75,
    );
  }
  drawLines(marks, [...top, [x, y], [x, foot], [right, foot], [right, y]], edge, 1);
  drawLines(
    marks,
    [
      [right, foot],
      [right + dx, foot + dy],
      [right + dx, y + dy],
    ],
    edge,
    1,
  );
}

function mixed(one: Rgb, other: Rgb, share: number): Rgb {
  const at = (i: 0 | 1 | 2) => Math.round(one[i] * (1 - share) + other[i] * share);
  return [at(0), at(1), at(2)];
}

const ARC_STEPS = 24;

/** From the front of the first block over all of them to the back of the last. */
function drawSkip(marks: Marks, plate: Plate, slabs: number, moved: Move): void {
  const { x, y, width } = plate.front;
  const [dx, dy] = deepOf(plate, slabs);
  const [x0, y0] = moved([x + width * 0.3, y]);
  const [x1, y1] = moved([x + width * 0.7 + dx, y + dy]);
  // a parabola whose middle lies above both ends
  const [cx, cy] = [(x0 + x1) / 2, Math.min(y0, y1) - 2 * ARC + 14 + Math.abs(y0 - y1) / 2];
  const arc = Array.from({ length: ARC_STEPS + 1 }, (_, i): Point => {
    const t = i / ARC_STEPS;
    const [a, b, c] = [(1 - t) * (1 - t), 2 * t * (1 - t), t * t];
    return [a * x0 + b * cx + c * x1, a * y0 + b * cy + c * y1];
  });
  drawLines(marks, arc.slice(0, -1), 'ink', 1.5);
  drawArrow(marks, arc[arc.length - 3], arc[arc.length - 1], 'ink', 1.5, 5);
}

function drawWindow(marks: Marks, { window, to }: WindowLines, moved: Move): void {
  const [x, y] = moved([window.x, window.y]);
  const [tx, ty] = moved(to);
  const right = x + window.width;
  drawLines(
    marks,
    [
      [right, y],
      [tx, ty],
    ],
    WINDOW,
    0.75,
  );
  drawLines(
    marks,
    [
      [right, y + window.height],
      [tx, ty],
    ],
    WINDOW,
    0.75,
  );
  strokeRect(marks, x, y, window.width, window.height, WINDOW, 1);
}

/** Seen on plates and, between them, on any paper. */
const WINDOW: Rgb = [112, 116, 126];

/** Height at the left edge, width below, the number of maps along the depth; then the caption. */
function drawNumbers(marks: Marks, { item, plates, caption, at }: Block, moved: Move): void {
  const { rows, columns } = sidesOf(item.shape);
  const style = { ...TYPE.detail, paint: 'ink' } as const;
  for (const { front, back, channels } of plates) {
    const [x, y] = moved([front.x, front.y]);
    const foot = y + front.height + 4;
    const middle = x + front.width / 2;
    if (rows === null) {
      drawText(marks, middle, foot, String(channels), style, 'middle');
      continue;
    }
    const baseline = y + front.height / 2 - 8 + baselineOf(style);
    const side = { x: x - 4, y: baseline, text: String(rows), anchor: 'end', halo: 'paper' } as const;
    marks.push({ kind: 'text', ...style, ...side });
    drawText(marks, middle, foot, String(columns), style, 'middle');
    if (channels === null) continue;
    const beside = Math.max(
      x + front.width + back[0] / 2 + 4,
      middle + textWidth(String(columns), style.size) / 2 + BESIDE,
    );
    // below what leaves the middle
    const top = Math.max(y + front.height + back[1] / 2 - 2, y + front.height / 2 + 3);
    drawText(marks, beside, top, String(channels), style);
  }
  const [cx, cy] = moved(at);
  caption.draw(marks, cx, cy);
}
