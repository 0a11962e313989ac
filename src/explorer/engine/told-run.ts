import { bestClasses, classesShare } from '../../analysis/best-classes.js';
import type { Image } from '../../core/image.js';
import { nanScoreWords } from '../../core/result.js';
import { faultWords } from '../../core/values.js';
import { layerFamily } from '../../layers/index.js';
import { readsCall } from '../../layers/infer.js';
import type { PackedLayer, PackedNetwork } from '../page-data.js';
import type { Ran, RankedScore, RanLayer } from '../protocol.js';
import type { FedInput } from './fed-image.js';
import type { NetworkRun } from './network-run.js';

const MOST_CLASSES = 10;

/** The value that is shown of a layer: with zeros where it is silenced. */
export function shownValue({ silenced }: Pick<NetworkRun, 'silenced'>, { value }: PackedLayer): string {
  return silenced.get(value) ?? value;
}

/** What a run found, in the command line's words. @param before the run before it, of the same network; null: there was none */
export function tellRun(network: PackedNetwork, run: NetworkRun, before: NetworkRun['stamps'] | null, ms: number): Ran {
  const { fed, faults, computed } = run;
  const { classes, notes } = classesOf(network, run);
  const { width, height } = fed.facts;
  return {
    layers: network.layers.map((layer) => toldLayer(layer, run, before)),
    prepared: fed.picture ? `${width}×${height} → ${fed.preprocess}` : fed.preprocess,
    input: inputPicture(fed),
    classes,
    notes: [...network.notes, ...fed.warnings, ...notes, ...faults.map(faultWords)],
    computed,
    ms,
  };
}

function toldLayer(layer: PackedLayer, run: NetworkRun, before: NetworkRun['stamps'] | null): RanLayer {
  const { shaped, stamps } = run;
  const { shape } = shaped.infos.get(shownValue(run, layer))!;
  const node = shaped.model.nodes.find(({ outputs }) => outputs.includes(layer.value));
  const words = node ? layerFamily(node.layer).words(node.layer, readsCall(shaped, node).inputs) : layer.words;
  const old = before?.get(layer.name);
  const now = stamps.get(layer.name)!;
  return { name: layer.name, shape, words, unchanged: old !== undefined && old === now };
}

/** The best classes; null where the network, or the part of it that is there, ends in none. */
function classesOf(
  { labels }: PackedNetwork,
  { subject }: NetworkRun,
): {
  readonly classes: readonly RankedScore[] | null;
  readonly notes: readonly string[];
} {
  if (subject.plan.model.outputs.length === 0) return { classes: null, notes: [] };
  const { top, nanScores } = bestClasses(subject, null, labels);
  if (top === null) return { classes: null, notes: [] };
  const [best] = bestClasses(subject, MOST_CLASSES, labels).top!;
  const isShared = classesShare(subject);
  return {
    classes: best.map(({ index, label, score, probability }) => ({
      index,
      name: labels ? label : null,
      share: isShared && !Number.isNaN(probability) ? probability : null,
      score,
    })),
    notes: nanScores.flatMap((one) => (one.nan > 0 ? [nanScoreWords(one)] : [])),
  };
}

/** Made once for each image: runs with other edits are many. */
const pictures = new WeakMap<FedInput, Ran['input']>();

/** What is fed, as a picture; one transparent pixel where it is none. */
function inputPicture(fed: FedInput): Ran['input'] {
  const known = pictures.get(fed);
  if (known) return known;
  const image = fed.drawn();
  const picture = image ? asRgba(image) : { width: 1, height: 1, rgba: new Uint8ClampedArray(4) };
  pictures.set(fed, picture);
  return picture;
}

function asRgba({ width, height, channels, depth, data }: Image): Ran['input'] {
  const rgba = new Uint8ClampedArray(4 * width * height);
  const step = depth === 8 ? 1 : 257;
  const [green, blue] = channels === 3 ? [1, 2] : [0, 0];
  for (let to = 0, at = 0; to < rgba.length; to += 4, at += channels) {
    rgba[to] = data[at] / step;
    rgba[to + 1] = data[at + green] / step;
    rgba[to + 2] = data[at + blue] / step;
    rgba[to + 3] = 255;
  }
  return { width, height, rgba };
}
