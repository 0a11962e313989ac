import { studyAll } from '../../batch/study.js';
import { atPlace, CnnvizError } from '../../core/errors.js';
import type { FeatureOrigin } from '../../core/head.js';
import { inputName } from '../../core/text.js';
import { bornWords, type ValueFault } from '../../core/values.js';
import { VERSION } from '../../core/version.js';
import { existingFile, writeAtomic } from '../../io/files.js';
import { sha256 } from '../../io/hash.js';
import type { Input } from '../../io/inputs.js';
import { openFile } from '../../io/random-access.js';
import { readSafetensors, type SafetensorsFile, writeSafetensors } from '../../models/weights/safetensors.js';
import type { FeatureExtractor } from './feature-extractor.js';
import { type FeatureRow, type FeatureRows, featureRows } from './feature-rows.js';

/** An image that could not be used, and why. */
export interface FailedImage {
  readonly index: number;
  readonly path: string;
  readonly error: CnnvizError;
}

/** Rows of numbers, one for each image that could be read. */
export interface ImageFeatures {
  /** [n, D] */
  readonly x: Float32Array;
  /** Of each row: which of the inputs it is, and the SHA-256 of its file. */
  readonly rows: readonly { readonly index: number; readonly hash: string }[];
  readonly failed: readonly FailedImage[];
  /** Images that were computed, and those taken from the cache; copies of one image count once. */
  readonly computed: number;
  readonly cached: number;
  /** Where numbers went wrong on the way to features that are all finite. */
  readonly warnings: readonly string[];
}

interface FeatureEvents {
  /** Images done, and which of them failed. */
  readonly progress: (done: number, failed: readonly FailedImage[]) => void;
}

interface RowEvents {
  /** Features of these contents are not computed: their rows are null. */
  readonly known?: ReadonlySet<string>;
  readonly arrived: (index: number, row: FeatureRow | CnnvizError) => void;
}

/** The row of every image, in their order: none is kept. Images are read while those before them are computed. */
export function eachFeatureRow(
  extractor: FeatureExtractor,
  inputs: readonly Input[],
  { known = new Set(), arrived }: RowEvents,
): Promise<void> {
  const { job, info, origin, features, batch, threads, macs } = extractor;
  const rows: FeatureRows = { job, info, reduce: origin.reduce, features, batch, known };
  let index = 0;
  return studyAll<Input, FeatureRow>(
    {
      study: 'features',
      job: rows,
      request: job.request,
      inputs,
      here: featureRows(extractor, rows, { threads, homes: null }),
      jobs: threads,
      atOnce: batch,
      macs: async () => macs,
    },
    {
      outcome: ({ result, error }) => arrived(index++, error ?? result),
      progress: () => {},
    },
  );
}

/**
 * The features of every image, each file's content once. One that cannot be used is a failure and costs only itself.
 */
export async function computeFeatures(
  extractor: FeatureExtractor,
  inputs: readonly Input[],
  cache: FeatureCache | null,
  { progress }: FeatureEvents,
): Promise<ImageFeatures> {
  const { features: D } = extractor;
  const x = new Float32Array(inputs.length * D);
  const rows: { index: number; hash: string }[] = [];
  const failed: FailedImage[] = [];
  /** Where a content's features are, or why there are none. */
  const known = new Map<string, number | CnnvizError>();
  let [computed, cached] = [0, 0];
  const causes = new Set<string>();

  const fail = (index: number, error: CnnvizError) => {
    const { path } = inputs[index];
    failed.push({ index, path, error: atPlace(inputName(path), error) as CnnvizError });
  };
  const keep = (index: number, hash: string, numbers: Float32Array) => {
    x.set(numbers, rows.length * D);
    rows.push({ index, hash });
  };
  const take = (index: number, found: FeatureRow) => {
    const { hash } = found;
    const place = known.get(hash);
    if (place instanceof CnnvizError) fail(index, place);
    else if (place !== undefined) keep(index, hash, x.slice(place * D, (place + 1) * D));
    else {
      if (found.row === null) cached++;
      else if (found.row instanceof Float32Array) computed++;
      const row = found.row === null ? cache!.get(hash)! : usableRow(found, causes);
      known.set(hash, row instanceof CnnvizError ? row : rows.length);
      if (row instanceof CnnvizError) fail(index, row);
      else keep(index, hash, row);
    }
  };
  await eachFeatureRow(extractor, inputs, {
    known: new Set(cache?.hashes),
    arrived(index, found) {
      if (found instanceof CnnvizError) fail(index, found);
      else take(index, found);
      progress(index + 1, failed);
    },
  });
  return { x: x.subarray(0, rows.length * D), rows, failed, computed, cached, warnings: [...causes] };
}

/** A row that was computed, if it can be learned from; else why not. `causes` takes what went wrong on the way to it. */
export function usableRow({ row, faults }: FeatureRow, causes: Set<string>): Float32Array | CnnvizError {
  if (!(row instanceof Float32Array)) {
    const { code, message, fix } = row!;
    return new CnnvizError(code, message, fix === null ? {} : { fix });
  }
  const problem = notFinite(row, faults);
  if (problem) return problem;
  for (const { cause } of faults) causes.add(cause);
  return row;
}

/** @param faults what went wrong in the run that made the row @returns why a row cannot be learned from, or null */
function notFinite(numbers: Float32Array, faults: readonly ValueFault[]): CnnvizError | null {
  let bad = 0;
  for (let i = 0; i < numbers.length; i++) if (!Number.isFinite(numbers[i])) bad++;
  if (bad === 0) return null;
  return new CnnvizError(
    'unsupported',
    `${bad} of ${numbers.length} features are NaN or infinite${bornWords(faults)}`,
    {
      fix: 'the input or the weights hold such values: `cnnviz run NET IMAGE` and `cnnviz weights FILE` tell of them',
    },
  );
}

/** Features that are known already, by the SHA-256 of the image's file. */
interface FeatureCache {
  /** Why the file that is there is of no use; null when it is, or there is none. */
  readonly note: string | null;
  /** [D] of one image; null when they are not known. */
  get(hash: string): Float32Array | null;
  readonly hashes: Iterable<string>;
}

const EMPTY: Omit<FeatureCache, 'note'> = { get: () => null, hashes: [] };

const FORMAT = 'cnnviz-features';
const HASH_BYTES = 32;

/** What decides the numbers: not what files are called. Another version may compute other last bits. */
function keyOf({ weightsSha256, layersSha256, layer, reduce, preset, background, exact }: FeatureOrigin): string {
  const parts = [VERSION, weightsSha256, layersSha256, layer, reduce, preset, background, exact];
  return sha256(new TextEncoder().encode(JSON.stringify(parts)));
}

/**
 * Reads a cache of features: a safetensors file with `features` [n, D] and `sha256` [n, 32], and in its metadata the key of
 * the network, weights, layer and preparation that made them. Features of another key are not taken.
 * @throws CnnvizError 'usage' when the file is something else, which must not be replaced
 */
export async function openFeatureCache(path: string, origin: FeatureOrigin, features: number): Promise<FeatureCache> {
  if (!(await existingFile(path))) return { note: null, ...EMPTY };
  const source = await openFile(path);
  try {
    const { tensors, metadata } = cacheFile(() => readSafetensors(source), path);
    const [x, hashes] = ['features', 'sha256'].map((name) => tensors.find((one) => one.name === name));
    if (!x || !hashes || metadata.get('key') !== keyOf(origin) || x.shape[1] !== features) {
      const note = `${path}: features of another network, layer, preparation or version of cnnviz: computed anew`;
      return { note, ...EMPTY };
    }
    const numbers = x.load().data as Float32Array;
    const bytes = hashes.load().data as Uint8Array;
    const rows = new Map<string, number>();
    for (let row = 0; row < x.shape[0]; row++) {
      rows.set(Buffer.from(bytes.subarray(HASH_BYTES * row, HASH_BYTES * (row + 1))).toString('hex'), row);
    }
    return {
      note: null,
      hashes: rows.keys(),
      get(hash) {
        const row = rows.get(hash);
        return row === undefined ? null : numbers.subarray(row * features, (row + 1) * features);
      },
    };
  } finally {
    source.close();
  }
}

function cacheFile(read: () => SafetensorsFile, path: string): SafetensorsFile {
  const refuse = (cause?: unknown): never => {
    throw new CnnvizError('usage', `${path}: is no cache of features, and shall not be replaced`, {
      fix: 'name another file with --cache, or take this one away',
      cause,
    });
  };
  try {
    const file = read();
    return file.metadata.get('format') === FORMAT ? file : refuse();
  } catch (error) {
    if (error instanceof CnnvizError && error.code !== 'usage') return refuse(error);
    throw error;
  }
}

/** Writes features for the next time. x [n, D], one hash a row. */
export async function writeFeatureCache(
  path: string,
  origin: FeatureOrigin,
  x: Float32Array,
  features: number,
  hashes: readonly string[],
): Promise<void> {
  const entries = [
    { name: 'features', shape: [hashes.length, features], data: x },
    {
      name: 'sha256',
      shape: [hashes.length, HASH_BYTES],
      data: Uint8Array.from(Buffer.concat(hashes.map((hash) => Buffer.from(hash, 'hex')))),
    },
  ];
  await writeAtomic(path, writeSafetensors(entries, { format: FORMAT, key: keyOf(origin) }), {
    clobber: true,
    updates: true,
  });
}
