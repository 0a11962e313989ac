import type { ValuesOf } from '../../cli/flags.js';
import { numbersJob } from '../../cli/network-flags.js';
import { CnnvizError } from '../../core/errors.js';
import { readBytes } from '../../io/files.js';
import { kindOf } from '../../io/read-files.js';
import { refusalOf } from '../../run/file-kind.js';
import { type CaseDefaults, parseCheckFile } from './check-file.js';
import type { checkFlags } from './check-flags.js';
import type { CheckCase } from './check-result.js';
import { EXACT } from './tolerance.js';

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
