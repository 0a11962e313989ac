import { Profile } from '../analysis/profile.js';
import { timeRuns } from '../engine/step-times.js';
import { collectGarbage, parentProcess } from '../io/child-process.js';
import type { Input } from '../io/inputs.js';
import { endRecord, guardReadFiles } from '../io/read-files.js';
import { useOneThreadAnImage } from '../io/sharp.js';
import { removeTemporaries } from '../io/temporaries.js';
import { wantsWide } from '../io/wide.js';
import { useWide } from '../run/wide.js';
import { openTask, type Permission, pause, sentError, type WorkOn } from './work.js';
import type { FromWorker, ToWorker } from './worker-pool.js';

/** A collection takes some 10 ms. */
const COLLECT_EVERY = 250;

/** How often a long input says how far it is. */
const SHARE_EVERY_MS = 200;

const parent = parentProcess(removeTemporaries);
const answers = new Map<number, (answer: Permission) => void>();
const indexes = new Map<Input, number>();
let workOn: Promise<WorkOn>;
/** What the layers took, where the parent asks for it. */
let times: Profile | null = null;
let lastShare = 0;
let finished = 0;

/** A worker process of a batch: takes up one task, then works on inputs, several at a time if it is given them. */
parent.receive((received) => {
  const message = received as ToWorker;
  switch (message.type) {
    case 'open':
      void open(message);
      break;
    case 'input':
      void work(message.index, message.input, message.again);
      break;
    case 'answer':
      answers.get(message.index)!(message.answer);
      answers.delete(message.index);
      break;
  }
});

function tell(message: FromWorker): void {
  parent.send(message);
}

async function open(message: Extract<ToWorker, { type: 'open' }>): Promise<void> {
  const { task, threads, keepHashes, profile } = message;
  if (profile) {
    times = new Profile(() => performance.now());
    timeRuns(times);
  }
  useOneThreadAnImage();
  if (wantsWide(false)) useWide();
  guardReadFiles();
  workOn = openTask(task, {
    threads,
    keepHashes,
    send: () => Promise.reject(new Error('a worker has no standard output')),
    mayWrite: (input, products) =>
      new Promise((resolve) => {
        const index = indexes.get(input)!;
        answers.set(index, resolve);
        tell({ type: 'may-write', index, products });
      }),
  });
  try {
    await workOn;
    endRecord();
    tell({ type: 'ready' });
  } catch (error) {
    tell({ type: 'refused', error: sentError(error, 'the batch') });
  }
}

async function work(index: number, input: Input, again: boolean): Promise<void> {
  indexes.set(input, index);
  const breathe = (done: number): Promise<void> => {
    if (performance.now() - lastShare > SHARE_EVERY_MS) {
      lastShare = performance.now();
      tell({ type: 'share', index, done });
    }
    return pause();
  };
  const { error, ...ended } = await (await workOn)(input, breathe, again);
  indexes.delete(input);
  const told = error === null ? null : sentError(error, input.path);
  tell({ type: 'done', index, work: { ...ended, error: told, times: times?.drain() ?? null } });
  if (++finished % COLLECT_EVERY === 0) collectGarbage();
}
