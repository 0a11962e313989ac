import { effect } from '@preact/signals-core';
import type { Store } from './store.js';

/** What takes the focus in the middle: the large map, the chosen map of a sheet, the chosen box of a graph; else its head. */
const SHOWN = ['.middle .pixels', '.middle [role="gridcell"][tabindex="0"]', '.graph', '#shown'];

/** Puts the focus on what the middle shows, once it is there. */
export function focusShown(): void {
  requestAnimationFrame(() => {
    const found = SHOWN.map((selector) => document.querySelector<HTMLElement | SVGElement>(selector));
    found.find((one) => one !== null)?.focus({ preventScroll: true });
  });
}

/** Puts the focus on the head of the arithmetic, once it is there. */
export function focusWhy(): void {
  requestAnimationFrame(() => document.getElementById('why')?.focus());
}

/** When what had the focus goes away with a change, the middle takes it: keys go on from there. */
export function keepFocus(store: Store): () => void {
  let last: EventTarget | null = null;
  const note = ({ target }: FocusEvent) => {
    last = target;
  };
  document.addEventListener('focusin', note);
  const stop = effect(() => {
    store.state.value;
    store.isOpen.value;
    store.ran.value;
    requestAnimationFrame(() => {
      const isLost = document.activeElement === document.body && last instanceof Element && !last.isConnected;
      if (isLost) focusShown();
    });
  });
  return () => {
    stop();
    document.removeEventListener('focusin', note);
  };
}
