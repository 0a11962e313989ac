import { atPlace, CnnvizError } from '../../core/errors.js';
import type { FeatureOrigin } from '../../core/head.js';
import { sizeOf } from '../../core/tensor.js';
import { inputName } from '../../core/text.js';
import { bornWords, newNumbers, toFloat32, type Value, type ValueFault } from '../../core/values.js';
import { VERSION } from '../../core/version.js';
import type { Breathe } from '../../engine/execute.js';
import { numbersOf } from '../../engine/input.js';
import { existingFile, writeAtomic } from '../../io/files.js';
import { sha256 } from '../../io/hash.js';
import type { Input } from '../../io/inputs.js';
import { openFile } from '../../io/random-access.js';
import { readSafetensors, type SafetensorsFile, writeSafetensors } from '../../models/weights/safetensors.js';
import type { Source } from '../../run/subject.js';
import { type FeatureExtractor, featureSource, reduceMaps } from './feature-extractor.js';

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

/** Images being read at the same time. */
const IN_FLIGHT = 2;

/** An image on its way: decoded, or known already, or a failure. */
type Arrival =
  | { readonly index: number; readonly hash: string; readonly source: Source | null }
  | { readonly index: number; readonly error: CnnvizError };

interface FeatureEvents {
  /** Images done, and which of them failed. */
  readonly progress: (done: number, failed: readonly FailedImage[]) => void;
}

/**
 * The features of every image, each file's content computed once. Images are read while those before them are computed.
 * One that cannot be used is a failure and costs only itself.
 */
export async function computeFeatures(
  extractor: FeatureExtractor,
  inputs: readonly Input[],
  cache: FeatureCache | null,
  { progress }: FeatureEvents,
): Promise<ImageFeatures> {
  const { features: D, batch } = extractor;
  const x = new Float32Array(inputs.length * D);
  const rows: { index: number; hash: string }[] = [];
  const failed: FailedImage[] = [];
  /** Where a content's features are, or why there are none. */
  const known = new Map<string, number | CnnvizError>();
  let [computed, cached] = [0, 0];
  const causes = new Set<string>();

  const breathe: Breathe = () => new Promise((resolve) => setImmediate(resolve));
  const fail = (index: number, error: CnnvizError) => {
    const { path } = inputs[index];
    failed.push({ index, path, error: atPlace(inputName(path), error) as CnnvizError });
  };
  const keep = (index: number, hash: string, numbers: Float32Array, faults: readonly ValueFault[]) => {
    const problem = notFinite(numbers, faults);
    if (!problem) for (const { cause } of faults) causes.add(cause);
    known.set(hash, problem ?? rows.length);
    if (problem) return void fail(index, problem);
    x.set(numbers, rows.length * D);
    rows.push({ index, hash });
  };
  const read = async (index: number): Promise<Arrival> => {
    const input = inputs[index];
    try {
      const bytes = await extractor.read(input);
      const hash = sha256(bytes);
      const isKnown = known.has(hash) || (cache !== null && cache.get(hash) !== null);
      return {
        index,
        hash,
        source: isKnown ? null : await featureSource(input, bytes, hash, extractor.job, extractor.opened),
      };
    } catch (error) {
      if (error instanceof CnnvizError) return { index, error };
      throw error;
    }
  };
  const readChunk = async (from: number): Promise<Arrival[]> => {
    const found: Arrival[] = [];
    const end = Math.min(from + batch, inputs.length);
    let next = from;
    // few at a time: a decoded photograph is much larger than what the network reads of it
    const lane = async () => {
      while (next < end) {
        const index = next++;
        found[index - from] = await read(index);
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
    return found;
  };

  let ahead = readChunk(0);
  for (let from = 0; from < inputs.length; from += batch) {
    const arrivals = await ahead;
    ahead = readChunk(from + batch);
    // a fault is thrown where it is awaited, if that is ever reached
    ahead.catch(() => undefined);
    const fresh = new Map<string, Source>();
    for (const one of arrivals) {
      if ('source' in one && one.source && !known.has(one.hash)) fresh.set(one.hash, one.source);
    }
    const numbers = await computeBatch(extractor, fresh, breathe);
    for (const one of arrivals) {
      if ('error' in one) fail(one.index, one.error);
      else {
        const place = known.get(one.hash);
        const found = numbers.get(one.hash);
        if (typeof place === 'number') keep(one.index, one.hash, x.slice(place * D, (place + 1) * D), []);
        else if (place instanceof CnnvizError) fail(one.index, place);
        else if (found instanceof CnnvizError) {
          known.set(one.hash, found);
          fail(one.index, found);
        } else {
          if (found) computed++;
          else cached++;
          keep(one.index, one.hash, found?.row ?? cache!.get(one.hash)!, found?.faults ?? []);
        }
      }
    }
    progress(Math.min(from + batch, inputs.length), failed);
  }
  return { x: x.subarray(0, rows.length * D), rows, failed, computed, cached, warnings: [...causes] };
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

/** The features of one image, and what went wrong in the run that made them. */
interface FeatureRow {
  readonly row: Float32Array;
  readonly faults: readonly ValueFault[];
}

/** Features of some images by their hash; of one whose size does not fit, the error. */
async function computeBatch(
  extractor: FeatureExtractor,
  sources: ReadonlyMap<string, Source>,
  breathe: Breathe,
): Promise<ReadonlyMap<string, FeatureRow | CnnvizError>> {
  const found = new Map<string, FeatureRow | CnnvizError>();
  const stacks = new Map<string, [string, Source][]>();
  for (const entry of sources) {
    const { dtype, shape } = entry[1].info!;
    const key = `${dtype} ${shape.join()}`;
    stacks.set(key, [...(stacks.get(key) ?? []), entry]);
  }
  for (const stack of stacks.values()) {
    try {
      const rows = await computeStack(
        extractor,
        stack.map(([, source]) => source),
        breathe,
      );
      stack.forEach(([hash], i) => void found.set(hash, rows[i]));
    } catch (error) {
      if (!(error instanceof CnnvizError)) throw error;
      for (const [hash] of stack) found.set(hash, error);
    }
  }
  return found;
}

/** Images of one size through the network, all at once; what is missing to a full batch is filled with zeros. */
async function computeStack(
  { runs, batch, origin, features, threads }: FeatureExtractor,
  stack: readonly Source[],
  breathe: Breathe,
): Promise<FeatureRow[]> {
  const { dtype, shape } = stack[0].info!;
  const size = sizeOf(shape);
  const data = newNumbers(dtype, batch * size);
  stack.forEach(({ x }, i) => void data.set('bytes' in x! ? numbersOf(x) : x!.data, i * size));
  const fed: Value = { dtype, shape: [batch, ...shape.slice(1)], data };
  const { chosen, read, faults } = await runs.run({ info: fed, x: fed }, { breathe, threads });
  const output = read(chosen.layers[0].value);
  const reduced = reduceMaps(toFloat32(output.data), output.shape, origin.reduce);
  if (reduced.length !== batch * features) {
    throw new CnnvizError('shape', `gives ${reduced.length / batch} features, the first image gave ${features}`, {
      fix: 'bring all images to one size: --resize 224,224; or reduce each map to a number: --reduce mean',
    });
  }
  return stack.map((_, i) => ({ row: reduced.slice(i * features, (i + 1) * features), faults }));
}

/** Features that are known already, by the SHA-256 of the image's file. */
interface FeatureCache {
  /** Why the file that is there is of no use; null when it is, or there is none. */
  readonly note: string | null;
  /** [D] of one image; null when they are not known. */
  get(hash: string): Float32Array | null;
}

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
  if (!(await existingFile(path))) return { note: null, get: () => null };
  const source = await openFile(path);
  try {
    const { tensors, metadata } = cacheFile(() => readSafetensors(source), path);
    const [x, hashes] = ['features', 'sha256'].map((name) => tensors.find((one) => one.name === name));
    if (!x || !hashes || metadata.get('key') !== keyOf(origin) || x.shape[1] !== features) {
      const note = `${path}: features of another network, layer, preparation or version of cnnviz: computed anew`;
      return { note, get: () => null };
    }
    const numbers = x.load().data as Float32Array;
    const bytes = hashes.load().data as Uint8Array;
    const rows = new Map<string, number>();
    for (let row = 0; row < x.shape[0]; row++) {
      rows.set(Buffer.from(bytes.subarray(HASH_BYTES * row, HASH_BYTES * (row + 1))).toString('hex'), row);
    }
    return {
      note: null,
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
