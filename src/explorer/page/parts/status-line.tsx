import { plural } from '../../../core/geometry.js';
import { focusWhy } from '../focus.js';
import { useSignal, useStore } from '../use-signal.js';

/** What was refused and why, what was done; and what a screen reader says. */
export function StatusLine() {
  const store = useStore();
  const trouble = useSignal(store.trouble);
  const note = useSignal(store.note);
  const said = useSignal(store.said);
  const ran = useSignal(store.ran);
  const isOpen = useSignal(store.isOpen);
  const isRunning = useSignal(store.isRunning);
  const done = ran === null ? 'starting' : `${plural(ran.computed, 'layer')} computed in ${Math.round(ran.ms)} ms`;
  return (
    <footer class={trouble ? 'status trouble' : 'status'}>
      <div role="alert">
        {trouble && (
          <>
            <strong>{trouble.message}</strong>
            {trouble.fix && <span> Fix: {trouble.fix}</span>}
            <button type="button" class="small" onClick={() => (store.trouble.value = null)}>
              Close
            </button>
          </>
        )}
      </div>
      {isOpen && (
        <button type="button" class="small to-why" onClick={focusWhy}>
          Why is it so?
        </button>
      )}
      <p class="faint">
        {trouble ? '' : [note, isRunning ? 'computing' : done].filter((one) => one !== '').join(' · ')}
      </p>
      <div class="unseen" aria-live="polite">
        {said}
      </div>
    </footer>
  );
}
