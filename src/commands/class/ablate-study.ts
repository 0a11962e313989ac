import { probabilitiesOf } from '../../analysis/best-classes.js';
import { classScores, findClass, rankClass } from '../../analysis/class-scores.js';
import { oneLayer } from '../../analysis/grad-cam.js';
import { channelsOf } from '../../analysis/layer-facts.js';
import { openScores } from '../../analysis/score-session.js';
import type { Answer, Frame } from '../../cli/frame.js';
import { CnnvizError } from '../../core/errors.js';
import { plural } from '../../core/geometry.js';
import { tensor } from '../../core/tensor.js';
import { formatNumber, groupDigits } from '../../core/text.js';
import { faultWords, toFloat32 } from '../../core/values.js';
import { ABOVE, type Bar, BELOW, barRows } from '../../draw/bars.js';
import { type FigureLook, titledScene } from '../../draw/figure.js';
import { swatchOf } from '../../draw/marks.js';
import { sideBySide, textPart } from '../../draw/part.js';
import type { Scene } from '../../draw/scene/scene.js';
import type { Breathe } from '../../engine/execute.js';
import { timesOfProcess } from '../../engine/step-times.js';
import type { ShapedModel } from '../../layers/infer.js';
import { writeNpy } from '../../models/npy.js';
import { encodeFigure } from '../../run/figure.js';
import { run } from '../../run/run.js';
import {
  type ClassAnswer,
  type ClassSubject,
  classAnswer,
  classLine,
  type OpenedClass,
  scoreWords,
  shareWords,
} from './class-command.js';
import { noteOf } from './class-map.js';

/** What a channel is set to: zero, or its own mean over the map. */
export type AblationFill = '0' | 'mean';

/** How a class fares when one channel is gone. */
export interface AblatedChannel {
  readonly channel: number;
  readonly score: number;
  readonly probability: number;
  /** How much of the score is lost; below zero when the class gains. */
  readonly fall: number;
}

export interface AblationResult extends ClassAnswer {
  readonly layer: string;
  /** As the layer makes it, N included. */
  readonly shape: readonly number[];
  readonly fill: AblationFill;
  /** In the order of the channels. */
  readonly channels: readonly AblatedChannel[];
}

/**
 * Sets each channel of a layer to a constant, one at a time, and watches one class. The network runs once up to the
 * layer; from there on several channels go through together.
 * @param className a number or name; null: the best class of the whole network
 * @throws CnnvizError 'usage' when the scores do not depend on the layer
 */
export async function ablate(
  subject: ClassSubject,
  className: string | null,
  layer: string,
  fill: AblationFill,
  breathe: Breathe,
): Promise<AblationResult> {
  const { opened, source, labels, threads } = subject;
  const base = await run(
    opened,
    source,
    ({ shaped }) => {
      const scores = classScores(shaped, opened.name, labels);
      const index = className === null ? null : findClass(className, scores);
      const chosenLayer = oneLayer(shaped, layer);
      const beside = besides(shaped, chosenLayer.value, scores.value, chosenLayer.name);
      return { scores, index, layer: chosenLayer, beside, keep: [scores.value, chosenLayer.value, ...beside] };
    },
    { breathe: async () => {}, threads },
  );
  const { scores, index, beside } = base.chosen;
  const { name, value } = base.chosen.layer;
  const chosen = rankClass(toFloat32(base.read(scores.value).data), index, scores, base.faults);
  const activation = base.read(value);
  const numbers = toFloat32(activation.data);
  const { channels: count, size } = channelsOf(activation.shape);
  const channels: AblatedChannel[] = [];
  const rest = openScores(opened, base.plan, [value, ...beside], scores.value, timesOfProcess());
  try {
    for (let n = 0; n < rest.batch; n++) {
      for (const other of beside) rest.slot(other, n).set(toFloat32(base.read(other).data));
    }
    for (let first = 0; first < count; first += rest.batch) {
      const some = Math.min(rest.batch, count - first);
      for (let n = 0; n < some; n++) {
        const channel = numbers.subarray((first + n) * size, (first + n + 1) * size);
        const constant = fill === '0' ? 0 : channel.reduce((sum, one) => sum + one, 0) / size;
        const slot = rest.slot(value, n);
        slot.set(numbers);
        slot.fill(constant, (first + n) * size, (first + n + 1) * size);
      }
      const found = rest.run(some);
      for (let n = 0; n < some; n++) {
        const own = found.subarray(n * scores.count, (n + 1) * scores.count);
        const score = own[chosen.index];
        const probability = probabilitiesOf(own)[chosen.index];
        channels.push({ channel: first + n, score, probability, fall: chosen.score - score });
      }
      await breathe((first + some) / count);
    }
  } finally {
    rest.close();
  }
  return {
    network: opened.name,
    class: chosen,
    layer: name,
    shape: activation.shape,
    fill,
    channels,
    notes: [...base.bound.notes, ...base.faults.map(faultWords)],
  };
}

/** Values that the rest of the network reads beside a layer's: what branches around it. @throws CnnvizError 'usage' */
function besides({ model, known }: ShapedModel, layer: string, scores: string, name: string): string[] {
  const depends = new Set([layer]);
  for (const { inputs, outputs } of model.nodes) {
    if (inputs.some((one) => one !== null && depends.has(one))) for (const one of outputs) depends.add(one);
  }
  if (layer === scores || !depends.has(scores)) {
    throw new CnnvizError('usage', `--layer ${name}: the scores do not come after it`, {
      fix: 'choose a layer before them',
    });
  }
  const beside = new Set<string>();
  for (const { inputs, outputs } of model.nodes) {
    if (!outputs.some((one) => depends.has(one) && one !== layer)) continue;
    for (const one of inputs) if (one !== null && !depends.has(one) && known(one) === null) beside.add(one);
  }
  return [...beside];
}

const LENGTH = 480;

/** One bar for each number, all from one line of zero: above zero to the right. */
export function channelBars(
  bars: readonly Bar[],
  title: string,
  facts: string,
  look: FigureLook,
): { readonly scene: Scene } {
  const meaning = [
    sideBySide([swatchOf(ABOVE), textPart('the score falls', 'detail')], 8, 'middle'),
    sideBySide([swatchOf(BELOW), textPart('it rises', 'detail')], 8, 'middle'),
    textPart('at the line: no change', 'detail'),
  ];
  const key = sideBySide(meaning, 24, 'middle');
  return { scene: titledScene(title, facts, barRows(bars, LENGTH * look.box), key, look) };
}

/** What `ablate` is asked. */
interface AblateOptions {
  readonly class: string | null;
  readonly layer: string;
  readonly fill: AblationFill;
  readonly count: number;
}

/** `cnnviz ablate`, answered: how a class's score falls when a channel is gone. */
export async function ablateAnswer(
  opened: OpenedClass,
  { class: wanted, layer: named, fill, count }: AblateOptions,
  frame: Frame,
): Promise<Answer> {
  const { job, subject, breathe } = opened;
  const found = await ablate(subject, wanted, named, fill, breathe);
  const { class: one, layer, shape, channels, notes } = found;
  const ranked = [...channels].sort((a, b) => Math.abs(b.fall) - Math.abs(a.fall) || a.channel - b.channel);
  const shown = ranked.slice(0, count);
  const untouched = channels.filter(({ fall }) => fall === 0).length;
  const words = fill === '0' ? 'zero' : 'its mean';
  const lines = [
    classLine(one, job.request.init !== null),
    `  ${layer} [${shape.join(', ')}]: each of ${groupDigits(channels.length)} channels set to ${words}, one at a time`,
    ...tableOf(shown, one.score),
    ...(untouched > 0 ? [`  ${plural(untouched, 'channel')} without any effect`] : []),
  ];
  return classAnswer(opened, frame, {
    lines,
    notes,
    document: { class: one, layer, shape, fill, channels: ranked },
    file: (alt) => {
      const falls = Float32Array.from(channels, ({ fall }) => fall);
      return frame.wantsNumbers
        ? Promise.resolve(writeNpy(tensor(falls, [falls.length])))
        : draw(opened, found, shown, words, alt);
    },
  });
}

function tableOf(channels: readonly AblatedChannel[], score: number): string[] {
  const cells = channels.map(({ channel, fall, score: left, probability }) => [
    `channel ${channel}`,
    `${fall >= 0 ? 'falls' : 'rises'} by ${formatNumber(Math.abs(fall))}`,
    `${formatNumber(score)} → ${formatNumber(left)}`,
    shareWords(probability),
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column].length)));
  return cells.map(
    (row) => `  ${row.map((cell, c) => (c === 3 ? cell.padStart(widths[c]) : cell.padEnd(widths[c]))).join('   ')}`,
  );
}

function draw(
  { job, subject, figure }: OpenedClass,
  { class: one, layer, network, channels, fill }: AblationResult,
  shown: readonly AblatedChannel[],
  words: string,
  alt: string,
): Promise<Uint8Array> {
  const bars = shown.map(({ channel, fall, probability }) => ({
    label: `channel ${channel}`,
    value: fall,
    detail: Number.isNaN(probability) ? '' : `share ${shareWords(probability)}`,
  }));
  const title = `Which channels of ${layer} does “${one.label}” need?`;
  const facts = [
    network,
    ...(job.request.init === null ? [] : ['made-up weights']),
    scoreWords(one),
    `fall of the score when a channel is set to ${words}`,
    `${shown.length} of ${plural(channels.length, 'channel')}, largest change first`,
  ].join('  ·  ');
  const falls = shown.map(({ fall }) => fall);
  const scale = { lo: Math.min(0, ...falls), hi: Math.max(0, ...falls) };
  const args = ['--class', String(one.index), '--layer', layer, '--fill', fill, '--count', String(shown.length)];
  const note = { ...noteOf(job, subject.source, 'bars', scale, 'ablate', args), alt };
  return encodeFigure(
    (look) => channelBars(bars, title, facts, look),
    () => note,
    figure,
  );
}
