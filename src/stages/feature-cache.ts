import { CnnvizError } from '../core/errors.js';
import type { FeatureOrigin } from '../core/head.js';
import { VERSION } from '../core/version.js';
import { existingFile, writeAtomic } from '../io/files.js';
import { sha256 } from '../io/hash.js';
import { openFile } from '../io/random-access.js';
import { readSafetensors, type SafetensorsFile } from '../models/weights/safetensors.js';
import { writeSafetensors } from '../models/weights/safetensors-writer.js';

/** Features that are known already, by the SHA-256 of the image's file. */
export interface FeatureCache {
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
