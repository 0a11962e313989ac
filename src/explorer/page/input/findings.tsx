import { plural } from '../../../core/geometry.js';
import type { PackedFinding } from '../../page-data.js';
import { showLayer } from '../actions.js';
import { networkOf } from '../store.js';
import { useSignal, useStore } from '../use-signal.js';

const MARKS: Readonly<Record<PackedFinding['severity'], string>> = { broken: '✗', suspect: '!', remark: '·' };

/** What `cnnviz doctor` found when the page was made; a layer's name leads to it. */
export function Findings() {
  const store = useStore();
  const { findings, layers } = networkOf(store, useSignal(store.state));
  if (findings === null || findings.length === 0) return null;
  const wrong = findings.filter(({ severity }) => severity !== 'remark').length;
  const remarks = findings.length - wrong;
  const counts = [wrong > 0 ? `${wrong} wrong` : '', remarks > 0 ? plural(remarks, 'remark') : ''].filter(Boolean);
  return (
    <details>
      <summary>Doctor: {wrong > 0 ? <strong>{counts.join(', ')}</strong> : counts.join(', ')}</summary>
      <ul class="findings">
        {findings.map(({ severity, layer, what, fix }) => (
          <li key={what}>
            {MARKS[severity]} {what}{' '}
            {layers.some(({ name }) => name === layer) && (
              <button type="button" class="small" onClick={() => showLayer(store, layer)}>
                Show {layer}
              </button>
            )}
            {fix && <div class="faint">Fix: {fix}</div>}
          </li>
        ))}
      </ul>
    </details>
  );
}
