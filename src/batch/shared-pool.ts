import type { Input } from '../io/inputs.js';
import type { TaskResult, WorkDone } from './work.js';
import { type PoolEvents, WorkerPool } from './worker-pool.js';

type PoolOptions = ConstructorParameters<typeof WorkerPool>[1];

/** What works on the inputs of one batch. */
export interface BatchPool {
  /** Works on these inputs, by their index; ends when they are done, or no more of them are wanted. */
  run(indexes: readonly number[]): Promise<void>;
  /** Hands out no more; what is in flight is finished. */
  stop(): void;
  /** Ends it at once: nothing is told of these inputs any more. */
  kill(): void;
}

interface Turn {
  readonly member: Member;
  /** The input's index in its own batch. */
  readonly own: number;
}

/** Processes that several batches of one task share, one after another or at the same time: they live on between them. */
export class SharedPool {
  readonly #pool: WorkerPool<Input>;
  readonly #turns = new Map<number, Turn>();
  readonly #running: Promise<void>;
  #next = 0;

  /** @param hungry called when the last input that waited has been handed out: more may be had for the asking */
  constructor(options: Omit<PoolOptions, 'staysOpen'>, hungry: () => void) {
    const turnOf = (index: number): Turn | undefined => this.#turns.get(index);
    this.#pool = new WorkerPool<Input>(
      { at: (index) => turnOf(index)?.member.inputs[turnOf(index)!.own] },
      { ...options, staysOpen: true },
      {
        done: (index, work) => this.#done(index, work),
        share: (index, done) => turnOf(index)?.member.events?.share(turnOf(index)!.own, done),
        mayWrite: (index, products) => {
          const turn = turnOf(index);
          return turn?.member.events?.mayWrite(turn.own, products) ?? LOST;
        },
        died: (pid, indexes) => this.#died(pid, indexes),
        begun: (index, alone) => {
          const turn = turnOf(index);
          turn?.member.events?.begun?.(turn.own, alone);
          if (this.#pool.waiting === 0) hungry();
        },
      },
    );
    this.#running = this.#pool.run([]);
    // whoever works with it is told
    this.#running.catch((error) => {
      for (const member of new Set([...this.#turns.values()].map((turn) => turn.member))) member.fail(error);
    });
  }

  /** A batch's part of it. `alone`: indexes that are worked on when all else is done, with nothing beside them. */
  join(inputs: readonly Input[], events: PoolEvents<TaskResult>, alone: ReadonlySet<number>): BatchPool {
    const indexes = new Set<number>();
    const member = new Member(inputs, events);
    return {
      run: async (own) => {
        const add = (list: readonly number[], isAlone: boolean): void => {
          const more = list.map((index) => {
            this.#turns.set(this.#next, { member, own: index });
            indexes.add(this.#next);
            return this.#next++;
          });
          member.left += more.length;
          if (more.length > 0) this.#pool.add(more, isAlone);
        };
        add(
          own.filter((index) => !alone.has(index)),
          false,
        );
        add(
          own.filter((index) => alone.has(index)),
          true,
        );
        member.endIfDone();
        await Promise.race([member.done, this.#running]);
      },
      stop: () => this.#withdraw(member, indexes),
      kill: () => {
        this.#withdraw(member, indexes);
        member.leave();
      },
    };
  }

  /** Nothing waits: more may be had for the asking. */
  get isHungry(): boolean {
    return this.#pool.waiting === 0;
  }

  /** Ends when all is done. */
  async close(): Promise<void> {
    this.#pool.finish();
    await this.#running;
  }

  /** Ends all processes at once; synchronous. */
  kill(): void {
    this.#pool.kill();
    for (const member of new Set([...this.#turns.values()].map((turn) => turn.member))) member.leave();
  }

  #withdraw(member: Member, indexes: ReadonlySet<number>): void {
    for (const index of this.#pool.withdraw(indexes)) {
      this.#turns.delete(index);
      member.left--;
    }
    member.endIfDone();
  }

  async #done(index: number, work: WorkDone): Promise<void> {
    const turn = this.#turns.get(index);
    this.#turns.delete(index);
    if (turn === undefined) return;
    const { member, own } = turn;
    await member.events?.done(own, work);
    member.left--;
    member.endIfDone();
  }

  #died(pid: number, indexes: readonly number[]): void {
    const ofMember = new Map<Member, number[]>();
    for (const index of indexes) {
      const turn = this.#turns.get(index);
      if (turn !== undefined) ofMember.set(turn.member, [...(ofMember.get(turn.member) ?? []), turn.own]);
    }
    for (const [member, own] of ofMember) member.events?.died(pid, own);
  }
}

const LOST = { code: 'crash', message: 'this input is no longer wanted here', fix: null } as const;

/** One batch in a shared pool. */
class Member {
  readonly inputs: readonly Input[];
  /** Null: it wants to hear no more. */
  events: PoolEvents<TaskResult> | null;
  left = 0;
  readonly done: Promise<void>;
  #resolve: () => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(inputs: readonly Input[], events: PoolEvents<TaskResult>) {
    this.inputs = inputs;
    this.events = events;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.done.catch(() => {});
  }

  endIfDone(): void {
    if (this.left <= 0) this.#resolve();
  }

  /** It is told nothing more. */
  leave(): void {
    this.events = null;
    this.left = 0;
    this.endIfDone();
  }

  fail(error: unknown): void {
    this.#reject(error);
  }
}
