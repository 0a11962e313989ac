import type { CnnvizError } from '../../core/errors.js';
import type { Input } from '../../io/inputs.js';
import { writeJobFile } from '../../io/queue/farm-folder.js';
import type { FarmStore } from '../../io/queue/farm-store.js';
import type { TakenJob } from '../../io/queue/job-queue.js';
import { entryLine } from '../manifest.js';
import { runBatch } from '../run-batch.js';
import type { BatchPool } from '../shared-pool.js';
import type { FarmEvents } from './farm-events.js';
import { DEADLY, JobJournal } from './job-journal.js';
import type { OpenSubmission } from './open-submission.js';
import { finishedText, unpackInputs } from './submission.js';

/** What is said of an input that has ended too many workers, where a part holds it. */
const GIVEN_UP = { why: DEADLY, fix: 'the file may be malformed, or too large for these machines' };

/** A job in a worker's hands. */
export class FarmJob {
  readonly taken: TakenJob;
  readonly open: OpenSubmission;
  readonly #store: FarmStore;
  readonly #events: FarmEvents;
  #journal: JobJournal | null = null;
  #pool: BatchPool | null = null;
  /** Ends what works for it alone. */
  #tidy: (() => void) | null = null;
  #isLost = false;
  /** Why this worker can write nothing more. */
  #fault: CnnvizError | null = null;
  /** Its inputs wait for processes, or have gone to some. */
  isBegun = false;
  /** Inputs that ended in these hands, and how many of them failed. */
  done = 0;
  failed = 0;

  constructor(store: FarmStore, open: OpenSubmission, taken: TakenJob, events: FarmEvents) {
    this.#store = store;
    this.open = open;
    this.taken = taken;
    this.#events = events;
  }

  /**
   * Works on it until it is done, or no longer ours.
   * @throws CnnvizError of an output that cannot be written, or of a command that cannot be followed here: it is given back
   */
  async run(): Promise<void> {
    const { id } = this.open.submission;
    if (await this.#store.isFinished(id, this.taken.number)) {
      await this.taken.complete();
      return;
    }
    const inputs = unpackInputs(id, this.taken.payload);
    const journal = await JobJournal.open(this.#store, id, this.taken.number, inputs);
    this.#journal = journal;
    try {
      await this.#work(inputs, journal);
      if (this.#fault !== null) throw this.#fault;
      if (!this.#isLost) await this.#end(journal);
    } catch (error) {
      await this.giveBack();
      throw error;
    }
  }

  async #work(inputs: readonly Input[], journal: JobJournal): Promise<void> {
    const { submission } = this.open;
    await runBatch(
      {
        task: submission.task,
        materials: null,
        inputs: inputs.map((input, index) => (journal.deadly.has(index) ? { ...input, unreadable: GIVEN_UP } : input)),
        named: 0,
        products: null,
        jobs: this.open.jobs,
        timeoutMs: submission.timeoutMs,
        isolate: true,
        shard: null,
        resume: false,
        skipExisting: false,
        send: () => Promise.reject(new Error('a farm has no standard output')),
        within: {
          journal,
          command: submission.command,
          alone: journal.alone,
          openPool: (events) => {
            this.#pool = this.open.pool().join(inputs, events, journal.alone);
            if (this.#isLost) this.#pool.kill();
            this.isBegun = true;
            return this.#pool;
          },
        },
      },
      {
        begin() {},
        outcome: async ({ status, error }) => {
          if (error?.code === 'output') this.#fault = error;
          else if (error !== null) this.#events.failed(error);
          if (status === 'skipped') return;
          this.done++;
          if (error !== null) this.failed++;
        },
        progress() {},
        note: (text) => this.#events.note(text),
        times() {},
        whenStopped: (tidy) => {
          this.#tidy = tidy;
          if (this.#isLost) tidy?.();
        },
      },
    );
  }

  /** What is known of it is written, then counted, then the queue is told: whoever repeats a step changes nothing. */
  async #end(journal: JobJournal): Promise<void> {
    const { id, root } = this.open.submission;
    const entries = journal.whole();
    if (entries === null) {
      await this.giveBack();
      return;
    }
    const { number } = this.taken;
    const { name, sha256 } = await writeJobFile(root, id, number, entries.map(entryLine));
    const tally = journal.tally;
    const failures = entries.flatMap(({ error }) => (error === null ? [] : [error.message]));
    journal.drop();
    const value = finishedText({ name, sha256, ...tally });
    if ((await this.#store.settle(id, this.taken, value, tally, failures)) === null) return;
    await this.taken.complete();
  }

  /** Somebody else has it, or it is no longer wanted: nothing is told of it any more. */
  lose(): void {
    this.#isLost = true;
    this.#journal?.drop();
    this.#pool?.kill();
    this.#tidy?.();
  }

  /** Lets go of it: the next worker goes on where this one was. */
  async giveBack(): Promise<void> {
    if (this.#isLost) return;
    this.lose();
    await this.#journal?.release();
    await this.taken.giveBack();
  }
}
