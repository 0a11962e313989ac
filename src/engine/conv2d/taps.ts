import { type Conv2dGeometry, conv2dMacs, extent } from '../../core/geometry.js';
import type { Heap } from '../routines/heap.js';
import type { BandShape, BandSize } from './algorithm.js';

/** A band of about this many bytes stays in the second-level cache between its steps. */
const BAND_BYTES = 384 * 1024;
/** A band takes no longer than this many multiply-accumulates (a few hundredths of a second), so that Ctrl-C is heard. */
const BAND_MACS = 4e8;

/** Output rows to compute at a time, at least `parts` times, and the input rows and columns they read. */
export function bandOfRows(g: Conv2dGeometry, parts: number, bytes = BAND_BYTES): BandSize {
  const perRow = 4 * ((g.C / g.groups) * g.sH * (g.W + g.pads[1] + g.pads[3]) + (g.M / g.groups) * g.oW);
  const fitting = Math.max(bytes / perRow, (2 * extent(g.kH, g.dH)) / g.sH);
  const macsPerRow = conv2dMacs(g) / (g.N * g.groups * g.oH);
  const rows = Math.min(fitting, BAND_MACS / macsPerRow);
  const oH = Math.max(1, Math.floor(Math.min(rows, g.oH, Math.ceil(g.oH / parts))));
  return { oH, rows: (oH - 1) * g.sH + extent(g.kH, g.dH), columns: (g.oW - 1) * g.sW + extent(g.kW, g.dW) };
}

export function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

/** Writes the byte offset of every tap (c, u, v) from the first input of an output: [C·kH·kW] i32 at `to`. */
export function writeTaps(heap: Heap, shape: BandShape, to: number): void {
  const { C, kH, kW, dH, dW, sW, rowFloats, phaseFloats, planeFloats } = shape;
  let at = to / 4;
  for (let c = 0; c < C; c++) {
    for (let u = 0; u < kH; u++) {
      for (let v = 0; v < kW; v++) {
        const x = v * dW;
        const offset = c * planeFloats + u * dH * rowFloats + (x % sW) * phaseFloats + Math.floor(x / sW);
        heap.i32[at++] = offset * 4;
      }
    }
  }
}

/** Taps of one output: C·kH·kW. */
export function tapCount({ C, kH, kW }: Pick<BandShape, 'C' | 'kH' | 'kW'>): number {
  return C * kH * kW;
}
