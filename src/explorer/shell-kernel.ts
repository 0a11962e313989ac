import { sizeOf } from '../core/tensor.js';
import type { PackedNetwork } from './page-data.js';
import type { Edit } from './protocol.js';
import { refuse } from './shell-words.js';

/** The shortest text of a number that becomes the same float32 again. */
export function numberText(value: number): string {
  for (let digits = 1; digits <= 9; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === Math.fround(value)) return text;
  }
  return String(Math.fround(value));
}

/**
 * The numbers of a constant as they were edited one by one.
 * @param base what they were; null: they are read from the page's bytes
 */
export function numbersNow(
  network: Pick<PackedNetwork, 'model'>,
  constant: string,
  edits: readonly Edit[],
  bytes: Uint8Array | null,
  base: Float32Array | null,
): Float32Array {
  const numbers = base ?? stored(network, constant, bytes);
  for (const edit of edits) if (edit.kind === 'weight' && edit.constant === constant) numbers[edit.index] = edit.value;
  return numbers;
}

/**
 * The kernels of a layer in full, a text for each map, as they were edited: "1 0 -1; 1 0 -1", as JSON where each
 * channel has numbers of its own. Null: they were not.
 * @throws CnnvizError where the other numbers are far from the page
 */
export function kernelNow(
  network: Pick<PackedNetwork, 'model'>,
  edits: readonly Edit[],
  bytes: Uint8Array | null,
): string[] | null {
  const [{ inputs }] = network.model.nodes;
  const constant = inputs[1]!;
  let shape: readonly number[] | null = null;
  let numbers: Float32Array | null = null;
  for (const edit of edits) {
    if ((edit.kind !== 'kernel' && edit.kind !== 'weight') || edit.constant !== constant) continue;
    if (edit.kind === 'kernel') [shape, numbers] = [edit.shape, Float32Array.from(edit.data)];
    else {
      numbers ??= stored(network, constant, bytes);
      numbers[edit.index] = edit.value;
    }
  }
  if (numbers === null) return null;
  return texts(numbers, shape ?? shapeOf(network, constant));
}

function texts(numbers: Float32Array, [M, C, kH, kW]: readonly number[]): string[] {
  const size = kH * kW;
  return Array.from({ length: M }, (_, m) => {
    const planes = Array.from({ length: C }, (_, c) => numbers.subarray((m * C + c) * size, (m * C + c + 1) * size));
    const isOne = planes.every((plane) => plane.every((value, i) => value === planes[0][i]));
    const rows = (plane: Float32Array) =>
      Array.from({ length: kH }, (_, u) => [...plane.subarray(u * kW, (u + 1) * kW)].map(numberText));
    if (!isOne)
      return `[${planes
        .map(
          (plane) =>
            `[${rows(plane)
              .map((row) => `[${row.join()}]`)
              .join()}]`,
        )
        .join()}]`;
    // a row alone could be meant as a square
    return (
      rows(planes[0])
        .map((row) => row.join(' '))
        .join('; ') + (kH === 1 ? ';' : '')
    );
  });
}

function shapeOf({ model }: Pick<PackedNetwork, 'model'>, constant: string): readonly number[] {
  return model.constants.find(({ name }) => name === constant)!.shape;
}

/** A copy. */
function stored(network: Pick<PackedNetwork, 'model'>, constant: string, bytes: Uint8Array | null): Float32Array {
  if (bytes === null) refuse('the server of this page has the other numbers of the kernel: the line cannot tell them');
  const found = network.model.constants.find(({ name }) => name === constant)!;
  const { at, length } = found.bytes;
  const copy = new Uint8Array(length);
  copy.set(bytes.subarray(at, at + length));
  return new Float32Array(copy.buffer, 0, sizeOf(found.shape));
}
