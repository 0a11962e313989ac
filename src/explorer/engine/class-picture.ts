import { activationOf } from '../../analysis/grad-cam.js';
import { atPlaces, strongestOf } from '../../analysis/placed-map.js';
import { CnnvizError } from '../../core/errors.js';
import { toOriginal } from '../../core/preprocess-geometry.js';
import { formatNumber } from '../../core/text.js';
import type { PackedNetwork } from '../page-data.js';
import type { ClassPicture } from '../protocol.js';
import type { FedInput } from './fed-image.js';
import type { NetworkRun } from './network-run.js';

/**
 * Grad-CAM of a class, with the edits of a run: the network is run once more, by the one order of summation, as `gradcam`
 * does. Silenced channels stay silent.
 * @throws CnnvizError as `gradcam` does; 'usage' where the page does not hold the end of the network
 */
export async function pictureOfClass(
  { name, labels }: PackedNetwork,
  { fed, plan: { model } }: NetworkRun,
  index: number | null,
  layer: string | null,
): Promise<ClassPicture> {
  if (model.outputs.length === 0) throw noClasses(name);
  const network = {
    name,
    fed: new Map(),
    open: model.inputs.map((input) => input.name),
    bind: () => ({ model, notes: [], branches: null, settle: null }),
    retell: (error: unknown) => error,
  };
  const className = index === null ? null : String(index);
  const doors = { breathe: () => undefined, team: null };
  const found = await activationOf(network, fed, { className, labels }, layer, doors);
  const { class: ranked, layer: chosen, map, places } = found;
  const [height, width] = fed.info!.shape.slice(-2);
  const placed = atPlaces(map, places, [height, width]);
  const strongest = strongestOf(map, places, [height, width]);
  const most = strongest?.value ?? 0;
  const isShare = !Number.isNaN(ranked.probability);
  return {
    class: {
      index: ranked.index,
      name: labels ? ranked.label : null,
      share: isShare ? ranked.probability : null,
      score: ranked.score,
    },
    layer: chosen.name,
    width,
    height,
    values: most > 0 ? placed.values.map((value) => value / most) : placed.values,
    words:
      strongest && most > 0
        ? `strongest ${formatNumber(most)} at ${placeWords(fed, strongest.x, strongest.y)}`
        : 'nothing speaks for this class: every weighted sum is at or below zero',
  };
}

/** Why a page shows no classes. */
export function noClasses(network: string): CnnvizError {
  return new CnnvizError('usage', `the page holds ${network} up to a layer before its classes`, {
    fix: 'make it without --layers',
  });
}

/** "(210, 133) of the image" */
function placeWords({ picture }: FedInput, x: number, y: number): string {
  if (!picture) return `(${x}, ${y})`;
  const place = toOriginal(x, y, picture.plan);
  return `(${Math.round(place.x)}, ${Math.round(place.y)}) of the image`;
}
