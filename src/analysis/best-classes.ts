import { CnnvizError } from '../core/errors.js';
import { type NetworkRunResult, nanScores } from '../core/network-result.js';
import { sizeOf } from '../core/tensor.js';
import { toFloat32 } from '../core/values.js';
import type { Plan } from '../engine/plan.js';
import { keepsNumbers, type Layer } from '../layers/index.js';
import { imagenetLabels } from '../models/imagenet-labels.js';
import type { SubjectRun } from './kept-run.js';
import { channelsOf } from './layer-facts.js';
import { type ScoreKind, topClasses } from './top-classes.js';

/** Class names and how many a run should name when nobody said: five, of a network that ends in classes. */
const FEW = 5;

/** The best classes, none where a score is NaN, when they were asked for or are what the network is for; null otherwise. */
export function bestClasses(
  run: SubjectRun,
  top: number | null,
  labels: readonly string[] | null,
): Pick<NetworkRunResult, 'top' | 'nanScores'> {
  if (top === null && !endsInClasses(run)) return { top: null, nanScores: [] };
  return classify(run, top ?? FEW, labels);
}

/** Whether the network ends in one number for each of some classes. */
function endsInClasses({ shaped: { model, infos } }: SubjectRun): boolean {
  const shape = infos.get(model.outputs[0])!.shape;
  return shape.length === 2 && shape[1] > 1;
}

/**
 * The best classes of each item of the network's first output.
 * @throws CnnvizError 'usage' when the network does not end in classes, or the labels are not one for each
 */
function classify(
  { plan, read }: SubjectRun,
  count: number,
  labels: readonly string[] | null,
): Pick<NetworkRunResult, 'top' | 'nanScores'> {
  const { model, infos } = plan.shaped;
  const [output] = model.outputs;
  const { shape } = infos.get(output)!;
  const { items, channels } = channelsOf(shape);
  if (sizeOf(shape) !== items * channels || channels < 2) {
    throw new CnnvizError('usage', `--top: the network ends in [${shape.join(', ')}], not in classes`, {
      fix: 'leave --top out, or add layers that end in one number for each class',
      scope: 'command',
    });
  }
  const names = labels ?? (channels === 1000 ? imagenetLabels() : null);
  if (names && names.length !== channels) {
    throw new CnnvizError('usage', `--labels: expected ${channels} names, one a line, got ${names.length}`, {
      scope: 'command',
    });
  }
  const numbers = toFloat32(read(output).data);
  const ofItems = Array.from({ length: items }, (_, n) => numbers.subarray(n * channels, (n + 1) * channels));
  const nan = ofItems.map(nanScores);
  const kind = scoreKind(plan, output);
  return {
    top: ofItems.map((scores, n) => (nan[n].nan > 0 ? [] : topClasses(scores, count, kind, names))),
    nanScores: nan,
  };
}

/** Whether the network's last layer gives scores that a softmax makes shares of: none that is an activation does. */
export function classesShare({ plan }: SubjectRun): boolean {
  return lastLayer(plan, plan.model.outputs[0])?.kind !== 'activation';
}

/** The layer that computes a value, before what only gives it another shape. */
function lastLayer(plan: Plan, value: string): Layer | null {
  let wanted = value;
  // nodes stand behind those they read
  for (const { layer, inputs, outputs } of plan.model.nodes.toReversed()) {
    if (!outputs.includes(wanted)) continue;
    if (!keepsNumbers(layer) || inputs[0] === null) return layer;
    [wanted] = inputs;
  }
  return null;
}

function scoreKind(plan: Plan, output: string): ScoreKind {
  const kind = lastLayer(plan, output)?.kind;
  if (kind === 'softmax') return 'probabilities';
  return kind === 'log_softmax' ? 'log-probabilities' : 'logits';
}
