import type { Point } from './scene.js';

/**
 * Shapes as coverage: how much of each pixel lies inside, 0 … 255. Each edge adds the area between itself and the right
 * border, with its direction's sign; a running sum along each row gives the coverage.
 * Source: font-rs (Levien), "Inside the fastest font renderer in the world"; the same sums as in FreeType's smooth rasteriser.
 */
export class Coverage {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  private readonly sums: Float64Array;

  /** A window of whole pixels; all that is drawn lies inside. */
  constructor(left: number, top: number, width: number, height: number) {
    this.left = left;
    this.top = top;
    this.width = width;
    this.height = height;
    this.sums = new Float64Array((width + 2) * height + 2);
  }

  /** An edge of a closed shape. */
  line(fromX: number, fromY: number, toX: number, toY: number): void {
    if (fromY === toY) return;
    const down = fromY < toY;
    const sign = down ? 1 : -1;
    const [x0, y0] = down ? [fromX - this.left, fromY - this.top] : [toX - this.left, toY - this.top];
    const [x1, y1] = down ? [toX - this.left, toY - this.top] : [fromX - this.left, fromY - this.top];
    const slope = (x1 - x0) / (y1 - y0);
    let x = x0;
    for (let row = Math.floor(y0); row < y1; row++) {
      const start = row * (this.width + 2);
      const dy = Math.min(row + 1, y1) - Math.max(row, y0);
      const next = x + slope * dy;
      this.span(start, Math.min(x, next), Math.max(x, next), sign * dy);
      x = next;
    }
  }

  /** The part of an edge in one row, from xa to xb: `d` is its signed height. */
  private span(start: number, xa: number, xb: number, d: number): void {
    const { sums } = this;
    const first = Math.floor(xa);
    const last = Math.ceil(xb);
    if (last <= first + 1) {
      const middle = (xa + xb) / 2 - first;
      sums[start + first] += d * (1 - middle);
      sums[start + first + 1] += d * middle;
      return;
    }
    const share = 1 / (xb - xa);
    for (let column = first; column < last; column++) {
      const from = Math.max(xa, column);
      const to = Math.min(xb, column + 1);
      const within = (to - from) * share;
      // of what crosses here, the part right of the crossing lies in this column, the rest in the next
      const middle = (from + to) / 2 - column;
      sums[start + column] += d * within * (1 - middle);
      sums[start + column + 1] += d * within * middle;
    }
  }

  /** A closed shape of straight lines. */
  polygon(points: readonly Point[]): void {
    for (let i = 0; i < points.length; i++) {
      const [x0, y0] = points[i];
      const [x1, y1] = points[(i + 1) % points.length];
      this.line(x0, y0, x1, y1);
    }
  }

  /** A quadratic curve, as straight lines no further than a tenth of a pixel from it. */
  curve(x0: number, y0: number, cx: number, cy: number, x1: number, y1: number): void {
    const [dx, dy] = [x0 - 2 * cx + x1, y0 - 2 * cy + y1];
    const bend = Math.abs(dx) + Math.abs(dy);
    const steps = Math.max(1, Math.ceil(Math.sqrt(bend / 0.8)));
    let [x, y] = [x0, y0];
    for (let s = 1; s <= steps; s++) {
      const t = s / steps;
      const u = 1 - t;
      const nx = u * u * x0 + 2 * u * t * cx + t * t * x1;
      const ny = u * u * y0 + 2 * u * t * cy + t * t * y1;
      this.line(x, y, nx, ny);
      [x, y] = [nx, ny];
    }
  }

  /** [height, width] */
  levels(): Uint8Array {
    const { sums, width, height } = this;
    const out = new Uint8Array(width * height);
    for (let row = 0; row < height; row++) {
      let sum = 0;
      for (let column = 0; column < width; column++) {
        sum += sums[row * (width + 2) + column];
        out[row * width + column] = Math.min(255, Math.abs(sum) * 255 + 0.5);
      }
    }
    return out;
  }
}

/** A circle's corners: cosine of k/8 of a half turn. Written out: Math.cos may differ in its last bit between machines. */
// biome-ignore lint/suspicious/noApproximativeNumericConstant: the others are written out too
const COS = [1, 0.9238795325112867, 0.7071067811865476, 0.3826834323650898, 0];
const CIRCLE: readonly Point[] = Array.from({ length: 16 }, (_, k) => [turn(k), turn(k + 12)]);

function turn(k: number): number {
  const step = k % 16;
  if (step <= 4) return COS[step];
  if (step <= 8) return -COS[8 - step];
  return step <= 12 ? -COS[step - 8] : COS[16 - step];
}

/** The surfaces of a line `stroke` wide through all points, round at its ends and corners; all turn the same way. */
export function strokeShapes(points: readonly Point[], stroke: number): Point[][] {
  const half = stroke / 2;
  const shapes: Point[][] = points.map(([x, y]) => CIRCLE.map(([c, s]): Point => [x + half * c, y + half * s]));
  for (let i = 1; i < points.length; i++) {
    const [[x0, y0], [x1, y1]] = [points[i - 1], points[i]];
    const [dx, dy] = [x1 - x0, y1 - y0];
    const length = Math.sqrt(dx * dx + dy * dy);
    if (length === 0) continue;
    const [nx, ny] = [(-dy / length) * half, (dx / length) * half];
    shapes.push([
      [x0 + nx, y0 + ny],
      [x0 - nx, y0 - ny],
      [x1 - nx, y1 - ny],
      [x1 + nx, y1 + ny],
    ]);
  }
  return shapes.map(counterClockwise);
}

function counterClockwise(shape: Point[]): Point[] {
  let area = 0;
  shape.forEach(([x, y], i) => {
    const [nx, ny] = shape[(i + 1) % shape.length];
    area += x * ny - nx * y;
  });
  return area < 0 ? shape.reverse() : shape;
}
