import { useEffect, useState } from 'preact/hooks';
import { fieldLine, shellLine } from '../../shell-line.js';
import { useSignal, useStore } from '../use-signal.js';
import { DialogFrame } from './dialog-frame.js';

/** The shell lines that make what is seen, or why none does. */
export function CommandDialog() {
  const store = useStore();
  if (useSignal(store.dialog) !== 'command') return null;
  return <Commands />;
}

function Commands() {
  const store = useStore();
  const state = useSignal(store.state);
  const bytes = store.bytes.peek();
  const told = shellLine(store.data, state, bytes);
  const field = state.at === null ? null : fieldLine(store.data, state, bytes);
  return (
    <DialogFrame
      title="The command that makes this"
      onClose={() => {
        store.dialog.value = null;
      }}
    >
      {'line' in told ? <Line name="shell line" line={told.line} isCopied /> : <p>{told.refused}</p>}
      {field && 'line' in field && (
        <>
          <h3>The command that draws what the value sees</h3>
          <Line name="command of the field" line={field.line} isCopied={false} />
        </>
      )}
    </DialogFrame>
  );
}

/** `isCopied`: it is in the clipboard as soon as it is shown. */
function Line({ name, line, isCopied }: { readonly name: string; readonly line: string; readonly isCopied: boolean }) {
  const [said, setSaid] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(line);
      setSaid('copied');
    } catch {
      setSaid('this page may not write to the clipboard: select the line and copy it with Ctrl+C');
    }
  };
  useEffect(() => {
    if (isCopied) void copy();
  }, [line]);
  return (
    <>
      <textarea class="shell" readOnly rows={4} aria-label={name} value={line} />
      <p class="buttons">
        <button type="button" onClick={() => void copy()}>
          Copy
        </button>
        <span role="status">{said}</span>
      </p>
    </>
  );
}
