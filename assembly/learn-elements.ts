/** dx += dy where y > 0. count: a multiple of 4, as in all of these. */
export function reluBackward(y: i32, dy: i32, dx: i32, count: i32): void {
  const zero = f32x4.splat(0);
  for (let i = 0; i < count << 2; i += 16) {
    const passed = v128.and(v128.load(dy + i), f32x4.gt(v128.load(y + i), zero));
    v128.store(dx + i, f32x4.add(v128.load(dx + i), passed));
  }
}

/** dx += dy where y > 0, else dy·slope; slope above 0. */
export function leakyReluBackward(y: i32, dy: i32, dx: i32, count: i32, slope: f32): void {
  const zero = f32x4.splat(0);
  const s = f32x4.splat(slope);
  for (let i = 0; i < count << 2; i += 16) {
    const d = v128.load(dy + i);
    const passed = v128.bitselect(d, f32x4.mul(d, s), f32x4.gt(v128.load(y + i), zero));
    v128.store(dx + i, f32x4.add(v128.load(dx + i), passed));
  }
}

/** dx += dy·(1 − y·y) */
export function tanhBackward(y: i32, dy: i32, dx: i32, count: i32): void {
  const one = f32x4.splat(1);
  for (let i = 0; i < count << 2; i += 16) {
    const v = v128.load(y + i);
    const passed = f32x4.mul(v128.load(dy + i), f32x4.sub(one, f32x4.mul(v, v)));
    v128.store(dx + i, f32x4.add(v128.load(dx + i), passed));
  }
}

/** dx += dy·(y·(1 − y)) */
export function sigmoidBackward(y: i32, dy: i32, dx: i32, count: i32): void {
  const one = f32x4.splat(1);
  for (let i = 0; i < count << 2; i += 16) {
    const v = v128.load(y + i);
    const passed = f32x4.mul(v128.load(dy + i), f32x4.mul(v, f32x4.sub(one, v)));
    v128.store(dx + i, f32x4.add(v128.load(dx + i), passed));
  }
}

/** Zeros. Typed arrays of a shared memory are filled number by number. */
export function fillZero(x: i32, bytes: i32): void {
  memory.fill(x, 0, bytes);
}

/** y = x */
export function copyFloats(x: i32, y: i32, count: i32): void {
  memory.copy(y, x, count << 2);
}

/** y += x */
export function addFloats(x: i32, y: i32, count: i32): void {
  for (let i = 0; i < count << 2; i += 16) v128.store(y + i, f32x4.add(v128.load(y + i), v128.load(x + i)));
}

/** g [count] = the sum of `groups` gradients, `stride` bytes apart from g on, in their order. */
export function sumGradients(g: i32, stride: i32, groups: i32, count: i32): void {
  for (let i = 0; i < count << 2; i += 16) {
    let sum = v128.load(g + i);
    for (let group = 1; group < groups; group++) sum = f32x4.add(sum, v128.load(g + i + group * stride));
    v128.store(g + i, sum);
  }
}

/** v = momentum·v + (g + decay·w); w −= rate·v. Source: torch.optim.SGD */
export function sgdUpdate(w: i32, g: i32, v: i32, count: i32, rate: f32, momentum: f32, decay: f32): void {
  const r = f32x4.splat(rate);
  const m = f32x4.splat(momentum);
  const d = f32x4.splat(decay);
  for (let i = 0; i < count << 2; i += 16) {
    const weight = v128.load(w + i);
    const gradient = f32x4.add(v128.load(g + i), f32x4.mul(d, weight));
    const velocity = f32x4.add(f32x4.mul(m, v128.load(v + i)), gradient);
    v128.store(v + i, velocity);
    v128.store(w + i, f32x4.sub(weight, f32x4.mul(r, velocity)));
  }
}

/**
 * m += (1 − β₁)·(g − m); v = β₂·v + (1 − β₂)·g²; w −= rate·m / (√v·correction + eps), g with decay·w. rate and correction
 * hold the corrections of the first steps. betas: [1 − β₁, β₂, 1 − β₂]. Source: torch.optim.Adam; Kingma, Ba 2015
 */
export function adamUpdate(
  w: i32,
  g: i32,
  m: i32,
  v: i32,
  count: i32,
  rate: f32,
  correction: f32,
  eps: f32,
  decay: f32,
  betas: i32,
): void {
  const r = f32x4.splat(rate);
  const c = f32x4.splat(correction);
  const e = f32x4.splat(eps);
  const d = f32x4.splat(decay);
  const b1 = v128.load32_splat(betas);
  const b2 = v128.load32_splat(betas, 4);
  const rest = v128.load32_splat(betas, 8);
  for (let i = 0; i < count << 2; i += 16) {
    const weight = v128.load(w + i);
    const gradient = f32x4.add(v128.load(g + i), f32x4.mul(d, weight));
    const before = v128.load(m + i);
    const mean = f32x4.add(before, f32x4.mul(b1, f32x4.sub(gradient, before)));
    const square = f32x4.add(f32x4.mul(b2, v128.load(v + i)), f32x4.mul(rest, f32x4.mul(gradient, gradient)));
    v128.store(m + i, mean);
    v128.store(v + i, square);
    const step = f32x4.div(mean, f32x4.add(f32x4.mul(f32x4.sqrt(square), c), e));
    v128.store(w + i, f32x4.sub(weight, f32x4.mul(r, step)));
  }
}
