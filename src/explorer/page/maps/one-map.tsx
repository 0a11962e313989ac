import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { formatNumber } from '../../../core/text.js';
import { mapsShape } from '../../../core/value-place.js';
import type { PackedLayer } from '../../page-data.js';
import { choosePlace, showChannel } from '../actions.js';
import { focusWhy } from '../focus.js';
import { Refused } from '../parts/refused.js';
import { networkOf, nodeOf, type Place, shapeNow } from '../store.js';
import { useAsked } from '../use-asked.js';
import { useSignal, useStore } from '../use-signal.js';
import { LookControls } from './look-controls.js';
import { readerMarks } from './marks.js';
import { PixelPicture } from './pixel-picture.js';
import { ScaleLine } from './scale-line.js';
import { Slide, useRevealed } from './slide.js';
import { useMaps } from './use-maps.js';
import { useSize } from './use-size.js';

const MOST_HEIGHT = 560;
const LEAST_HEIGHT = 260;
/** What stands above a map and below it. */
const AROUND = 440;
/** With Shift, where the layer's own stride is 1. */
const STEP = 8;

/** One map of a layer, as large as it fits, and the value under the cursor. */
export function OneMap({ layer }: { readonly layer: PackedLayer }) {
  const store = useStore();
  const state = useSignal(store.state);
  const shape = shapeNow(useSignal(store.ran), layer);
  const version = useSignal(store.versions).get(layer.name) ?? 0;
  const field = useSignal(store.field);
  const { width, height, channels } = useMemo(() => mapsShape(shape), [shape]);
  const channel = Math.min(state.channel, channels - 1);
  const wanted = useMemo(() => [channel], [channel]);
  const { greys, pictures, refusal } = useMaps(layer.name, wanted);
  const picture = useRevealed(pictures.get(channel) ?? null);
  const frame = useRef<HTMLDivElement>(null);
  const room = useSize(frame);
  const [hovered, setHovered] = useState<Place | null>(null);
  const at = state.at && state.at.x < width && state.at.y < height ? state.at : null;
  const shown = hovered ?? at;
  const about = shown && `${layer.name} ${channel} ${shown.x} ${shown.y}`;
  const place = shown && { item: 0, channel, ...shown };
  const { answer: value } = useAsked(
    'value',
    [about, version],
    place && (async () => ({ about, value: await store.engine.value(layer.name, place) })),
  );
  useEffect(() => {
    frame.current?.querySelector<HTMLElement>('.pixels')?.focus({ preventScroll: true });
  }, [room.width > 0]);
  const isOfAt = value !== null && hovered === null && value.about === about;
  useEffect(() => {
    if (isOfAt && shown) store.said.value = `x ${shown.x}, y ${shown.y}: ${formatNumber(value.value, 5)}`;
  }, [isOfAt, value]);

  const fit = Math.min(Math.max(1, room.width - 2) / width, mostHeight() / height);
  const layerHere = nodeOf(networkOf(store, state), layer)?.layer;
  const stride = layerHere && 'stride' in layerHere ? Number(layerHere.stride[0]) : 1;
  return (
    <>
      <LookControls />
      {greys && <ScaleLine greys={greys} colormap={state.look.colormap} />}
      <Refused refusal={refusal} />
      <p class="map-line">
        <button type="button" disabled={channel === 0} onClick={() => showChannel(store, channel - 1)}>
          ◀<span class="unseen"> map before</span>
        </button>
        <strong>
          map {channel} of {channels}
        </strong>
        <button type="button" disabled={channel === channels - 1} onClick={() => showChannel(store, channel + 1)}>
          ▶<span class="unseen"> map after</span>
        </button>
        <output>
          {shown
            ? `x ${shown.x}, y ${shown.y}: ${value?.about === about ? formatNumber(value.value, 5) : '…'}`
            : 'click a pixel, or move with the arrows, to see its value'}
        </output>
      </p>
      <div class="one-map" ref={frame}>
        {room.width > 0 && (
          <PixelPicture
            label={`${layer.name}, map ${channel}`}
            picture={picture}
            width={width}
            height={height}
            scale={fit >= 1 ? Math.floor(fit) : fit}
            at={at}
            step={stride > 1 ? stride : STEP}
            marks={readerMarks(field, layer.name)}
            onMove={(next) => choosePlace(store, channel, next, false)}
            onPick={(next, byKey) => {
              choosePlace(store, channel, next, true);
              if (byKey) focusWhy();
            }}
            onHover={setHovered}
          />
        )}
      </div>
      <Slide layer={layer} width={width} height={height} />
    </>
  );
}

/** The whole map is seen without scrolling, unless the window is low. */
function mostHeight(): number {
  return Math.max(LEAST_HEIGHT, Math.min(MOST_HEIGHT, window.innerHeight - AROUND));
}
