import { Profile } from '../analysis/profile.js';
import { timeRuns } from '../engine/step-times.js';
import { collectGarbage } from '../io/child-process.js';
import { endRecord, guardReadFiles } from '../io/read-files.js';
import { useOneThreadAnImage } from '../io/sharp.js';
import { type FromKeeper, LaneHomes, type ToKeeper } from './lane-homes.js';
import type { Studies, StudyContext, StudyTask } from './study-task.js';
import { type Item, openTask, type Permission, pause, sentError, type WorkOn } from './work.js';
import type { FromWorker, ToWorker } from './worker-process.js';

/** A collection takes some 10 ms. */
const COLLECT_EVERY = 250;

/** How often a long input says how far it is. */
const SHARE_EVERY_MS = 200;

/** What a lane is told, and what it tells. */
export type ToLane = ToWorker | FromKeeper;
export type FromLane = FromWorker | ToKeeper;

/** What a lane hears from: a parent process, or the thread that started it. */
export interface LanePort {
  send(message: FromLane): void;
  receive(listener: (message: ToLane) => void): void;
}

/**
 * Takes up one task, then works on inputs, several at a time if it is given them.
 * @param studies what commands do to their inputs, by name
 * @param shares it is one of several threads, which have their memory from a keeper
 */
export function serveLane(port: LanePort, studies: Studies, shares: boolean): void {
  const answers = new Map<number, (answer: Permission) => void>();
  const indexes = new Map<Item, number>();
  const homes = shares ? new LaneHomes((message) => port.send(message)) : null;
  let workOn: Promise<WorkOn<never, unknown>>;
  /** What the layers took, where the parent asks for it. */
  let times: Profile | null = null;
  let lastShare = 0;
  let finished = 0;

  const asked: Pick<Parameters<typeof openTask>[1], 'send' | 'mayWrite'> = {
    send: () => Promise.reject(new Error('a worker has no standard output')),
    mayWrite: (input, products) =>
      new Promise((resolve) => {
        const index = indexes.get(input)!;
        answers.set(index, resolve);
        port.send({ type: 'may-write', index, products });
      }),
  };

  const open = async ({ task, threads, keepHashes, profile }: Extract<ToWorker, { type: 'open' }>): Promise<void> => {
    if (profile) {
      times = new Profile(() => performance.now());
      timeRuns(times);
    }
    useOneThreadAnImage();
    guardReadFiles();
    const context = { threads, homes };
    workOn =
      task.kind === 'study' ? openStudy(task, studies, context) : openTask(task, { ...context, keepHashes, ...asked });
    try {
      await workOn;
      endRecord();
      port.send({ type: 'ready' });
    } catch (error) {
      port.send({ type: 'refused', error: sentError(error, 'the batch') });
    }
  };

  const work = async ({ index, input, again }: Extract<ToWorker, { type: 'input' }>): Promise<void> => {
    indexes.set(input, index);
    const breathe = (done: number): Promise<void> => {
      if (performance.now() - lastShare > SHARE_EVERY_MS) {
        lastShare = performance.now();
        port.send({ type: 'share', index, done });
      }
      return pause();
    };
    const { error, ...ended } = await (await workOn)(input as never, breathe, again);
    indexes.delete(input);
    const told = error === null ? null : sentError(error, input.path);
    port.send({ type: 'done', index, work: { ...ended, error: told, times: times?.drain() ?? null } });
    if (++finished % COLLECT_EVERY === 0) collectGarbage();
  };

  port.receive((message) => {
    switch (message.type) {
      case 'open':
        void open(message);
        break;
      case 'input':
        void work(message);
        break;
      case 'answer':
        answers.get(message.index)!(message.answer);
        answers.delete(message.index);
        break;
      default:
        homes!.receive(message);
    }
  });
}

async function openStudy(
  { study, job }: StudyTask,
  studies: Studies,
  context: StudyContext,
): Promise<WorkOn<never, unknown>> {
  const open = await studies[study]();
  const studyOn = await open(job as never, context);
  return async (input, breathe) => {
    const ended = { isSkipped: false, sha256: null, outputs: [] };
    try {
      return { ...ended, result: await studyOn(input, breathe), error: null };
    } catch (error) {
      return { ...ended, result: null, error };
    }
  };
}
