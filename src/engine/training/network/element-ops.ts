import { randomSource } from '../../../core/random.js';
import { ACTIVATIONS, activationParameters } from '../../../layers/activation.js';
import { applyInMemory } from '../../elementwise.js';
import { placeOf, type SliceContext } from './context.js';
import {
  type ActivationOp,
  type DropoutOp,
  type FlattenOp,
  floatsOf,
  type JoinOp,
  SLICE,
  type WindowsOp,
} from './tape.js';

export function activationForward(c: SliceContext, op: ActivationOp): void {
  const value = c.tape.values[op.y];
  const [x, y] = [placeOf(c, c.tape.values[op.x[0]]).at, placeOf(c, value).at];
  const count = floatsOf(value);
  c.routines.copyFloats(x, y, count);
  const parameters = activationParameters(op.activation, op.parameters, true);
  applyInMemory(c.routines, { of: op.activation, parameters }, y, count, c.work);
}

export function activationBackward(c: SliceContext, op: ActivationOp): void {
  const value = c.tape.values[op.y];
  const [from, to] = [placeOf(c, c.tape.values[op.x[0]]), placeOf(c, value)];
  if (from.gradient === 0) return;
  const [y, dy, dx] = [to.at, to.gradient, from.gradient];
  const count = floatsOf(value);
  const [first = 0, second = 0] = op.parameters;
  const { f32 } = c.heap;
  const { slope } = ACTIVATIONS[op.activation];
  const of = (slope.from === 'inputs' ? from.at : y) / 4;
  if (op.activation === 'relu') c.routines.reluBackward(y, dy, dx, count);
  else if (op.activation === 'tanh') c.routines.tanhBackward(y, dy, dx, count);
  else if (op.activation === 'sigmoid') c.routines.sigmoidBackward(y, dy, dx, count);
  // the sign of the output is the input's where the slope is above 0
  else if (op.activation === 'leaky_relu' && first > 0) c.routines.leakyReluBackward(y, dy, dx, count, first);
  else for (let i = 0; i < count; i++) f32[dx / 4 + i] += f32[dy / 4 + i] * slope.of(f32[of + i], first, second);
}

export function windowsForward(c: SliceContext, op: WindowsOp): void {
  const [from, to] = [c.tape.values[op.x[0]], c.tape.values[op.y]];
  const [x, y] = [placeOf(c, from).at, placeOf(c, to).at];
  const planes = from.channels * SLICE;
  const { height: H, width: W } = from;
  const edges = c.tables + op.edges;
  if (op.kind === 'max_windows') {
    c.routines.largestInWindows(x, planes, H, W, edges, to.height, to.width, y, c.area + op.places);
  } else c.routines.meansOfWindows(x, planes, H, W, edges, c.tables + op.scales, to.height, to.width, y);
}

export function windowsBackward(c: SliceContext, op: WindowsOp): void {
  const [from, to] = [c.tape.values[op.x[0]], c.tape.values[op.y]];
  const [dx, dy] = [placeOf(c, from).gradient, placeOf(c, to).gradient];
  if (dx === 0) return;
  if (op.kind === 'max_windows') {
    c.routines.scatterPlaces(dy, c.area + op.places, floatsOf(to), dx);
    return;
  }
  const { height: H, width: W } = from;
  const [edges, scales] = [c.tables + op.edges, c.tables + op.scales];
  c.routines.meansOfWindowsBackward(dy, from.channels * SLICE, H, W, edges, scales, to.height, to.width, dx);
}

/** Each number is dropped with probability p, the others are divided by 1 − p. Source: torch.nn.Dropout */
export function dropoutForward(c: SliceContext, op: DropoutOp): void {
  const value = c.tape.values[op.y];
  const [x, y] = [placeOf(c, c.tape.values[op.x[0]]).at / 4, placeOf(c, value).at / 4];
  const count = floatsOf(value);
  const { f32 } = c.heap;
  if (!c.trains) {
    c.routines.copyFloats(x * 4, y * 4, count);
    return;
  }
  const mask = (c.area + op.mask) / 4;
  const { next } = randomSource(c.seed, `dropout.${op.name}.${c.step}.${c.slice}`);
  const kept = 1 / (1 - op.p);
  for (let i = 0; i < count; i++) {
    f32[mask + i] = next() / 2 ** 32 < op.p ? 0 : kept;
    f32[y + i] = f32[x + i] * f32[mask + i];
  }
}

export function dropoutBackward(c: SliceContext, op: DropoutOp): void {
  const value = c.tape.values[op.y];
  const [dx, dy] = [placeOf(c, c.tape.values[op.x[0]]).gradient / 4, placeOf(c, value).gradient / 4];
  if (dx === 0) return;
  const mask = (c.area + op.mask) / 4;
  const { f32 } = c.heap;
  for (let i = 0; i < floatsOf(value); i++) f32[dx + i] += f32[dy + i] * f32[mask + i];
}

/** The images of each place come together: [C, SLICE, places] → [C·places, SLICE]. */
export function flattenForward(c: SliceContext, op: FlattenOp): void {
  const from = c.tape.values[op.x[0]];
  const [x, y] = [placeOf(c, from).at / 4, placeOf(c, c.tape.values[op.y]).at / 4];
  moveFlat(from.channels, from.height * from.width, (value, flat) => {
    c.heap.f32[y + flat] = c.heap.f32[x + value];
  });
}

export function flattenBackward(c: SliceContext, op: FlattenOp): void {
  const from = c.tape.values[op.x[0]];
  const [dx, dy] = [placeOf(c, from).gradient / 4, placeOf(c, c.tape.values[op.y]).gradient / 4];
  if (dx === 0) return;
  moveFlat(from.channels, from.height * from.width, (value, flat) => {
    c.heap.f32[dx + value] += c.heap.f32[dy + flat];
  });
}

function moveFlat(channels: number, places: number, move: (value: number, flat: number) => void): void {
  for (let channel = 0; channel < channels; channel++) {
    for (let image = 0; image < SLICE; image++) {
      const value = (channel * SLICE + image) * places;
      const flat = channel * places * SLICE + image;
      for (let place = 0; place < places; place++) move(value + place, flat + place * SLICE);
    }
  }
}

/** Sums, or channels one behind another: those lie together. */
export function joinForward(c: SliceContext, op: JoinOp): void {
  let y = placeOf(c, c.tape.values[op.y]).at;
  for (const [i, number] of op.x.entries()) {
    const value = c.tape.values[number];
    const x = placeOf(c, value).at;
    const count = floatsOf(value);
    if (op.kind === 'concat' || i === 0) c.routines.copyFloats(x, y, count);
    else c.routines.addFloats(x, y, count);
    if (op.kind === 'concat') y += count * 4;
  }
}

export function joinBackward(c: SliceContext, op: JoinOp): void {
  let dy = placeOf(c, c.tape.values[op.y]).gradient;
  for (const number of op.x) {
    const value = c.tape.values[number];
    const dx = placeOf(c, value).gradient;
    const count = floatsOf(value);
    if (dx !== 0) c.routines.addFloats(dy, dx, count);
    if (op.kind === 'concat') dy += count * 4;
  }
}
