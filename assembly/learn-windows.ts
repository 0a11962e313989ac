/**
 * The largest number of each window. x [planes, H, W]; edges i32: first row [oH], row behind the last [oH], the same for columns
 * [oW]; y [planes, oH, oW]; places: where in x each was found, i32, the first of equal ones. A NaN counts as largest.
 */
export function largestInWindows(
  x: i32,
  planes: i32,
  H: i32,
  W: i32,
  edges: i32,
  oH: i32,
  oW: i32,
  y: i32,
  places: i32,
): void {
  const columns = edges + (oH << 3);
  for (let plane = 0; plane < planes; plane++) {
    for (let i = 0; i < oH; i++) {
      const top = load<i32>(edges + (i << 2));
      const bottom = load<i32>(edges + ((oH + i) << 2));
      for (let j = 0; j < oW; j++) {
        const left = load<i32>(columns + (j << 2));
        const right = load<i32>(columns + ((oW + j) << 2));
        let at = (plane * H + top) * W + left;
        let largest = load<f32>(x + (at << 2));
        for (let u = top; u < bottom; u++) {
          for (let v = left; v < right; v++) {
            const place = (plane * H + u) * W + v;
            const value = load<f32>(x + (place << 2));
            // a NaN is not at most anything
            if (!(value <= largest) && largest <= <f32>Infinity) {
              largest = value;
              at = place;
            }
          }
        }
        store<f32>(y, largest);
        store<i32>(places, at);
        y += 4;
        places += 4;
      }
    }
  }
}

/** dx[places[i]] += dy[i], in order. */
export function scatterPlaces(dy: i32, places: i32, count: i32, dx: i32): void {
  for (let i = 0; i < count << 2; i += 4) {
    const to = dx + (load<i32>(places + i) << 2);
    store<f32>(to, load<f32>(to) + load<f32>(dy + i));
  }
}

/** The sum of each window, row by row, times its scale [oH, oW]; the rest as for largestInWindows. */
export function meansOfWindows(
  x: i32,
  planes: i32,
  H: i32,
  W: i32,
  edges: i32,
  scales: i32,
  oH: i32,
  oW: i32,
  y: i32,
): void {
  const columns = edges + (oH << 3);
  for (let plane = 0; plane < planes; plane++) {
    let scale = scales;
    for (let i = 0; i < oH; i++) {
      const top = load<i32>(edges + (i << 2));
      const bottom = load<i32>(edges + ((oH + i) << 2));
      for (let j = 0; j < oW; j++) {
        const left = load<i32>(columns + (j << 2));
        const right = load<i32>(columns + ((oW + j) << 2));
        let sum: f32 = 0;
        for (let u = top; u < bottom; u++) {
          const row = x + (((plane * H + u) * W) << 2);
          for (let v = left; v < right; v++) sum += load<f32>(row + (v << 2));
        }
        store<f32>(y, sum * load<f32>(scale));
        y += 4;
        scale += 4;
      }
    }
  }
}

/** What each window's gradient gives to all of its numbers: dx += dy·scale. */
export function meansOfWindowsBackward(
  dy: i32,
  planes: i32,
  H: i32,
  W: i32,
  edges: i32,
  scales: i32,
  oH: i32,
  oW: i32,
  dx: i32,
): void {
  const columns = edges + (oH << 3);
  for (let plane = 0; plane < planes; plane++) {
    let scale = scales;
    for (let i = 0; i < oH; i++) {
      const top = load<i32>(edges + (i << 2));
      const bottom = load<i32>(edges + ((oH + i) << 2));
      for (let j = 0; j < oW; j++) {
        const left = load<i32>(columns + (j << 2));
        const right = load<i32>(columns + ((oW + j) << 2));
        const share = load<f32>(dy) * load<f32>(scale);
        for (let u = top; u < bottom; u++) {
          const row = dx + (((plane * H + u) * W) << 2);
          for (let v = left; v < right; v++) store<f32>(row + (v << 2), load<f32>(row + (v << 2)) + share);
        }
        dy += 4;
        scale += 4;
      }
    }
  }
}
