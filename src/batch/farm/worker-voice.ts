import { randomBytes } from 'node:crypto';
import type { FarmStore } from '../../io/queue/farm-store.js';
import type { FarmJob } from './farm-job.js';

/** A rate is of the images of so long. */
const WINDOW_MS = 15_000;
/** How often a worker is heard of. */
const SPEAK_MS = 2000;

/** What a worker says of itself. */
export interface WorkerWords {
  readonly host: string;
  readonly pid: number;
  /** What it works on; null: nothing. */
  readonly submission: string | null;
  /** Images done in jobs that are not, of which so many failed. */
  readonly inHand: { readonly done: number; readonly failed: number };
  /** Images a second, lately. */
  readonly rate: number;
}

/** Tells the others that this worker lives and how far it is. */
export class WorkerVoice {
  readonly name = randomBytes(8).toString('hex');
  readonly #store: FarmStore;
  readonly #who: { readonly host: string; readonly pid: number };
  readonly #collect: () => void;
  readonly #collectEvery: number;
  readonly #hand = new Set<FarmJob>();
  readonly #marks: { at: number; done: number }[] = [];
  #submission: string | null = null;
  #before = 0;
  #collected = 0;
  #isSpeaking = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(store: FarmStore, who: { host: string; pid: number }, collect: () => void, collectEvery: number) {
    this.#store = store;
    this.#who = who;
    this.#collect = collect;
    this.#collectEvery = collectEvery;
  }

  began(submission: string, job: FarmJob): void {
    this.#submission = submission;
    this.#hand.add(job);
  }

  ended(job: FarmJob): void {
    this.#hand.delete(job);
    this.#before += job.done;
    if (this.#before - this.#collected < this.#collectEvery) return;
    this.#collected = this.#before;
    this.#collect();
  }

  begin(): void {
    this.#timer = setInterval(() => void this.#speak(), SPEAK_MS);
    void this.#speak();
  }

  async #speak(): Promise<void> {
    // without a connection it takes as long as that
    if (this.#isSpeaking) return;
    const now = Date.now();
    const inHand = { done: 0, failed: 0 };
    for (const { done, failed } of this.#hand) {
      inHand.done += done - failed;
      inHand.failed += failed;
    }
    const done = this.#before + inHand.done + inHand.failed;
    this.#marks.push({ at: now, done });
    while (this.#marks.length > 2 && now - this.#marks[0].at > WINDOW_MS) this.#marks.shift();
    const [first] = this.#marks;
    const seconds = (now - first.at) / 1000;
    const submission = this.#hand.size > 0 ? this.#submission : null;
    const rate = seconds > 0 ? (done - first.done) / seconds : 0;
    const words: WorkerWords = { ...this.#who, submission, inHand, rate };
    this.#isSpeaking = true;
    await this.#store.beat(this.name, JSON.stringify(words)).catch(() => {});
    this.#isSpeaking = false;
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    this.#isSpeaking = true;
    await this.#store.beat(this.name, '');
  }
}
