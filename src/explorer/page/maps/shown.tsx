import { useRef } from 'preact/hooks';
import { groupDigits } from '../../../core/text.js';
import type { PackedLayer } from '../../page-data.js';
import { shapeText } from '../input/fold-layers.js';
import { InputPicture } from '../input/image-panel.js';
import { layerOf, shapeNow, wordsNow } from '../store.js';
import { useSignal, useStore } from '../use-signal.js';
import { ClassesView } from './classes-view.js';
import { CompareView } from './compare-view.js';
import { GraphView } from './graph-view.js';
import { hasMaps } from './has-maps.js';
import { KernelsView } from './kernels-view.js';
import { MapsView } from './maps-view.js';
import { NumbersView } from './numbers-view.js';
import { OneMap } from './one-map.js';
import { SaveButtons } from './save-buttons.js';
import { useSize } from './use-size.js';
import { ViewTabs } from './view-tabs.js';

/** The layer that is shown, in the view that is chosen. */
export function Shown() {
  const store = useStore();
  const state = useSignal(store.state);
  const ran = useSignal(store.ran);
  const layer = layerOf(store, state);
  const shape = layer ? shapeNow(ran, layer) : [];
  const isMaps = hasMaps(shape);
  const isEdited =
    shape.join() !== layer?.shape.join() || state.edits.some(({ kind }) => kind === 'layer' || kind === 'kernel');
  return (
    <>
      <div class="layer-head">
        <h2 id="shown" tabIndex={-1}>
          {layer ? layer.name : 'input'}
        </h2>
        <p class="shape">{layer ? shapeText(shape) : ran && `${ran.input.height} × ${ran.input.width}`}</p>
        <SaveButtons layer={layer} />
        <p class="faint">{layer ? layerFacts(layer, wordsNow(ran, layer), isEdited) : 'what the first layer reads'}</p>
      </div>
      <ViewTabs layer={layer} isMaps={isMaps} />
      <View layer={layer} isMaps={isMaps} />
    </>
  );
}

function View({ layer, isMaps }: { readonly layer: PackedLayer | null; readonly isMaps: boolean }) {
  const { view } = useSignal(useStore().state);
  if (view === 'graph') return <GraphView />;
  if (view === 'classes') return <ClassesView />;
  if (view === 'compare') return <CompareView />;
  if (layer === null) return <LargeInput />;
  if (view === 'map' && isMaps) return <OneMap key={layer.name} layer={layer} />;
  if (view === 'kernels') return <KernelsView key={layer.name} layer={layer} />;
  if (view === 'numbers') return <NumbersView key={layer.name} layer={layer} />;
  return <MapsView key={layer.name} layer={layer} />;
}

function LargeInput() {
  const frame = useRef<HTMLDivElement>(null);
  const { width } = useSize(frame);
  return (
    <div ref={frame} class="one-map">
      {width > 0 && <InputPicture room={width - 4} height={600} />}
    </div>
  );
}

/** "conv 3×3 stride 2 · 0.72 M multiply-adds · sees 3×3 pixels"; what an edit or another image may have changed is left out. */
function layerFacts({ params, macs, sees }: PackedLayer, words: string, isEdited: boolean): string {
  const parts = [words];
  if (params > 0 && !isEdited) parts.push(`${groupDigits(params)} ${params === 1 ? 'parameter' : 'parameters'}`);
  if (macs > 0 && !isEdited) parts.push(`${groupDigits(macs)} multiply-adds`);
  if (sees !== null && !isEdited) parts.push(`sees ${sees}`);
  return parts.join(' · ');
}
