import { z } from 'zod';
import type { ValuesOf } from '../../cli/flags.js';
import { numbersJob, parseFit } from '../../cli/network-flags.js';
import { CnnvizError } from '../../core/errors.js';
import { type NetworkJob, PRESET_NAMES, type PresetChoice } from '../../core/job.js';
import { readBytes } from '../../io/files.js';
import { folderOf, pathFrom } from '../../io/paths.js';
import { kindOf } from '../../io/read-files.js';
import { type DataFile, readDataFile, schemaFault, unknownKey, type Where } from '../../models/data-file.js';
import { refusalOf } from '../../run/file-kind.js';
import type { checkFlags } from './check-flags.js';
import type { CheckCase } from './check-result.js';
import { EXACT, type Tolerance } from './tolerance.js';

type CheckFlags = ValuesOf<typeof checkFlags>;

/** The cases that arguments and flags mean: one of images and a pipe, or those of files. @throws CnnvizError 'usage' */
export async function checkCases(targets: readonly string[], flags: CheckFlags): Promise<CheckCase[]> {
  const { pipe, network } = flags;
  if (pipe !== null && network !== null) {
    throw new CnnvizError('usage', '--pipe and --network exclude each other', { fix: 'keep one of them' });
  }
  if (targets.length === 0 && flags.filesFrom.length === 0) {
    throw new CnnvizError('usage', 'check needs images, or a file of cases', {
      fix: "cnnviz check img/ --pipe 'conv edge3x3 | relu' --baseline base/",
    });
  }
  if (pipe !== null || network !== null) return [flagCase(targets, flags)];
  const strangers = targets.filter((path) => !/\.(ya?ml|json)$/i.test(path));
  if (strangers.length > 0) {
    const kind = kindOf(strangers[0]);
    if (kind !== null && kind !== 'a file' && kind !== 'a folder') {
      throw new CnnvizError('usage', `${strangers[0]}: ${kind}, neither an image nor a file of cases`, {
        fix: 'name a file; save it to one first',
      });
    }
    throw new CnnvizError('usage', `${strangers[0]}: nothing says what to run on it`, {
      fix: `cnnviz check ${strangers[0]} --pipe 'conv edge3x3 | relu' --baseline base/, or name a file of cases (.yaml, .json)`,
    });
  }
  refuseFlagsOfImages(flags);
  const defaults = { baseline: flags.baseline, tolerance: flags.tolerance };
  const cases: CheckCase[] = [];
  for (const path of targets) cases.push(...(await readCases(path, defaults)));
  return cases;
}

function flagCase(images: readonly string[], flags: CheckFlags): CheckCase {
  const { pipe, network, baseline } = flags;
  if (baseline === null) {
    throw new CnnvizError('usage', 'check needs a folder of baselines', {
      fix: '--baseline base/; --update stores the first ones',
    });
  }
  const layers = flags.layers.length > 0 ? flags.layers : ['all'];
  return {
    name: '',
    place: '',
    job: numbersJob(pipe ?? network!, flags, { layers, exact: flags.exact }),
    folder: '',
    images,
    recursive: flags.recursive,
    baseline,
    tolerance: flags.tolerance ?? EXACT,
  };
}

/** What a file of cases says itself. */
function refuseFlagsOfImages(flags: CheckFlags): void {
  const { weights, init, layers, exact, recursive, filesFrom, preset, resize, crop, gray, pixels, normalize } = flags;
  const given: Readonly<Record<string, boolean>> = {
    '--weights': weights !== null,
    '--init': init !== null,
    '--as-printed': flags.asPrinted,
    '--layers': layers.length > 0,
    '--exact': exact,
    '--recursive': recursive,
    '--files-from': filesFrom.length > 0,
    '--preset': preset !== null,
    '--resize': resize !== null,
    '--crop': crop !== null,
    '--gray': gray,
    '--pixels': pixels !== null,
    '--normalize': normalize !== null,
    '--channels': flags.channels !== null,
    '--layout': flags.layout !== null,
    '--fit': flags.fit !== null,
    '--background': flags.background !== null,
  };
  const flag = Object.keys(given).find((name) => given[name]);
  if (flag === undefined) return;
  throw new CnnvizError('usage', `${flag}: a file of cases says this itself`, {
    fix: `write it into the case, or name images and --pipe or --network`,
  });
}

/** A file of cases that cannot be read is a refusal of the command. */
async function readCases(path: string, defaults: CaseDefaults): Promise<CheckCase[]> {
  const text = await readText(path);
  try {
    return parseCheckFile(text, path, defaults);
  } catch (error) {
    throw refusalOf(path, error);
  }
}

async function readText(path: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readBytes(path));
  } catch (cause) {
    if (cause instanceof CnnvizError) {
      const fix = cause.fix === undefined ? {} : { fix: cause.fix };
      throw new CnnvizError('usage', cause.message, { ...fix, cause });
    }
    throw new CnnvizError('usage', `${path}: not UTF-8`, { fix: 'case files are YAML or JSON: see docs/ci.md', cause });
  }
}

const side = z.int().positive();
const pair = z.union([side, z.tuple([side, side])]);
const perChannel = z.union([z.number(), z.array(z.number()).min(1)]);
const names = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);
const size = z.number().nonnegative();

const tolerance = z
  .union([size, z.strictObject({ abs: size.optional(), rel: size.optional(), ulps: size.optional() })])
  .describe('a number is absolute; |got - expected| <= abs + rel * |expected|, or at most so many ulps apart');

/** As --fit has it. */
const FIT = /^(?:stretch|crop|letterbox(?::(?:\d{1,3}|#?[0-9a-f]{6}|#?[0-9a-f]{3}|black|white|gray))?(?::corner)?)$/i;

const checkCase = z.strictObject({
  name: z.string().min(1).optional().describe('what reports call it'),
  images: names.optional().describe('files, folders and globs, from this file'),
  image: names.optional().describe('the same as images'),
  recursive: z.boolean().optional().describe('take folders with everything below them'),
  pipe: z.string().min(1).optional().describe('"conv edge3x3 | relu"; or network'),
  network: z
    .string()
    .min(1)
    .optional()
    .describe('a built-in, a network file, a model (.onnx, .keras, .h5, .tflite, .pt2), NET@WEIGHTS'),
  weights: z.string().min(1).optional().describe('a checkpoint'),
  init: z.int().nonnegative().optional().describe('the seed of made-up He weights'),
  as_printed: z.boolean().optional().describe('the text of print(model) is the whole network'),
  layers: names.optional().describe('names and globs, output or all (default: all)'),
  exact: z.boolean().optional().describe('only algorithms that add in one fixed order'),
  baseline: z.string().min(1).optional().describe('the folder of the stored maps'),
  tolerance: tolerance.optional(),
  preset: z.enum(PRESET_NAMES).optional(),
  resize: pair.optional().describe('the shorter side, or [height, width]'),
  crop: pair.optional().describe('the middle of the image'),
  gray: z.boolean().optional(),
  pixels: z.enum(['unit', '255', 'signed']).optional(),
  mean: perChannel.optional(),
  std: perChannel.optional(),
  channels: z.enum(['rgb', 'bgr']).optional().describe('the order of the colours; mean and std are in it'),
  layout: z.enum(['nchw', 'nhwc']).optional(),
  fit: z
    .string()
    .regex(FIT, 'expected stretch, crop or letterbox[:COLOUR[:corner]]')
    .optional()
    .describe('how an image comes to its size: stretch, crop or letterbox[:COLOUR[:corner]]'),
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
interface CaseDefaults {
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

function presetOf(entry: CaseEntry): PresetChoice | null {
  const { preset, resize, crop, gray, pixels, mean, std, channels: order, layout, fit } = entry;
  const given = [preset, resize, crop, gray, pixels, mean, std, order, layout, fit].some((one) => one !== undefined);
  if (!given) return null;
  const channels = (value: number | number[]) => (typeof value === 'number' ? [value] : value);
  return {
    name: preset ?? null,
    resize: resize ?? null,
    crop: crop === undefined ? null : typeof crop === 'number' ? [crop, crop] : crop,
    gray: gray ?? false,
    pixels: pixels ?? null,
    normalize: mean === undefined && std === undefined ? null : { mean: channels(mean ?? 0), std: channels(std ?? 1) },
    ...(order && { channels: order }),
    ...(layout && { layout }),
    ...(fit && { fit: parseFit('fit', fit) }),
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
