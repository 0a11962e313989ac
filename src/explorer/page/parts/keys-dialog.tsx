import { KEYS } from '../keys.js';
import { useSignal, useStore } from '../use-signal.js';
import { DialogFrame } from './dialog-frame.js';

export function KeysDialog() {
  const store = useStore();
  if (useSignal(store.dialog) !== 'keys') return null;
  const close = () => {
    store.dialog.value = null;
  };
  return (
    <DialogFrame title="Keys" onClose={close}>
      <dl class="keys">
        {KEYS.map(([keys, does]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </DialogFrame>
  );
}
