import type { Conv2dGeometry } from '../core/geometry.js';
import { type Band, bandAt } from './bands.js';
import type { BandShape } from './conv2d/algorithm.js';
import { type FusedBand, fuse } from './fused.js';
import type { EngineInput } from './input.js';
import type { Lane, PackedConv } from './lane.js';
import type { Heap } from './routines/heap.js';
import type { EngineMemory } from './wasm/memory.js';

/**
 * Output rows of one band, for all groups: pads, convolves, does what is fused to it and leaves them in y [M, oH, oW].
 * Input and maps that lie in the engine's memory are read and written where they are.
 */
export function runBand(
  memory: EngineMemory,
  conv: PackedConv,
  lane: Lane,
  input: EngineInput,
  y: Float32Array,
  fused: readonly FusedBand[],
  index: number,
): void {
  const { heap, routines } = memory;
  const { bands, algorithm, geometry: g } = conv;
  const band = bandAt(g, bands, index);
  const { first, shape } = band;
  const inputOf = bandInput(memory, conv, lane, input, band);
  const { M } = shape;
  const [cells, plane] = [shape.oH * g.oW, g.oH * g.oW];
  const address = algorithm.spills ? -1 : memory.addressOf(y);
  const isInside = address !== -1;
  const placed = isInside ? { ...shape, yPlane: plane } : shape;
  for (let group = 0; group < g.groups; group += bands.groups) {
    const groups = Math.min(bands.groups, g.groups - group);
    const maps = groups * M;
    const place = (group * M * g.oH + first) * g.oW;
    const to = isInside ? address + place * 4 : lane.y;
    algorithm.run({
      heap,
      routines,
      shape: placed,
      groups,
      firstRow: first,
      x: inputOf(group, groups),
      packed: conv.packed + group * conv.packedBytes,
      packedBytes: conv.packedBytes,
      bias: conv.bias + group * M * 4,
      y: to,
      workspace: lane.workspace,
    });
    if (cells === plane) {
      for (const one of fused) fuse(memory, one, to, maps * plane, place * 4, lane.gate);
      if (!isInside) y.set(heap.f32.subarray(to / 4, to / 4 + maps * plane), place);
      continue;
    }
    for (let m = 0; m < maps; m++) {
      const [map, at] = [place + m * plane, to + m * placed.yPlane * 4];
      for (const one of fused) fuse(memory, one, at, cells, map * 4, lane.gate);
      if (!isInside) y.set(heap.f32.subarray(at / 4, at / 4 + cells), map);
    }
  }
}

/**
 * Gives, for some groups after others, the address of a band's input as an algorithm reads it: where it lies, or copied
 * into the lane, with its border around it and its rows split. A call overwrites what the one before it gave.
 */
function bandInput(
  memory: EngineMemory,
  conv: PackedConv,
  lane: Lane,
  input: EngineInput,
  { shape, sources, read: [first, end] }: Band,
): (group: number, groups: number) => number {
  const { heap, routines } = memory;
  const { bands, geometry: g } = conv;
  const { C, planeFloats } = shape;
  const rows: Rows = { first, count: end - first };
  const address = 'bytes' in input ? -1 : memory.addressOf(input.data);
  const there = (group: number) => address + (group * C * g.H + first) * g.W * 4;
  if (bands.isDirect) return there;
  if (address === -1 && 'data' in input && isWhole(g, conv, shape, sources, first)) {
    return (group, groups) => {
      stage(heap, lane.x, planeFloats, g, input.data, [group * C, groups * C], rows);
      return lane.x;
    };
  }
  heap.i32.set(
    sources.map((row) => (row < 0 ? -1 : row - first)),
    lane.rowTable / 4,
  );
  const plane = (address === -1 ? rows.count : g.H) * g.W;
  if ('bytes' in input) {
    heap.f32.set(input.tables, lane.tables / 4);
    heap.u8.set(input.bytes.subarray(first * g.W * g.C, end * g.W * g.C), lane.bytes);
    routines.bytesToPlanes(lane.bytes, lane.staging, plane * 4, g.C, plane, lane.tables);
  }
  const source = (group: number, groups: number): number => {
    if (address !== -1) return there(group);
    if ('bytes' in input) return lane.staging + group * C * plane * 4;
    stage(heap, lane.staging, plane, g, input.data, [group * C, groups * C], rows);
    return lane.staging;
  };
  return (group, groups) => {
    routines.padBand(
      source(group, groups),
      plane * 4,
      g.W * 4,
      g.W,
      lane.x,
      planeFloats * 4,
      groups * C,
      shape.rows,
      lane.rowTable,
      bands.left,
      bands.right,
      conv.edges,
      g.sW,
      shape.phaseFloats,
      lane.line,
      conv.algorithm.fill ?? 0,
    );
    return lane.x;
  };
}

/** Rows first … first+count−1 of each plane. */
interface Rows {
  readonly first: number;
  readonly count: number;
}

/** Whether a band is the rows as they are: nothing is padded, split or mirrored. */
function isWhole(
  g: Conv2dGeometry,
  { bands }: PackedConv,
  { phaseFloats }: BandShape,
  sources: readonly number[],
  first: number,
): boolean {
  const isRun = sources.every((row, i) => row === first + i);
  return bands.left + bands.right === 0 && g.sW === 1 && phaseFloats === g.W && isRun;
}

/** Copies the rows of `C` channels, from `channel` on, to `address`, planes `planeFloats` apart. */
function stage(
  heap: Heap,
  address: number,
  planeFloats: number,
  g: Conv2dGeometry,
  x: Float32Array,
  [channel, C]: readonly [number, number],
  { first, count }: Rows,
): void {
  const numbers = count * g.W;
  const start = (channel * g.H + first) * g.W;
  if (count === g.H && planeFloats === numbers) {
    heap.f32.set(x.subarray(start, start + C * numbers), address / 4);
    return;
  }
  for (let c = 0; c < C; c++) {
    const at = start + c * g.H * g.W;
    heap.f32.set(x.subarray(at, at + numbers), address / 4 + c * planeFloats);
  }
}
