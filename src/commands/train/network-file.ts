import { type ValuesOf, wordsOf } from '../../cli/flags.js';
import { type asPrintedFlag, presetFlags } from '../../cli/network-flags.js';
import { type ImagePreset, normalizeText } from '../../core/job.js';
import { VERSION } from '../../core/version.js';
import type { Training } from '../../engine/training/network/trainer.js';
import { baseName } from '../../io/paths.js';
import { writeSafetensors } from '../../models/weights/safetensors.js';
import { type dataFlags, type learningFlags, paceOf, scheduleText, type watchFlags } from './train-flags.js';
import type { Trained } from './train-report.js';

export type TrainWords = ValuesOf<
  typeof dataFlags &
    typeof learningFlags &
    typeof watchFlags &
    typeof presetFlags & { readonly asPrinted: typeof asPrintedFlag }
>;

export const FORMAT = 'cnnviz-network';

/**
 * The words that train it again: all that the result depends on and nothing else.
 * @param named how a file or folder is named; default: without the folders it lies in
 */
export function trainArgs(net: string, flags: TrainWords, named = placeName): string[] {
  const { data, test, holdout, augment, asPrinted } = flags;
  const { epochs, batch, optimizer, momentum, weightDecay, schedule, patience, seed, init } = flags;
  const said: (readonly [long: string, value: string | number])[] = [
    ['--data', named(data)],
    ...(test === null ? [] : [['--test', named(test)] as const]),
    ['--holdout', holdout],
    ...(augment.length === 0 ? [] : [['--augment', augment.join()] as const]),
    ['--epochs', epochs],
    ['--batch', batch],
    ['--optimizer', optimizer],
    ['--lr', paceOf(flags).lr],
    ...(optimizer === 'sgd' ? [['--momentum', momentum] as const] : []),
    ['--weight-decay', weightDecay],
    ['--schedule', scheduleText(schedule)],
    ['--patience', patience],
    ['--seed', seed],
    ['--init', named(init)],
  ];
  return [
    'train',
    net.includes('|') ? net : named(net),
    ...said.flatMap(([long, value]) => [long, String(value)]),
    ...(asPrinted ? ['--as-printed'] : []),
    ...preparedWords(flags),
  ];
}

/** How images are prepared, as far as it was said. */
function preparedWords({ background, ...flags }: TrainWords): string[] {
  const { preset, resize, crop, gray, pixels, normalize, channels, layout, fit } = flags;
  return wordsOf(presetFlags, { preset, resize, crop, gray, pixels, normalize, channels, layout, fit, background });
}

function placeName(place: string): string {
  return baseName(place.replace(/[\\/]+$/, ''));
}

/** What another training must have said for a kept one to be gone on with, by flag; data and first weights are compared themselves. */
export function saidOf(flags: TrainWords): Readonly<Record<string, string>> {
  const words = trainArgs('', flags).slice(2);
  const others = ['--data', '--test', '--init'];
  const said: [string, string][] = [];
  words.forEach((word, i) => {
    if (word.startsWith('--') && !others.includes(word)) said.push([word, words[i + 1] ?? '']);
  });
  return Object.fromEntries(said);
}

/**
 * The trained network: what PyTorch's load_state_dict takes, and in its texts how it was made. The same training gives the
 * same bytes.
 */
export function networkFile(
  training: Training,
  result: Trained,
  command: readonly string[],
  { dataSha256, preset }: { readonly dataSha256: string; readonly preset: ImagePreset },
): Uint8Array {
  const { onHeldOut, onTest, best, end, steps, classes, images, heldOut } = result;
  const accuracyOf = (one: typeof onTest) => one && { images: one.images, right: one.right };
  return writeSafetensors(entriesOf(training), {
    format: FORMAT,
    format_version: '1',
    cnnviz: VERSION,
    command: JSON.stringify(command),
    classes: JSON.stringify(classes),
    ...digitTexts(preset),
    data: JSON.stringify({ sha256: dataSha256, images, heldOut }),
    training: JSON.stringify({ steps, epoch: best, end }),
    accuracy: JSON.stringify({ heldOut: accuracyOf(onHeldOut), test: accuracyOf(onTest) }),
  });
}

/** What a file of a network holds: parameters, then statistics. */
export function entriesOf({ tape, numbers }: Training) {
  return [...tape.parameters, ...tape.buffers].map(({ name, shape }) => ({ name, shape, data: numbers.get(name)! }));
}

/** What makes other commands prepare a digit as these were. Source: models/networks/trained.ts */
export function digitTexts({ digit, preprocess: { normalize } }: ImagePreset): Readonly<Record<string, string>> {
  if (!digit) return {};
  return { 'cnnviz.input': 'mnist', ...(normalize && { 'cnnviz.normalize': normalizeText(normalize) }) };
}
