import { mapsShape } from '../../../core/value-place.js';
import { isSilenced, withEdit, withoutEdit } from '../../edits.js';
import type { PackedLayer } from '../../page-data.js';
import type { Edit } from '../../protocol.js';
import { setEdits, showChannel } from '../actions.js';
import { shapeNow } from '../store.js';
import { useSignal, useStore } from '../use-signal.js';

/** Which channel of the layer, and whether it is silent. */
export function ChannelControls({ layer }: { readonly layer: PackedLayer }) {
  const store = useStore();
  const { channel, edits } = useSignal(store.state);
  const shape = shapeNow(useSignal(store.ran), layer);
  if (shape.length < 1 || shape.length > 4) return null;
  const { channels, isVector } = mapsShape(shape);
  const silent: Edit = { kind: 'silence', layer: layer.name, channel };
  const what = isVector ? 'unit' : 'channel';
  return (
    <div class="slider">
      <label>
        {what}{' '}
        <input
          type="number"
          min={0}
          max={channels - 1}
          value={channel}
          onChange={({ currentTarget }) => {
            const wanted = Math.round(Number(currentTarget.value));
            if (wanted >= 0 && wanted < channels) showChannel(store, wanted);
            else currentTarget.value = String(channel);
          }}
        />
      </label>
      <label>
        <input
          type="checkbox"
          checked={isSilenced(edits, layer.name, channel)}
          onChange={({ currentTarget }) =>
            setEdits(store, currentTarget.checked ? withEdit(edits, silent) : withoutEdit(edits, silent), 'step')
          }
        />{' '}
        silence {what} {channel}
      </label>
    </div>
  );
}
