import type { Rect } from '../../draw/marks.js';
import { TYPE } from '../../draw/part.js';
import type { Point } from '../../draw/scene/scene.js';
import { textWidth } from '../../draw/scene/typeface.js';
import type { Item } from './architecture-graph.js';
import { BESIDE, type Block, EDGE, type Plate, sidesOf } from './architecture-plates.js';

export interface Arrow {
  readonly points: readonly Point[];
  /** Whether it crosses between towers. */
  readonly crosses: boolean;
}

/** A window on the front of what is read, its corners led to where its value stands. */
export interface WindowLines {
  readonly window: Rect;
  readonly to: Point;
}

/** Where a block stands: in which row of the drawing, which of its columns, how far down. */
export interface Place {
  readonly block: Block;
  readonly row: number;
  readonly column: number;
  readonly lane: number;
  /** Of its row. */
  readonly isLast: boolean;
  /** Where its row and its lane begin. */
  readonly top: number;
  readonly laneTop: number;
  /** Where its column begins. */
  readonly left: number;
}

/** Between columns, and between rows. */
export const GAP = 40;
export const ROW_GAP = 48;

/** Where an arrow may begin and end: behind the fronts' right edge, where plates cover it; left of the number of rows. */
function doors({ plates, item }: Block): { out: Point[]; in: Point[] } {
  const { rows } = sidesOf(item.shape);
  const before = rows === null ? 4 : textWidth(String(rows), TYPE.detail.size) + EDGE + 6;
  const middle = ({ front }: Plate) => front.y + front.height / 2;
  return {
    out: plates.map((plate) => [plate.front.x + plate.front.width, middle(plate)]),
    in: plates.map((plate) => [plate.front.x - before, middle(plate)]),
  };
}

/** So many find room above a row. */
const OVER_LINES = 3;

/** Straight to the next column, around what lies between, along the margins to another row. */
export function join(start: Place, to: Place, width: number, arrows: Arrow[], windows: WindowLines[]): void {
  const [from, into] = [doors(start.block), doors(to.block)];
  const crosses = from.out.length === 2 && into.in.length === 1;
  const isPlain = from.out.length === into.in.length;
  for (const [i, out] of from.out.entries()) {
    for (const [k, end] of into.in.entries()) {
      if (isPlain && i !== k) continue;
      if (start.row === to.row && to.column === start.column + 1) {
        const plate = start.block.plates[i];
        if (to.lane !== start.lane) {
          const turn = to.left - GAP / 2;
          arrows.push({ crosses, points: [out, [turn, out[1]], [turn, end[1]], end] });
          continue;
        }
        const lines = crosses ? null : windowLines(plate.front, to.block, k, start.block.item);
        if (lines) windows.push(lines);
        // one that crosses lies over the plates: it begins where they end
        const free: Point = [out[0] + plate.back[0] + 4, out[1] + plate.back[1] / 2];
        if (!lines) arrows.push({ crosses, points: [crosses ? free : out, end] });
      } else {
        const long = arrows.filter(({ points }) => points.length > 2).length;
        arrows.push({ crosses, points: around(start, to, out, end, width, BESIDE * (long % OVER_LINES)) });
      }
    }
  }
}

function around(start: Place, to: Place, out: Point, end: Point, width: number, beside: number): Point[] {
  const { back, front } = start.block.plates[0];
  const [leaves, enters] = [front.x + front.width + back[0] + 8, end[0] - 10];
  if (start.row !== to.row) {
    const [outer, between, inner] = [width - 4 - beside, to.top - ROW_GAP / 2 - beside, 4 + beside];
    const over = start.laneTop + 4 + beside;
    const up: Point[] = start.isLast
      ? []
      : [
          [leaves, out[1]],
          [leaves, over],
          [outer, over],
        ];
    const [down, before] = [to.laneTop + 4 + beside, to.column === 0];
    const into: Point[] = before
      ? [[inner, end[1]]]
      : [
          [inner, down],
          [enters, down],
          [enters, end[1]],
        ];
    return [
      out,
      ...up,
      ...(start.isLast ? [[outer, out[1]] as const] : []),
      [outer, between],
      [inner, between],
      ...into,
      end,
    ];
  }
  const lower = start.lane > to.lane ? start : to;
  const by = lower.lane > 0 ? (start.lane > to.lane ? out[1] : end[1]) : lower.laneTop + 4 + beside;
  return [out, [leaves, out[1]], [leaves, by], [enters, by], [enters, end[1]], end];
}

/** The window of a layer on what it reads, in proportion; null where it slides none over maps. */
function windowLines(front: Rect, { item, plates }: Block, tower: number, before: Item): WindowLines | null {
  const { rows, columns } = sidesOf(before.shape);
  if (item.kernel === null || rows === null || columns === null) return null;
  const height = Math.min(front.height, Math.max(5, (item.kernel[0] / rows) * front.height));
  const width = Math.min(front.width, Math.max(5, (item.kernel[1] / columns) * front.width));
  const x = front.x + (front.width - width) * 0.72;
  const y = front.y + (front.height - height) * 0.3;
  const target = plates[tower].front;
  return { window: { x, y, width, height }, to: [target.x + target.width * 0.28, target.y + target.height * 0.4] };
}
