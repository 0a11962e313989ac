import { batch } from '@preact/signals-core';
import { readAddress, writeAddress } from '../address.js';
import type { Look } from '../page-data.js';
import type { Edit, FedImage } from '../protocol.js';
import type { PageState, View } from '../state.js';
import { hasMaps } from './maps/has-maps.js';
import { refusalOf } from './refusal.js';
import { type GivenImage, networkOf, type Place, type Store } from './store.js';

/** A slider moves, a cursor walks: browsers take so many changes of an address only, and no one wants to go back by each. */
const SETTLED_MS = 300;
const TIMERS = new WeakMap<Store, ReturnType<typeof setTimeout>>();

/** Changes what is looked at. 'step': the back button undoes it; 'move': one of many small changes. */
export function go(store: Store, change: Partial<PageState>, how: 'step' | 'move' = 'step'): void {
  const before = store.state.peek();
  const after = { ...before, ...change };
  if (Object.keys(change).every((key) => before[key as keyof PageState] === after[key as keyof PageState])) return;
  clearTimeout(TIMERS.get(store));
  if (how === 'step') keepAddress(store, 'replaceState');
  store.state.value = after;
  if (how === 'step') keepAddress(store, 'pushState');
  else TIMERS.set(store, setTimeout(keepAddress, SETTLED_MS, store, 'replaceState'));
}

function keepAddress(store: Store, method: 'pushState' | 'replaceState'): void {
  const text = writeAddress(store.state.peek(), store.data);
  if (text === location.hash.slice(1)) return;
  history[method](null, '', text === '' ? '#' : `#${text}`);
}

/** Takes over what the address says: at the start, and when the reader goes back or types. */
export function followAddress(store: Store): void {
  const state = readAddress(location.hash, store.data);
  batch(() => {
    store.state.value =
      state.image === null && store.given.peek() === null ? { ...state, image: ownImage(store) } : state;
    store.isOpen.value = state.at !== null;
    store.slide.value = null;
  });
}

/** An address cannot keep an image that was given to a page: then the first of its own is shown. */
function ownImage({ data }: Store): number | null {
  return data.images.length > 0 ? 0 : null;
}

export function showLayer(store: Store, layer: string | null): void {
  if (layer === store.state.peek().layer) return;
  batch(() => {
    store.isOpen.value = false;
    store.slide.value = null;
    const { view } = store.state.peek();
    const stays = view !== 'map' && view !== 'maps';
    go(store, { layer, channel: 0, at: null, view: stays ? view : 'maps' });
  });
}

/** The layer `by` places further in the list. */
export function stepLayer(store: Store, by: number): void {
  const state = store.state.peek();
  const names = networkOf(store, state).layers.map(({ name }) => name);
  const next = names[names.indexOf(state.layer ?? '') + by];
  if (next !== undefined) showLayer(store, next);
}

export function showView(store: Store, view: View): void {
  batch(() => {
    store.slide.value = null;
    const state = store.state.peek();
    if (view !== 'classes' || state.view === 'classes') go(store, { view });
    else showClass(store, state.class);
  });
}

/** What spoke for a class, seen at the last layer with maps; another one may be chosen then. */
export function showClass(store: Store, index: number | null): void {
  const state = store.state.peek();
  const last = networkOf(store, state).layers.findLast(({ shape }) => shape.length === 4 && hasMaps(shape));
  const layer = state.view === 'classes' ? state.layer : (last?.name ?? state.layer);
  go(store, { view: 'classes', class: index, ...(layer === state.layer ? {} : { layer, channel: 0, at: null }) });
}

export function showNetwork(store: Store, network: number): void {
  const { layer } = store.state.peek();
  const { layers } = store.data.networks[network];
  const stays = layer === null || layers.some(({ name }) => name === layer);
  go(store, { network, ...(stays ? {} : { layer: layers[0].name, channel: 0, at: null }) }, 'move');
}

export function showChannel(store: Store, channel: number, view?: View): void {
  go(store, { channel, ...(view && { view }) });
}

/** Chooses a value; `open`: its arithmetic is shown, too. */
export function choosePlace(store: Store, channel: number, at: Place | null, open: boolean): void {
  batch(() => {
    if (open) store.isOpen.value = true;
    go(store, { channel, at }, 'move');
  });
}

/** Goes to a value that another was made from. */
export function followValue(store: Store, layer: string, channel: number, at: Place | null): void {
  batch(() => {
    store.slide.value = null;
    go(store, { layer, channel, at, view: at === null ? 'maps' : 'map' });
    store.isOpen.value = true;
  });
}

export function showLook(store: Store, look: Partial<Look>): void {
  go(store, { look: { ...store.state.peek().look, ...look } });
}

export function setEdits(store: Store, edits: readonly Edit[], how: 'step' | 'move' = 'move'): void {
  go(store, { edits }, how);
}

export function showImage(store: Store, index: number): void {
  batch(() => {
    store.pixel.value = null;
    store.note.value = '';
    go(store, { image: index });
  });
}

export function feed(store: Store, image: GivenImage, note = ''): void {
  batch(() => {
    store.given.value = image;
    store.note.value = note;
    go(store, { image: null }, 'move');
  });
}

/** One step back: from the arithmetic to the map, from a map to all of them. */
export function goBack(store: Store): void {
  const { view } = store.state.peek();
  if (store.dialog.peek()) store.dialog.value = null;
  else if (store.slide.peek() !== null) store.slide.value = null;
  else if (store.isOpen.peek()) store.isOpen.value = false;
  else if (store.pixel.peek()) store.pixel.value = null;
  else if (view !== 'maps') showView(store, 'maps');
}

export function report(store: Store, error: unknown): void {
  const refusal = refusalOf(error);
  if (refusal) store.trouble.value = refusal;
}

/** Puts a refused change back: the page shows what ran last. */
export function takeBack(store: Store): void {
  const good = store.good.peek();
  if (!good) return;
  const { network, image, preset, edits } = good;
  batch(() => {
    if (image.kind === 'given') store.given.value = image;
    go(store, { network, image: indexOf(image), preset, edits }, 'move');
  });
}

function indexOf(image: FedImage): number | null {
  return image.kind === 'own' ? image.index : null;
}
