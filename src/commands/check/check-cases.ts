import { networkJob, type PresetFlags } from '../../cli/network-flags.js';
import { CnnvizError } from '../../core/errors.js';
import { readBytes } from '../../io/files.js';
import { kindOf } from '../../io/read-files.js';
import { refusalOf } from '../../run/file-kind.js';
import { type CaseDefaults, parseCheckFile } from './check-file.js';
import type { CheckCase } from './check-result.js';
import { EXACT, parseTolerance } from './tolerance.js';

/** The flags of `check` that say what is run and what is expected of it. */
export interface CaseFlags extends PresetFlags {
  readonly pipe?: string;
  readonly network?: string;
  readonly weights?: string;
  readonly init?: string;
  readonly asPrinted?: boolean;
  readonly layers: readonly string[];
  readonly exact: boolean;
  readonly baseline?: string;
  readonly tolerance?: string;
  readonly recursive: boolean;
  readonly filesFrom: readonly string[];
}

/** The cases that arguments and flags mean: one of images and a pipe, or those of files. @throws CnnvizError 'usage' */
export async function checkCases(targets: readonly string[], flags: CaseFlags): Promise<CheckCase[]> {
  const { pipe, network } = flags;
  if (pipe !== undefined && network !== undefined) {
    throw new CnnvizError('usage', '--pipe and --network exclude each other', { fix: 'keep one of them' });
  }
  if (targets.length === 0 && flags.filesFrom.length === 0) {
    throw new CnnvizError('usage', 'check needs images, or a file of cases', {
      fix: "cnnviz check img/ --pipe 'conv edge3x3 | relu' --baseline base/",
    });
  }
  if (pipe !== undefined || network !== undefined) return [flagCase(targets, flags)];
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
  const defaults = {
    baseline: flags.baseline ?? null,
    tolerance: flags.tolerance === undefined ? null : parseTolerance(flags.tolerance),
  };
  const cases: CheckCase[] = [];
  for (const path of targets) cases.push(...(await readCases(path, defaults)));
  return cases;
}

function flagCase(images: readonly string[], flags: CaseFlags): CheckCase {
  const { pipe, network, baseline } = flags;
  if (baseline === undefined) {
    throw new CnnvizError('usage', 'check needs a folder of baselines', {
      fix: '--baseline base/; --update stores the first ones',
    });
  }
  const layers = flags.layers.length > 0 ? flags.layers : ['all'];
  return {
    name: '',
    place: '',
    job: networkJob(pipe ?? network!, {
      ...flags,
      ...NOTHING_DRAWN,
      input: [],
      layers,
      json: false,
    }),
    folder: '',
    images,
    recursive: flags.recursive,
    baseline,
    tolerance: flags.tolerance === undefined ? EXACT : parseTolerance(flags.tolerance),
  };
}

/** Of what `run` takes: stages are compared, not drawn. */
const NOTHING_DRAWN = { maps: false, scale: 'minmax', depth: '8', colormap: 'gray', clobber: true } as const;

/** What a file of cases says itself. */
function refuseFlagsOfImages(flags: CaseFlags): void {
  const { weights, init, layers, exact, recursive, filesFrom, preset, resize, crop, gray, pixels, normalize } = flags;
  const given: Readonly<Record<string, boolean>> = {
    '--weights': weights !== undefined,
    '--init': init !== undefined,
    '--as-printed': flags.asPrinted ?? false,
    '--layers': layers.length > 0,
    '--exact': exact,
    '--recursive': recursive,
    '--files-from': filesFrom.length > 0,
    '--preset': preset !== undefined,
    '--resize': resize !== undefined,
    '--crop': crop !== undefined,
    '--gray': gray,
    '--pixels': pixels !== undefined,
    '--normalize': normalize !== undefined,
    '--background': flags.background !== undefined,
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
