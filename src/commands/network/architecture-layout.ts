import { lineHeight, type Part, stacked, TYPE, textPart } from '../../draw/part.js';
import { shortenMiddle, textWidth } from '../../draw/scene/typeface.js';
import { wrapSettings } from '../../draw/settings.js';
import { type DrawnNetwork, type Item, itemsOf } from './architecture-graph.js';
import { BESIDE, type Block, deepOf, EDGE, plateOf, type Shape, sidesOf } from './architecture-plates.js';
import { type Arrow, GAP, join, type Place, ROW_GAP, type WindowLines } from './architecture-ways.js';

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** How many rows of blocks. */
  readonly rows: number;
  readonly blocks: readonly Block[];
  readonly arrows: readonly Arrow[];
  readonly windows: readonly WindowLines[];
}

const LANE_GAP = 32;
const TOWER_GAP = 28;
const CAPTION_WIDTH = 132;
/** A fold has more to say. */
const FOLD_WIDTH = 180;
const SLABS = 3;
/** Above a row: for what leads over it, and for the arcs of residual blocks. */
const OVER = 20;
export const ARC = 30;
/** Rows as wide as one of these; that which brings the drawing nearest to the shape of a screen is taken. */
const ROW_WIDTHS = Array.from({ length: 36 }, (_, i) => 520 + 40 * i);
const SCREEN = 1.75;
/** Smaller plates would be lost among their numbers: then the letters shrink with them. */
const LEAST_BOX = 0.7;
/** What stands above and below the drawing. */
const HEAD = 140;
/** A line that goes on below is harder to follow. */
const ROW_COST = 0.2;

export function shapeText(shape: readonly number[]): string {
  const sides = shape[0] === 1 && shape.length > 1 ? shape.slice(1) : shape;
  return sides.join('×');
}

function captionOf({ names, shape, holds }: Item, room: number): Part {
  const { name, detail } = TYPE;
  const titles = names.map((one, i) => (i < names.length - 1 ? `${one} …` : one));
  return stacked(
    [
      ...titles.map((one) => textPart(shortenMiddle(one, room, name.size, name.weight), 'name')),
      textPart(shapeText(shape), { ...detail, paint: 'ink' }),
      ...holds.flatMap((line) => wrapSettings(line, room, detail.size).map((piece) => textPart(piece, 'detail'))),
    ],
    0,
    'centre',
  );
}

/** An item's plates and caption, measured but not yet placed; lengths from the middle of its fronts. */
interface Cell {
  readonly item: Item;
  readonly plate: Shape;
  readonly slabs: number;
  readonly caption: Part;
  readonly up: number;
  readonly down: number;
  /** Left of the fronts: the number of rows. Right: the depth and its number. */
  readonly left: number;
  readonly right: number;
  readonly width: number;
}

/** How far a tower's middle lies from the middle of both. */
function towerStep({ height, back }: Shape): number {
  return (height + TOWER_GAP - back[1]) / 2;
}

function cellOf(item: Item, box: number): Cell {
  const plate = plateOf(item, box);
  // a block with a skip is one plate; other branches are as many as their layers
  const slabs = Math.min(SLABS, item.skips > 0 ? item.count : item.layers);
  const { rows, columns, channels } = sidesOf(item.shape);
  const words = (value: number | null) => (value === null ? 0 : textWidth(String(value), TYPE.detail.size));
  const share = channels !== null && item.towers === 2 ? channels / 2 : channels;
  const [dx, dy] = deepOf(plate, slabs);
  const isBar = rows === null;
  const half = plate.height / 2 + (item.towers === 2 ? towerStep(plate) : 0);
  const left = isBar ? 0 : words(rows) + EDGE + 2;
  const foot = Math.max(0, (words(isBar ? channels : columns) - plate.width) / 2);
  const beside = Math.max(plate.back[0] / 2 + EDGE, (words(columns) - plate.width) / 2 + BESIDE);
  const right = isBar ? dx : Math.max(dx, beside + words(share));
  const width = Math.max(left, foot) + plate.width + Math.max(right, foot);
  const caption = captionOf(item, Math.max(item.layers > 1 ? FOLD_WIDTH : CAPTION_WIDTH, width));
  const arc = item.skips > 0 ? ARC : 0;
  return {
    item,
    plate,
    slabs,
    caption,
    up: half - dy + arc,
    down: half + EDGE + lineHeight(TYPE.detail),
    left: Math.max(left, foot),
    right: Math.max(right, foot),
    width: Math.max(width, caption.width),
  };
}

/** How far from the input each item is, at most; and beside what it stands. */
function columnsOf(cells: readonly Cell[]): Cell[][] {
  const depth = new Map<string, number>();
  const columns: Cell[][] = [];
  for (const cell of cells) {
    const at = cell.item.from.reduce((most, name) => Math.max(most, (depth.get(name) ?? -1) + 1), 0);
    depth.set(cell.item.name, at);
    columns[at] ??= [];
    columns[at].push(cell);
  }
  return columns;
}

/** Where everything of a network's drawing lies: columns from left to right, branches below each other, rows when it is long. */
export function architectureLayout(network: DrawnNetwork, asked = 1): Layout {
  const box = Math.max(LEAST_BOX, asked);
  const columns = columnsOf(itemsOf(network).map((item) => cellOf(item, box)));
  const all = ROW_WIDTHS.map((rowWidth) => placed(columns, rowWidth));
  const size = ({ width, height, rows }: Layout) => Math.max(width, (height + HEAD) * SCREEN) * (1 + ROW_COST * rows);
  return all.reduce((best, one) => (size(one) < size(best) ? one : best));
}

function placed(columns: readonly (readonly Cell[])[], rowWidth: number): Layout {
  const widthOf = (column: readonly Cell[]) => Math.max(...column.map(({ width }) => width));
  const rows: (readonly Cell[])[][] = [[]];
  let used = 0;
  for (const column of columns) {
    const width = widthOf(column) + GAP;
    if (used > 0 && used + width - GAP > rowWidth) {
      rows.push([]);
      used = 0;
    }
    rows[rows.length - 1].push(column);
    used += width;
  }
  // what leads to the next row goes around at the right and comes in at the left
  const margin = rows.length > 1 ? 20 : 0;
  const places = new Map<string, Place>();
  let [top, right] = [0, 0];
  for (const [r, row] of rows.entries()) {
    const lanes = Math.max(...row.map((column) => column.length));
    const most = (lane: number, of: (cell: Cell) => number) =>
      Math.max(0, ...row.map((column) => (column[lane] ? of(column[lane]) : 0)));
    let laneTop = top;
    const bands = Array.from({ length: lanes }, (_, lane) => {
      const [up, down] = [most(lane, (cell) => cell.up), most(lane, (cell) => cell.down)];
      const band = { top: laneTop, middle: laneTop + OVER + up, foot: laneTop + OVER + up + down + 4 };
      laneTop = band.foot + most(lane, ({ caption }) => caption.height) + LANE_GAP;
      return band;
    });
    let x = margin;
    for (const [c, column] of row.entries()) {
      const width = widthOf(column);
      for (const [lane, cell] of column.entries()) {
        const band = bands[lane];
        const block = blockOf(cell, x + width / 2, band.middle, band.foot);
        places.set(cell.item.name, {
          block,
          row: r,
          column: c,
          lane,
          isLast: c === row.length - 1,
          top,
          laneTop: band.top,
          left: x,
        });
      }
      x += width + GAP;
    }
    right = Math.max(right, x - GAP);
    top = laneTop - LANE_GAP + ROW_GAP;
  }
  const width = right + margin;
  const arrows: Arrow[] = [];
  const windows: WindowLines[] = [];
  for (const to of places.values()) {
    for (const name of to.block.item.from) {
      const start = places.get(name);
      if (start) join(start, to, width, arrows, windows);
    }
  }
  const blocks = [...places.values()].map(({ block }) => block);
  return { width, height: top - ROW_GAP, rows: rows.length, blocks, arrows, windows };
}

function blockOf(cell: Cell, centre: number, middle: number, foot: number): Block {
  const { item, plate, slabs, caption, left, right, up } = cell;
  const { width, height, back } = plate;
  const x = centre - (left + width + right) / 2 + left;
  const { channels } = sidesOf(item.shape);
  const middles = item.towers === 2 ? [middle - towerStep(plate), middle + towerStep(plate)] : [middle];
  const plates = middles.map((at) => ({
    front: { x, y: at - height / 2, width, height },
    back,
    channels: channels !== null && item.towers === 2 ? channels / 2 : channels,
  }));
  const box = {
    x: centre - cell.width / 2,
    y: middle - up,
    width: cell.width,
    height: foot - middle + up + caption.height,
  };
  return { item, plates, slabs, caption, at: [centre - caption.width / 2, foot], box };
}
