import type { Evaluation } from '../../core/head.js';
import { formatNumber, groupDigits } from '../../core/text.js';
import type { Judged, Training } from '../../engine/training/network/trainer.js';
import type { DeadChannels } from './dead-channels.js';
import { type Likeness, likenesses } from './first-kernels.js';
import type { Epoch, Learnt, Numbers } from './learn.js';

/** What is trained, and on what. */
export interface Trainee {
  readonly network: string;
  readonly parameters: number;
  readonly classes: readonly string[];
  readonly data: string;
  /** Images learnt from, held out, and measured on at the end. */
  readonly images: number;
  readonly heldOut: number;
  readonly test: number;
  /** How they were prepared, in words. */
  readonly preprocess: string;
}

/** How often a network is right. */
export type Measured = Pick<Evaluation, 'images' | 'right' | 'accuracy' | 'logLoss' | 'confusion'>;

/** How far the kernels of the first convolution have moved: ‖w − w₀‖ / ‖w₀‖ of each. */
export interface MovedKernels {
  readonly layer: string;
  readonly shares: readonly number[];
}

/** What a training came to. */
export interface Trained extends Trainee {
  readonly history: readonly Epoch[];
  /** The epoch whose weights these are. */
  readonly best: number;
  readonly end: Learnt['end'];
  readonly steps: number;
  readonly onHeldOut: Measured | null;
  readonly onTest: Measured | null;
  readonly moved: MovedKernels | null;
  readonly like: LikeKernels | null;
  readonly dead: DeadChannels;
  /** Null: it learns, or what it says depends on the image. */
  readonly stuck: Stuck | null;
}

/** A network that says the same of every image: no channel of some layers tells two of them apart. */
export interface Stuck {
  readonly layers: readonly string[];
  /** Of the last epoch, and what guessing by the shares of the classes gives: ln of their number where they are equal. */
  readonly loss: number;
  readonly guessing: number;
  /** A rate to try. */
  readonly rate: number;
}

/** The built-in kernels that those of the first convolution are like; null: none is near. */
export interface LikeKernels {
  readonly layer: string;
  readonly nearest: readonly (Likeness | null)[];
}

/** A kernel that changed by less than this share of itself has hardly moved. */
const HARDLY = 0.1;
/** Confusions that are told. */
const MOST_TOLD = 3;
/** Kernels, and channels of a layer, that are told one by one. */
const MOST_LIKE = 8;

export function measure({ loss, said }: Judged, images: Int32Array, labels: Int32Array, classes: number): Measured {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  let right = 0;
  for (let i = 0; i < images.length; i++) {
    const label = labels[images[i]];
    confusion[label][said[i]]++;
    if (said[i] === label) right++;
  }
  return { images: images.length, right, accuracy: right / images.length, logLoss: loss, confusion };
}

/** The kernels of the first convolution, held against what they began with; null: there is none that learns. */
export function movedKernels({ tape, numbers }: Training, first: Numbers): MovedKernels | null {
  const kernels = tape.parameters.find(({ shape }) => shape.length === 4);
  if (!kernels) return null;
  const [before, after] = [first.get(kernels.name)!, numbers.get(kernels.name)!];
  const size = kernels.floats / kernels.shape[0];
  const shares = Array.from({ length: kernels.shape[0] }, (_, m) => {
    let [moved, whole] = [0, 0];
    for (let i = m * size; i < (m + 1) * size; i++) {
      moved += (after[i] - before[i]) ** 2;
      whole += before[i] ** 2;
    }
    return Math.sqrt(moved / whole);
  });
  return { layer: kernels.name.replace(/\.weight$/, ''), shares };
}

/** Null: no convolution is learnt. */
export function likeKernels({ tape, numbers }: Training): LikeKernels | null {
  const kernels = tape.parameters.find(({ shape }) => shape.length === 4);
  if (!kernels) return null;
  const { name, shape } = kernels;
  return { layer: name.replace(/\.weight$/, ''), nearest: likenesses({ shape, data: numbers.get(name)! }) };
}

/** "98.72 %" */
function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

export function headLines({ network, parameters, data, images, heldOut, classes, preprocess }: Trainee): string[] {
  const held = heldOut === 0 ? '' : `, ${groupDigits(heldOut)} held out`;
  return [
    `${network}  ${groupDigits(parameters)} parameters; ${data}  ${groupDigits(images)} images of ${classes.length} classes to learn from${held}, ${preprocess}`,
  ];
}

export function epochLine({ epoch, loss, accuracy, heldOut }: Epoch, epochs: number): string {
  const told = heldOut
    ? `held out ${percent(heldOut.accuracy)} right, loss ${formatNumber(heldOut.loss)}`
    : `${percent(accuracy)} right`;
  return `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}  loss ${formatNumber(loss)}  ${told}`;
}

export function resultLines(result: Trained): string[] {
  const { onHeldOut, onTest, best, history, end, moved, classes, steps } = result;
  const lines: string[] = [];
  if (end === 'interrupted') lines.push(`ended after step ${groupDigits(steps)}, in epoch ${history.length + 1}`);
  if (onHeldOut && best > 0) {
    const early = end === 'patience' ? ', no better since' : '';
    lines.push(`best after epoch ${best} of ${history.length}${early}: held out ${measuredWords(onHeldOut)}`);
  }
  if (onTest) lines.push(`test ${measuredWords(onTest)}`);
  const wrong = (onTest ?? onHeldOut)?.confusion ?? [];
  const pairs = wrong.flatMap((row, is) => row.map((count, said) => ({ is, said, count: is === said ? 0 : count })));
  const worst = pairs.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
  if (worst.length > 0) {
    const told = worst.slice(0, MOST_TOLD).map(({ is, said, count }) => {
      const name = (k: number) => classes[k] ?? `output ${k}`;
      return `${name(is)} taken for ${name(said)} (${count})`;
    });
    lines.push(`  most often wrong: ${told.join(', ')}`);
  }
  const still = moved?.shares.flatMap((share, m) => (share < HARDLY ? [m] : [])) ?? [];
  if (moved && still.length > 0) {
    const which = still.length === moved.shares.length ? 'no kernel' : `kernel ${still.join(', ')}`;
    const did = still.length === moved.shares.length ? 'moved much' : 'hardly moved';
    lines.push(`  ${moved.layer}: ${which} ${did}`);
  }
  if (result.like) lines.push(likeLine(result.like));
  lines.push(...deadLines(result.dead));
  if (result.stuck) lines.push(stuckLine(result.stuck));
  return lines;
}

/** How near to guessing a loss is no better, and how much smaller a rate is to be tried. */
const NO_BETTER = 0.99;
const SMALLER = 10;

/** A network whose loss is no better than guessing, with a layer whose channels are all dead. `rate`: the one it had. */
export function stuckIn(
  { layers }: DeadChannels,
  history: readonly Epoch[],
  classSizes: readonly number[],
  rate: number,
): Stuck | null {
  const dead = layers.filter((one) => one.dead.length === one.channels).map(({ layer }) => layer);
  const loss = history.at(-1)?.loss;
  const images = classSizes.reduce((sum, size) => sum + size, 0);
  const guessing = classSizes.reduce(
    (sum, size) => (size === 0 ? sum : sum - (size / images) * Math.log(size / images)),
    0,
  );
  if (dead.length === 0 || loss === undefined || loss < NO_BETTER * guessing) return null;
  return { layers: dead, loss, guessing, rate: Number((rate / SMALLER).toPrecision(3)) };
}

/** "the loss stays at 2.303, as of guessing (2.302): all of relu1 is dead, …: try --lr 0.005" */
function stuckLine({ layers, loss, guessing, rate }: Stuck): string {
  const all = `all of ${layers.join(', ')} ${layers.length === 1 ? 'is' : 'are'} dead`;
  return `  it has learnt nothing: loss ${formatNumber(loss)}, guessing gives ${formatNumber(guessing)}; ${all}, so it says the same of every image: try --lr ${rate}`;
}

/** "conv1: kernel 0 is like sobel-x (0.91), 3 like −prewitt-y (0.85), none near the other 4" */
function likeLine({ layer, nearest }: LikeKernels): string {
  const said = nearest.flatMap((one, m) =>
    one === null ? [] : [`${m} like ${one.cosine < 0 ? '−' : ''}${one.kernel} (${Math.abs(one.cosine).toFixed(2)})`],
  );
  if (said.length === 0) return `  ${layer}: no built-in kernel is near any of its ${nearest.length}`;
  const rest = nearest.length - said.length;
  const more = said.length > MOST_LIKE ? [`${said.length - MOST_LIKE} more`] : [];
  const others = rest === 0 ? [] : [`none near the other ${rest}`];
  return `  ${layer}: kernel ${[...said.slice(0, MOST_LIKE), ...more, ...others].join(', ')}`;
}

function deadLines({ images, of, layers }: DeadChannels): string[] {
  if (layers.length === 0) return [];
  const where = `over ${groupDigits(images)} ${of} images`;
  const dead = layers.filter((one) => one.dead.length > 0);
  if (dead.length === 0) return [`  no channel is dead ${where}`];
  const words = dead.map(({ layer, dead: own, channels }) => {
    const which = own.length > MOST_LIKE ? '' : ` (${own.join(', ')})`;
    return `${own.length} of ${channels} in ${layer}${which}`;
  });
  return [`  dead ${where}: ${words.join(', ')}`];
}

function measuredWords({ accuracy, images, right, logLoss }: Measured): string {
  return `${percent(accuracy)} of ${groupDigits(images)} right (${groupDigits(images - right)} wrong), loss ${formatNumber(logLoss)}`;
}
