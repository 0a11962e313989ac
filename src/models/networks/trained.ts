import { CnnvizError } from '../../core/errors.js';
import type { ImagePreset } from '../../core/job.js';
import { presetFor } from '../../core/preset.js';
import type { WeightFile } from '../weights/weight-file.js';

/** What `cnnviz train` writes of how a network was trained. */
export interface Trained {
  /** How its images were prepared; null: nothing is said. */
  readonly preset: ImagePreset | null;
  /** The names of its classes in order; null: nothing is said. */
  readonly classes: readonly string[] | null;
}

const INPUT = 'cnnviz.input';
const NORMALIZE = 'cnnviz.normalize';
const CLASSES = 'cnnviz.classes';

/**
 * How a checkpoint's metadata says its network was trained (docs/networks.md).
 * @param input [C, H, W] the network is made for; null: any
 * @throws CnnvizError 'format' for what is no such text, 'unsupported' for a preparation of another version
 */
export function trainedFacts({ metadata }: Pick<WeightFile, 'metadata'>, input: readonly number[] | null): Trained {
  const normalize = metadata?.get(NORMALIZE);
  const isOwn = metadata?.get('format') === 'cnnviz-network';
  const classes = metadata?.get(isOwn ? 'classes' : CLASSES);
  return {
    preset: presetSaid(metadata?.get(INPUT), normalize === undefined ? null : meanAndStd(normalize), input),
    classes: classes === undefined ? null : namesIn(classes),
  };
}

/** An image is a digit of MNIST's, in the middle of what the network reads; or its pixels are only normalised. */
function presetSaid(
  said: string | undefined,
  normalize: ImagePreset['preprocess']['normalize'],
  input: readonly number[] | null,
): ImagePreset | null {
  if (said === undefined) {
    const none = presetFor('none');
    return normalize && { ...none, preprocess: { ...none.preprocess, normalize } };
  }
  if (said !== 'mnist') {
    throw new CnnvizError('unsupported', `metadata "${INPUT}": "${said}" is not known here`, {
      fix: 'it was written by a newer cnnviz: update this one',
    });
  }
  const mnist = presetFor('mnist');
  const crop = input ? ([input[1], input[2]] as const) : mnist.geometry.crop;
  return { ...mnist, geometry: { resize: null, crop }, preprocess: { ...mnist.preprocess, normalize } };
}

function meanAndStd(text: string): NonNullable<ImagePreset['preprocess']['normalize']> {
  const [mean, std, ...more] = text.split('/').map((half) => half.split(',').map(Number));
  const isRight = std && more.length === 0 && mean.length === std.length && [...mean, ...std].every(Number.isFinite);
  if (!isRight || std.includes(0)) refuse(NORMALIZE, 'MEAN/STD', text);
  return { mean, std };
}

function namesIn(text: string): readonly string[] {
  let names: unknown;
  try {
    names = JSON.parse(text);
  } catch {
    names = null;
  }
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names;
  return refuse(CLASSES, 'a JSON list of texts', text);
}

function refuse(key: string, expected: string, found: string): never {
  throw new CnnvizError('format', `metadata "${key}": expected ${expected}, got "${found}"`);
}
