import { classGradient } from '../../analysis/class-gradient.js';
import { classScores, REPAIR } from '../../analysis/class-scores.js';
import type { Answer, Frame } from '../../cli/frame.js';
import { CnnvizError } from '../../core/errors.js';
import { tensor } from '../../core/tensor.js';
import { formatNumber } from '../../core/text.js';
import type { Breathe } from '../../engine/execute.js';
import { timesOfProcess } from '../../engine/step-times.js';
import type { ShapedModel } from '../../layers/infer.js';
import { type ModelNode, neededFor } from '../../layers/model.js';
import { writeNpy } from '../../models/npy.js';
import { type ChosenLayer, chooseLayers } from '../../run/layer-choice.js';
import { threadTeam } from '../../run/threads.js';
import {
  type ClassAnswer,
  type ClassSubject,
  classAnswer,
  classLine,
  type ImagePlace,
  imagePlace,
  type OpenedClass,
  placeWords,
  scoreWords,
} from './class-command.js';
import { drawClassMap, gradCam, type PlaceMap, resizeMap, strongestPlace } from './class-map.js';

/** Where in an image a layer speaks for a class. */
interface GradcamResult extends ClassAnswer {
  readonly layer: string;
  /** The layer was not named: it is the last of maps. */
  readonly isDefault: boolean;
  /** [C, H, W] of the layer. */
  readonly shape: readonly number[];
  /** One value for each place of the layer, from 0. */
  readonly map: PlaceMap;
  /** The largest value once the map is brought to the size of the input; null when nothing speaks for the class. */
  readonly strongest: (ImagePlace & { readonly value: number }) | null;
  /** The channels with the largest weights, largest first. */
  readonly channels: readonly { readonly channel: number; readonly weight: number }[];
}

const NAMED_CHANNELS = 5;

/**
 * Grad-CAM of one class at one layer.
 * @param className a number or name; null: the best class
 * @param layer a layer's name; null: the last maps before the pooling over all places, or before they are flattened
 * @throws CnnvizError 'shape' when the map is NaN somewhere: 0 · NaN says nothing for or against a class
 */
export async function gradcam(
  subject: ClassSubject,
  className: string | null,
  layer: string | null,
  breathe: Breathe,
): Promise<GradcamResult> {
  const { opened, source, labels, threads, size } = subject;
  let chosen: ChosenLayer | null = null;
  const by = (shaped: ShapedModel) => {
    chosen =
      layer === null
        ? lastMaps(shaped, classScores(shaped, opened.name, labels).value, opened.name)
        : oneLayer(shaped, layer);
    return checkMaps(shaped, chosen).value;
  };
  const found = await classGradient(
    opened,
    source,
    by,
    { className, labels },
    { breathe, team: threadTeam(threads), times: timesOfProcess() },
  );
  const shape = found.value.shape.slice(-3) as unknown as [number, number, number];
  const { map, weights } = gradCam(found.value.data, found.gradient, shape);
  if (map.values.some(Number.isNaN)) {
    const causes = found.notes.map((note) => `; ${note}`).join('');
    throw new CnnvizError('shape', `--layer ${chosen!.name}: what it says for this class is NaN${causes}`, {
      fix: REPAIR,
    });
  }
  const best = strongestPlace(resizeMap(map, size[2], size[1]));
  return {
    network: opened.name,
    class: found.class,
    layer: chosen!.name,
    isDefault: layer === null,
    shape,
    map,
    strongest: best && best.value > 0 ? { ...imagePlace(source, best.x, best.y), value: best.value } : null,
    channels: [...weights.keys()]
      .sort((a, b) => weights[b] - weights[a] || a - b)
      .slice(0, NAMED_CHANNELS)
      .map((channel) => ({ channel, weight: weights[channel] })),
    notes: found.notes,
  };
}

/** The one layer a name means. @throws CnnvizError 'usage' for none, or several */
export function oneLayer(shaped: ShapedModel, name: string): ChosenLayer {
  const found = chooseLayers(shaped, [name], '--layer');
  if (found.length === 1) return found[0];
  throw new CnnvizError('usage', `--layer ${name}: expected one layer, got ${found.length}`, {
    fix: `such as --layer ${found[0].name}`,
  });
}

/** The last maps that the scores are made from: behind their batch norm, addition and activation. */
function lastMaps(shaped: ShapedModel, scores: string, network: string): ChosenLayer {
  const last = spatialMaps(shaped, scores).at(-1);
  if (last) return { name: last.name, value: last.outputs[0], node: last };
  throw new CnnvizError('usage', `${network} has no layer that makes maps`, {
    fix: 'name a layer of maps with --layer',
  });
}

/** @throws CnnvizError 'usage' for a layer of vectors */
function checkMaps({ infos }: ShapedModel, layer: ChosenLayer): ChosenLayer {
  const { shape } = infos.get(layer.value)!;
  if (shape.length === 4 && shape[0] === 1 && shape[2] * shape[3] > 1) return layer;
  throw new CnnvizError('usage', `--layer ${layer.name}: expected a layer of maps, it gives [${shape.join(', ')}]`, {
    fix: 'choose a convolution, or a layer before the maps are flattened',
  });
}

/** Layers that slide a window over the places of an image: what they make has places. */
const WINDOWS: readonly string[] = ['conv', 'ncc', 'max_pool', 'avg_pool', 'gauss_pool'];
/** Layers that give their input again, or bring any image to one size for the layers of vectors behind them. */
const SILENT: readonly string[] = ['dropout', 'identity', 'adaptive_avg_pool', 'adaptive_max_pool'];

/**
 * The layers that make maps [1, C, H, W] of more than one place on the way to a value, in the network's order; the last
 * is what a pooling over all places, or a flattening, reads. A batch norm, an addition or an activation makes maps as a
 * convolution does. Arrays of rank 4 that are no maps (channels last, vectors with sides of 1) have sides that no window
 * gives.
 */
export function spatialMaps({ model, infos }: ShapedModel, value: string): ModelNode[] {
  const sidesOf = ({ outputs }: ModelNode): string | null => {
    const { shape } = infos.get(outputs[0])!;
    return shape.length === 4 && shape[0] === 1 && shape[2] * shape[3] > 1 ? shape.slice(2).join('×') : null;
  };
  const given = new Set(model.nodes.filter(({ layer }) => WINDOWS.includes(layer.kind)).map(sidesOf));
  return neededFor(model, [value]).filter((node) => {
    const sides = sidesOf(node);
    return sides !== null && given.has(sides) && !SILENT.includes(node.layer.kind);
  });
}

/** `cnnviz gradcam`, answered. */
export async function gradcamAnswer(
  opened: OpenedClass,
  { class: wanted, layer: named }: { readonly class: string | null; readonly layer: string | null },
  frame: Frame,
): Promise<Answer> {
  const { job, subject, figure, breathe } = opened;
  const found = await gradcam(subject, wanted, named, breathe);
  const { class: one, layer, isDefault, shape, map, strongest, channels, notes } = found;
  const [C, H, W] = shape;
  const lines = [
    classLine(one, job.request.init !== null),
    `  ${layer}   ${C} maps ${W}×${H}${isDefault ? ', the last of the network' : ''}, weighted by the mean of the score's gradient over each`,
    strongest
      ? `  strongest ${formatNumber(strongest.value)} at ${placeWords(strongest)}`
      : '  nothing speaks for this class: every weighted sum is at or below zero',
    `  most weight on channel ${channels.map(({ channel, weight }) => `${channel} (${formatNumber(weight)})`).join(', ')}`,
  ];
  const made = job.request.init === null ? [] : ['made-up weights'];
  const words = [found.network, ...made, `Grad-CAM at ${layer}`, scoreWords(one), 'bright places speak for the class'];
  const args = ['--class', String(one.index), '--layer', layer];
  const draw = (alt: string) =>
    drawClassMap(
      { job, source: subject.source, command: 'gradcam', args, figure, alt },
      {
        map,
        title: `Where does ${found.network} see “${one.label}”?`,
        facts: words.join('  ·  '),
        what: 'speaks for the class',
        scaleRule: { kind: 'fixed', lo: 0, hi: Math.max(strongestOf(map.values), Number.MIN_VALUE) },
        colormap: 'magma',
        smooth: true,
        mark: strongest && { place: strongest, side: 1 },
      },
    );
  return classAnswer(opened, frame, {
    lines,
    notes,
    document: {
      class: one,
      layer,
      shape,
      strongest,
      channels,
      map: { width: map.width, height: map.height, values: [...map.values] },
    },
    file: async (alt) => (frame.wantsNumbers ? writeNpy(tensor(map.values, [map.height, map.width])) : draw(alt)),
  });
}

function strongestOf(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
