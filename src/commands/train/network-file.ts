import { type ValuesOf, wordsOf } from '../../cli/flags.js';
import { asPrintedFlag, presetFlags } from '../../cli/network-flags.js';
import { VERSION } from '../../core/version.js';
import type { Training } from '../../engine/training/network/trainer.js';
import { baseName } from '../../io/paths.js';
import { writeSafetensors } from '../../models/weights/safetensors.js';
import { dataFlags, learningFlags } from './train-flags.js';
import type { TrainingResult } from './train-report.js';

const FLAGS = { ...dataFlags, ...learningFlags, asPrinted: asPrintedFlag, ...presetFlags };

export type TrainFlags = ValuesOf<typeof FLAGS>;

const FORMAT = 'cnnviz-network';

/** The words that train it again: files without their folders, nothing that the result does not depend on. */
export function trainArgs(net: string, flags: TrainFlags): string[] {
  const named = { ...flags, data: placeName(flags.data), resume: false };
  const { test, init } = flags;
  return [
    'train',
    net.includes('|') ? net : baseName(net),
    ...wordsOf(FLAGS, { ...named, test: test === null ? null : placeName(test), init: baseName(init) }),
  ];
}

function placeName(place: string): string {
  return baseName(place.replace(/[\\/]+$/, ''));
}

/** What another training must have said for a kept one to be gone on with, by what a message calls it. */
export function saidOf(flags: TrainFlags): Readonly<Record<string, string>> {
  const { data, test, resume, init, ...rest } = flags;
  const words = wordsOf(FLAGS, rest);
  const said: Record<string, string> = {};
  for (const [key, { spec }] of Object.entries(learningFlags)) {
    if (key === 'resume' || key === 'init') continue;
    const long = /--[\w-]+/.exec(spec)![0];
    const at = words.indexOf(long);
    said[long] = at < 0 ? 'as usual' : words[at + 1];
  }
  return { ...said, '--augment': flags.augment.join(), '--holdout': String(flags.holdout) };
}

/**
 * The trained network: what PyTorch's load_state_dict takes, and in its texts how it was made. The same training gives the
 * same bytes.
 */
export function networkFile(
  { tape, numbers }: Training,
  result: TrainingResult,
  command: readonly string[],
  dataSha256: string,
): Uint8Array {
  const kept = [...tape.parameters, ...tape.buffers];
  const entries = kept.map(({ name, shape }) => ({ name, shape, data: numbers.get(name)! }));
  const { onHeldOut, onTest, best, end, steps, classes, images, heldOut } = result;
  const accuracyOf = (one: typeof onTest) => one && { images: one.images, right: one.right };
  return writeSafetensors(entries, {
    format: FORMAT,
    format_version: '1',
    cnnviz: VERSION,
    command: JSON.stringify(command),
    classes: JSON.stringify(classes),
    data: JSON.stringify({ sha256: dataSha256, images, heldOut }),
    training: JSON.stringify({ steps, epoch: best, end }),
    accuracy: JSON.stringify({ heldOut: accuracyOf(onHeldOut), test: accuracyOf(onTest) }),
  });
}
