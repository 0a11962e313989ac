import { aligned } from '../../wasm/memory.js';
import { placeOf, type SliceContext } from './context.js';
import { type ConvOp, SLICE } from './tape.js';

/** Products of few columns are summed along the taps of a panel instead of along its columns. */
const FEW_COLUMNS = 8;

/** Room in the scratch: the padded input and its gradient, a block of gathered taps, a block of their gradients. */
export function convWorkBytes({ padded, taps, block }: ConvOp, channels: number): number {
  const border = padded ? channels * SLICE * padded.height * padded.width * 4 : 0;
  return 2 * aligned(border) + 2 * aligned(taps * block * 4);
}

function layoutOf(c: SliceContext, op: ConvOp) {
  const x = c.tape.values[op.x[0]];
  const y = c.tape.values[op.y];
  const border = op.padded ? aligned(x.channels * SLICE * op.padded.height * op.padded.width * 4) : 0;
  const gathered = c.work + 2 * border;
  return {
    x,
    columns: SLICE * y.height * y.width,
    padded: c.work,
    paddedGradient: c.work + border,
    gathered,
    products: gathered + aligned(op.taps * op.block * 4),
    borderBytes: border,
    /** Bytes of one group's channels in the padded input. */
    group: (x.channels / op.groups) * SLICE * (op.padded?.height ?? x.height) * (op.padded?.width ?? x.width) * 4,
  };
}

/** y [M, columns] = weight [M, K] · taps [K, columns] + bias, group by group, block by block. */
export function convForward(c: SliceContext, op: ConvOp): void {
  const { routines, weights, tables } = c;
  const { maps, taps, groups, block, isDirect, tables: own } = op;
  const at = layoutOf(c, op);
  const from = placeOf(c, at.x).at;
  const to = placeOf(c, c.tape.values[op.y]).at;
  const x = op.padded ? pad(c, op, from, at.padded, at.borderBytes) : from;
  const row = at.columns * 4;
  for (let group = 0; group < groups; group++) {
    const w = weights + op.weight.at + group * maps * taps * 4;
    const bias = op.bias ? weights + op.bias.at + group * maps * 4 : 0;
    const y = to + group * maps * row;
    for (let n = 0; n < at.columns; n += block) {
      const count = Math.min(block, at.columns - n);
      const b = isDirect ? x : at.gathered;
      if (!isDirect)
        routines.packPixels(x + group * at.group, tables + own.taps, taps, tables + own.columns + n * 4, count, b);
      routines.multiplyRows(w, taps * 4, 4, maps, taps, b, taps * 32, 32, count, bias, 0, y + n * 4, row);
    }
  }
}

/** The gradients of weight, bias and input: dW += dy · tapsᵀ, db += Σ dy, dx += the taps of Wᵀ · dy where they came from. */
export function convBackward(c: SliceContext, op: ConvOp): void {
  const { routines, weights, tables, gradients } = c;
  const { maps, taps, groups, block, isDirect, tables: own } = op;
  const at = layoutOf(c, op);
  const input = placeOf(c, at.x);
  const dy = placeOf(c, c.tape.values[op.y]).gradient;
  const row = at.columns * 4;
  const learns = op.weight.learns;
  const x = op.padded && learns ? pad(c, op, input.at, at.padded, at.borderBytes) : input.at;
  const wantsInput = input.gradient !== 0;
  if (wantsInput && op.padded) routines.fillZero(at.paddedGradient, at.borderBytes);
  const dx = op.padded ? at.paddedGradient : input.gradient;
  for (let group = 0; group < groups; group++) {
    const w = weights + op.weight.at + group * maps * taps * 4;
    const dw = gradients + op.weight.at + group * maps * taps * 4;
    const d = dy + group * maps * row;
    if (op.bias?.learns) routines.addRowSums(d, row, maps, at.columns, gradients + op.bias.at + group * maps * 4);
    for (let n = 0; n < at.columns; n += block) {
      const count = Math.min(block, at.columns - n);
      if (learns) {
        if (!isDirect) {
          routines.packPixels(
            x + group * at.group,
            tables + own.taps,
            taps,
            tables + own.columns + n * 4,
            count,
            at.gathered,
          );
        }
        const b = isDirect ? x : at.gathered;
        if (count === FEW_COLUMNS && taps % 8 === 0) {
          routines.transposePanel(b, taps, at.products);
          routines.multiplyRows(d + n * 4, row, 4, maps, count, at.products, 32, taps * 4, taps, 0, 1, dw, taps * 4);
        } else routines.outerRows(d + n * 4, row, maps, b, count / 8, taps, dw);
      }
      if (!wantsInput) continue;
      if (isDirect) {
        routines.multiplyRows(w, 4, taps * 4, taps, maps, d, 32, row, count, 0, 1, dx, 32);
        continue;
      }
      routines.multiplyRows(w, 4, taps * 4, taps, maps, d + n * 4, 32, row, count, 0, 0, at.products, count * 4);
      const rows = tables + own.rows + (n / op.oW) * 4;
      routines.scatterRows(
        at.products,
        tables + own.taps,
        taps,
        rows,
        count / op.oW,
        op.oW,
        op.step,
        dx + group * at.group,
      );
    }
  }
  if (wantsInput && op.padded) addInside(c, op, at.paddedGradient, input.gradient);
}

/** The input with a border of zeros: planes [H, W] → [padded height, padded width]. */
function pad({ heap, routines, tape }: SliceContext, op: ConvOp, from: number, to: number, bytes: number): number {
  const { channels, height, width } = tape.values[op.x[0]];
  const { f32 } = heap;
  const border = op.padded!;
  routines.fillZero(to, bytes);
  for (let plane = 0; plane < channels * SLICE; plane++) {
    for (let i = 0; i < height; i++) {
      const source = from / 4 + (plane * height + i) * width;
      const target = to / 4 + (plane * border.height + border.top + i) * border.width + border.left;
      for (let j = 0; j < width; j++) f32[target + j] = f32[source + j];
    }
  }
  return to;
}

/** What a padded gradient has inside its border is added to the input's. */
function addInside({ heap, tape }: SliceContext, op: ConvOp, from: number, to: number): void {
  const { channels, height, width } = tape.values[op.x[0]];
  const { f32 } = heap;
  const border = op.padded!;
  for (let plane = 0; plane < channels * SLICE; plane++) {
    for (let i = 0; i < height; i++) {
      const source = from / 4 + (plane * border.height + border.top + i) * border.width + border.left;
      const target = to / 4 + (plane * height + i) * width;
      for (let j = 0; j < width; j++) f32[target + j] += f32[source + j];
    }
  }
}
