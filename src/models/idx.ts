import { viewOf } from '../core/bytes.js';
import { CnnvizError } from '../core/errors.js';

/** An array of bytes in the format of MNIST. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

const BYTES = 0x08;
const MOST_AXES = 4;

/** Whether bytes begin as an IDX file of bytes does. */
export function isIdx(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && bytes[0] === 0 && bytes[1] === 0 && bytes[2] >= 0x08 && bytes[2] <= 0x0e;
}

/**
 * An IDX file: 0, 0, the type, the number of axes; each axis in four bytes, high ones first; the numbers.
 * Source: Yann LeCun, "The MNIST database"
 * @throws CnnvizError 'format'
 */
export function readIdx(bytes: Uint8Array): IdxArray {
  if (!isIdx(bytes)) refuse('not an IDX file', 'such as train-images-idx3-ubyte, packed as .gz or not');
  const [, , type, axes] = bytes;
  if (type !== BYTES) refuse(`numbers of type 0x${type.toString(16)}, where bytes (0x8) are expected`);
  if (axes < 1 || axes > MOST_AXES) refuse(`${axes} axes: expected 1 … ${MOST_AXES}`);
  const start = 4 + 4 * axes;
  if (bytes.length < start) refuse(`ends in its header, after ${bytes.length} bytes`);
  const view = viewOf(bytes);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = shape.reduce((product, side) => product * side, 1);
  if (bytes.length - start !== size) {
    refuse(`[${shape.join(', ')}] needs ${size} bytes, ${bytes.length - start} are there`);
  }
  return { shape, data: bytes.subarray(start) };
}

function refuse(what: string, fix = 'the file is damaged: fetch it again'): never {
  throw new CnnvizError('format', what, { fix });
}
