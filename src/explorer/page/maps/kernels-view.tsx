import { useCallback, useMemo, useState } from 'preact/hooks';
import { formatNumber } from '../../../core/text.js';
import { chooseScale, toPixels } from '../../../draw/scale.js';
import type { PackedLayer } from '../../page-data.js';
import { showChannel } from '../actions.js';
import { useKernels } from '../edit/use-kernels.js';
import { filmReach } from '../film.js';
import { Refused } from '../parts/refused.js';
import { useSignal, useStore } from '../use-signal.js';
import { type Picture, paint } from './paint.js';
import { Sheet } from './sheet.js';

/** So many channels stand side by side; of more, one is chosen. */
const SIDE_BY_SIDE = 4;

/** All kernels of a layer on one scale around zero. */
export function KernelsView({ layer }: { readonly layer: PackedLayer }) {
  const store = useStore();
  const { channel } = useSignal(store.state);
  const [wanted, setWanted] = useState<readonly number[]>([]);
  const [reads, setReads] = useState(0);
  const onView = useCallback((indexes: readonly number[]) => setWanted(indexes), []);
  const { kernels, refusal } = useKernels(layer.name);
  const bytes = useSignal(store.bytes);
  const film = useMemo(
    () => (layer.weight === null ? null : filmReach(store.data, bytes, layer.weight)),
    [layer.weight, bytes],
  );
  const [maps = 1, channels = 1, height = 1, width = 1] = kernels?.shape ?? [];
  const isWhole = channels <= SIDE_BY_SIDE;
  const read = Math.min(reads, channels - 1);
  const drawn = useMemo(() => {
    if (!kernels) return null;
    const own = chooseScale([kernels.data], { kind: 'symmetric' });
    const scale = film === null ? own : { lo: -film, hi: film };
    return { scale, greys: toPixels(kernels.data, scale, 8).data as Uint8Array };
  }, [kernels, film]);
  const across = isWhole ? channels * (width + 1) - 1 : width;
  const pictures = useMemo(() => {
    const found = new Map<number, Picture>();
    if (!drawn) return found;
    for (const map of wanted) {
      if (map >= maps) continue;
      const shown = isWhole ? Array.from({ length: channels }, (_, c) => c) : [read];
      const picture = paint(across, height, (pixels) => {
        for (const [place, c] of shown.entries()) {
          const from = (map * channels + c) * height * width;
          fillKernel(pixels, drawn.greys, from, { across, height, width, left: place * (width + 1) });
        }
      });
      found.set(map, picture);
    }
    return found;
  }, [drawn, wanted, read]);
  if (layer.weight === null) return <p>{layer.name} has no kernels.</p>;
  return (
    <>
      <Refused refusal={refusal} />
      {drawn && (
        <p class="faint">
          black is {formatNumber(drawn.scale.lo)}, white is {formatNumber(drawn.scale.hi)}, zero is mid-grey: one scale
          for all {film === null ? 'kernels' : 'kernels of all moments'}
          {isWhole && channels > 1 && `; the ${channels} channels stand side by side`}
        </p>
      )}
      {!isWhole && (
        <label>
          channel that is read{' '}
          <input
            type="number"
            min={0}
            max={channels - 1}
            value={read}
            onChange={({ currentTarget }) => setReads(Math.max(0, Math.round(Number(currentTarget.value))))}
          />{' '}
          of {channels}
        </label>
      )}
      {kernels && (
        <Sheet
          key={layer.name}
          label={`${layer.name}: kernels of ${maps} maps`}
          width={across}
          height={height}
          count={maps}
          pictures={pictures}
          caption={(index) => `${index}${layer.channels?.[index] === undefined ? '' : ` ${layer.channels[index]}`}`}
          selected={Math.min(channel, maps - 1)}
          marks={[]}
          ownMarks={[]}
          onView={onView}
          onSelect={(map) => showChannel(store, map)}
          onPick={(map) => showChannel(store, map)}
          onOpen={(map) => showChannel(store, map, 'maps')}
        />
      )}
    </>
  );
}

interface Strip {
  readonly across: number;
  readonly height: number;
  readonly width: number;
  readonly left: number;
}

function fillKernel(
  pixels: Uint8ClampedArray,
  greys: Uint8Array,
  from: number,
  { across, height, width, left }: Strip,
) {
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const o = 4 * (row * across + left + column);
      pixels.fill(greys[from + row * width + column], o, o + 3);
      pixels[o + 3] = 255;
    }
  }
}
