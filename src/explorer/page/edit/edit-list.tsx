import { editWords, shapeOfConstant, withoutEdit } from '../../edits.js';
import type { Edit } from '../../protocol.js';
import { setEdits } from '../actions.js';
import { networkOf } from '../store.js';
import { useSignal, useStore } from '../use-signal.js';
import { layerWords } from './layer-words.js';

/** All that is otherwise than in the file; each can be taken back. */
export function EditList() {
  const store = useStore();
  const state = useSignal(store.state);
  const { edits } = state;
  const network = networkOf(store, state);
  const shapeOf = (edit: Edit) => ('constant' in edit ? shapeOfConstant(network, edits, edit.constant) : []);
  if (edits.length === 0) return null;
  return (
    <section>
      <h2>Changed</h2>
      <ul class="edits">
        {edits.map((edit, i) => (
          <li key={i}>
            <span>{editWords(edit, shapeOf(edit), layerWords)}</span>{' '}
            <button type="button" class="small" onClick={() => setEdits(store, withoutEdit(edits, edit), 'step')}>
              Take back
            </button>
          </li>
        ))}
      </ul>
      <button type="button" onClick={() => setEdits(store, [], 'step')}>
        Take all back
      </button>
    </section>
  );
}
