import type { ByteStore } from '../../explorer/byte-store.js';
import { openEngine } from '../../explorer/engine/open-engine.js';
import type { FirstSight, Look, PackedLayer, PageData } from '../../explorer/page-data.js';
import { readRange } from './stored-bytes.js';

/** Greys that are shown before the engine runs: more are drawn by it. A map that is larger than this alone is still shown. */
const MOST_GREYS = 300_000;

/** As pages begin. */
const LOOK: Look = { scale: { kind: 'auto' }, colormap: 'gray', each: false };

/**
 * The maps of the layer that is shown first, drawn here as the page draws them: it has something to show while it opens. What cannot be
 * run is refused here, and not in the page.
 */
export async function firstSight(
  data: Omit<PageData, 'first' | 'bytes'>,
  store: ByteStore,
): Promise<FirstSight | null> {
  const page: PageData = { ...data, first: null, bytes: { kind: 'inside' } };
  const engine = openEngine(page, (range) => readRange(store, range));
  await engine.run({ network: 0, image: { kind: 'own', index: 0 }, preset: null, edits: [] });
  const { name, shape } = shownFirst(data);
  if (shape.length < 3 || shape.length > 4) return null;
  const [channels, height, width] = shape.slice(-3);
  const shown = Math.max(1, Math.min(channels, Math.floor(MOST_GREYS / (width * height))));
  const maps = await engine.maps(
    name,
    Array.from({ length: shown }, (_, c) => c),
    LOOK,
  );
  return { layer: name, maps: { ...maps, greys: Buffer.from(maps.greys as Uint8Array).toString('base64') } };
}

/** A network's first layer; of one layer with its activation and pooling what comes out of all that was asked for. */
function shownFirst({ kind, networks }: Pick<PageData, 'kind' | 'networks'>): PackedLayer {
  const [{ layers, model }] = networks;
  const isAsked = ({ value }: PackedLayer) =>
    model.nodes.some(({ outputs, layer }) => outputs.includes(value) && layer.kind !== 'identity');
  return (kind === 'layer' ? layers.findLast(isAsked) : undefined) ?? layers[0];
}
