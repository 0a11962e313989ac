import type { Image } from '../core/image.js';

/**
 * An image as RGB with 8 bits, brought to width×height: larger ones by means over the area each pixel covers, smaller
 * ones by their nearest pixel. [height, width, 3]. 16-bit samples become 8 (v / 257).
 */
export function resample(image: Image, width: number, height: number): Uint8Array {
  const columns = spans(image.width, width);
  const rows = spans(image.height, height);
  const out = new Uint8Array(width * height * 3);
  const step = image.depth === 8 ? 1 : 257;
  let o = 0;
  for (const row of rows) {
    for (const column of columns) {
      for (let c = 0; c < 3; c++) out[o++] = Math.round(meanOf(image, row, column, c) / step);
    }
  }
  return out;
}

/** The source positions that make one pixel: from the first on, each with its weight. */
interface Span {
  readonly first: number;
  readonly weights: readonly number[];
}

function spans(size: number, out: number): Span[] {
  return Array.from({ length: out }, (_, i) => {
    const from = (i * size) / out;
    const to = ((i + 1) * size) / out;
    if (out >= size) return { first: Math.min(size - 1, Math.floor((from + to) / 2)), weights: [1] };
    const first = Math.floor(from);
    const last = Math.min(size, Math.ceil(to)) - 1;
    const weights = Array.from(
      { length: last - first + 1 },
      (_, k) => Math.min(to, first + k + 1) - Math.max(from, first + k),
    );
    return { first, weights };
  });
}

function meanOf({ width, channels, data }: Image, row: Span, column: Span, c: number): number {
  let sum = 0;
  let weight = 0;
  for (let v = 0; v < row.weights.length; v++) {
    const start = (row.first + v) * width + column.first;
    for (let u = 0; u < column.weights.length; u++) {
      const share = row.weights[v] * column.weights[u];
      sum += data[channels === 1 ? start + u : 3 * (start + u) + c] * share;
      weight += share;
    }
  }
  return sum / weight;
}
