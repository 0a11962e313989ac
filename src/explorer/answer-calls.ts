import { CnnvizError } from '../core/errors.js';
import { giveModule } from '../engine/wasm/compile.js';
import { openEngine } from './engine/open-engine.js';
import type { ReadBytes } from './pack.js';
import type { ExplorerEngine, FromWorker, ToWorker } from './protocol.js';
import { sendable } from './sendable.js';

/** What the worker finds around it. */
interface WorkerDoors {
  readonly post: (message: FromWorker, transfer: readonly ArrayBuffer[]) => void;
  /** Fetches bytes `from` … `to`−1 of what lies at an address, and waits for them. */
  readonly fetchRange: (address: string, from: number, to: number) => Uint8Array;
}

/** Answers the messages of a page, one after another. */
export function answerCalls({ post, fetchRange }: WorkerDoors): (message: ToWorker) => Promise<void> {
  let engine: ExplorerEngine | null = null;
  const open = ({ data, bytes, base, wasm }: Extract<ToWorker, { kind: 'open' }>): void => {
    giveModule(new Uint8Array(wasm));
    const all = bytes && new Uint8Array(bytes);
    const read = all
      ? ((({ at, length }) => all.subarray(at, at + length)) satisfies ReadBytes)
      : cached(({ at, length }) => fetchRange(base!, at, at + length));
    engine = openEngine(data, read);
    post({ kind: 'opened' }, []);
  };
  const call = async ({ id, method, args }: Extract<ToWorker, { kind: 'call' }>): Promise<void> => {
    try {
      // the types of a message are those of the method it names
      const answer: unknown = await (engine![method] as (...args: unknown[]) => Promise<unknown>)(...args);
      const { message, transfer } = sendable(answer);
      post({ kind: 'answer', id, result: message }, transfer);
    } catch (error) {
      if (!(error instanceof CnnvizError)) throw error;
      post({ kind: 'refused', id, refusal: { message: error.message, fix: error.fix ?? null } }, []);
    }
  };
  return async (message) => {
    try {
      await (message.kind === 'open' ? open(message) : call(message));
    } catch (error) {
      post({ kind: 'broken', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }, []);
    }
  };
}

/** Bytes that were fetched, up to this much together, are not fetched again. */
const MOST_BYTES = 256 * 2 ** 20;

function cached(read: ReadBytes): ReadBytes {
  const kept = new Map<number, Uint8Array>();
  let total = 0;
  return (range) => {
    const before = kept.get(range.at);
    if (before?.length === range.length) return before;
    const bytes = read(range);
    if (total + bytes.length <= MOST_BYTES) {
      kept.set(range.at, bytes);
      total += bytes.length;
    }
    return bytes;
  };
}
