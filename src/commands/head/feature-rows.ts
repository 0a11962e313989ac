import type { Bound } from '../../analysis/kept-run.js';
import { laidOut } from '../../analysis/prepare/channels-last.js';
import type { StudyContext, StudyOn } from '../../batch/study-task.js';
import { atPlace, CnnvizError } from '../../core/errors.js';
import type { Reduce } from '../../core/head.js';
import { sizeOf } from '../../core/tensor.js';
import { inputName } from '../../core/text.js';
import { newNumbers, toFloat32, type Value, type ValueFault, type ValueInfo } from '../../core/values.js';
import type { Breathe } from '../../engine/execute.js';
import { numbersOf } from '../../engine/input.js';
import { sha256 } from '../../io/hash.js';
import type { Input } from '../../io/inputs.js';
import { readInput } from '../../io/remote/read-input.js';
import { cutNetwork } from '../../run/head/cut-network.js';
import { networkSubject, openNetwork } from '../../run/network.js';
import { type LayerChoice, layersNamed } from '../../run/run.js';
import { Runs } from '../../run/runs.js';
import type { Source } from '../../run/subject.js';
import { type FeatureExtractor, type FeatureJob, featureSource, reduceMaps } from './feature-extractor.js';

/** What turns images into rows of numbers. Plain JSON, but for what is known. */
export interface FeatureRows {
  readonly job: FeatureJob;
  /** Type and shape of an image that the network is cut for. */
  readonly info: ValueInfo;
  readonly reduce: Reduce;
  /** D: numbers an image gives. */
  readonly features: number;
  /** Images computed at once; no result depends on it. */
  readonly batch: number;
  /** Contents whose features are known, by their SHA-256. */
  readonly known: ReadonlySet<string>;
}

/** The features of one image. */
export interface FeatureRow {
  /** SHA-256 of its file. */
  readonly hash: string;
  /** [D]; null where they are known; or why there are none. */
  readonly row: Float32Array | null | NoRow;
  /** What went wrong in the run that made them. */
  readonly faults: readonly ValueFault[];
}

/** Why an image that can be read has no features, as plain data. */
export interface NoRow extends Pick<CnnvizError, 'code' | 'message'> {
  readonly fix: string | null;
}

/** Opens and cuts the network by itself, as the thread of a worker does. */
export async function openFeatureRows(order: FeatureRows, context: StudyContext): Promise<StudyOn<Input, FeatureRow>> {
  const opened = laidOut(await openNetwork(order.job.request), order.job.preset);
  const cut = cutNetwork(opened, order.info, order.job.layer);
  return featureRows({ opened: cut.opened, read: readInput }, order, context);
}

/** Images being read at the same time: a decoded photograph is much larger than what the network reads of it. */
const READING = 2;

/** An image that waits for others to go through the network with. */
interface Waiting extends Pick<Source, 'info' | 'x'> {
  readonly breathe: Breathe;
  readonly resolve: (row: Omit<FeatureRow, 'hash'>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Takes images to their rows. Those that are asked for at the same time go through the network together, as many as there
 * are at once; copies of one image once.
 */
export function featureRows(
  { opened, read }: Pick<FeatureExtractor, 'opened' | 'read'>,
  order: FeatureRows,
  context: StudyContext,
): StudyOn<Input, FeatureRow> {
  const runs = new Runs(networkSubject(opened, order.job), layersNamed(['output']));
  const waiting: Waiting[] = [];
  const atWork = new Map<string, Promise<Omit<FeatureRow, 'hash'>>>();
  const mayRead = turns(READING);
  /** Images that have been asked for and not been read. */
  let coming = 0;
  let isRunning = false;

  const runSome = async (): Promise<void> => {
    if (isRunning || waiting.length === 0 || (coming > 0 && waiting.length < order.batch)) return;
    isRunning = true;
    const key = sizeKey(waiting[0]);
    const some = waiting.filter((one) => sizeKey(one) === key).slice(0, order.batch);
    for (const one of some) waiting.splice(waiting.indexOf(one), 1);
    try {
      const rows = await computeStack(runs, order, some, context);
      for (const [i, { resolve }] of some.entries()) resolve(rows[i]);
    } catch (error) {
      const none = noRow(error);
      for (const { resolve, reject } of some) none ? resolve({ row: none, faults: [] }) : reject(error);
    }
    isRunning = false;
    void runSome();
  };

  const readOne = (input: Input): Promise<{ readonly hash: string; readonly source: Source | null }> =>
    mayRead(async () => {
      const bytes = await read(input);
      const hash = sha256(bytes);
      const isKnown = order.known.has(hash) || atWork.has(hash);
      return { hash, source: isKnown ? null : await featureSource(input, bytes, hash, order.job, opened) };
    });

  return async (input, breathe) => {
    coming++;
    let read: Awaited<ReturnType<typeof readOne>>;
    try {
      read = await readOne(input);
    } catch (error) {
      throw atPlace(inputName(input.path), error);
    } finally {
      coming--;
      void runSome();
    }
    const { hash, source } = read;
    const own = atWork.get(hash);
    if (own) return { hash, ...(await own) };
    if (source === null) return { hash, row: null, faults: [] };
    const { info, x } = source;
    const row = new Promise<Omit<FeatureRow, 'hash'>>((resolve, reject) => {
      waiting.push({ info, x, breathe, resolve, reject });
    });
    atWork.set(hash, row);
    void runSome();
    try {
      return { hash, ...(await row) };
    } finally {
      atWork.delete(hash);
    }
  };
}

function sizeKey({ info }: Waiting): string {
  return `${info!.dtype} ${info!.shape.join()}`;
}

/** Lets so many do something at a time, in the order they came. */
function turns(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  const queue: (() => void)[] = [];
  let free = count;
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => queue.push(resolve));
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next) next();
      else free++;
    }
  };
}

/** Null: it is no CnnvizError. */
function noRow(error: unknown): NoRow | null {
  if (!(error instanceof CnnvizError)) return null;
  const { code, message, fix = null } = error;
  return { code, message, fix };
}

/** Images of one size through the network, all at once; what is missing to a full batch is filled with zeros. */
async function computeStack(
  runs: Runs<Bound, LayerChoice>,
  { batch, reduce, features }: FeatureRows,
  stack: readonly Waiting[],
  context: StudyContext,
): Promise<Omit<FeatureRow, 'hash'>[]> {
  const { dtype, shape } = stack[0].info!;
  const size = sizeOf(shape);
  const data = newNumbers(dtype, batch * size);
  stack.forEach(({ x }, i) => void data.set('bytes' in x! ? numbersOf(x) : x!.data, i * size));
  const fed: Value = { dtype, shape: [batch, ...shape.slice(1)], data };
  const { chosen, read, faults } = await runs.run({ info: fed, x: fed }, { ...context, breathe: stack[0].breathe });
  const output = read(chosen.layers[0].value);
  const reduced = reduceMaps(toFloat32(output.data), output.shape, reduce);
  if (reduced.length !== batch * features) {
    throw new CnnvizError('shape', `gives ${reduced.length / batch} features, the first image gave ${features}`, {
      fix: 'bring all images to one size: --resize 224,224; or reduce each map to a number: --reduce mean',
    });
  }
  return stack.map((_, i) => ({ row: reduced.slice(i * features, (i + 1) * features), faults }));
}
