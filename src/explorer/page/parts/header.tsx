import { plural } from '../../../core/geometry.js';
import { groupDigits } from '../../../core/text.js';
import { networkOf } from '../store.js';
import { useSignal, useStore } from '../use-signal.js';
import { NetworkChoice } from './network-choice.js';

/** What is looked at, and what can be done with all of it. */
export function Header() {
  const store = useStore();
  const state = useSignal(store.state);
  const given = useSignal(store.given);
  const network = networkOf(store, state);
  const image = state.image === null ? given?.name : store.data.images[state.image]?.name;
  const params = network.layers.reduce((sum, one) => sum + one.params, 0);
  const facts = [
    image ?? 'no image',
    plural(network.layers.length, 'layer'),
    `${groupDigits(params)} ${params === 1 ? 'parameter' : 'parameters'}`,
    ...network.notes,
    'computed here, nothing leaves this page',
  ];
  return (
    <header class="top">
      <h1>{network.name}</h1>
      <p class="faint">{facts.join(' · ')}</p>
      <NetworkChoice />
      <div class="buttons">
        <button type="button" onClick={() => (store.dialog.value = 'command')}>
          Copy command
        </button>
        <button type="button" aria-label="Keys" onClick={() => (store.dialog.value = 'keys')}>
          ?
        </button>
      </div>
    </header>
  );
}
