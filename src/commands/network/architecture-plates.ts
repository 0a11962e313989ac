import type { Rect } from '../../draw/marks.js';
import type { Part } from '../../draw/part.js';
import type { Point } from '../../draw/scene/scene.js';
import type { Item } from './architecture-graph.js';

/** A stack of maps: its front, and how far its back lies to the right and above. */
export interface Plate {
  readonly front: Rect;
  readonly back: Point;
  /** Of one tower of two: its share of the channels. */
  readonly channels: number | null;
}

/** An item where it stands. */
export interface Block {
  readonly item: Item;
  /** One below the other. */
  readonly plates: readonly Plate[];
  /** Plates drawn one behind the other for several layers or blocks: at most three. */
  readonly slabs: number;
  readonly caption: Part;
  /** The caption's top left corner. */
  readonly at: Point;
  /** Everything of it: plates, numbers at their edges, caption. */
  readonly box: Rect;
}

/** Between an edge and its number. */
export const EDGE = 4;
/** Between two lines that go around together, or two numbers. */
export const BESIDE = 6;

/** Height, width and number of maps of a shape without its N; null where there is none. */
export function sidesOf(shape: readonly number[]): {
  rows: number | null;
  columns: number | null;
  channels: number | null;
} {
  const sides = shape.slice(1);
  if (sides.length >= 3) {
    const [rows, columns] = sides.slice(-2);
    return { rows, columns, channels: sides.slice(0, -2).reduce((product, side) => product * side, 1) };
  }
  if (sides.length === 2) return { rows: sides[0], columns: sides[1], channels: null };
  return { rows: null, columns: null, channels: sides[0] ?? shape[0] ?? 1 };
}

/** A side of maps on the paper: with its root, so that 224 and 7 are seen side by side. */
function damped(side: number, box: number): number {
  return Math.min(300, 8 + 9 * Math.sqrt(side)) * box;
}

export interface Shape {
  readonly width: number;
  readonly height: number;
  readonly back: Point;
}

export function plateOf({ shape, towers }: Item, box: number): Shape {
  const { rows, columns, channels } = sidesOf(shape);
  if (rows === null || columns === null) {
    const height = (18 + 9 * Math.log2(Math.max(2, channels ?? 1))) * box;
    return { width: 14 * box, height: Math.min(300, height), back: [7 * box, -5 * box] };
  }
  const depth = channels === null ? 5 : Math.min(52, 4 + 1.5 * Math.sqrt(channels / towers));
  return { width: damped(columns, box), height: damped(rows, box), back: [depth * 0.82 * box, -depth * 0.57 * box] };
}

/** From slab to slab, as a share of a slab's depth. */
const SLAB_STEP = 1.25;

/** From the front of the first slab to the back of the last. */
export function deepOf({ back }: Pick<Plate, 'back'>, slabs: number): Point {
  const times = 1 + SLAB_STEP * (slabs - 1);
  return [back[0] * times, back[1] * times];
}

/** Where the slabs of a plate begin, the last one first: nearer ones cover those behind. */
export function slabOffsets({ back }: Pick<Plate, 'back'>, slabs: number): Point[] {
  return Array.from({ length: slabs }, (_, i) => {
    const step = SLAB_STEP * (slabs - 1 - i);
    return [back[0] * step, back[1] * step] as const;
  });
}
