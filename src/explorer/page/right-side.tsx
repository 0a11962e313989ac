import { EditList } from './edit/edit-list.js';
import { WhatIf } from './edit/what-if.js';
import { layerOf } from './store.js';
import { useSignal, useStore } from './use-signal.js';
import { FieldPanel } from './why/field-panel.js';
import { Why } from './why/why.js';

/** One value and what it is made of; what would be if something were otherwise. */
export function RightSide() {
  const store = useStore();
  const layer = layerOf(store, useSignal(store.state));
  return (
    <>
      {!layer && (
        <p>
          This is what the first layer reads. Click a pixel, then choose a layer: the values that see the pixel are
          marked.
        </p>
      )}
      {layer && <Why layer={layer} key={`why ${layer.name}`} />}
      {layer && <FieldPanel layer={layer} key={`field ${layer.name}`} />}
      {layer && <WhatIf layer={layer} />}
      <EditList />
    </>
  );
}
