const ALIGNED = 64;
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];

/** A .npy file, version 1.0, of float32 numbers. Source: numpy.org/doc, numpy.lib.format */
export function npyBytes(shape: readonly number[], data: Float32Array): Uint8Array<ArrayBuffer> {
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sides}), }`;
  const used = MAGIC.length + 2 + dictionary.length + 1;
  const header = `${dictionary}${' '.repeat((ALIGNED - (used % ALIGNED)) % ALIGNED)}\n`;
  const start = MAGIC.length + 2 + header.length;
  const bytes = new Uint8Array(start + 4 * data.length);
  bytes.set(MAGIC);
  const view = new DataView(bytes.buffer);
  view.setUint16(MAGIC.length, header.length, true);
  for (let i = 0; i < header.length; i++) bytes[MAGIC.length + 2 + i] = header.charCodeAt(i);
  for (let i = 0; i < data.length; i++) view.setFloat32(start + 4 * i, data[i], true);
  return bytes;
}

/** A layer's name as the name of a file: no path, nothing that a system forbids. */
export function fileName(layer: string, ending: string): string {
  const safe = layer.replace(/[^\w.-]+/g, '-').replace(/^[-.]+|[-.]+$/g, '');
  return `${safe === '' ? 'layer' : safe.slice(0, 80)}.${ending}`;
}
