import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { CnnvizError } from '../../core/errors.js';
import type { PartFormatName } from '../../core/part.js';
import { isOwnFile } from '../../io/descriptors.js';
import { sha256 } from '../../io/hash.js';
import type { Input } from '../../io/inputs.js';
import { joinPath, relativePath } from '../../io/paths.js';
import { keepText } from '../../io/places/kept-text.js';
import type { QueueConnection } from '../../io/queue/connect.js';
import { makeFarmFolder, removeFarmFolder, writeJobFile } from '../../io/queue/farm-folder.js';
import { FarmStore } from '../../io/queue/farm-store.js';
import { type JobQueue, openJobQueue, type QueueEntry } from '../../io/queue/job-queue.js';
import { checkNames, type ProductsOf, placesThere, productsFor, rootOf } from '../../run/place.js';
import { commandHash, namedFiles, proveEntries } from '../ledger.js';
import { entryLine, type ManifestEntry, manifestName } from '../manifest.js';
import { outputsOf } from '../output-folders.js';
import { checkParts } from '../parts/check-parts.js';
import { openPartFormat } from '../parts/index.js';
import { notOne } from '../parts/part-format.js';
import type { Task } from '../work.js';
import { divide, jobCount, sorted } from './divide.js';
import { knownFields } from './job-journal.js';
import { taskSchema } from './stored-task.js';
import { finishedText, packInputs, progressOf, recordFields, type Submission } from './submission.js';

/** What is to be submitted. */
export interface FarmOrder {
  readonly words: readonly string[];
  readonly task: Task;
  readonly inputs: readonly Input[];
  readonly products: ProductsOf;
  readonly timeoutMs: number | null;
  readonly resume: boolean;
  readonly skipExisting: boolean;
  readonly jobSize: number;
  /** Of the process that submits. */
  readonly folder: string;
}

/** What became of it. */
export interface Submitted {
  readonly id: string;
  /** queued: it was, now · at work: it had been, and is not done · done: it had been, and is */
  readonly status: 'queued' | 'at work' | 'done';
  readonly inputs: number;
  readonly jobs: number;
  /** Inputs that need no work. */
  readonly known: number;
  readonly failed: number;
}

/** Jobs that go to the queue at once. */
const PORTION = 1000;
const WITNESSES = 16;
const ID_DIGITS = 12;
/** Whoever submits and is not heard of for so long is gone. */
const LOCK_MS = 60_000;

/**
 * Queues a command's inputs, in jobs. The same command on the same inputs is queued once.
 * @throws CnnvizError 'usage' for what no farm can do
 */
export async function submitToFarm(
  connection: QueueConnection,
  order: FarmOrder,
  note: (text: string) => void,
): Promise<Submitted> {
  const { task, products, jobSize } = order;
  const { output } = task.job;
  const root = refuseUnfit(order);
  // two runs in one folder would each take the other's manifest away
  (await keepText(joinPath(root, manifestName(null)), () => {})).release();
  if (output.parts === undefined) checkNames(output, order.inputs, products);
  else await checkGathered(order, output.parts.format);
  const inputs = output.parts === undefined ? sorted(order.inputs) : inOneOrder(order.inputs);
  const command = await commandHash(task);
  const id = sha256(new TextEncoder().encode(JSON.stringify([command, root, inputs.map(({ path }) => path)]))).slice(
    0,
    ID_DIGITS,
  );
  const store = new FarmStore(connection);
  const token = randomBytes(8).toString('hex');
  if (!(await store.lock(id, token, LOCK_MS))) {
    throw new CnnvizError('output', `${id}: another command is submitting it, or joining its manifests`, {
      fix: 'wait for it, or look with farm status',
    });
  }
  const renewal = setInterval(() => void store.lock(id, token, LOCK_MS).catch(() => {}), LOCK_MS / 4);
  const queue = await openJobQueue(connection, id);
  try {
    const before = await store.record(id);
    const { state, failed } = progressOf(before);
    const facts = { id, inputs: inputs.length, jobs: jobCount(inputs, jobSize), failed };
    if (Object.keys(before).length > 0) {
      if (state === 'open') return { ...facts, status: 'at work', known: 0 };
      if (state !== 'filling' && !order.resume) return { ...facts, status: 'done', known: 0 };
      // one that was never filled begins anew
      await queue.remove();
      await store.forget(id, ['lock']);
    }
    const submission: Submission = {
      id,
      words: order.words,
      task,
      command,
      inputs: inputs.length,
      jobs: facts.jobs,
      root,
      witnesses: witnessesOf(inputs),
      host: hostname(),
      folder: order.folder,
      timeoutMs: order.timeoutMs,
      submitted: Date.now(),
    };
    const known = await knownEntries(order, submission, inputs, note);
    await removeFarmFolder(root, id);
    await makeFarmFolder(root, id);
    await store.writeRecord(id, recordFields(submission), submission.submitted);
    await fill(queue, store, submission, inputs, jobSize, known);
    await store.writeRecord(id, { state: 'open' });
    return { ...facts, status: 'queued', known: known.size, failed: 0 };
  } finally {
    clearInterval(renewal);
    await store.unlock(id, token);
    await queue.close();
  }
}

/** @returns the folder that everything goes below @throws CnnvizError 'usage' */
function refuseUnfit({ task, inputs, words }: FarmOrder): string {
  const { output } = task.job;
  const root = rootOf(output);
  if (root === null) {
    throw new CnnvizError('usage', `${words[0]}: a farm needs a folder for its results`, {
      fix: 'add -o FOLDER to the command behind --',
    });
  }
  const own = [...inputs.map(({ path }) => path), ...namedFiles(task)].find((path) => path === '-' || isOwnFile(path));
  if (own !== undefined) {
    throw new CnnvizError('usage', `${own}: only this process can read it, the workers of a farm cannot`, {
      fix: 'name files and folders',
    });
  }
  const found = taskSchema.safeParse(JSON.parse(JSON.stringify(task)));
  if (!found.success) {
    const [{ path, message }] = found.error.issues;
    throw new CnnvizError('unsupported', `${words[0]}: a farm cannot do this (${path.join('.')}: ${message})`, {
      fix: 'run the command itself, in parts: --shard',
    });
  }
  return root;
}

/** @throws CnnvizError for parts that cannot be made of these results, or that would replace something else */
async function checkGathered({ task, inputs, products }: FarmOrder, name: PartFormatName): Promise<void> {
  checkParts(task.job.output, inputs);
  const format = await openPartFormat(name);
  const [first] = inputs;
  const count = productsFor(products, first).length;
  if (format.holdsOne && count !== 1) throw notOne(first.path, count);
}

/**
 * The jobs of parts are joined one behind the other, and a manifest is in the order of the inputs' names.
 * @throws CnnvizError 'usage' where parts of an archive stand between those of files
 */
function inOneOrder(inputs: readonly Input[]): readonly Input[] {
  for (let i = 1; i < inputs.length; i++) {
    if (inputs[i].path > inputs[i - 1].path) continue;
    throw new CnnvizError('usage', `${inputs[i].path}: stands between inputs whose parts are others`, {
      fix: 'submit archives and files apart, each with a folder of its own',
    });
  }
  return inputs;
}

/** Files from all of the list: a machine that has none of them is the wrong one. Of what is fetched any machine may be the right one. */
function witnessesOf(inputs: readonly Input[]): string[] {
  const files = inputs.filter(({ remote }) => remote === undefined);
  const readable = files.filter(({ unreadable }) => unreadable === undefined);
  const [from, count] = [readable.length > 0 ? readable : files, Math.min(WITNESSES, readable.length || files.length)];
  return Array.from({ length: count }, (_, i) => from[Math.floor((i * from.length) / count)].path);
}

/** Inputs that need no work, by their place in the list: done before, or left alone. */
async function knownEntries(
  { resume, skipExisting, task, products }: FarmOrder,
  { root, command }: Submission,
  inputs: readonly Input[],
  note: (text: string) => void,
): Promise<ReadonlyMap<number, ManifestEntry>> {
  const known = new Map<number, ManifestEntry>();
  if (resume) {
    const { parts } = task.job.output;
    const head = { command, shard: null, inputs: inputs.length, total: inputs.length, ...(parts && { parts }) };
    const notes: string[] = [];
    const kept = await keepText(joinPath(root, manifestName(null)), () => {});
    const proven = await proveEntries(kept.path, { root, head, inputs }, notes).finally(() => kept.release());
    for (const text of notes) note(text);
    for (const [index, { path }] of inputs.entries()) {
      const entry = proven.get(path);
      if (entry !== undefined) known.set(index, entry);
    }
  }
  if (!skipExisting) return known;
  const { output } = task.job;
  const exists = await placesThere(output, true);
  for (const [index, input] of inputs.entries()) {
    if (known.has(index) || input.unreadable !== undefined) continue;
    const places = outputsOf(output, input, products);
    if (places.length === 0 || !places.every(exists)) continue;
    const outputs = places.map((path) => ({
      path: relativePath(root, path),
      bytes: 0,
      sha256: '',
    }));
    known.set(index, { input: input.path, sha256: null, outputs, error: null });
  }
  return known;
}

/** Queues the jobs, but for those of which everything is known. */
async function fill(
  queue: JobQueue,
  store: FarmStore,
  { id, command, root }: Submission,
  inputs: readonly Input[],
  jobSize: number,
  known: ReadonlyMap<number, ManifestEntry>,
): Promise<void> {
  let portion: QueueEntry[] = [];
  let first = 0;
  for (const { number, inputs: own } of divide(inputs, jobSize)) {
    const ofJob = new Map(own.flatMap((_, i) => (known.has(first + i) ? [[i, known.get(first + i)!] as const] : [])));
    first += own.length;
    if (ofJob.size === own.length) {
      const lines = [...ofJob.values()].map(entryLine);
      const tally = { done: 0, failed: 0, skipped: own.length };
      const file = await writeJobFile(root, id, number, lines);
      await store.settleUnqueued(id, number, finishedText({ ...file, ...tally }), tally);
      continue;
    }
    if (ofJob.size > 0) await store.note(id, number, knownFields(ofJob));
    portion.push({ id: jobId(command, own), number, payload: packInputs(own) });
    if (portion.length < PORTION) continue;
    await queue.add(portion);
    portion = [];
  }
  await queue.add(portion);
}

/** What is done, and to what: BullMQ takes no id that is a number. */
function jobId(command: string, inputs: readonly Input[]): string {
  const text = [command, ...inputs.map(({ path }) => path)].join('\0');
  return `j${sha256(new TextEncoder().encode(text)).slice(0, 32)}`;
}
