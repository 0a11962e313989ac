import { showNetwork } from '../actions.js';
import { networkLabel } from '../network-label.js';
import { useSignal, useStore } from '../use-signal.js';

/** Which of two networks, or which moment of a training; nothing where there is one network. */
export function NetworkChoice() {
  const store = useStore();
  const { network } = useSignal(store.state);
  const { networks, together } = store.data;
  if (networks.length < 2) return null;
  if (together === 'film') {
    return (
      <label class="film">
        moment
        <input
          type="range"
          min={0}
          max={networks.length - 1}
          value={network}
          onInput={({ currentTarget }) => showNetwork(store, Number(currentTarget.value))}
        />
        <output>{networks[network].moment ?? networks[network].name}</output>
      </label>
    );
  }
  return (
    <label>
      network{' '}
      <select value={network} onChange={({ currentTarget }) => showNetwork(store, Number(currentTarget.value))}>
        {networks.map((_, index) => (
          <option key={index} value={index}>
            {networkLabel(store.data, index)}
          </option>
        ))}
      </select>
    </label>
  );
}
