import { randomSource } from '../core/random.js';

type Point = readonly [x: number, y: number];

/** A stroke through points of the unit square, x to the right, y down. `bent`: a curve through them; `closed`: back to the first. */
interface Stroke {
  readonly way: 'straight' | 'bent' | 'closed';
  readonly points: readonly Point[];
}

const line = (...points: Point[]): Stroke => ({ way: 'straight', points });
const bent = (...points: Point[]): Stroke => ({ way: 'bent', points });
const closed = (...points: Point[]): Stroke => ({ way: 'closed', points });

/** How each digit is written: one of its ways is chosen for each picture. */
const DIGITS: readonly (readonly (readonly Stroke[])[])[] = [
  [[closed([0.5, 0.04], [0.84, 0.28], [0.84, 0.72], [0.5, 0.96], [0.16, 0.72], [0.16, 0.28])]],
  [
    [line([0.34, 0.24], [0.56, 0.04], [0.56, 0.96])],
    [line([0.5, 0.04], [0.5, 0.96])],
    [line([0.34, 0.24], [0.56, 0.04], [0.56, 0.96]), line([0.3, 0.96], [0.8, 0.96])],
  ],
  [
    [
      bent([0.18, 0.28], [0.34, 0.06], [0.68, 0.06], [0.82, 0.28], [0.6, 0.6], [0.18, 0.94]),
      line([0.18, 0.94], [0.86, 0.94]),
    ],
    [bent([0.2, 0.26], [0.5, 0.04], [0.8, 0.26], [0.58, 0.62], [0.3, 0.9], [0.24, 0.72], [0.5, 0.8], [0.84, 0.94])],
  ],
  [
    [
      bent([0.2, 0.12], [0.54, 0.04], [0.78, 0.24], [0.48, 0.46]),
      bent([0.48, 0.46], [0.84, 0.66], [0.6, 0.94], [0.18, 0.88]),
    ],
    [line([0.2, 0.06], [0.8, 0.06], [0.46, 0.42]), bent([0.46, 0.42], [0.84, 0.64], [0.6, 0.94], [0.18, 0.88])],
  ],
  [
    [line([0.6, 0.04], [0.14, 0.64], [0.9, 0.64]), line([0.68, 0.36], [0.66, 0.96])],
    [line([0.24, 0.06], [0.2, 0.52], [0.82, 0.52]), line([0.78, 0.06], [0.74, 0.96])],
  ],
  [
    [
      line([0.8, 0.06], [0.28, 0.06], [0.22, 0.44]),
      bent([0.22, 0.44], [0.6, 0.4], [0.82, 0.66], [0.6, 0.94], [0.18, 0.88]),
    ],
  ],
  [[bent([0.72, 0.06], [0.36, 0.3], [0.18, 0.68], [0.46, 0.95], [0.8, 0.74], [0.54, 0.5], [0.22, 0.68])]],
  [
    [line([0.14, 0.08], [0.84, 0.08]), bent([0.84, 0.08], [0.56, 0.5], [0.42, 0.95])],
    [line([0.14, 0.08], [0.84, 0.08]), line([0.84, 0.08], [0.4, 0.95]), line([0.34, 0.5], [0.74, 0.5])],
  ],
  [
    [
      closed([0.5, 0.04], [0.78, 0.25], [0.5, 0.46], [0.22, 0.25]),
      closed([0.5, 0.46], [0.84, 0.72], [0.5, 0.96], [0.16, 0.72]),
    ],
    [bent([0.76, 0.16], [0.5, 0.04], [0.24, 0.24], [0.78, 0.7], [0.5, 0.96], [0.2, 0.74], [0.78, 0.24], [0.76, 0.16])],
  ],
  [
    [closed([0.54, 0.04], [0.8, 0.27], [0.5, 0.5], [0.22, 0.27]), bent([0.8, 0.27], [0.76, 0.62], [0.58, 0.96])],
    [closed([0.5, 0.04], [0.78, 0.26], [0.5, 0.48], [0.22, 0.26]), line([0.78, 0.26], [0.78, 0.96])],
  ],
];

/** The side of a picture in pixels, and that of the digit in its middle, as MNIST has them. */
export const DIGIT_SIDE = 28;
const BOX = 20;
/** Pieces that a bend between two points is drawn in. */
const PIECES = 6;

/**
 * White digits on black, drawn with a pen: the written strokes are turned, sheared, stretched, shifted and made thicker or
 * thinner, then noise is added. Picture `index` of a seed is always the same; its digit is index mod 10. [28, 28] bytes.
 * Only + − × ÷ and √ are used: the same bytes on every machine.
 */
export function drawDigit(seed: number, index: number): Uint8Array {
  const { next, normal } = randomSource(seed, `digit.${index}`);
  const unit = () => (next() + 0.5) / 2 ** 32;
  const between = (lo: number, hi: number) => lo + (hi - lo) * unit();
  const ways = DIGITS[index % 10];
  const strokes = ways[next() % ways.length];
  const [turn, shear] = [between(-0.16, 0.16), between(-0.22, 0.22)];
  const [wide, high] = [between(0.72, 1.06) * BOX, between(0.86, 1.06) * BOX];
  const [left, top] = [DIGIT_SIDE / 2 + between(-2, 2), DIGIT_SIDE / 2 + between(-2, 2)];
  const place = ([x, y]: Point): Point => {
    const [u, v] = [x - 0.5 + normal() * 0.018, y - 0.5 + normal() * 0.018];
    return [left + (u + (shear + turn) * -v) * wide, top + (v + turn * u) * high];
  };
  const radius = between(0.75, 1.75);
  const pen = between(0.75, 1);
  const noise = between(0, 0.05);
  const paths = strokes.map((stroke) => pathOf(stroke, stroke.points.map(place)));
  const nearest = new Float64Array(DIGIT_SIDE * DIGIT_SIDE).fill(Number.POSITIVE_INFINITY);
  for (const path of paths) {
    for (let i = 1; i < path.length; i++) markNear(nearest, path[i - 1], path[i], radius + 0.5);
  }
  return Uint8Array.from(nearest, (distance) => {
    const ink = Math.min(1, Math.max(0, radius + 0.5 - Math.sqrt(distance))) * pen;
    return Math.round(255 * Math.min(1, Math.max(0, ink > 0 ? ink + normal() * noise : 0)));
  });
}

/** Squared distances from a straight piece to the middles of pixels, as far as they are below `reach` and the least so far. */
function markNear(nearest: Float64Array, [ax, ay]: Point, [bx, by]: Point, reach: number): void {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const [left, right] = pixelsWithin(ax, bx, reach);
  const [top, bottom] = pixelsWithin(ay, by, reach);
  for (let i = top; i <= bottom; i++) {
    for (let j = left; j <= right; j++) {
      const [x, y] = [j + 0.5 - ax, i + 0.5 - ay];
      const share = length === 0 ? 0 : Math.min(1, Math.max(0, (x * dx + y * dy) / length));
      const [u, v] = [x - share * dx, y - share * dy];
      const at = i * DIGIT_SIDE + j;
      nearest[at] = Math.min(nearest[at], u * u + v * v);
    }
  }
}

function pixelsWithin(a: number, b: number, reach: number): [first: number, last: number] {
  const [lo, hi] = a < b ? [a, b] : [b, a];
  return [Math.max(0, Math.floor(lo - reach)), Math.min(DIGIT_SIDE - 1, Math.ceil(hi + reach))];
}

/** A stroke as short straight pieces. Source: Catmull and Rom 1974 */
function pathOf({ way }: Stroke, points: readonly Point[]): readonly Point[] {
  if (way === 'straight') return points;
  const count = points.length;
  const at = (i: number) =>
    way === 'closed' ? points[(i + count) % count] : points[Math.min(count - 1, Math.max(0, i))];
  const path: Point[] = [];
  for (let i = 0; i < (way === 'closed' ? count : count - 1); i++) {
    const [before, from, to, after] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    for (let piece = 0; piece < PIECES; piece++) path.push(onCurve(before, from, to, after, piece / PIECES));
  }
  return [...path, way === 'closed' ? path[0] : points[count - 1]];
}

function onCurve(before: Point, from: Point, to: Point, after: Point, t: number): Point {
  const along = (a: number, b: number, c: number, d: number) =>
    (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t) / 2;
  return [along(before[0], from[0], to[0], after[0]), along(before[1], from[1], to[1], after[1])];
}
