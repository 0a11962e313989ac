import type { Heap } from './heap.js';

/** The twins of assembly/pad.ts: same arguments, same bits, one number at a time. */
export function padRoutines({ u8, i32, f32 }: Heap) {
  return {
    padBand(
      src: number,
      srcPlane: number,
      srcRow: number,
      width: number,
      dst: number,
      dstPlane: number,
      planes: number,
      rows: number,
      rowTable: number,
      left: number,
      right: number,
      edges: number,
      phases: number,
      phaseFloats: number,
      _line: number,
      fill: number,
    ): void {
      const columns = left + width + right;
      for (let plane = 0; plane < planes; plane++) {
        for (let r = 0; r < rows; r++) {
          const to = (dst + plane * dstPlane) / 4 + r * columns;
          const source = i32[rowTable / 4 + r];
          const from = (src + plane * srcPlane + source * srcRow) / 4;
          for (let x = 0; x < columns; x++) {
            const inside = x >= left && x < left + width;
            const column = inside ? x - left : i32[edges / 4 + (x < left ? x : x - width)];
            const at = to + (x % phases) * phaseFloats + Math.floor(x / phases);
            f32[at] = source < 0 || column < 0 ? fill : f32[from + column];
          }
        }
      }
    },

    bytesToPlanes(src: number, dst: number, dstPlane: number, channels: number, count: number, tables: number): void {
      for (let c = 0; c < channels; c++) {
        for (let i = 0; i < count; i++) {
          f32[(dst + c * dstPlane) / 4 + i] = f32[tables / 4 + c * 256 + u8[src + i * channels + c]];
        }
      }
    },
  };
}
