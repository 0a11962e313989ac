import type { PreparedInput } from '../analysis/prepare/prepared-input.js';
import { type ByteSource, memorySource } from '../core/bytes.js';
import { atPlace, CnnvizError } from '../core/errors.js';
import type { DecodeJob } from '../core/job.js';
import type { InputFacts } from '../core/result.js';
import { sizeOf, type Tensor, tensor } from '../core/tensor.js';
import type { Value } from '../core/values.js';
import { type EngineInput, numbersOf } from '../engine/input.js';
import { type DecodedImage, decodeImage, type ImageFacts } from '../io/decode.js';
import { sha256 } from '../io/hash.js';
import type { Input } from '../io/inputs.js';
import { peekFile } from '../io/random-access.js';
import { readInput } from '../io/remote/read-input.js';
import { sniffFormat } from '../io/sniff.js';
import { readNpy, readNpyHeader } from '../models/npy.js';
import type { Source, Subject } from './subject.js';

/** What goes wrong with an input carries its name. */
export async function atInput<T>({ path }: Pick<Input, 'path'>, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw atPlace(path === '-' ? 'standard input' : path, error);
  }
}

/** Of a subject, what reading its input asks for. */
type Reads = Pick<Subject, 'name' | 'fed' | 'open' | 'decode' | 'prepare'>;

/** Reads an input, an image or an array by its first bytes, and prepares it as the subject says. */
export async function readSource(input: Input, subject: Reads): Promise<Source> {
  if (subject.open.length === 0) return fedSource(subject);
  const { checkSize } = subject.prepare;
  const shape = checkSize && shapeOfFile(input);
  if (shape && shape.length >= 2 && shape.length <= 4) checkSize(shape.slice(-2));
  const bytes = await readInput(input);
  return sourceOf(input, bytes, sha256(bytes), subject);
}

/** The same of bytes that are read already. */
export async function sourceOf(
  { path }: Pick<Input, 'path'>,
  bytes: Uint8Array,
  hash: string,
  { decode, prepare }: Pick<Subject, 'decode' | 'prepare'>,
): Promise<Source> {
  if (isArray({ path }, bytes)) return named(path, hash, prepare.array(readNpy(bytes)));
  const { image, facts, range, notes } = await decodeInput(path, bytes, decode, prepare);
  const prepared = named(path, hash, prepare.image(image, facts));
  return {
    ...prepared,
    facts: { ...prepared.facts, ...pageFacts(facts), ...(range && { range }) },
    warnings: [...notes, ...prepared.warnings],
  };
}

/** Which page was read; nothing of a file that holds one. */
export function pageFacts({ page, pages }: Pick<ImageFacts, 'page' | 'pages'>): Pick<InputFacts, 'page' | 'pages'> {
  return pages > 1 ? { page, pages } : {};
}

function named(path: string, hash: string, { facts, ...prepared }: PreparedInput): Source {
  return { ...prepared, sha256: hash, facts: { path, ...facts } };
}

/** decodeImage; of a file that is no image but something else that is known, the error says what takes it. */
async function decodeInput(
  path: string,
  bytes: Uint8Array,
  job: DecodeJob,
  { checkSize, keepsGray }: Pick<Subject['prepare'], 'checkSize' | 'keepsGray'>,
): Promise<DecodedImage> {
  const check = checkSize && (({ height, width }: ImageFacts) => checkSize([height, width]));
  try {
    return await decodeImage(bytes, job, check, keepsGray);
  } catch (error) {
    if (!(error instanceof CnnvizError) || bytes.length === 0 || sniffFormat(bytes) !== null) throw error;
    const { kindOfBytes } = await import('./file-kind.js');
    const found = kindOfBytes(path, bytes);
    if (!found) throw error;
    throw new CnnvizError(error.code, `${error.message}: it is ${found.what}`, { fix: found.fix, cause: error });
  }
}

/** Every input was named with its array: nothing is read. */
function fedSource({ fed, name }: Reads): Source {
  const [first = { dtype: 'float32', shape: [] }] = fed.values();
  const [width = 1, height = 1, channels = 1, items = 1] = [...first.shape].reverse();
  return {
    facts: { path: name, width, height, channels, items, colour: first.dtype, depth: 32 },
    sha256: '',
    info: null,
    x: null,
    dropsBatch: false,
    preset: null,
    preprocess: 'arrays, taken as they are',
    picture: null,
    drawn: () => null,
    warnings: [],
  };
}

/** An array by its first bytes; a file called .npy that is none fails as an array, not as an image. */
export function isArray(input: Pick<Input, 'path'>, bytes: Uint8Array): boolean {
  return sniffFormat(bytes) === 'npy' || input.path.toLowerCase().endsWith('.npy');
}

/** How many inputs an array holds, from its header alone: it decides the names of its maps. 1 for anything else. */
export function itemsOf(input: Input): number {
  const shape = shapeOfFile(input);
  return shape?.length === 4 ? shape[0] : 1;
}

/** The shape in the header of a .npy file, or of its first bytes where it is far away; null for anything else. */
function shapeOfFile({ path, remote }: Input): readonly number[] | null {
  if (remote !== undefined) return remote.head ? shapeIn(memorySource(Buffer.from(remote.head, 'base64'))) : null;
  const file = path.toLowerCase().endsWith('.npy') ? peekFile(path) : null;
  try {
    return file && shapeIn(file);
  } finally {
    file?.close();
  }
}

function shapeIn(source: ByteSource): readonly number[] | null {
  try {
    return readNpyHeader(source).shape;
  } catch (error) {
    if (!(error instanceof CnnvizError)) throw error;
    return null; // it fails again, by name, when it is read
  }
}

/** The first [C, H, W] of an input, as numbers. */
export function firstItem(x: EngineInput | Value): Tensor {
  const shape = x.shape.slice(-3);
  return tensor(numbersOf(x).subarray(0, sizeOf(shape)), shape);
}
