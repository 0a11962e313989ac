/** One number for each place of a map, row-major [height, width]. */
export interface PlaceMap {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/**
 * Grad-CAM: each channel of a layer weighted by the mean of the class's gradient over it, summed up, and what speaks
 * against the class cut off.
 * values, gradient [C, H, W] → map [H, W], weights [C]
 * Source: Selvaraju et al. 2017, "Grad-CAM: Visual Explanations from Deep Networks", equations 1 and 2
 */
export function gradCam(
  values: ArrayLike<number>,
  gradient: Float64Array,
  [C, height, width]: readonly [number, number, number],
): { readonly map: PlaceMap; readonly weights: Float64Array } {
  const plane = height * width;
  const weights = new Float64Array(C);
  for (let c = 0; c < C; c++) {
    let sum = 0;
    for (let i = c * plane; i < (c + 1) * plane; i++) sum += gradient[i];
    weights[c] = sum / plane;
  }
  const total = new Float64Array(plane);
  for (let c = 0; c < C; c++) {
    // what the class does not depend on says nothing of it, NaN or not
    if (weights[c] === 0) continue;
    for (let i = 0; i < plane; i++) total[i] += weights[c] * values[c * plane + i];
  }
  return { map: { width, height, values: Float32Array.from(total, (sum) => Math.max(0, sum)) }, weights };
}

/**
 * The gradient of an input as one number a pixel: the largest in size of all channels, its size alone or with its sign.
 * gradient [C, H, W] → [H, W]. Source: Simonyan, Vedaldi, Zisserman 2014, "Deep Inside Convolutional Networks", 3.1
 */
export function saliency(
  gradient: Float64Array,
  [C, height, width]: readonly [number, number, number],
  signed: boolean,
): PlaceMap {
  const plane = height * width;
  const values = new Float32Array(plane);
  for (let i = 0; i < plane; i++) {
    let largest = 0;
    for (let c = 0; c < C; c++) {
      const value = gradient[c * plane + i];
      if (Math.abs(value) > Math.abs(largest)) largest = value;
    }
    values[i] = signed ? largest : Math.abs(largest);
  }
  return { width, height, values };
}

/**
 * A map brought to another size by bilinear interpolation between the middles of its cells; beyond the outermost ones
 * it is continued. Source: torch.nn.functional.interpolate, mode='bilinear', align_corners=False
 */
export function resizeMap(map: PlaceMap, width: number, height: number): PlaceMap {
  const columns = neighbours(map.width, width);
  const rows = neighbours(map.height, height);
  const values = new Float32Array(width * height);
  rows.forEach((row, y) => {
    columns.forEach((column, x) => {
      const at = (v: number, u: number) => map.values[v * map.width + u];
      const above = at(row.first, column.first) * (1 - column.share) + at(row.first, column.second) * column.share;
      const below = at(row.second, column.first) * (1 - column.share) + at(row.second, column.second) * column.share;
      values[y * width + x] = above * (1 - row.share) + below * row.share;
    });
  });
  return { width, height, values };
}

/** Between which two of `size` cells each of `count` places lies, and how far towards the second. */
function neighbours(size: number, count: number): { first: number; second: number; share: number }[] {
  return Array.from({ length: count }, (_, i) => {
    const at = Math.max(0, ((i + 0.5) * size) / count - 0.5);
    const first = Math.min(Math.floor(at), size - 1);
    return { first, second: Math.min(first + 1, size - 1), share: at - first };
  });
}

/** The place of the largest value, the first of equals; null when no value is a number. */
export function strongestPlace({ width, values }: PlaceMap, of: (value: number) => number = (value) => value) {
  let best = -1;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isNaN(values[i]) && (best < 0 || of(values[i]) > of(values[best]))) best = i;
  }
  return best < 0 ? null : { x: best % width, y: Math.floor(best / width), value: values[best] };
}
