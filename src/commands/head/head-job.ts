import { networkRequest, type PresetFlags, presetChoice } from '../../cli/network-flags.js';
import { parseColour, parseJobs, parseNumber, parsePixelCount, parseWhole } from '../../cli/parse.js';
import { CnnvizError } from '../../core/errors.js';
import type { Reduce, TrainingSettings } from '../../core/head.js';
import { stem } from '../../io/paths.js';
import type { HeadJob } from './apply-head.js';
import type { FeatureJob } from './feature-extractor.js';

/** The flags that say which features, as commander hands them over. */
export interface FeatureFlags extends PresetFlags {
  readonly features?: string;
  readonly weights?: string;
  readonly init?: string;
  readonly asPrinted?: boolean;
  readonly layer?: string;
  readonly reduce: Reduce;
  readonly exact: boolean;
}

/** The flags that say how a head is trained. */
export interface LearningFlags {
  readonly l2?: string;
  readonly C?: string;
  readonly hidden?: string;
  readonly classWeight: 'none' | 'balanced';
  readonly holdout: string;
  readonly patience: string;
  readonly iterations: string;
  readonly seed: string;
}

/** @throws CnnvizError 'usage' */
export function featureJob(flags: FeatureFlags): FeatureJob {
  const { features, weights, init, asPrinted, layer, reduce, exact, background, maxPixels } = flags;
  if (features === undefined) {
    throw new CnnvizError('usage', 'no network is named whose features to take', {
      fix: '--features alexnet --weights alexnet.pth; or any network that cnnviz run takes',
    });
  }
  return {
    request: networkRequest(features, { input: [], weights, init, asPrinted }),
    decode: {
      background: background === undefined ? null : parseColour(background),
      maxPixels: parsePixelCount(maxPixels),
    },
    preset: presetChoice(flags),
    layer: layer ?? null,
    reduce,
    exact,
  };
}

/** @throws CnnvizError 'usage' */
export function trainingSettings(flags: LearningFlags): TrainingSettings {
  const { hidden, classWeight, patience, iterations, seed } = flags;
  const holdout = parseNumber('--holdout', flags.holdout);
  if (holdout < 0 || holdout >= 1) {
    throw new CnnvizError('usage', `--holdout: expected a share from 0 to below 1, got ${flags.holdout}`, {
      fix: '0.2 holds a fifth of each class out, 0 none',
    });
  }
  return {
    l2: penaltyOf(flags),
    hidden: hidden === undefined ? null : parseWhole('--hidden', hidden, 1),
    classWeight,
    holdout,
    seed: parseWhole('--seed', seed, 0),
    maxIterations: parseWhole('--iterations', iterations, 1),
    patience: parseWhole('--patience', patience, 1),
  };
}

function penaltyOf({ l2, C }: LearningFlags): number {
  if (l2 !== undefined && C !== undefined) {
    throw new CnnvizError('usage', '--l2 and --C say the same: C is 1 / l2', { fix: 'keep one of them' });
  }
  const value = C === undefined ? parseNumber('--l2', l2 ?? '1') : 1 / parseNumber('--C', C);
  if (value >= 0 && Number.isFinite(value)) return value;
  throw new CnnvizError(
    'usage',
    C === undefined ? `--l2: expected a number from 0, got ${l2}` : `--C: expected a number above 0, got ${C}`,
  );
}

/** The flags that say where a head's network is. */
export interface HeadFlags {
  readonly features?: string;
  readonly weights?: string;
  readonly maxPixels: string;
  readonly jobs: string;
}

export function headJob(head: string, { features, weights, maxPixels, jobs }: HeadFlags): HeadJob {
  return {
    head,
    network: { network: features ?? null, weights: weights ?? null },
    maxPixels: parsePixelCount(maxPixels),
    threads: parseJobs(jobs),
  };
}

/** A picture that a flag names, or null. @throws CnnvizError 'usage' when it is no .png */
export function pictureFile(flag: string, path: string | undefined): string | null {
  if (path === undefined) return null;
  if (/\.png$/i.test(path)) return path;
  throw new CnnvizError('usage', `${flag} ${path}: the picture is written as .png`, {
    fix: `${flag} ${stem(path) || 'picture'}.png`,
  });
}
