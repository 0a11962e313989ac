import { z } from 'zod';
import { CnnvizError } from '../../core/errors.js';
import type { NetworkJob, PresetChoice } from '../../core/job.js';
import { folderOf, pathFrom } from '../../io/paths.js';
import { type DataFile, readDataFile, schemaFault, unknownKey, type Where } from '../../models/data-file.js';
import type { CheckCase } from './check-result.js';
import { EXACT, type Tolerance } from './tolerance.js';

const side = z.int().positive();
const pair = z.union([side, z.tuple([side, side])]);
const perChannel = z.union([z.number(), z.array(z.number()).min(1)]);
const names = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);
const size = z.number().nonnegative();

const tolerance = z
  .union([size, z.strictObject({ abs: size.optional(), rel: size.optional(), ulps: size.optional() })])
  .describe('a number is absolute; |got - expected| <= abs + rel * |expected|, or at most so many ulps apart');

const checkCase = z.strictObject({
  name: z.string().min(1).optional().describe('what reports call it'),
  images: names.optional().describe('files, folders and globs, from this file'),
  image: names.optional().describe('the same as images'),
  recursive: z.boolean().optional().describe('take folders with everything below them'),
  pipe: z.string().min(1).optional().describe('"conv edge3x3 | relu"; or network'),
  network: z.string().min(1).optional().describe('a built-in, a network file, an ONNX model, NET@WEIGHTS'),
  weights: z.string().min(1).optional().describe('a checkpoint'),
  init: z.int().nonnegative().optional().describe('the seed of made-up He weights'),
  as_printed: z.boolean().optional().describe('the text of print(model) is the whole network'),
  layers: names.optional().describe('names and globs, output or all (default: all)'),
  exact: z.boolean().optional().describe('only algorithms that add in one fixed order'),
  baseline: z.string().min(1).optional().describe('the folder of the stored maps'),
  tolerance: tolerance.optional(),
  preset: z.enum(['imagenet', 'none']).optional(),
  resize: pair.optional().describe('the shorter side, or [height, width]'),
  crop: pair.optional().describe('the middle of the image'),
  gray: z.boolean().optional(),
  pixels: z.enum(['unit', '255', 'signed']).optional(),
  mean: perChannel.optional(),
  std: perChannel.optional(),
  background: z
    .string()
    .regex(/^#[0-9a-fA-F]{6}$/, 'expected a colour such as #ffffff')
    .optional(),
  max_pixels: side.optional(),
});

const schema = z.strictObject({
  $schema: z.string().optional(),
  baseline: z.string().min(1).optional().describe('the folder of the stored maps, for cases that name none'),
  tolerance: tolerance.optional().describe('for cases that name none'),
  cases: z.array(checkCase).min(1),
});

type CaseEntry = z.infer<typeof checkCase>;
type ToleranceEntry = z.infer<typeof tolerance>;

const DOCS = 'docs/ci.md';

/** The schema of case files, for editors. */
export function checkJsonSchema(): unknown {
  const { $schema, ...object } = z.toJSONSchema(schema, { io: 'input' });
  const list = { type: 'array', items: (object.properties as { cases: { items: unknown } }).cases.items };
  return { $schema, title: 'cnnviz check', anyOf: [object, list] };
}

/** What the command line says for cases that do not say it themselves; null: nothing. */
export interface CaseDefaults {
  readonly baseline: string | null;
  readonly tolerance: Tolerance | null;
}

/**
 * A file of cases, YAML or JSON: a list of them, or an object with `cases`. Paths in it start at its folder. Errors name
 * file, line and column.
 * @throws CnnvizError 'usage' or 'format'
 */
export function parseCheckFile(text: string, path: string, defaults: CaseDefaults): CheckCase[] {
  const { data, where } = rooted(readDataFile(text, path, { plural: 'case files', docs: DOCS }));
  checkKeys(data, where);
  const parsed = schema.safeParse(data);
  if (!parsed.success) throw schemaFault(parsed.error, where, DOCS);
  const file = parsed.data;
  const folder = folderOf(path);
  const fallback = {
    baseline: file.baseline === undefined ? defaults.baseline : pathFrom(folder, file.baseline),
    tolerance: file.tolerance === undefined ? (defaults.tolerance ?? EXACT) : toleranceOf(file.tolerance),
  };
  return file.cases.map((entry, i) => caseOf(entry, i, folder, fallback, where));
}

/** A bare list of cases is an object with nothing but `cases`. */
function rooted({ data, where }: DataFile): DataFile {
  if (!Array.isArray(data)) return { data, where };
  return { data: { cases: data }, where: ([head, ...rest]) => where(head === 'cases' ? rest : []) };
}

/** Unknown keys first, with what was meant, and cases that do not say what to run. */
function checkKeys(data: unknown, where: Where): void {
  if (data === null || typeof data !== 'object') {
    throw new CnnvizError('format', `${where([])}: expected a list of cases, or an object with "cases"`, {
      fix: `see ${DOCS}`,
    });
  }
  for (const key of Object.keys(data)) {
    if (!(key in schema.shape)) throw unknownKey(where([key]), key, Object.keys(schema.shape));
  }
  const { cases } = data as { cases?: unknown };
  if (!Array.isArray(cases)) return;
  for (const [i, entry] of cases.entries()) {
    if (entry === null || typeof entry !== 'object' || Array.isArray(entry)) continue;
    for (const key of Object.keys(entry)) {
      if (!(key in checkCase.shape)) throw unknownKey(where(['cases', i, key]), key, Object.keys(checkCase.shape));
    }
  }
}

function caseOf(
  entry: CaseEntry,
  index: number,
  folder: string,
  fallback: { readonly baseline: string | null; readonly tolerance: Tolerance },
  where: Where,
): CheckCase {
  const place = where(['cases', index]);
  const refuse = (what: string, fix: string): never => {
    throw new CnnvizError('usage', `${place}: ${entry.name ?? `case ${index + 1}`} ${what}`, { fix });
  };
  const { pipe, network, image, images, baseline } = entry;
  if ((pipe === undefined) === (network === undefined)) {
    refuse(
      pipe === undefined ? 'names nothing to run' : 'names a pipe and a network',
      'pipe: "conv edge3x3 | relu", or network: alexnet',
    );
  }
  if ((image === undefined) === (images === undefined)) {
    refuse(image === undefined ? 'has no images' : 'has image and images', 'images: [img/, more/*.png]');
  }
  const stored = baseline === undefined ? fallback.baseline : pathFrom(folder, baseline);
  return {
    name: entry.name ?? `case ${index + 1}`,
    place,
    job: jobOf(entry, folder),
    folder,
    images: listOf(images ?? image!).map((one) => pathFrom(folder, one)),
    recursive: entry.recursive ?? false,
    baseline: stored ?? refuse('names no baseline', 'baseline: baselines/, here or for all cases; or --baseline DIR'),
    tolerance: entry.tolerance === undefined ? fallback.tolerance : toleranceOf(entry.tolerance),
  };
}

function jobOf(entry: CaseEntry, folder: string): NetworkJob {
  const { pipe, network, weights, init, as_printed, layers, exact, background, max_pixels } = entry;
  return {
    request: {
      network: pipe ?? network!,
      weights: weights === undefined ? null : pathFrom(folder, weights),
      init: init ?? null,
      ...(as_printed ? { asPrinted: true } : {}),
      inputs: [],
    },
    decode: { background: background?.toLowerCase() ?? null, maxPixels: max_pixels ?? 100e6 },
    preset: presetOf(entry),
    layers: layers === undefined ? ['all'] : listOf(layers).flatMap((text) => text.split(',')),
    picturesImplied: false,
    exact: exact ?? false,
    top: null,
    labels: null,
    picture: { scale: { kind: 'minmax' }, depth: 8, colormap: 'gray' },
    output: { products: [], target: { kind: 'working-folder' }, clobber: true },
  };
}

function presetOf({ preset, resize, crop, gray, pixels, mean, std }: CaseEntry): PresetChoice | null {
  const given = [preset, resize, crop, gray, pixels, mean, std].some((value) => value !== undefined);
  if (!given) return null;
  const channels = (value: number | number[]) => (typeof value === 'number' ? [value] : value);
  return {
    name: preset ?? null,
    resize: resize ?? null,
    crop: crop === undefined ? null : typeof crop === 'number' ? [crop, crop] : crop,
    gray: gray ?? false,
    pixels: pixels ?? null,
    normalize: mean === undefined && std === undefined ? null : { mean: channels(mean ?? 0), std: channels(std ?? 1) },
  };
}

function toleranceOf(entry: ToleranceEntry): Tolerance {
  if (typeof entry === 'number') return { ...EXACT, abs: entry };
  const { abs = 0, rel = 0, ulps = 0 } = entry;
  return { abs, rel, ulps };
}

function listOf(value: string | string[]): string[] {
  return typeof value === 'string' ? [value] : value;
}
