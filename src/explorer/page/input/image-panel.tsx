import { useMemo, useRef } from 'preact/hooks';
import { showView } from '../actions.js';
import { pictureOfPixels } from '../maps/paint.js';
import { PixelPicture } from '../maps/pixel-picture.js';
import type { Mark } from '../maps/sheet-layout.js';
import { useSize } from '../maps/use-size.js';
import type { Place } from '../store.js';
import { useSignal, useStore } from '../use-signal.js';
import { Drawing } from './drawing.js';
import { ImageChoice } from './image-choice.js';
import { Preparation } from './preparation.js';

const MOST_HEIGHT = 260;

/** What the network reads: with the receptive field of the chosen value; a click on a pixel marks what sees it. */
export function ImagePanel() {
  const store = useStore();
  const ran = useSignal(store.ran);
  const frame = useRef<HTMLDivElement>(null);
  const { width: room } = useSize(frame);
  return (
    <section class="input">
      <h2 class="unseen">Input</h2>
      <div class={store.data.draws ? 'beside' : undefined}>
        {store.data.draws && <Drawing />}
        <div ref={frame}>{ran && room > 0 && <InputPicture room={room} height={MOST_HEIGHT} />}</div>
      </div>
      <ImageChoice />
      <Preparation />
    </section>
  );
}

/** The picture that the first layer reads, as large as there is room. */
export function InputPicture({ room, height: most }: { readonly room: number; readonly height: number }) {
  const store = useStore();
  const ran = useSignal(store.ran);
  const field = useSignal(store.field);
  const pixel = useSignal(store.pixel);
  const { at, layer, view } = useSignal(store.state);
  const input = ran?.input;
  const picture = useMemo(() => (input ? pictureOfPixels(input.rgba, input.width, input.height) : null), [input]);
  if (!input) return null;
  const fit = Math.min(room / input.width, most / input.height);
  const marks: readonly Mark[] = field && at && field.layer === layer && !pixel ? [field.window] : [];
  const mark = (place: Place) => {
    store.pixel.value = place;
    if (view !== 'map' && view !== 'maps') showView(store, 'maps');
  };
  return (
    <PixelPicture
      label="Input"
      picture={picture}
      width={input.width}
      height={input.height}
      scale={fit >= 1 ? Math.floor(fit) : fit}
      at={pixel}
      step={8}
      marks={marks}
      onMove={mark}
      onPick={mark}
    />
  );
}
