import { placeOf, type SliceContext } from './context.js';
import { floatsOf, type NormOp, SLICE } from './tape.js';

/** Sums kept for each channel of a slice. */
export const NORM_SUMS = 4;

/** Σx and Σx² of each channel of the slice, in float64: what the batch's statistics are summed from. */
export function normSums(c: SliceContext, op: NormOp): void {
  const value = c.tape.values[op.x[0]];
  const x = placeOf(c, value).at / 4;
  const places = value.height * value.width;
  const { f32, f64 } = c.heap;
  for (let channel = 0; channel < value.channels; channel++) {
    const start = x + channel * SLICE * places;
    let [sum, squares] = [0, 0];
    for (let i = start; i < start + c.images * places; i++) {
      sum += f32[i];
      squares += f32[i] * f32[i];
    }
    const to = (c.area + op.sums) / 8 + channel * NORM_SUMS;
    f64[to] = sum;
    f64[to + 1] = squares;
  }
}

/** The sum of one of the channel's numbers over all slices, in their order. */
function over(c: SliceContext, op: NormOp, channel: number, which: number): number {
  let sum = 0;
  for (const area of c.areas) sum += c.heap.f64[(area + op.sums) / 8 + channel * NORM_SUMS + which];
  return sum;
}

/** Mean and (biased) variance of a channel: of the batch, or the running ones. */
export function normStatistics(c: SliceContext, op: NormOp, channel: number): { mean: number; variance: number } {
  const { f32 } = c.heap;
  if (!c.trains) {
    return {
      mean: f32[(c.buffers + op.mean) / 4 + channel],
      variance: f32[(c.buffers + op.variance) / 4 + channel],
    };
  }
  const { height, width } = c.tape.values[op.x[0]];
  const count = c.batch * height * width;
  const mean = over(c, op, channel, 0) / count;
  return { mean, variance: Math.max(0, over(c, op, channel, 1) / count - mean * mean) };
}

/** y = (x − mean) / √(variance + eps) · weight + bias. Source: torch.nn.BatchNorm2d; Ioffe, Szegedy 2015 */
export function normForward(c: SliceContext, op: NormOp): void {
  const value = c.tape.values[op.y];
  const [x, y] = [placeOf(c, c.tape.values[op.x[0]]).at / 4, placeOf(c, value).at / 4];
  const count = floatsOf(value) / value.channels;
  const { f32 } = c.heap;
  for (let channel = 0; channel < value.channels; channel++) {
    const { mean, variance } = normStatistics(c, op, channel);
    const weight = op.weight ? f32[(c.weights + op.weight.at) / 4 + channel] : 1;
    const bias = op.bias ? f32[(c.weights + op.bias.at) / 4 + channel] : 0;
    const scale = weight / Math.sqrt(variance + op.eps);
    for (let i = channel * count; i < (channel + 1) * count; i++) f32[y + i] = (f32[x + i] - mean) * scale + bias;
  }
}

/** Σdy and Σdy·x̂ of each channel of the slice. */
export function normGradientSums(c: SliceContext, op: NormOp): void {
  const value = c.tape.values[op.y];
  const x = placeOf(c, c.tape.values[op.x[0]]).at / 4;
  const dy = placeOf(c, value).gradient / 4;
  const count = floatsOf(value) / value.channels;
  const { f32, f64 } = c.heap;
  for (let channel = 0; channel < value.channels; channel++) {
    const { mean, variance } = normStatistics(c, op, channel);
    const scale = 1 / Math.sqrt(variance + op.eps);
    let [sum, products] = [0, 0];
    for (let i = channel * count; i < (channel + 1) * count; i++) {
      sum += f32[dy + i];
      products += f32[dy + i] * (f32[x + i] - mean) * scale;
    }
    const to = (c.area + op.sums) / 8 + channel * NORM_SUMS + 2;
    f64[to] = sum;
    f64[to + 1] = products;
  }
}

/** dx = weight / √(variance + eps) · (dy − mean of dy − x̂ · mean of dy·x̂), and the gradients of weight and bias. */
export function normBackward(c: SliceContext, op: NormOp): void {
  const value = c.tape.values[op.y];
  const from = placeOf(c, c.tape.values[op.x[0]]);
  const [x, dx, dy] = [from.at / 4, from.gradient / 4, placeOf(c, value).gradient / 4];
  const places = value.height * value.width;
  const total = c.batch * places;
  const { f32 } = c.heap;
  for (let channel = 0; channel < value.channels; channel++) {
    const [sum, products] = [over(c, op, channel, 2), over(c, op, channel, 3)];
    // those of the whole batch count once
    if (c.slice === 0) {
      if (op.bias?.learns) f32[(c.gradients + op.bias.at) / 4 + channel] += sum;
      if (op.weight?.learns) f32[(c.gradients + op.weight.at) / 4 + channel] += products;
    }
    if (dx === 0) continue;
    const { mean, variance } = normStatistics(c, op, channel);
    const scale = 1 / Math.sqrt(variance + op.eps);
    const weight = op.weight ? f32[(c.weights + op.weight.at) / 4 + channel] : 1;
    const start = channel * SLICE * places;
    for (let i = start; i < start + c.images * places; i++) {
      const normal = (f32[x + i] - mean) * scale;
      f32[dx + i] += weight * scale * (f32[dy + i] - sum / total - (normal * products) / total);
    }
  }
}

/** running = (1 − momentum)·running + momentum·batch, the variance as that of a sample. Once a step. */
export function updateRunning(c: SliceContext, op: NormOp): void {
  const { height, width, channels } = c.tape.values[op.x[0]];
  const count = c.batch * height * width;
  const { f32 } = c.heap;
  const keep = (at: number, value: number) => {
    f32[at] = (1 - op.momentum) * f32[at] + op.momentum * value;
  };
  for (let channel = 0; channel < channels; channel++) {
    const { mean, variance } = normStatistics(c, op, channel);
    keep((c.buffers + op.mean) / 4 + channel, mean);
    keep((c.buffers + op.variance) / 4 + channel, (variance * count) / (count - 1));
  }
}
