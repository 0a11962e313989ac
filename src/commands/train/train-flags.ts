import { flag, under, type ValuesOf } from '../../cli/flags.js';
import { parseNumber, parseWhole } from '../../cli/parse.js';
import { CnnvizError } from '../../core/errors.js';
import type { InitialRule } from '../../engine/training/network/initial.js';
import type { Schedule } from '../../engine/training/network/schedule.js';
import type { DescentSettings } from '../../engine/training/network/share.js';
import type { Pace } from './learn.js';

const [TORCH, HE] = ['torch', 'he'] as const;

/** What is learnt from. */
export const dataFlags = under('Data:', {
  data: flag.needed(
    '-d, --data <place>',
    'a folder with a sub-folder for each class, a folder with MNIST’s files, FILE.npz, or digits:SEED',
  ),
  test: flag.text('--test <place>', 'measured on at the end, never learnt from (default: what comes with the data)'),
  holdout: flag.of(
    '--holdout <share>',
    'images of each class held out to find the best epoch; 0: none',
    parseShare,
    String,
    '0.1',
  ),
  augment: flag.list('--augment <ways>', 'shift, flip: each image is moved anew in each epoch'),
});

/** How it is learnt. */
export const learningFlags = under('Learning:', {
  epochs: flag.whole('--epochs <n>', 'how often all images are gone through', 1, '10'),
  batch: flag.whole('--batch <n>', 'images a step', 1, '64'),
  optimizer: flag.choice('--optimizer <name>', 'as in torch.optim', ['sgd', 'adam'], 'sgd'),
  lr: flag.of('--lr <number>', 'the rate (default: 0.05, of adam 0.002)', parsePositive),
  momentum: flag.of('--momentum <number>', 'of sgd', parseShare, String, '0.9'),
  weightDecay: flag.of('--weight-decay <number>', 'as in torch.optim', parseFromZero, String, '0'),
  schedule: flag.of(
    '--schedule <rule>',
    'constant, cosine, or step:EPOCHS[:FACTOR], such as step:5:0.1',
    parseSchedule,
    scheduleText,
    'cosine',
  ),
  patience: flag.whole('--patience <n>', 'end after n epochs without a smaller held-out loss; 0: never', 0, '5'),
  seed: flag.whole('--seed <n>', 'chooses first weights, held-out images, their order, shifts and dropout', 0, '1'),
  init: flag.text('--init <rule>', 'first weights: torch or he, or a file of weights to begin with', TORCH),
  resume: flag.on('--resume', 'go on where a training of the same words was ended: the result has the same bits'),
});

/** How it is watched. None of them changes what is learnt. */
export const watchFlags = under('Watching:', {
  watch: flag.text(
    '--watch <place>',
    'the first kernels, maps of one image, loss and accuracy as an animation: FILE.webp, FILE.gif, or FRAMES/ for PNGs',
  ),
  checkpoints: flag.text(
    '--checkpoints <folder>',
    'keep the weights after steps 0, 1, 2, 4, 8 … and the last: for cnnviz explore NET --checkpoint FOLDER/',
  ),
  terminal: flag.on('--terminal', 'watch it here: loss, accuracy and kernels; --show adds the last picture'),
  seeds: flag.whole('--seeds <n>', 'train as often, with the seeds that follow: what another seed changes', 1, '1'),
});

type Values = ValuesOf<typeof dataFlags & typeof learningFlags>;

/** First weights: made by a rule, or read from a file. */
export type Beginning =
  | { readonly rule: InitialRule; readonly file: null }
  | { readonly rule: null; readonly file: string };

/** What the flags ask of the optimizer. @throws CnnvizError 'usage' */
export function descentOf({ optimizer, momentum, weightDecay, batch, seed, augment }: Values): DescentSettings {
  const ways = new Set(augment);
  const unknown = augment.find((one) => one !== 'shift' && one !== 'flip');
  if (unknown !== undefined) {
    throw new CnnvizError('usage', `--augment: expected shift and flip, got "${unknown}"`, { fix: '--augment shift' });
  }
  return {
    optimizer,
    momentum,
    weightDecay,
    batch,
    seed,
    augment: { shift: ways.has('shift'), flip: ways.has('flip') },
  };
}

/** How long and how fast. */
export function paceOf({ epochs, batch, optimizer, lr, schedule, seed, patience }: Values): Pace {
  return { epochs, batch, lr: lr ?? (optimizer === 'sgd' ? 0.05 : 0.002), schedule, seed, patience };
}

export function beginningOf({ init }: Values): Beginning {
  return init === TORCH || init === HE ? { rule: init, file: null } : { rule: null, file: init };
}

function parseShare(long: string, text: string): number {
  const share = parseNumber(long, text, '0.1');
  if (share >= 0 && share < 1) return share;
  throw new CnnvizError('usage', `${long}: expected a number from 0 to below 1, got ${text}`, {
    fix: `such as ${long} 0.1`,
  });
}

function parseFromZero(long: string, text: string): number {
  const value = parseNumber(long, text, '0.0005');
  if (value >= 0) return value;
  throw new CnnvizError('usage', `${long}: expected a number from 0, got ${text}`, { fix: `such as ${long} 0.0005` });
}

function parsePositive(long: string, text: string): number {
  const value = parseNumber(long, text, '0.01');
  if (value > 0) return value;
  throw new CnnvizError('usage', `${long}: expected a number above 0, got ${text}`, { fix: `such as ${long} 0.01` });
}

function parseSchedule(long: string, text: string): Schedule {
  if (text === 'constant' || text === 'cosine') return { kind: text };
  const [word, epochs, factor = '0.1', ...more] = text.split(':');
  if (word === 'step' && epochs !== undefined && more.length === 0) {
    return { kind: 'step', epochs: parseWhole(long, epochs, 1), factor: parsePositive(long, factor) };
  }
  throw new CnnvizError('usage', `${long}: expected constant, cosine or step:EPOCHS:FACTOR, got "${text}"`, {
    fix: `${long} step:5:0.1`,
  });
}

export function scheduleText(schedule: Schedule): string {
  return schedule.kind === 'step' ? `step:${schedule.epochs}:${schedule.factor}` : schedule.kind;
}
