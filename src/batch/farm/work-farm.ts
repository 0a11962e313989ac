import { hostname } from 'node:os';
import { CnnvizError } from '../../core/errors.js';
import { keepMemorySmall } from '../../io/child-process.js';
import type { QueueConnection } from '../../io/queue/connect.js';
import { FarmStore } from '../../io/queue/farm-store.js';
import type { FarmEvents } from './farm-events.js';
import { FarmJob } from './farm-job.js';
import { joinSubmission } from './join.js';
import { type OpenSubmission, openSubmission } from './open-submission.js';
import { readSubmission } from './submission.js';
import { WorkerVoice } from './worker-voice.js';

interface WorkerTerms {
  /** Images in flight. */
  readonly jobs: number;
  readonly leaseMs: number;
  /** End when nothing is left to be done. */
  readonly untilDone: boolean;
}

/** Jobs in hand: the second is taken when no input of the first waits any more. */
const JOBS_IN_HAND = 2;
/** How often a worker that has nothing to do looks again. */
const LOOK_MS = 1000;
/** Time for whoever is told to stop to give back what it has. */
const LAST_WORDS_MS = 700;
/** Images between two collections of garbage. */
const COLLECT_EVERY = 1000;

/** A worker of a farm: takes jobs of the oldest submission that has some, until it is told to stop. */
export class FarmWorker {
  readonly #connection: QueueConnection;
  readonly #store: FarmStore;
  readonly #options: WorkerTerms;
  readonly #events: FarmEvents;
  readonly #open = new Map<string, OpenSubmission>();
  /** Submissions that this worker can take no part in, and why. */
  readonly #refused = new Map<string, CnnvizError>();
  /** Those of which nobody has been told. */
  readonly #untold: CnnvizError[] = [];
  readonly #hand = new Map<FarmJob, Promise<void>>();
  readonly #voice: WorkerVoice;
  #isStopped = false;
  #isRenewing = false;
  #fault: unknown = null;
  #wake: () => void = () => {};

  constructor(connection: QueueConnection, options: WorkerTerms, events: FarmEvents) {
    this.#connection = connection;
    this.#store = new FarmStore(connection);
    this.#options = options;
    this.#events = events;
    this.#voice = new WorkerVoice(
      this.#store,
      { host: hostname(), pid: process.pid },
      keepMemorySmall(),
      COLLECT_EVERY,
    );
  }

  /** @throws CnnvizError when nothing more can be done here */
  async run(): Promise<void> {
    const renewal = setInterval(() => void this.#renew(), this.#options.leaseMs / 3);
    this.#voice.begin();
    try {
      while (!this.#isStopped && this.#fault === null) {
        const ids = await this.#openIds();
        const taken = await this.#takeFrom(ids);
        if (!taken && !(await this.#mayWait(ids))) break;
      }
      if (this.#fault !== null) throw this.#fault;
    } finally {
      clearInterval(renewal);
      if (!this.#isStopped) await this.#leave();
    }
  }

  /** Ends all processes, gives back what is in hand. @returns when it has, or time is over */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const open of this.#open.values()) open.kill();
    this.#wake();
    const timeout = new Promise<void>((resolve) => setTimeout(resolve, LAST_WORDS_MS));
    await Promise.race([this.#leave().catch(() => {}), timeout]);
  }

  async #leave(): Promise<void> {
    await Promise.all([...this.#hand.keys()].map((job) => job.giveBack()));
    await this.#voice.end();
    for (const open of this.#open.values()) open.kill();
    await Promise.all([...this.#open.values()].map(({ source }) => source.close()));
  }

  /** Submissions with work, the oldest first, without those that are not for this worker. */
  async #openIds(): Promise<string[]> {
    const ids: string[] = [];
    for (const id of await this.#store.submissions()) {
      if ((await this.#store.field(id, 'state')) === 'open') ids.push(id);
    }
    for (const id of this.#open.keys()) if (!ids.includes(id)) this.#close(id);
    for (const id of this.#refused.keys()) if (!ids.includes(id)) this.#refused.delete(id);
    return ids.filter((id) => !this.#refused.has(id));
  }

  #close(id: string): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    this.#open.delete(id);
    for (const job of this.#hand.keys()) if (job.open === open) job.lose();
    open.kill();
    void open.source.close().catch(() => {});
  }

  /** Works on the first of these that has a job, until it has none. @returns false: none had */
  async #takeFrom(ids: readonly string[]): Promise<boolean> {
    for (const id of ids) {
      const open = await this.#opened(id);
      if (open === null) continue;
      if (await this.#isJoined(open)) return true;
      if (await this.#workOn(open)) return true;
    }
    return false;
  }

  /** Null: it is not for this worker, or gone. */
  async #opened(id: string): Promise<OpenSubmission | null> {
    const before = this.#open.get(id);
    if (before !== undefined) return before;
    try {
      const found = await readSubmission(this.#store, id);
      if (found === null) return null;
      const { jobs, leaseMs } = this.#options;
      const open = await openSubmission(this.#connection, found.submission, {
        jobs,
        leaseMs,
        hungry: () => this.#wake(),
      });
      this.#open.set(id, open);
      this.#events.begin(found.submission);
      return open;
    } catch (error) {
      this.#refuse(id, error);
      return null;
    }
  }

  /** @throws what is no refusal */
  #refuse(id: string, error: unknown): void {
    if (!(error instanceof CnnvizError)) throw error;
    this.#refused.set(id, error);
    this.#untold.push(error);
    this.#close(id);
  }

  /** @returns whether there was a job */
  async #workOn(open: OpenSubmission): Promise<boolean> {
    const { id } = open.submission;
    const mayGoOn = () => !this.#isStopped && this.#fault === null && this.#open.has(id);
    let any = false;
    for (let isEmpty = false; mayGoOn(); ) {
      const mayTake = this.#hand.size === 0 || (!isEmpty && this.#isHungry(open));
      if (mayTake) {
        const taken = await open.source.next();
        isEmpty = taken === null;
        if (taken !== null) {
          any = true;
          this.#begin(open, new FarmJob(this.#store, open, taken, this.#events));
        } else if (this.#hand.size === 0) break;
      } else {
        const before = this.#hand.size;
        await this.#change();
        if (this.#hand.size < before) isEmpty = false;
      }
    }
    if (any && this.#open.has(id) && !this.#isStopped) await open.rest();
    return any;
  }

  /** Whether processes will soon have nothing to do. */
  #isHungry(open: OpenSubmission): boolean {
    if (this.#hand.size >= JOBS_IN_HAND) return false;
    return [...this.#hand.keys()].every(({ isBegun }) => isBegun) && open.pool().isHungry;
  }

  #begin(open: OpenSubmission, job: FarmJob): void {
    const { id } = open.submission;
    const running = job
      .run()
      .catch((error) => {
        if (error instanceof CnnvizError && error.code !== 'output') this.#refuse(id, error);
        else this.#fault ??= error;
      })
      .finally(() => {
        this.#hand.delete(job);
        this.#voice.ended(job);
        this.#wake();
      });
    this.#hand.set(job, running);
    this.#voice.began(id, job);
  }

  /** Waits for something to happen, a second at most. */
  async #change(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, LOOK_MS);
    });
    clearTimeout(timer);
  }

  /** Joins a submission of which all jobs are done. */
  async #isJoined({ submission }: OpenSubmission): Promise<boolean> {
    const { id, jobs } = submission;
    if ((await this.#store.finishedCount(id)) < jobs) return false;
    try {
      const manifest = await joinSubmission(this.#connection, submission, this.#voice.name);
      if (manifest === null) return false;
      this.#events.joined(submission, manifest);
    } catch (error) {
      if (!(error instanceof CnnvizError)) throw error;
      await this.#store.writeRecord(id, { state: 'broken', fault: error.message, ended: String(Date.now()) });
      this.#events.refused(error);
    }
    return true;
  }

  /** Whether something may come yet. @throws CnnvizError when all there is is not for this worker */
  async #mayWait(ids: readonly string[]): Promise<boolean> {
    if (this.#isStopped) return false;
    const left = ids.filter((id) => !this.#refused.has(id));
    if (left.length === 0) {
      const last = [...this.#refused.values()].at(-1);
      this.#tellRefusals(last);
      if (last !== undefined) throw last;
      if (this.#options.untilDone) return false;
    }
    this.#tellRefusals();
    await this.#change();
    return true;
  }

  /** @param but the one that is told by whoever ends */
  #tellRefusals(but?: CnnvizError): void {
    for (const error of this.#untold.splice(0)) if (error !== but) this.#events.refused(error);
  }

  /** Says that what is in hand is in hand. */
  async #renew(): Promise<void> {
    // without a connection it takes as long as that
    if (this.#isRenewing) return;
    this.#isRenewing = true;
    const leases = new Map<OpenSubmission, FarmJob[]>();
    for (const job of this.#hand.keys()) leases.set(job.open, [...(leases.get(job.open) ?? []), job]);
    try {
      for (const [open, jobs] of leases) {
        const state = await this.#store.field(open.submission.id, 'state');
        if (state !== 'open') this.#close(open.submission.id);
        const ended = await open.source.renew(jobs.map(({ taken }) => taken));
        for (const job of jobs) if (ended.has(job.taken.token)) job.lose();
      }
    } catch {
      // no connection: the next one says it
    } finally {
      this.#isRenewing = false;
    }
  }
}
