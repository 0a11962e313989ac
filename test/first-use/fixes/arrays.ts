import { writeSafetensors } from '../../../src/models/weights/safetensors.js';

/** A .npy file of float32 values. */
export function npy(shape: readonly number[], values: readonly number[]): Uint8Array {
  const sides = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': ${sides}, }`;
  const header = `${text.padEnd(117)}\n`;
  const head = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]);
  return Buffer.concat([head, Buffer.from(header), Buffer.from(new Float32Array(values).buffer)]);
}

/** A checkpoint of float32 arrays by their names; every number is 0.01 unless told. */
export function safetensors(
  shapes: Readonly<Record<string, readonly number[]>>,
  numberAt: (name: string, index: number) => number = () => 0.01,
): Uint8Array {
  const entries = Object.entries(shapes).map(([name, shape]) => {
    const size = shape.reduce((product, side) => product * side, 1);
    return { name, shape, data: Float32Array.from({ length: size }, (_, i) => numberAt(name, i)) };
  });
  return writeSafetensors(entries, {});
}
