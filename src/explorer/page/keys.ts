import { goBack, stepLayer } from './actions.js';
import { focusShown } from './focus.js';
import type { Store } from './store.js';

/** What `?` lists. */
export const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ['[ and ]', 'the layer before, the layer after'],
  ['Arrows', 'in the list: another layer; among maps: another map; in a map: another pixel'],
  ['Shift + arrows', 'in a map: by the stride of the layer, or by 8 where that is 1'],
  ['Enter', 'on a layer: its maps; on a map: alone and large; on a pixel: how its value is computed'],
  ['Esc', 'back: from the arithmetic to the map, from a map to all maps'],
  ['Home, End', 'the first, the last'],
  ['Space', 'on the drawing: the pen goes down or up'],
  ['Ctrl + V', 'feeds the image that was copied'],
  ['?', 'these keys'],
];

/** Keys that work everywhere but where somebody types. */
export function onKey(store: Store, event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
  const { key, target } = event;
  if (key === 'Escape') {
    if (!store.dialog.peek()) focusShown();
    goBack(store);
    return;
  }
  if (target instanceof HTMLElement && target.closest('input:not([type=range]), select, textarea, dialog')) return;
  if (key === '?') store.dialog.value = 'keys';
  else if (key === '[') stepLayer(store, -1);
  else if (key === ']') stepLayer(store, 1);
  else return;
  event.preventDefault();
}
