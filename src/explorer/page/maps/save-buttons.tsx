import type { PackedLayer } from '../../page-data.js';
import { report } from '../actions.js';
import { fileName, npyBytes } from '../save/npy.js';
import { canvasBlob, saveFile } from '../save/save-file.js';
import { sheetPicture } from '../save/sheet-picture.js';
import { type Store, shapeNow } from '../store.js';
import { useSignal, useStore } from '../use-signal.js';
import { hasMaps } from './has-maps.js';

/** The maps as a picture, or the layer's numbers for NumPy. */
export function SaveButtons({ layer }: { readonly layer: PackedLayer | null }) {
  const store = useStore();
  const ran = useSignal(store.ran);
  if (!layer || !ran) return null;
  return (
    <div class="buttons">
      <button type="button" onClick={() => void savePicture(store, layer)}>
        Save picture
      </button>
      <button type="button" onClick={() => void saveNumbers(store, layer)}>
        Save numbers
      </button>
    </div>
  );
}

async function savePicture(store: Store, layer: PackedLayer): Promise<void> {
  const { name, channels: names } = layer;
  const { look, channel, view } = store.state.peek();
  const shape = shapeNow(store.ran.peek(), layer);
  const isOne = view === 'map' && hasMaps(shape);
  try {
    const greys = await store.engine.maps(name, isOne ? [channel] : null, look);
    const canvas = sheetPicture(greys, look.colormap, (index) =>
      hasMaps(shape) ? (names?.[index] ?? String(index)) : name,
    );
    saveFile(fileName(isOne ? `${name}-${channel}` : name, 'png'), await canvasBlob(canvas));
    store.note.value = `saved the ${isOne ? 'map' : 'maps'} of ${name}`;
  } catch (error) {
    report(store, error);
  }
}

async function saveNumbers(store: Store, { name }: PackedLayer): Promise<void> {
  try {
    const { shape, data } = await store.engine.values(name);
    saveFile(fileName(name, 'npy'), new Blob([npyBytes(shape, data)], { type: 'application/octet-stream' }));
    store.note.value = `saved [${shape.join(', ')}] of ${name}`;
  } catch (error) {
    report(store, error);
  }
}
