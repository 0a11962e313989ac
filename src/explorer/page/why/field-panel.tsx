import { useEffect } from 'preact/hooks';
import type { PackedLayer } from '../../page-data.js';
import { Refused } from '../parts/refused.js';
import { shapeNow } from '../store.js';
import { useAsked } from '../use-asked.js';
import { useSignal, useStore } from '../use-signal.js';
import { fieldWords, readersWords } from './sentences.js';

/** What the chosen value sees of the input, and which values see a chosen pixel; both are marked on the pictures. */
export function FieldPanel({ layer }: { readonly layer: PackedLayer }) {
  const store = useStore();
  const { at } = useSignal(store.state);
  const pixel = useSignal(store.pixel);
  const ran = useSignal(store.ran);
  const shape = shapeNow(ran, layer);
  const [height = 1, width = 1] = shape.length < 3 ? [] : shape.slice(-2);
  const place = at && at.x < width && at.y < height ? at : null;
  const isAsked = ran !== null && (place !== null || pixel !== null);
  const { answer, refusal } = useAsked(
    layer.name,
    [place?.x, place?.y, pixel, shape.join()],
    isAsked ? () => store.engine.field(layer.name, place, pixel) : null,
  );
  useEffect(() => {
    store.field.value = isAsked ? answer : null;
  }, [answer, isAsked]);
  return (
    <section>
      <h2>Receptive field</h2>
      <Refused refusal={isAsked ? refusal : null} />
      {isAsked && answer && place && <p>{fieldWords(answer)}</p>}
      {isAsked && answer && pixel && (
        <p>
          {readersWords(answer)}{' '}
          <button type="button" class="small" onClick={() => (store.pixel.value = null)}>
            Forget the pixel
          </button>
        </p>
      )}
      {!isAsked && (
        <p class="faint">
          Choose a value: what it sees is marked on the input. Or click a pixel of the input: the values that see it are
          marked.
        </p>
      )}
    </section>
  );
}
