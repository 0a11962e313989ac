import { type Conv2dGeometry, sourceIndex } from '../core/geometry.js';
import type { BandShape, BandSize } from './conv2d/algorithm.js';
import { roundUp } from './conv2d/taps.js';
import type { PoolAlgorithm } from './pooling.js';

/** Routines may read this far beyond a row; what they find there is never used. */
const SLACK_BYTES = 256;

/** How a convolution is cut into bands of output rows, and the bytes each part needs. */
export interface Bands {
  /** A full band of one group. */
  readonly shape: BandShape;
  readonly count: number;
  /** Output rows that are computed together. */
  readonly step: number;
  /** Columns before and after the image's own. */
  readonly left: number;
  readonly right: number;
  /** The algorithm reads the input where it lies: no border is put around it, and rows are not split. */
  readonly isDirect: boolean;
  /** Groups computed at once. */
  readonly groups: number;
  readonly bytes: {
    /** Packed weights of one group. */
    readonly packed: number;
    readonly workspace: number;
    /** The padded band of these groups, and one line of it. */
    readonly x: number;
    readonly line: number;
    /** The maps of one band and these groups. */
    readonly y: number;
  };
}

/**
 * @param parts bands there should be at least, where the algorithm can have as many
 * @param isInside whether the whole input lies in the engine's memory
 */
export function planBands(g: Conv2dGeometry, algorithm: PoolAlgorithm, parts = 1, isInside = false): Bands {
  const size = algorithm.band(g, parts);
  const isDirect = isInside && needsNoBorder(g, size);
  const columns = Math.max(size.columns, g.pads[1] + g.W);
  const phaseFloats = isDirect ? g.W : roundUp(Math.ceil(columns / g.sW), 4);
  const rowFloats = phaseFloats * g.sW;
  const planeFloats = isDirect ? g.H * g.W : size.rows * rowFloats;
  const shape: BandShape = {
    C: g.C / g.groups,
    M: g.M / g.groups,
    kH: g.kH,
    kW: g.kW,
    sH: g.sH,
    sW: g.sW,
    dH: g.dH,
    dW: g.dW,
    rows: size.rows,
    columns: size.columns,
    rowFloats,
    phaseFloats,
    planeFloats,
    oH: Math.min(size.oH, g.oH),
    oW: g.oW,
    yPlane: Math.min(size.oH, g.oH) * g.oW,
  };
  const groups = Math.min(algorithm.groupsAtOnce?.(shape) ?? 1, g.groups);
  return {
    shape,
    count: Math.ceil(g.oH / size.oH),
    step: size.step ?? 1,
    left: g.pads[1],
    right: rowFloats - g.pads[1] - g.W,
    isDirect,
    groups,
    bytes: {
      packed: algorithm.packedBytes(shape),
      workspace: algorithm.workspaceBytes(shape),
      x: isDirect ? 0 : groups * shape.C * planeFloats * 4 + SLACK_BYTES,
      line: rowFloats * 4,
      y: groups * shape.M * shape.yPlane * 4 + SLACK_BYTES,
    },
  };
}

/** Whether bands of this size read nothing beyond the image, and neighbours of a row for neighbours of an output row. */
function needsNoBorder(g: Conv2dGeometry, { oH, rows, columns }: BandSize): boolean {
  const bands = Math.ceil(g.oH / oH);
  const last = g.oH - (bands - 1) * oH;
  const end = (bands - 1) * oH * g.sH + rows - (oH - last) * g.sH;
  return g.sW === 1 && g.pads.every((pad) => pad === 0) && columns <= g.W && end <= g.H;
}

/** A band as it is computed. */
export interface Band {
  readonly shape: BandShape;
  /** Its first output row. */
  readonly first: number;
  /** The source row of each of its input rows; −1: zeros. */
  readonly sources: readonly number[];
  /** First and end of the source rows that it reads. */
  readonly read: readonly [first: number, end: number];
}

/** Bands that have been looked at; they are asked for again with every image. */
const BANDS = new WeakMap<Bands, Band[]>();

/** Band number `index`. */
export function bandAt(g: Conv2dGeometry, bands: Bands, index: number): Band {
  const all = BANDS.get(bands) ?? [];
  if (all.length === 0) BANDS.set(bands, all);
  all[index] ??= makeBand(g, bands, index);
  return all[index];
}

function makeBand(g: Conv2dGeometry, { shape, step }: Bands, index: number): Band {
  const first = index * shape.oH;
  const oH = Math.min(shape.oH, g.oH - first);
  // what is computed together is read whole: what lies beyond the image is zeros, not what was there before
  const rows = shape.rows - Math.floor((shape.oH - oH) / step) * step * g.sH;
  const paddedRows = g.H + g.pads[0] + g.pads[2];
  const sources = Array.from({ length: rows }, (_, r) => {
    const row = first * g.sH + r;
    return row < paddedRows ? sourceIndex(row - g.pads[0], g.H, g.paddingMode) : -1;
  });
  return { first, shape: oH === shape.oH ? shape : { ...shape, oH, rows }, sources, read: rowsOf(sources) };
}

/** First and end of the source rows that are read. */
function rowsOf(sources: readonly number[]): readonly [first: number, end: number] {
  let [first, last] = [Number.POSITIVE_INFINITY, -1];
  for (const row of sources) {
    if (row < 0) continue;
    first = Math.min(first, row);
    last = Math.max(last, row);
  }
  return last < 0 ? [0, 0] : [first, last + 1];
}

/** The source column of each border column (−1: zero): the left ones, then the right ones. */
export function borderColumns(g: Conv2dGeometry, { left, right }: Bands): number[] {
  const paddedColumns = g.W + g.pads[1] + g.pads[3];
  return Array.from({ length: left + right }, (_, e) => {
    const column = e < left ? e : e + g.W;
    return column < paddedColumns ? sourceIndex(column - left, g.W, g.paddingMode) : -1;
  });
}
