import type { ModelNode } from '../../../layers/model.js';
import { layerNow, withLayer } from '../../edits.js';
import type { PackedLayer } from '../../page-data.js';
import { setEdits } from '../actions.js';
import { networkOf, nodeOf } from '../store.js';
import { useSignal, useStore } from '../use-signal.js';
import { ActivationControls } from './activation-controls.js';
import { ChannelControls } from './channel-controls.js';
import { ConvControls } from './conv-controls.js';
import { KernelCells } from './kernel-cells.js';
import { PoolControls } from './pool-controls.js';

/** What would be if the layer were otherwise. Of a page of one layer, all its parts at once. */
export function WhatIf({ layer }: { readonly layer: PackedLayer }) {
  const store = useStore();
  const state = useSignal(store.state);
  const network = networkOf(store, state);
  const isOneLayer = store.data.kind === 'layer';
  const shown = isOneLayer ? network.layers : [layer];
  const withWeight = shown.find(({ weight }) => weight !== null);
  return (
    <section class="what-if">
      <h2>What if</h2>
      {withWeight && <KernelCells layer={withWeight} key={withWeight.name} />}
      {shown.map((one) => {
        const node = nodeOf(network, one);
        return node && <Settings key={one.name} layer={one} node={node} isNamed={shown.length > 1} />;
      })}
      <ChannelControls layer={layer} />
    </section>
  );
}

interface SettingsProps {
  readonly layer: PackedLayer;
  readonly node: ModelNode;
  readonly isNamed: boolean;
}

function Settings({ layer, node, isNamed }: SettingsProps) {
  const store = useStore();
  const { edits } = useSignal(store.state);
  const now = layerNow(edits, layer.name, node.layer);
  const set = (becomes: ModelNode['layer']) =>
    setEdits(store, withLayer(store.state.peek().edits, layer.name, node.layer, becomes));
  const family = familyOf(layer, node);
  if (family === null) return null;
  return (
    <fieldset class="settings">
      <legend class={isNamed ? undefined : 'unseen'}>{layer.name}</legend>
      {family === 'conv' && (now.kind === 'conv' || now.kind === 'ncc') && <ConvControls layer={now} onSet={set} />}
      {family === 'activation' && <ActivationControls layer={now} onSet={set} />}
      {family === 'pool' && <PoolControls layer={now} original={node.layer} onSet={set} />}
    </fieldset>
  );
}

/** Which controls a layer has; a part of one layer that is left out tells by its name what may be put in. */
function familyOf({ name }: PackedLayer, { layer }: ModelNode): 'conv' | 'activation' | 'pool' | null {
  switch (layer.kind) {
    case 'conv':
    case 'ncc':
      return 'conv';
    case 'activation':
      return 'activation';
    case 'max_pool':
    case 'avg_pool':
    case 'gauss_pool':
      return 'pool';
    case 'identity':
      if (name.includes('activation')) return 'activation';
      return name.includes('pool') ? 'pool' : null;
    default:
      return null;
  }
}
