import type { Input } from '../../io/inputs.js';
import type { FarmStore } from '../../io/queue/farm-store.js';
import type { Journal } from '../ledger.js';
import { entryLine, entryOf, type ManifestEntry } from '../manifest.js';

/** So often may a worker end while it has nothing but one input in hand: by chance that does not happen. */
const MOST_DEATHS = 5;

/** What a farm keeps of an input while its job is not done, by the letter a field begins with. */
const [ENTRY, SKIPPED, BEGUN, DEATHS] = ['e', 's', 'b', 'd'] as const;
/** How it was begun: among others, or with nothing beside it. */
const [AMONG, ALONE] = ['w', 'a'] as const;

/** The record of a job: what is done of it outlives its worker. */
export class JobJournal implements Journal {
  readonly #store: FarmStore;
  readonly #id: string;
  readonly #job: number;
  readonly #inputs: readonly Input[];
  readonly #indexes: ReadonlyMap<string, number>;
  readonly #entries = new Map<string, ManifestEntry>();
  readonly #skipped = new Set<string>();
  readonly #inFlight = new Set<number>();
  /** Inputs that were in hand when a worker ended: each is done when nothing else is. */
  readonly alone = new Set<number>();
  /** Inputs that have ended too many workers, of a part: it tells of them as of what cannot be read. */
  readonly deadly = new Set<number>();
  #isOpen = true;

  private constructor(store: FarmStore, id: string, job: number, inputs: readonly Input[]) {
    this.#store = store;
    this.#id = id;
    this.#job = job;
    this.#inputs = inputs;
    this.#indexes = new Map(inputs.map(({ path }, index) => [path, index]));
  }

  /** Takes a job up where the last worker left it, and lists what has ended too many workers. */
  static async open(store: FarmStore, id: string, job: number, inputs: readonly Input[]): Promise<JobJournal> {
    const journal = new JobJournal(store, id, job, inputs);
    const known = await store.begun(id, job);
    for (const [field, text] of Object.entries(known)) journal.#take(field, text);
    for (const [index, { path, part }] of inputs.entries()) {
      const how = known[`${BEGUN}${index}`];
      if (how === undefined || journal.#entries.has(path)) continue;
      const deaths = how === ALONE ? await store.count(id, job, `${DEATHS}${index}`) : 0;
      await store.note(id, job, {}, [`${BEGUN}${index}`]);
      if (deaths < MOST_DEATHS) journal.alone.add(index);
      else if (part === undefined) journal.record(deadly(path));
      else {
        // its part is not whole yet: whoever takes the job over must know it again
        await store.note(id, job, { [`${BEGUN}${index}`]: ALONE });
        journal.deadly.add(index);
      }
    }
    return journal;
  }

  #take(field: string, text: string): void {
    const input = this.#inputs[Number(field.slice(1))];
    if (input === undefined || (field[0] !== ENTRY && field[0] !== SKIPPED)) return;
    const entry = entryOf(text);
    // a record of something else: this input is done anew
    if (entry?.input !== input.path) return;
    this.#entries.set(input.path, entry);
    if (field[0] === SKIPPED) this.#skipped.add(input.path);
  }

  get proven(): { has(input: string): boolean } {
    return this.#entries;
  }

  record(entry: ManifestEntry): void {
    const index = this.#indexes.get(entry.input)!;
    this.#entries.set(entry.input, entry);
    this.#inFlight.delete(index);
    this.#note({ [`${ENTRY}${index}`]: entryLine(entry) }, [`${BEGUN}${index}`]);
  }

  begun(input: Input, alone: boolean): void {
    const index = this.#indexes.get(input.path)!;
    this.#inFlight.add(index);
    this.#note({ [`${BEGUN}${index}`]: alone ? ALONE : AMONG }, []);
  }

  /** In what order they come does not matter, and a text that is lost costs one input's work. */
  #note(fields: Record<string, string>, gone: readonly string[]): void {
    if (this.#isOpen) this.#store.note(this.#id, this.#job, fields, gone).catch(() => {});
  }

  async close(): Promise<void> {}

  abandon(): void {}

  /** The job is somebody else's: nothing is noted any more. */
  drop(): void {
    this.#isOpen = false;
  }

  /** The worker lets go of the job by its own will: what is in hand is not to blame. */
  async release(): Promise<void> {
    this.#isOpen = false;
    const gone = [...this.#inFlight].map((index) => `${BEGUN}${index}`);
    if (gone.length > 0) await this.#store.note(this.#id, this.#job, {}, gone);
  }

  /** What is known of each input, in their order; null while that of one is missing. */
  whole(): ManifestEntry[] | null {
    const entries = this.#inputs.flatMap(({ path }) => this.#entries.get(path) ?? []);
    return entries.length === this.#inputs.length ? entries : null;
  }

  get tally(): { done: number; failed: number; skipped: number } {
    let failed = 0;
    for (const { error } of this.#entries.values()) if (error !== null) failed++;
    const skipped = this.#skipped.size;
    return { done: this.#entries.size - failed - skipped, failed, skipped };
  }
}

/** What is known of an input before its job is queued. */
export function knownFields(known: ReadonlyMap<number, ManifestEntry>): Record<string, string> {
  return Object.fromEntries([...known].map(([index, entry]) => [`${SKIPPED}${index}`, entryLine(entry)]));
}

/** Why an input is given up. */
export const DEADLY = `ended the worker that had nothing else in hand, ${MOST_DEATHS} times`;

function deadly(path: string): ManifestEntry {
  const message = `${path}: ${DEADLY}`;
  return { input: path, sha256: null, outputs: [], error: { code: 'crash', message } };
}
