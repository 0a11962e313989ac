import { batch, effect } from '@preact/signals-core';
import type { Ran, Situation } from '../protocol.js';
import { report, takeBack } from './actions.js';
import { refusalOf } from './refusal.js';
import type { Store } from './store.js';

/** What is shown of a run is asked for before the next one begins; but for what takes longer than this. */
const PATIENCE_MS = 250;

/**
 * Runs the engine whenever what decides the numbers changes: one run at a time, and between two of them what is shown is
 * drawn, so that a slider that moves is followed. Of situations that come meanwhile the last one is run.
 */
export function keepRunning(store: Store): () => void {
  let isBusy = false;
  let ran: Situation | null = null;
  const runAll = async () => {
    isBusy = true;
    for (let next = store.situation.peek(); next !== null && next !== ran; next = store.situation.peek()) {
      ran = next;
      const outcome = await run(store, next);
      // a comparison runs networks, too
      if (outcome === 'superseded') ran = null;
      if (outcome === 'refused' && store.situation.peek() === next && store.good.peek() !== null) {
        takeBack(store);
        // the engine has kept its last run: what is put back needs none
        ran = store.situation.peek();
        store.good.value = ran;
      }
      await answered(store);
    }
    isBusy = false;
  };
  return effect(() => {
    store.situation.value;
    if (!isBusy) void runAll();
  });
}

async function run(store: Store, situation: Situation): Promise<'done' | 'refused' | 'superseded'> {
  store.isRunning.value = true;
  try {
    const ran = await store.engine.run(situation);
    batch(() => {
      store.good.value = situation;
      store.trouble.value = null;
      store.versions.value = newVersions(store, ran);
      store.ran.value = ran;
      store.isRunning.value = false;
    });
    return 'done';
  } catch (error) {
    store.isRunning.value = false;
    report(store, error);
    return refusalOf(error) === null ? 'superseded' : 'refused';
  }
}

function newVersions(store: Store, ran: Ran): ReadonlyMap<string, number> {
  const versions = new Map(store.versions.peek());
  for (const { name, unchanged } of ran.layers) {
    if (!unchanged || !versions.has(name)) versions.set(name, (versions.get(name) ?? 0) + 1);
  }
  return versions;
}

/** When no question is open, or they take too long. */
async function answered(store: Store): Promise<void> {
  // what is drawn anew asks in a task of its own
  await new Promise((resolve) => setTimeout(resolve));
  let stop = () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  await new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS);
    stop = effect(() => {
      if (store.open.value === 0) resolve();
    });
  });
  stop();
  clearTimeout(timer);
}
