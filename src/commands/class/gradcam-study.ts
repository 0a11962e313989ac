import { activationOf, type PlaceMap } from '../../analysis/grad-cam.js';
import { type Cells, cellsOf, strongestOf } from '../../analysis/placed-map.js';
import type { Answer, Frame } from '../../cli/frame.js';
import { tensor } from '../../core/tensor.js';
import { formatNumber } from '../../core/text.js';
import type { Breathe } from '../../engine/execute.js';
import { timesOfProcess } from '../../engine/step-times.js';
import { writeNpy } from '../../models/npy.js';
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
import { drawClassMap } from './class-map.js';

/** Where in an image a layer speaks for a class. */
interface GradcamResult extends ClassAnswer {
  readonly layer: string;
  /** The layer was not named: it is the last of maps. */
  readonly isDefault: boolean;
  /** [C, H, W] of the layer. */
  readonly shape: readonly number[];
  /** One value for each place of the layer, from 0. */
  readonly map: PlaceMap;
  /** How the values lie in what the network reads. */
  readonly placed: Placed;
  /** The part of what the network reads that the values divide among them, in its pixels. */
  readonly cells: Cells;
  /** The place of the largest value, perhaps between pixels; null when nothing speaks for the class. */
  readonly strongest: (ImagePlace & { readonly value: number }) | null;
  /** The channels with the largest weights, largest first. */
  readonly channels: readonly { readonly channel: number; readonly weight: number }[];
}

/**
 * fields: each in the middle of its receptive field. stretched: evenly over the whole input, as published and as
 * pytorch-grad-cam does. irregular: so, because the fields have no regular grid.
 */
type Placed = 'fields' | 'stretched' | 'irregular';

/** Of the strongest place, and of the map. */
const PLACED_WORDS: Readonly<Record<Placed, readonly [place: string, map: string]>> = {
  fields: ['the middle of its receptive field', 'each value in the middle of its receptive field'],
  stretched: ['with the map stretched, as published', 'stretched over the whole input, as published'],
  irregular: [
    'with the map stretched: its fields have no regular grid',
    'stretched over the whole input: its fields have no regular grid',
  ],
};

const NAMED_CHANNELS = 5;

/**
 * Grad-CAM of one class at one layer.
 * @param className a number or name; null: the best class
 * @param layer a layer's name; null: the last maps before the pooling over all places, or before they are flattened
 * @param stretch spreads the map over the whole input, wherever its fields lie
 */
export async function gradcam(
  subject: ClassSubject,
  className: string | null,
  layer: string | null,
  stretch: boolean,
  breathe: Breathe,
): Promise<GradcamResult> {
  const { opened, source, labels, threads, size } = subject;
  const doors = { breathe, team: threadTeam(threads), times: timesOfProcess() };
  const found = await activationOf(opened, source, { className, labels }, layer, doors);
  const { map, weights, shape } = found;
  const places = stretch ? null : found.places;
  const sides = [size[1], size[2]] as const;
  const best = strongestOf(map, places, sides);
  return {
    network: opened.name,
    class: found.class,
    layer: found.layer.name,
    isDefault: layer === null,
    shape,
    map,
    placed: stretch ? 'stretched' : places === null ? 'irregular' : 'fields',
    cells: cellsOf(map, places, sides),
    strongest: best && best.value > 0 ? { ...imagePlace(source, best.x, best.y), value: best.value } : null,
    channels: [...weights.keys()]
      .sort((a, b) => weights[b] - weights[a] || a - b)
      .slice(0, NAMED_CHANNELS)
      .map((channel) => ({ channel, weight: weights[channel] })),
    notes: found.notes,
  };
}

/** `cnnviz gradcam`, answered. */
export async function gradcamAnswer(
  opened: OpenedClass,
  {
    class: wanted,
    layer: named,
    stretch,
  }: { readonly class: string | null; readonly layer: string | null; readonly stretch: boolean },
  frame: Frame,
): Promise<Answer> {
  const { job, subject, figure, breathe } = opened;
  const found = await gradcam(subject, wanted, named, stretch, breathe);
  const { class: one, layer, isDefault, shape, map, placed, cells, strongest, channels, notes } = found;
  const [C, H, W] = shape;
  const lines = [
    classLine(one, job.request.init !== null),
    `  ${layer}   ${C} maps ${W}×${H}${isDefault ? ', the last of the network' : ''}, weighted by the mean of the score's gradient over each`,
    strongest
      ? `  strongest ${formatNumber(strongest.value)} at ${placeWords(strongest)}, ${PLACED_WORDS[placed][0]}`
      : '  nothing speaks for this class: every weighted sum is at or below zero',
    `  most weight on channel ${channels.map(({ channel, weight }) => `${channel} (${formatNumber(weight)})`).join(', ')}`,
  ];
  const made = job.request.init === null ? [] : ['made-up weights'];
  const how = `Grad-CAM at ${layer}, ${PLACED_WORDS[placed][1]}`;
  const words = [found.network, ...made, how, scoreWords(one), 'bright places speak for the class'];
  const args = ['--class', String(one.index), '--layer', layer, ...(stretch ? ['--stretch'] : [])];
  const draw = (alt: string) =>
    drawClassMap(
      { job, source: subject.source, command: 'gradcam', args, figure, alt },
      {
        map,
        title: `Where does ${found.network} see “${one.label}”?`,
        facts: words.join('  ·  '),
        what: 'speaks for the class',
        scaleRule: { kind: 'fixed', lo: 0, hi: Math.max(largestOf(map.values), Number.MIN_VALUE) },
        colormap: 'magma',
        smooth: true,
        mark: strongest && { place: strongest, side: 1 },
        cells,
      },
    );
  return classAnswer(opened, frame, {
    lines,
    notes,
    document: {
      class: one,
      layer,
      shape,
      placed,
      cells,
      strongest,
      channels,
      map: { width: map.width, height: map.height, values: [...map.values] },
    },
    file: async (alt) => (frame.wantsNumbers ? writeNpy(tensor(map.values, [map.height, map.width])) : draw(alt)),
  });
}

function largestOf(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
