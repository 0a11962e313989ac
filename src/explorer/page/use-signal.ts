import type { ReadonlySignal } from '@preact/signals-core';
import { createContext } from 'preact';
import { useContext, useLayoutEffect, useState } from 'preact/hooks';
import type { Store } from './store.js';

/** The value of a signal; the component is drawn again when it changes. */
export function useSignal<T>(signal: ReadonlySignal<T>): T {
  const [, setValue] = useState<T>(() => signal.peek());
  useLayoutEffect(() => signal.subscribe((value) => setValue(() => value)), [signal]);
  return signal.peek();
}

/** What all components of a page share. */
export const StoreContext = createContext<Store | null>(null);

export function useStore(): Store {
  const store = useContext(StoreContext);
  if (!store) throw new Error('a component outside of the page');
  return store;
}
