import { type PlaceMap, resizeMap, strongestPlace } from './grad-cam.js';
import type { AxisPlaces, MapPlaces } from './map-places.js';

/** A rectangle in pixels of what a network reads: corners, not middles. */
export interface Cells {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** [height, width] of what a network reads. */
type Sides = readonly [height: number, width: number];

/**
 * What the values of a map divide among them: from half a step before the first middle to half a step behind the last.
 * Without places the whole input, as Grad-CAM was published.
 */
export function cellsOf({ width, height }: PlaceMap, places: MapPlaces | null, [H, W]: Sides): Cells {
  if (places === null) return { x: 0, y: 0, width: W, height: H };
  const [rows, columns] = places;
  const from = ({ first, step }: AxisPlaces) => first + 0.5 - step / 2;
  return { x: from(columns), y: from(rows), width: width * columns.step, height: height * rows.step };
}

/**
 * Where the largest value lies: the middle of its field, which may lie between pixels (the nearest pixel where padding puts
 * it outside); without places the first pixel of the largest value once the map is as large as the input.
 */
export function strongestOf(map: PlaceMap, places: MapPlaces | null, [H, W]: Sides): ReturnType<typeof strongestPlace> {
  if (places === null) return strongestPlace(resizeMap(map, W, H));
  const best = strongestPlace(map);
  if (best === null) return null;
  const [rows, columns] = places;
  const within = (at: number, size: number) => Math.min(Math.max(at, 0), size - 1);
  return {
    x: within(columns.first + best.x * columns.step, W),
    y: within(rows.first + best.y * rows.step, H),
    value: best.value,
  };
}

/** A map as large as the input: blended between the middles of its values, 0 outside its cells; without places stretched. */
export function atPlaces(map: PlaceMap, places: MapPlaces | null, [H, W]: Sides): PlaceMap {
  if (places === null) return resizeMap(map, W, H);
  const rows = between(places[0], map.height, H);
  const columns = between(places[1], map.width, W);
  const at = (v: number, u: number) => map.values[v * map.width + u];
  const values = new Float32Array(H * W);
  for (const [y, row] of rows.entries()) {
    for (const [x, column] of columns.entries()) {
      if (row === null || column === null) continue;
      const along = (v: number) => at(v, column.first) * (1 - column.share) + at(v, column.second) * column.share;
      values[y * W + x] = along(row.first) * (1 - row.share) + along(row.second) * row.share;
    }
  }
  return { width: W, height: H, values };
}

/** Of each pixel: between which two of `count` values it lies, and how far towards the second; null outside all cells. */
function between({ first, step }: AxisPlaces, count: number, pixels: number) {
  return Array.from({ length: pixels }, (_, pixel) => {
    const at = (pixel - first) / step;
    if (at < -0.5 || at >= count - 0.5) return null;
    const inside = Math.min(Math.max(at, 0), count - 1);
    const lower = Math.min(Math.floor(inside), count - 1);
    return { first: lower, second: Math.min(lower + 1, count - 1), share: inside - lower };
  });
}
