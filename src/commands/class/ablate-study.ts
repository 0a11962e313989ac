import { classScores, findClass, rankClass } from '../../analysis/class-scores.js';
import { channelsOf } from '../../analysis/layer-facts.js';
import { probabilitiesOf } from '../../analysis/top-classes.js';
import { ValueWatch } from '../../analysis/value-watch.js';
import { CnnvizError } from '../../core/errors.js';
import type { Image } from '../../core/image.js';
import { formatNumber } from '../../core/text.js';
import { faultWords, toFloat32, type Value } from '../../core/values.js';
import { fillRect, type Rgb } from '../../draw/canvas.js';
import { titledImage } from '../../draw/map-figure.js';
import { FAINT, INK, type Part, sideBySide, stacked, textPart, widest } from '../../draw/part.js';
import { type Breathe, finish } from '../../engine/execute.js';
import { planModel } from '../../engine/plan.js';
import { Session } from '../../engine/session.js';
import type { ShapedModel } from '../../layers/infer.js';
import { feeds, shapeNetwork } from '../../run/network-session.js';
import { openScores } from '../../run/score-session.js';
import { threadTeam } from '../../run/threads.js';
import type { ClassAnswer, ClassSubject } from './class-subject.js';
import { oneLayer } from './gradcam-study.js';

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
  const { shaped, bound, notes } = shapeNetwork(opened, source.info);
  const scores = classScores(shaped, opened.name, labels);
  const index = className === null ? null : findClass(className, scores);
  const { name, value } = oneLayer(shaped, layer);
  const beside = besides(shaped, value, scores.value, name);
  const whole = planModel(shaped.model, bound, { exact: false, algorithm: null }, [
    ...new Set([scores.value, value, ...beside]),
  ]);
  const session = new Session(whole, { team: threadTeam(threads) });
  const watch = new ValueWatch(session.plan);
  let base: ReadonlyMap<string, Value>;
  try {
    base = await finish(session.runAll(feeds(opened, source.x), undefined, watch), async () => {});
  } finally {
    session.close();
  }
  const chosen = rankClass(toFloat32(base.get(scores.value)!.data), index, scores, watch.faults);
  const activation = base.get(value)!;
  const numbers = toFloat32(activation.data);
  const { channels: count, size } = channelsOf(activation.shape);
  const channels: AblatedChannel[] = [];
  const rest = openScores(opened, whole, [value, ...beside], scores.value);
  try {
    for (let n = 0; n < rest.batch; n++) {
      for (const other of beside) rest.slot(other, n).set(toFloat32(base.get(other)!.data));
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
    notes: [...notes, ...watch.faults.map(faultWords)],
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

const LENGTH = 420;
const HEIGHT = 11;
/** What is lost, and what is gained: the ends of the diverging colours. */
const LOSS: Rgb = [214, 96, 20];
const GAIN: Rgb = [40, 110, 190];

interface Bar {
  readonly label: string;
  readonly value: number;
  /** Said behind the value. */
  readonly detail: string;
}

/** One bar for each number, all from one line of zero: above zero to the right. */
export function channelBars(bars: readonly Bar[], title: string, facts: string): Image {
  const hi = Math.max(0, ...bars.map(({ value }) => value));
  const lo = Math.min(0, ...bars.map(({ value }) => value));
  const scale = LENGTH / Math.max(hi - lo, Number.MIN_VALUE);
  const labels = bars.map(({ label }) => textPart(label));
  const column = widest(labels);
  const rows = bars.map(({ value, detail }, i) =>
    sideBySide(
      [
        { ...labels[i], width: column },
        barPart(value, -lo * scale, scale),
        textPart(formatNumber(value)),
        textPart(detail, FAINT),
      ],
      8,
      'middle',
    ),
  );
  return titledImage(
    title,
    facts,
    stacked(rows, 4, 'left'),
    textPart('from the line: no change; orange: the score falls, blue: it rises', FAINT),
  );
}

function barPart(value: number, zero: number, scale: number): Part {
  const width = Math.abs(value) * scale;
  return {
    width: LENGTH + 1,
    height: HEIGHT,
    draw: (canvas, x, y) => {
      const left = Math.round(value < 0 ? zero - width : zero);
      fillRect(canvas, x + left, y, Math.max(1, Math.round(width)), HEIGHT, value < 0 ? GAIN : LOSS);
      fillRect(canvas, x + Math.round(zero), y - 2, 1, HEIGHT + 4, INK);
    },
  };
}
