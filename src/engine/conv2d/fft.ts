import { type Conv2dGeometry, extent } from '../../core/geometry.js';
import type { Heap } from '../routines/heap.js';
import type { BandAlgorithm, BandShape, BandTask, PackTask } from './algorithm.js';
import { roundUp } from './taps.js';

/** Below this many products for each input pixel no transform pays. */
const FEWEST_TAPS = 100;
const MOST_BYTES = 2 ** 30;

/** Sizes of the transforms, and where the parts of `packed` and the workspace lie. */
function layout(shape: BandShape) {
  const { C, M, kH, kW, dH, dW, rows, columns } = shape;
  const [R, n] = [smoothSize(rows), smoothSize(columns)];
  const panels = ((n >> 1) + 4) >> 2;
  const plane = panels * R * 32;
  const [across, down] = [planBytes(n), planBytes(R)];
  const rowTwiddles = roundUp(across.radices, 16);
  const columnPlan = rowTwiddles + roundUp(across.twiddles, 16);
  const columnTwiddles = columnPlan + roundUp(down.radices, 16);
  const kernels = columnTwiddles + roundUp(down.twiddles, 16);
  const scratch = 64 * Math.max(n, R) + 256;
  const kernel = roundUp(extent(kH, dH) * extent(kW, dW) * 4, 16);
  return {
    R,
    n,
    panels,
    plane,
    packed: { rowTwiddles, columnPlan, columnTwiddles, kernels, bytes: kernels + M * C * plane },
    workspace: { x: scratch, y: scratch + C * plane, bytes: scratch + Math.max((C + M) * plane, kernel) },
  };
}

/** packed: both plans, then the spectra of all kernels, scaled so that the inverse transforms need no scale. */
function pack({ heap, routines, shape, weight, packed, workspace }: PackTask): void {
  const { C, M, kH, kW, dH, dW } = shape;
  const at = layout(shape);
  writePlan(heap, at.n, packed, packed + at.packed.rowTwiddles);
  writePlan(heap, at.R, packed + at.packed.columnPlan, packed + at.packed.columnTwiddles);
  const [height, width] = [extent(kH, dH), extent(kW, dW)];
  const spread = workspace + at.workspace.x;
  for (let k = 0; k < M * C; k++) {
    heap.f32.fill(0, spread / 4, spread / 4 + height * width);
    for (let u = 0; u < kH; u++) {
      for (let v = 0; v < kW; v++) {
        heap.f32[spread / 4 + u * dH * width + v * dW] = heap.f32[weight / 4 + (k * kH + u) * kW + v];
      }
    }
    const to = packed + at.packed.kernels + k * at.plane;
    routines.fftRows(
      spread,
      width * 4,
      height,
      width,
      1,
      0,
      at.n,
      packed,
      packed + at.packed.rowTwiddles,
      to,
      at.R,
      workspace,
    );
    const [plan, twiddles] = [packed + at.packed.columnPlan, packed + at.packed.columnTwiddles];
    routines.fftKernel(to, at.panels, at.R, plan, twiddles, 1 / (at.n * at.R), workspace);
  }
}

function run({ heap, routines, shape, x, packed, bias, y, workspace }: BandTask): void {
  const { C, M, sH, sW, rows, columns, rowFloats, phaseFloats, planeFloats, oH, oW, yPlane } = shape;
  const at = layout(shape);
  const [input, products] = [workspace + at.workspace.x, workspace + at.workspace.y];
  const rowTwiddles = packed + at.packed.rowTwiddles;
  for (let c = 0; c < C; c++) {
    routines.fftRows(
      x + c * planeFloats * 4,
      rowFloats * 4,
      rows,
      columns,
      sW,
      phaseFloats * 4,
      at.n,
      packed,
      rowTwiddles,
      input + c * at.plane,
      at.R,
      workspace,
    );
  }
  const [plan, twiddles] = [packed + at.packed.columnPlan, packed + at.packed.columnTwiddles];
  const kernels = packed + at.packed.kernels;
  routines.fftColumns(input, kernels, products, C, M, at.panels, at.R, plan, twiddles, workspace);
  for (let m = 0; m < M; m++) {
    routines.fftRowsInverse(
      products + m * at.plane,
      at.R,
      at.n,
      packed,
      rowTwiddles,
      sH,
      sW,
      oH,
      oW,
      heap.f32[bias / 4 + m],
      y + m * yPlane * 4,
      workspace,
    );
  }
}

/** Rows and columns of the padded input that are read; the whole image is one band. */
function bandOf(g: Conv2dGeometry) {
  return {
    oH: g.oH,
    rows: (g.oH - 1) * g.sH + extent(g.kH, g.dH),
    columns: (g.oW - 1) * g.sW + extent(g.kW, g.dW),
  };
}

function planeBytes(g: Conv2dGeometry): number {
  const { rows, columns } = bandOf(g);
  return ((smoothSize(columns) >> 1) + 4) * smoothSize(rows) * 8;
}

export const fft: BandAlgorithm = {
  kind: 'banded',
  name: 'fft',
  source: 'Cooley, Tukey 1965, Stockham 1966; Mathieu, Henaff, LeCun 2013, arxiv.org/abs/1312.5851',
  ordered: false,
  tolerance: { ofTerms: 2e-6, at: 'map', reason: 'float32 transforms: the error grows with the logarithm of the size' },
  rejects(g) {
    const [C, M] = [g.C / g.groups, g.M / g.groups];
    if (g.kH * g.kW < FEWEST_TAPS) return `pays from ${FEWEST_TAPS} cells on, here ${g.kW}×${g.kH}`;
    const bytes = planeBytes(g) * (g.groups * M * C + C + M);
    if (bytes > MOST_BYTES) return `would need ${Math.ceil(bytes / 2 ** 20)} MB, the limit is ${MOST_BYTES / 2 ** 20}`;
    return null;
  },
  band: bandOf,
  packedBytes: (shape) => layout(shape).packed.bytes,
  workspaceBytes: (shape) => layout(shape).workspace.bytes,
  cost(g) {
    const { rows, columns } = bandOf(g);
    const cells = smoothSize(rows) * smoothSize(columns);
    const [C, M] = [g.C / g.groups, g.M / g.groups];
    const transforms = (C + M) * cells * Math.log2(cells) * 0.15;
    return g.N * g.groups * (transforms + C * M * cells * 0.4);
  },
  pack,
  run,
};

/** The smallest n ≥ size whose prime factors are 2, 3 and 5. */
function smoothSize(size: number): number {
  for (let n = size; ; n++) {
    let rest = n;
    for (const prime of [2, 3, 5]) while (rest % prime === 0) rest /= prime;
    if (rest === 1) return n;
  }
}

/** The passes of a transform of n elements: radices whose product is n. */
function radicesOf(n: number): number[] {
  const radices: number[] = [];
  let rest = n;
  for (const radix of [5, 4, 3, 2]) {
    while (rest % radix === 0) {
      radices.push(radix);
      rest /= radix;
    }
  }
  return radices;
}

/** Bytes of a plan: the number of passes and their radices, then the twiddles. */
function planBytes(n: number): { radices: number; twiddles: number } {
  const radices = radicesOf(n);
  let length = n;
  let twiddles = 0;
  for (const radix of radices) {
    length /= radix;
    twiddles += length * (radix - 1) * 8;
  }
  return { radices: (radices.length + 1) * 4, twiddles };
}

/** Writes the radices at `plan` and e^(−2πi·p·j/length) of every pass, p and j at `twiddles`. */
function writePlan({ i32, f32 }: Heap, n: number, plan: number, twiddles: number): void {
  const radices = radicesOf(n);
  i32.set([radices.length, ...radices], plan / 4);
  let at = twiddles / 4;
  let length = n;
  for (const radix of radices) {
    const m = length / radix;
    for (let p = 0; p < m; p++) {
      for (let j = 1; j < radix; j++) {
        const [cosine, sine] = turn(p * j, length);
        f32[at++] = cosine;
        f32[at++] = -sine;
      }
    }
    length = m;
  }
}

/** cos and sin of 2π·k/n: reduced to an eighth of a turn by whole numbers, then by Taylor; alike on every machine. */
function turn(k: number, n: number): [number, number] {
  const eighth = (8 * (k % n)) / n;
  const quarter = Math.floor((eighth + 1) / 2) % 4;
  // the angle from the nearest quarter turn, −π/4 … π/4
  const angle = (2 * Math.PI * (4 * (k % n) - n * Math.floor((eighth + 1) / 2))) / (4 * n);
  const square = angle * angle;
  let [cosine, sine] = [1, 1];
  for (let i = 20; i >= 2; i -= 2) {
    cosine = 1 - (square / (i * (i - 1))) * cosine;
    sine = 1 - (square / (i * (i + 1))) * sine;
  }
  sine *= angle;
  switch (quarter) {
    case 0:
      return [cosine, sine];
    case 1:
      return [-sine, cosine];
    case 2:
      return [-cosine, -sine];
    default:
      return [sine, -cosine];
  }
}
