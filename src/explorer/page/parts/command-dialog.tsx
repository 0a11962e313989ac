import { useEffect, useState } from 'preact/hooks';
import { shellLine } from '../../shell-line.js';
import { useSignal, useStore } from '../use-signal.js';
import { DialogFrame } from './dialog-frame.js';

/** The shell line that makes what is seen, or why none does. */
export function CommandDialog() {
  const store = useStore();
  if (useSignal(store.dialog) !== 'command') return null;
  return <Command />;
}

function Command() {
  const store = useStore();
  const state = useSignal(store.state);
  const [copied, setCopied] = useState('');
  const told = shellLine(store.data, state, store.bytes.peek());
  const copy = async (line: string) => {
    try {
      await navigator.clipboard.writeText(line);
      setCopied('copied');
    } catch {
      setCopied('this page may not write to the clipboard: select the line and copy it with Ctrl+C');
    }
  };
  const line = 'line' in told ? told.line : null;
  useEffect(() => {
    if (line !== null) void copy(line);
  }, [line]);
  return (
    <DialogFrame
      title="The command that makes this"
      onClose={() => {
        store.dialog.value = null;
      }}
    >
      {'line' in told ? (
        <>
          <textarea class="shell" readOnly rows={4} aria-label="shell line" value={told.line} />
          <p class="buttons">
            <button type="button" onClick={() => void copy(told.line)}>
              Copy
            </button>
            <span role="status">{copied}</span>
          </p>
        </>
      ) : (
        <p>{told.refused}</p>
      )}
    </DialogFrame>
  );
}
