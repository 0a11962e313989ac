import { useCallback, useMemo, useState } from 'preact/hooks';
import { formatNumber } from '../../../core/text.js';
import { mapsShape } from '../../../core/value-place.js';
import { isSilenced } from '../../edits.js';
import type { PackedLayer } from '../../page-data.js';
import { choosePlace, showChannel } from '../actions.js';
import { Refused } from '../parts/refused.js';
import { networkOf, shapeNow } from '../store.js';
import { useAsked } from '../use-asked.js';
import { useSignal, useStore } from '../use-signal.js';
import { LookControls } from './look-controls.js';
import { placeMarks, readerMarks } from './marks.js';
import { ScaleLine } from './scale-line.js';
import { Sheet } from './sheet.js';
import { useMaps } from './use-maps.js';

/** All maps of a layer. */
export function MapsView({ layer }: { readonly layer: PackedLayer }) {
  const store = useStore();
  const state = useSignal(store.state);
  const shape = shapeNow(useSignal(store.ran), layer);
  const field = useSignal(store.field);
  const [channels, setChannels] = useState<readonly number[] | null>(null);
  const onView = useCallback((indexes: readonly number[]) => setChannels(indexes), [layer.name]);
  const maps = useMemo(() => (shape.length > 0 && shape.length <= 4 ? mapsShape(shape) : null), [shape]);
  const isVector = maps?.isVector ?? false;
  // maps of one number each are drawn as vectors are
  const isFolded = maps !== null && maps.width * maps.height === 1;
  const { greys, pictures, refusal } = useMaps(layer.name, channels, isFolded);
  const units = useUnits(layer.name, isFolded);
  if (!maps) return <p>An output [{shape.join(', ')}] has no channels that are maps.</p>;
  const labels = networkOf(store, state).labels;
  const isScores = isVector && labels !== null && labels.length === maps.channels;
  const caption = (index: number) => {
    const name = layer.channels?.[index] ?? (isScores && labels[index] !== String(index) ? labels[index] : null);
    const silent = isSilenced(state.edits, layer.name, index) ? ' silent' : '';
    const value = units === null ? '' : `: ${formatNumber(units[index])}`;
    return `${index}${name === null ? '' : ` ${name}`}${value}${silent}`;
  };
  return (
    <>
      <LookControls />
      {greys && <ScaleLine greys={greys} colormap={state.look.colormap} />}
      <Refused refusal={refusal} />
      <Sheet
        key={layer.name}
        label={`${layer.name}: ${maps.channels} ${maps.isVector ? 'numbers' : 'maps'}`}
        width={maps.width}
        height={maps.height}
        count={maps.channels}
        pictures={pictures}
        caption={caption}
        selected={Math.min(state.channel, maps.channels - 1)}
        marks={readerMarks(field, layer.name)}
        ownMarks={placeMarks(state.at, maps.isVector)}
        onView={onView}
        onSelect={(channel) => showChannel(store, channel)}
        onPick={(channel, at) => choosePlace(store, channel, maps.isVector ? null : at, true)}
        onOpen={(channel) => {
          if (isFolded) choosePlace(store, channel, isVector ? null : { x: 0, y: 0 }, true);
          else showChannel(store, channel, 'map');
        }}
      />
    </>
  );
}

/** The numbers of a layer of vectors; null: not yet, or there are maps. */
function useUnits(layer: string, isFolded: boolean): Float32Array | null {
  const { engine, versions } = useStore();
  const version = useSignal(versions).get(layer) ?? 0;
  const { answer } = useAsked(layer, [version], isFolded && version > 0 ? () => engine.values(layer) : null);
  return isFolded ? (answer?.data ?? null) : null;
}
