import type { Flag, ValuesOf } from '../../cli/flags.js';
import type { Answer, Frame, Work } from '../../cli/frame.js';
import { collectInputs, type inputFlags, nothingToDo } from '../../cli/input-flags.js';
import { joinedBytes } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import { plural } from '../../core/geometry.js';
import type { FeatureOrigin } from '../../core/head.js';
import type { NetworkRequest } from '../../core/job.js';
import { tensor } from '../../core/tensor.js';
import { groupDigits } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import { fileIdentity } from '../../io/files.js';
import { labelsOf } from '../../io/find/labels.js';
import type { Input } from '../../io/inputs.js';
import { findLabelledImages, hasClassFolders } from '../../io/labelled-images.js';
import { collisionKey } from '../../io/paths.js';
import { writeNpy } from '../../models/npy.js';
import { formatBytes } from '../../reports/table.js';
import { filesOf } from '../../run/network.js';
import { openExtractor } from './feature-extractor.js';
import { type featureFlags, featureJob } from './head-flags.js';
import { computeFeatures, type FailedImage } from './image-features.js';

/** An image that was left out, and why. */
export interface LeftOut {
  readonly path: string;
  readonly error: { readonly code: string; readonly message: string; readonly fix: string | null };
}

/** Which numbers were learned from, or predicted with. */
export interface FeatureFacts {
  readonly origin: FeatureOrigin;
  /** D: numbers an image gives. */
  readonly features: number;
  /** The cut layer's output for one image, N included. */
  readonly shape: readonly number[];
  readonly preprocess: string;
  readonly computed: number;
  readonly cached: number;
}

/** Where features come from: what a flag or an argument names. */
type FeatureWords = ValuesOf<typeof featureFlags & typeof inputFlags & { readonly csv: Flag<string | null> }>;

/** `cnnviz head features`, answered: .npy float32 [images, D], or a table with path, label and each feature. */
export async function featuresAnswer(images: readonly string[], flags: FeatureWords, frame: Frame): Promise<Answer> {
  const job = featureJob(flags);
  const named = await imagesOf(images, flags);
  const { inputs, labels } = named;
  if (inputs.length === 0) {
    if (flags.passWithNoInputs) return {};
    throw nothingToDo(images, flags);
  }
  const out = frame.place({ name: 'features.npy', inputs, always: 'with --json' })!;
  checkNamedOutputs([out], await networkFiles(job.request), []);
  const extractor = await openExtractor(job, inputs, frame.jobs);
  const events = imageEvents(frame);
  let told = 0;
  const { x, rows, failed, computed, cached, warnings } = await computeFeatures(extractor, inputs, null, {
    progress(done, failures) {
      for (const { error } of failures.slice(told)) events.failure(error);
      told = failures.length;
      events.images(done, inputs.length, told);
    },
  });
  const { origin, features: D, shape, preprocess } = extractor;
  const lines = rows.map(({ index }) => ({ path: inputs[index].path, label: labels[index] }));
  const bytes = /\.npy$/i.test(out) ? writeNpy(tensor(x, [rows.length, D])) : featureTable(lines, x, D);
  const features: FeatureFacts = { origin, features: D, shape, preprocess, computed, cached };
  const notes = [...extractor.opened.notes, ...extractor.cut.notes, ...warnings];
  const size = `${groupDigits(rows.length)} × ${groupDigits(D)}`;
  return {
    notes: [...named.notes, ...notes],
    lines: featureLines(features),
    document: () => ({
      cnnviz: VERSION,
      command: frame.name,
      features,
      rows: lines,
      out,
      bytes: bytes.length,
      failed: failed.map(leftOut),
      notes,
      warnings: notes,
    }),
    files: [{ place: out, bytes: () => bytes, facts: `${size}, ${formatBytes(bytes.length)}` }],
    ok: failed.length === 0,
  };
}

/** A list, one folder with sub-folders for classes, or images of no class. */
async function imagesOf(images: readonly string[], flags: FeatureWords): Promise<NamedImages> {
  const [folder = null, ...more] = images;
  if (flags.csv !== null && more.length > 0) {
    throw new CnnvizError('usage', '--csv names the images: at most a folder goes with it', { fix: 'leave them out' });
  }
  const isOne = folder !== null && more.length === 0;
  const isLabelled = flags.csv !== null || (isOne && (await hasClassFolders(folder)));
  if (isLabelled) return findLabelledImages({ folder, csv: flags.csv });
  const inputs = await collectInputs(images, flags, 'cnnviz head features photos/');
  return { inputs, labels: labelsOf(inputs), notes: [] };
}

/** Images with their classes; null where there is none. */
interface NamedImages {
  readonly inputs: readonly Input[];
  readonly labels: readonly (string | null)[];
  readonly notes: readonly string[];
}

/** What is told while images are worked on. */
export interface ImageEvents {
  readonly images: (done: number, total: number, failed: number) => void;
  readonly failure: (error: CnnvizError) => void;
}

/** A bar that begins with the first image, and failures as they come. */
export function imageEvents(frame: Frame): ImageEvents {
  let bar: Work['bar'] | null = null;
  return {
    images(done, total, failed) {
      bar ??= frame.progress(total).bar;
      bar.update(done, failed);
      if (done === total) bar.stop();
    },
    failure: (error) => frame.terminal.fail(error),
  };
}

/** "alexnet@a.pth up to classifier.5: 4,096 features of an image, 224×224 (shorter side 256, …)" */
export function featureLines({ origin, features, shape, preprocess, computed, cached }: FeatureFacts): string[] {
  const maps = shape.length > 2 ? ` (${reduceWords(origin, shape)})` : '';
  const counts = `${groupDigits(computed)} computed${cached === 0 ? '' : `, ${groupDigits(cached)} from the cache`}`;
  return [
    `${networkWords(origin)} up to ${origin.layer}: ${groupDigits(features)} ${features === 1 ? 'feature' : 'features'} an image${maps}, ${counts}`,
    `  ${preprocess}`,
  ];
}

function networkWords({ network, weights }: FeatureOrigin): string {
  return weights === null ? network : `${network}@${weights}`;
}

function reduceWords({ reduce }: FeatureOrigin, shape: readonly number[]): string {
  const maps = `${plural(shape[1], 'map')} ${[...shape.slice(2)].reverse().join('×')}`;
  return reduce === 'flatten'
    ? `all values of ${maps}`
    : `the ${reduce === 'mean' ? 'means' : 'largest values'} of ${maps}`;
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
  const named = outputs.filter((path): path is string => path !== null && path !== '-');
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
  const { network, weights } = await filesOf(request);
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
  return joinedBytes(parts);
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
