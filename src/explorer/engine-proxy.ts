import { CnnvizError } from '../core/errors.js';
import type { PageData } from './page-data.js';
import type { EngineMethod, ExplorerEngine, FromWorker, Ran, Situation, ToWorker } from './protocol.js';

/** The worker, as far as it is used. */
interface EngineWorker {
  postMessage(message: ToWorker, transfer: ArrayBuffer[]): void;
  onmessage: ((event: { readonly data: FromWorker }) => void) | null;
  onerror: ((event: { readonly message?: string }) => void) | null;
}

/** A run that was not done, since another was asked for while it waited. Nobody need be told. */
export class Superseded extends Error {
  constructor() {
    super('a later run takes the place of this one');
    this.name = 'Superseded';
  }
}

/** What the engine begins with. `bytes` and `wasm` are handed over: the page has them no more. */
export interface EngineStart {
  readonly data: PageData;
  /** Null: they are asked for from `base`. */
  readonly bytes: ArrayBuffer | null;
  readonly base: string | null;
  readonly wasm: ArrayBuffer;
}

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The engine of a page, which works behind it in a worker. Refusals come as CnnvizError, as they would in one place. One run
 * is done at a time, and of those that wait only the last: what is drawn or slid is never behind. Other questions are asked
 * after all runs before them.
 */
export function connectEngine(worker: EngineWorker, { data, bytes, base, wasm }: EngineStart): ExplorerEngine {
  const waiting = new Map<number, Waiting>();
  let count = 0;
  let broken: Error | null = null;

  const breakDown = (message: string): void => {
    broken = new Error(message);
    for (const { reject } of waiting.values()) reject(broken);
    waiting.clear();
  };
  worker.onmessage = ({ data: answer }) => {
    if (answer.kind === 'opened') return;
    if (answer.kind === 'broken') {
      breakDown(answer.message);
      return;
    }
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (answer.kind === 'answer') asked?.resolve(answer.result as never);
    else {
      const { message, fix } = answer.refusal;
      asked?.reject(new CnnvizError('usage', message, fix === null ? {} : { fix }));
    }
  };
  worker.onerror = ({ message }) => breakDown(message ?? 'the engine of this page does not start');
  worker.postMessage({ kind: 'open', data, bytes, base, wasm }, bytes === null ? [wasm] : [bytes, wasm]);

  const send = <T>(method: EngineMethod, args: readonly unknown[]): Promise<T> =>
    new Promise((resolve, reject) => {
      if (broken) {
        reject(broken);
        return;
      }
      const id = count++;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ kind: 'call', id, method, args }, []);
    });

  let running: Promise<unknown> | null = null;
  let next: {
    readonly situation: Situation;
    readonly resolve: (ran: Ran) => void;
    readonly reject: Waiting['reject'];
  } | null = null;
  const begin = (situation: Situation): Promise<Ran> => {
    const ran = send<Ran>('run', [situation]);
    running = ran
      .catch(() => undefined)
      .then(() => {
        running = null;
        const waits = next;
        next = null;
        if (waits) begin(waits.situation).then(waits.resolve, waits.reject);
      });
    return ran;
  };
  /** What is asked is about the last run that was asked for. */
  const ask = async <T>(method: EngineMethod, args: readonly unknown[]): Promise<T> => {
    while (running) await running;
    return send<T>(method, args);
  };
  return {
    run(situation) {
      if (!running) return begin(situation);
      next?.reject(new Superseded());
      return new Promise((resolve, reject) => {
        next = { situation, resolve, reject };
      });
    },
    maps: (...args) => ask('maps', args),
    facts: (...args) => ask('facts', args),
    histogram: (...args) => ask('histogram', args),
    values: (...args) => ask('values', args),
    value: (...args) => ask('value', args),
    explain: (...args) => ask('explain', args),
    field: (...args) => ask('field', args),
    kernels: (...args) => ask('kernels', args),
    classMap: (...args) => ask('classMap', args),
    compare: (...args) => ask('compare', args),
  };
}
