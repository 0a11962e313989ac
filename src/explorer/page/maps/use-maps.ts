import { useMemo, useRef } from 'preact/hooks';
import type { ColormapName } from '../../../core/job.js';
import type { MapGreys } from '../../page-data.js';
import type { Refusal } from '../../protocol.js';
import { bytesOfText } from '../base64.js';
import { useAsked } from '../use-asked.js';
import { useSignal, useStore } from '../use-signal.js';
import { type Picture, pictureOfGreys } from './paint.js';

export interface ShownMaps {
  /** Size and scale; null: nothing has been answered yet. */
  readonly greys: MapGreys | null;
  readonly pictures: ReadonlyMap<number, Picture>;
  readonly refusal: Refusal | null;
}

const NONE: ReadonlyMap<number, Picture> = new Map();

/** The maps of some channels of a layer as pictures, as they are now. What the page came with is shown before. */
export function useMaps(layer: string, channels: readonly number[] | null, isFolded = false): ShownMaps {
  const { engine, state, versions, ran, data } = useStore();
  const { look } = useSignal(state);
  const version = useSignal(versions).get(layer) ?? 0;
  const hasRun = useSignal(ran) !== null;
  const wanted = isFolded ? '' : (channels?.join() ?? '');
  const ask = hasRun && channels !== null ? () => engine.maps(layer, isFolded ? [0] : channels, look) : null;
  const { answer, refusal } = useAsked(layer, [look, version, wanted], ask);
  const greys = answer ?? (data.first?.layer === layer && !hasRun ? data.first.maps : null);
  const before = useRef(NONE);
  const pictures = useMemo(() => {
    if (!greys) return NONE;
    before.current = isFolded
      ? unitPictures(greys, channels ?? [], look.colormap)
      : picturesOf(greys, look.colormap, before.current);
    return before.current;
  }, [greys, isFolded ? channels : null]);
  return { greys, pictures, refusal };
}

function picturesOf(
  { greys, channels, width, height }: MapGreys,
  colormap: ColormapName,
  before: ReadonlyMap<number, Picture>,
): ReadonlyMap<number, Picture> {
  const bytes = typeof greys === 'string' ? bytesOfText(greys) : greys;
  const size = width * height;
  return new Map(
    channels.map((channel, i) => [
      channel,
      pictureOfGreys(bytes.subarray(i * size, (i + 1) * size), width, height, colormap, before.get(channel)),
    ]),
  );
}

/** The numbers of a layer of vectors stand in one map, one after another: each is a picture of its own here. */
function unitPictures({ greys }: MapGreys, units: readonly number[], colormap: ColormapName) {
  const bytes = typeof greys === 'string' ? bytesOfText(greys) : greys;
  return new Map(units.map((unit) => [unit, pictureOfGreys(bytes.subarray(unit, unit + 1), 1, 1, colormap)]));
}
