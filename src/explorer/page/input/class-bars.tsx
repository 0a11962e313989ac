import { formatNumber } from '../../../core/text.js';
import { showClass } from '../actions.js';
import { useSignal, useStore } from '../use-signal.js';

const SHOWN = 3;
const LEAST = 0.0001;

/** The best classes as bars; a click shows what spoke for one. */
export function ClassBars({ most = SHOWN }: { readonly most?: number }) {
  const store = useStore();
  const ran = useSignal(store.ran);
  const state = useSignal(store.state);
  if (!ran?.classes) return null;
  const largest = Math.max(...ran.classes.map(({ score }) => Math.abs(score)), Number.MIN_VALUE);
  return (
    <section class="classes">
      <h2>Classes</h2>
      <ol>
        {ran.classes.slice(0, most).map(({ index, name, share, score }) => (
          <li key={index}>
            <button
              type="button"
              class="class"
              aria-pressed={state.view === 'classes' && state.class === index}
              onClick={() => showClass(store, index)}
            >
              <span class="name">{name ?? `class ${index}`}</span>
              <span class="score">{share === null ? formatNumber(score) : shareText(share)}</span>
              <span class="bar" style={{ width: `${100 * Math.max(0, share ?? Math.abs(score) / largest)}%` }} />
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** "98.2 %"; a share that nobody can see is told as such. */
function shareText(share: number): string {
  return share < LEAST ? '< 0.01 %' : `${formatNumber(100 * share)} %`;
}
