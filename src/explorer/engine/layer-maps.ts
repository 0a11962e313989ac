import { channelsOf } from '../../analysis/layer-facts.js';
import { planesOf } from '../../analysis/planes.js';
import { measureValues } from '../../analysis/values.js';
import { CnnvizError } from '../../core/errors.js';
import type { Clipped, Scale, ValueFacts } from '../../core/result.js';
import { clippedWords } from '../../core/text.js';
import { toFloat32, type Value } from '../../core/values.js';
import { chooseScale, toPixels, zeroLevel } from '../../draw/scale.js';
import { countMapHalves, drawMapLevels, sumsOfMap } from '../../engine/map-loops.js';
import { greysWords } from '../../reports/text.js';
import type { Look, MapGreys } from '../page-data.js';

/** What was found of all values of a layer for one scale, with which any of its channels are drawn. */
interface Scaled {
  readonly stamp: string;
  readonly facts: ValueFacts;
  readonly scale: Scale;
  readonly clipped: Clipped;
}

/** Draws maps of layers, on the scales of the command line's sheets. */
export class MapPainter {
  readonly #scaled = new Map<string, Scaled>();

  /**
   * @param stamp another one for other numbers of the layer
   * @throws CnnvizError 'usage' for a channel that there is none of, or limits that are none
   */
  paint(layer: string, value: Value, stamp: string, channels: readonly number[] | null, look: Look): MapGreys {
    const values = toFloat32(value.data);
    const { maps } = planesOf({ values, value });
    const shown = channels ?? maps.map((_, i) => i);
    const wrong = shown.find((channel) => !maps[channel]);
    if (wrong !== undefined) {
      throw new CnnvizError('usage', `channel ${wrong}: ${layer} has ${channelsOf(value.shape).channels} channels`, {
        fix: `a number from 0 to ${maps.length - 1}`,
      });
    }
    const [{ width, height }] = maps;
    const greys = new Uint8Array(shown.length * width * height);
    const common = look.each ? null : this.#common(layer, values, stamp, look);
    const own = { below: 0, above: 0, nan: 0 };
    const scales = shown.map((channel, i) => {
      const { values: plane, blank = 0 } = maps[channel];
      const scale = common?.scale ?? chooseScale([plane], look.scale, null, countMapHalves);
      const { data, clipped } = toPixels(plane, scale, 8, drawMapLevels);
      greys.set(data, i * width * height);
      own.below += clipped.below;
      own.above += clipped.above;
      own.nan += clipped.nan - blank;
      return scale;
    });
    const scale = common?.scale ?? scales[0] ?? { lo: 0, hi: 0 };
    const clipped = common?.clipped ?? own;
    const zero = zeroLevel(scale, 8);
    const words = common
      ? greysWords(common.facts, { scale, clipped, zero }, { depth: 8, colormap: look.colormap, scale: look.scale })
      : eachWords(own, shown.length * width * height, look);
    const told = (common ? [scale] : scales).map(({ lo, hi }) => ({ lo, hi }));
    return { layer, width, height, channels: shown, greys, scales: told, zero, clipped, words };
  }

  #common(layer: string, values: Float32Array, stamp: string, { scale: rule }: Look): Scaled {
    const key = `${layer} ${JSON.stringify(rule)}`;
    const before = this.#scaled.get(key);
    if (before?.stamp === stamp) return before;
    const facts = measureValues(values, sumsOfMap);
    const scale = chooseScale([values], rule, facts, countMapHalves);
    const found = { stamp, facts, scale, clipped: clippedBy(scale, values, facts) };
    this.#scaled.set(key, found);
    return found;
  }
}

function clippedBy({ lo, hi }: Scale, values: Float32Array, { min, max, nan, infinite }: ValueFacts): Clipped {
  if (infinite === 0 && !(min < lo) && !(max > hi)) return { below: 0, above: 0, nan };
  let [below, above] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    if (values[i] < lo) below++;
    else if (values[i] > hi) above++;
  }
  return { below, above, nan };
}

function eachWords(clipped: Clipped, of: number, { colormap }: Look): string {
  const lost = clippedWords({ ...clipped, of }, colormap);
  return `each map on a scale of its own${lost === '' ? '' : `   ${lost}`}`;
}
