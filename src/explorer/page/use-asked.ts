import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Refusal } from '../protocol.js';
import { refusalOf } from './refusal.js';
import { useStore } from './use-signal.js';

/** What the engine answered to a question. */
export interface Asked<T> {
  /** The last answer about the same thing; null: none yet. */
  readonly answer: T | null;
  readonly refusal: Refusal | null;
  readonly isWaiting: boolean;
}

interface Heard<T> {
  readonly about: string;
  readonly answer: T | null;
  readonly refusal: Refusal | null;
}

/**
 * Asks the engine again whenever `keys` change: one question at a time, of several waiting ones the last. An answer stays
 * until the next one about the same thing, so that nothing flickers. `ask` null: there is nothing to ask.
 */
export function useAsked<T>(about: string, keys: readonly unknown[], ask: (() => Promise<T>) | null): Asked<T> {
  const [heard, setHeard] = useState<Heard<T> | null>(null);
  const [isWaiting, setWaiting] = useState(false);
  const { open } = useStore();
  const queue = useRef<Queue>({ isBusy: false, next: null, isGone: false }).current;

  useEffect(() => {
    queue.isGone = false;
    return () => {
      queue.isGone = true;
    };
  }, [queue]);
  // before the screen is painted: a slider that moves waits for no frame
  useLayoutEffect(() => {
    if (ask === null) {
      queue.next = null;
      return;
    }
    const question = async (): Promise<void> => {
      open.value = open.peek() + 1;
      try {
        const answer = await ask();
        if (!queue.isGone) setHeard({ about, answer, refusal: null });
      } catch (error) {
        const refusal = refusalOf(error);
        if (!refusal || queue.isGone) return;
        setHeard({ about, answer: null, refusal });
      } finally {
        open.value = open.peek() - 1;
      }
    };
    queue.next = question;
    setWaiting(true);
    if (!queue.isBusy) void drain(queue, () => setWaiting(false));
  }, [about, ask === null, ...keys]);

  const isAbout = heard?.about === about;
  return { answer: isAbout ? heard.answer : null, refusal: isAbout ? heard.refusal : null, isWaiting };
}

interface Queue {
  isBusy: boolean;
  next: (() => Promise<void>) | null;
  isGone: boolean;
}

async function drain(queue: Queue, done: () => void): Promise<void> {
  queue.isBusy = true;
  while (queue.next && !queue.isGone) {
    const question = queue.next;
    queue.next = null;
    await question();
  }
  queue.isBusy = false;
  if (!queue.isGone) done();
}
