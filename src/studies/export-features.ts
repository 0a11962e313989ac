import type { CnnvizError } from '../core/errors.js';
import type { FeatureFacts, LeftOut } from '../core/head-result.js';
import { tensor } from '../core/tensor.js';
import { writeAtomic } from '../io/files.js';
import type { Input } from '../io/inputs.js';
import { featureTable } from '../models/feature-table.js';
import { writeNpy } from '../models/npy.js';
import { type FeatureJob, openExtractor } from '../stages/feature-extractor.js';
import { computeFeatures } from '../stages/image-features.js';
import { checkNamedOutputs, leftOut, networkFiles } from './head-places.js';

/** Which images' features go where. Plain JSON. */
export interface FeatureExportJob {
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
export interface FeatureExportResult {
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
