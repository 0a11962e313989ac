import type { ComponentChildren } from 'preact';
import { followValue, showLayer } from '../actions.js';
import { layerOfValue, networkOf, type Place } from '../store.js';
import { useSignal, useStore } from '../use-signal.js';

interface ValueLinkProps {
  /** A value by name; null: nobody knows it. */
  readonly from: string | null;
  readonly channel: number;
  readonly at: Place | null;
  readonly children: ComponentChildren;
}

/** A number that another layer made: it leads there. */
export function ValueLink({ from, channel, at, children }: ValueLinkProps) {
  const store = useStore();
  const network = networkOf(store, useSignal(store.state));
  const layer = from === null ? null : layerOfValue(network, from);
  const isInput = from !== null && network.model.inputs.some(({ name }) => name === from);
  if (!layer && !isInput) return <span>{children}</span>;
  const isInside = at === null || (at.x >= 0 && at.y >= 0);
  const follow = () => {
    if (layer) followValue(store, layer.name, channel, isInside ? at : null);
    else {
      showLayer(store, null);
      store.pixel.value = isInside ? at : null;
    }
  };
  return (
    <button type="button" class="link" title={`made by ${layer ? layer.name : 'the input'}`} onClick={follow}>
      {children}
    </button>
  );
}
