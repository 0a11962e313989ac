import { CnnvizError } from '../../core/errors.js';
import type { NetworkRequest } from '../../core/job.js';
import { tensor } from '../../core/tensor.js';
import { fileIdentity, writeAtomic } from '../../io/files.js';
import type { Input } from '../../io/inputs.js';
import { collisionKey } from '../../io/paths.js';
import { writeNpy } from '../../models/npy.js';
import { splitWeights } from '../../run/network.js';
import { type FeatureJob, openExtractor } from './feature-extractor.js';
import type { FeatureFacts, LeftOut } from './head-result.js';
import { computeFeatures, type FailedImage } from './image-features.js';

/** Which images' features go where. Plain JSON. */
interface FeatureExportJob {
  readonly features: FeatureJob;
  readonly inputs: readonly Input[];
  /** The class of each input; null where there is none. */
  readonly labels: readonly (string | null)[];
  /** FILE.npy or FILE.csv; '-' writes the table to standard output. */
  readonly out: string;
  readonly clobber: boolean;
  readonly threads: number;
}

/** What became of it. */
interface FeatureExportResult {
  readonly features: FeatureFacts;
  /** Of each row of the output, in order. */
  readonly rows: readonly { readonly path: string; readonly label: string | null }[];
  readonly out: string;
  readonly bytes: number;
  readonly failed: readonly LeftOut[];
  readonly notes: readonly string[];
}

/** Writes a network's features of images: .npy float32 [images, D], or a table with path, label and each feature. */
export async function exportFeatures(
  job: FeatureExportJob,
  events: {
    readonly images: (done: number, total: number, failed: number) => void;
    readonly failure: (error: CnnvizError) => void;
  },
  send: (bytes: Uint8Array) => Promise<void>,
): Promise<FeatureExportResult> {
  const { inputs, labels, out, clobber } = job;
  const places = out === '-' ? [] : [out];
  await checkNamedOutputs(
    places,
    [...(await networkFiles(job.features.request)), ...inputs.map(({ path }) => path)],
    clobber ? [] : places,
  );
  const extractor = await openExtractor(job.features, inputs, job.threads);
  let told = 0;
  const { x, rows, failed, computed, cached, warnings } = await computeFeatures(extractor, inputs, null, {
    progress(done, failures) {
      for (const { error } of failures.slice(told)) events.failure(error);
      told = failures.length;
      events.images(done, inputs.length, told);
    },
  });
  const named = rows.map(({ index }) => ({ path: inputs[index].path, label: labels[index] }));
  const bytes = /\.npy$/i.test(out)
    ? writeNpy(tensor(x, [rows.length, extractor.features]))
    : featureTable(named, x, extractor.features);
  if (out === '-') await send(bytes);
  else await writeAtomic(out, bytes, { clobber });
  const { origin, features, shape, preprocess } = extractor;
  return {
    features: { origin, features, shape, preprocess, computed, cached },
    rows: named,
    out,
    bytes: bytes.length,
    failed: failed.map(leftOut),
    notes: [...extractor.opened.notes, ...extractor.cut.notes, ...warnings],
  };
}

/**
 * Refuses, before any work: two results with one name, a result that would replace what is read, one that exists and may
 * not be replaced.
 */
export function checkNamedOutputs(
  outputs: readonly (string | null)[],
  read: readonly (string | null)[],
  keep: readonly (string | null)[],
): void {
  const named = outputs.filter((path) => path !== null);
  const keys = named.map(collisionKey);
  for (const [i, path] of named.entries()) {
    if (keys.indexOf(keys[i]) !== i) {
      throw new CnnvizError('usage', `${path}: two results would have this name`, { fix: 'give each its own' });
    }
    const identity = fileIdentity(path);
    if (identity === null) continue;
    if (keep.includes(path)) {
      throw new CnnvizError('usage', `${path}: exists already, and --no-clobber was given`, {
        fix: 'choose another place, or leave --no-clobber out',
      });
    }
    for (const other of read) {
      if (other !== null && fileIdentity(other) === identity) {
        throw new CnnvizError('usage', `${path}: would replace ${other}, which is read`, {
          fix: 'choose another place',
        });
      }
    }
  }
}

/** The files a network is read from, as far as they are named: its own and its weights'. */
export async function networkFiles(request: NetworkRequest): Promise<(string | null)[]> {
  const { network, weights } = await splitWeights(request);
  return [network, weights];
}

export function leftOut({ path, error }: FailedImage): LeftOut {
  return { path, error: { code: error.code, message: error.message, fix: error.fix ?? null } };
}

/** One row of a table of features. */
interface FeatureRow {
  readonly path: string;
  readonly label: string | null;
}

/**
 * A table with commas: a heading path,label,f0,f1 …, then a line for each image. Numbers have the fewest digits that give
 * the same float32 back. x [rows, D]
 * Source: RFC 4180
 */
function featureTable(rows: readonly FeatureRow[], x: Float32Array, features: number): Uint8Array {
  const text = new TextEncoder();
  const heading = ['path', 'label', ...Array.from({ length: features }, (_, d) => `f${d}`)].join(',');
  const lines = rows.map(({ path, label }, row) => {
    const numbers = Array.from(x.subarray(row * features, (row + 1) * features), shortest);
    return text.encode(`${[field(path), field(label ?? ''), ...numbers].join(',')}\n`);
  });
  const parts = [text.encode(`${heading}\n`), ...lines];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function field(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

function shortest(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return String(rounded);
  }
  return String(Number(value.toPrecision(9)));
}
