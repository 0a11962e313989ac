import { batch, effect, untracked } from '@preact/signals-core';
import type { Ran, Situation } from '../protocol.js';
import { report, takeBack } from './actions.js';
import { refusalOf } from './refusal.js';
import type { Store } from './store.js';

/** Pages whose refused change has been taken back: the run after it does not wipe away why. */
const TAKEN_BACK = new WeakSet<Store>();

/** Runs the engine whenever what decides the numbers changes. */
export function keepRunning(store: Store): () => void {
  return effect(() => {
    const situation = store.situation.value;
    if (situation !== null && situation !== store.good.peek()) untracked(() => void run(store, situation));
  });
}

/** Results are taken over in their order, also where a newer situation waits: a slider that moves shows all it can. */
async function run(store: Store, situation: Situation): Promise<void> {
  store.running.value = store.running.peek() + 1;
  try {
    const ran = await store.engine.run(situation);
    batch(() => {
      store.good.value = situation;
      if (!TAKEN_BACK.delete(store)) store.trouble.value = null;
      store.versions.value = newVersions(store, ran);
      store.ran.value = ran;
    });
  } catch (error) {
    batch(() => {
      report(store, error);
      if (store.situation.peek() !== situation || !refusalOf(error)) return;
      TAKEN_BACK.add(store);
      takeBack(store);
    });
  } finally {
    store.running.value = store.running.peek() - 1;
  }
}

function newVersions(store: Store, ran: Ran): ReadonlyMap<string, number> {
  const versions = new Map(store.versions.peek());
  for (const { name, unchanged } of ran.layers) {
    if (!unchanged || !versions.has(name)) versions.set(name, (versions.get(name) ?? 0) + 1);
  }
  return versions;
}
