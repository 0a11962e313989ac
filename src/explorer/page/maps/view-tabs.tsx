import type { PackedLayer } from '../../page-data.js';
import type { View } from '../../state.js';
import { showView } from '../actions.js';
import { useSignal, useStore } from '../use-signal.js';

/** The ways to look at a layer, those that there are. */
export function ViewTabs({ layer, isMaps }: { readonly layer: PackedLayer | null; readonly isMaps: boolean }) {
  const store = useStore();
  const { view } = useSignal(store.state);
  const ran = useSignal(store.ran);
  const { together } = store.data;
  const tabs: readonly (readonly [View, string, boolean])[] = [
    ['maps', 'Maps', true],
    ['map', 'One map', layer !== null && isMaps],
    ['kernels', 'Kernels', layer !== null && layer.weight !== null],
    ['numbers', 'Numbers', layer !== null],
    ['graph', 'Graph', true],
    ['classes', 'Classes', ran?.classes != null],
    ['compare', 'Compare', together === 'compared'],
  ];
  return (
    <div class="tabs" role="group" aria-label="View">
      {tabs.map(
        ([name, words, isThere]) =>
          isThere && (
            <button key={name} type="button" aria-pressed={view === name} onClick={() => showView(store, name)}>
              {words}
            </button>
          ),
      )}
    </div>
  );
}
