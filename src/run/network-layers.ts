import { channelsOf, firingValues, layerFacts } from '../analysis/layer-facts.js';
import { type ScoreKind, topClasses } from '../analysis/top-classes.js';
import { CnnvizError } from '../core/errors.js';
import type { NetworkJob } from '../core/job.js';
import { type LayerResult, type NetworkRunResult, nanScores } from '../core/network-result.js';
import { sizeOf } from '../core/tensor.js';
import { toFloat32, type Value } from '../core/values.js';
import type { Plan } from '../engine/plan.js';
import type { Step } from '../engine/steps.js';
import { keepsNumbers, type Layer, nameOf } from '../layers/index.js';
import { imagenetLabels } from '../models/imagenet-labels.js';
import type { NetworkSession } from './network-session.js';

/** A layer's numbers with what is true of them. */
export interface MeasuredLayer {
  readonly result: LayerResult;
  readonly value: Value;
  readonly values: Float32Array;
}

/** The facts of every chosen layer. `taken`: steps computed otherwise than planned, by the value they made. */
export function measureLayers(
  { chosen, plan }: NetworkSession,
  values: ReadonlyMap<string, Value>,
  taken: ReadonlyMap<string, Step>,
): readonly MeasuredLayer[] {
  const firing = firingValues(plan.model);
  return chosen.map(({ name, value: key, node }) => {
    const value = values.get(key)!;
    const numbers = toFloat32(value.data);
    const layer: Layer = node?.layer ?? { kind: 'identity' };
    return {
      value,
      values: numbers,
      result: {
        name,
        kind: nameOf(layer),
        shape: value.shape,
        dtype: value.dtype,
        algorithm: algorithmOf(taken.get(key) ?? plannedStep(plan, key)),
        facts: layerFacts(numbers, value.shape, layer, firing.has(key)),
      },
    };
  });
}

function plannedStep({ steps }: Plan, value: string): Step | undefined {
  return steps.find(({ outputs }) => outputs.includes(value));
}

function algorithmOf(step: Step | undefined): string | null {
  if (step?.kind !== 'conv') return null;
  return step.folds === null ? step.algorithm.name : `${step.algorithm.name}, batch norm folded`;
}

/** Class names and how many a run should name when nobody said: five, of a network that ends in classes. */
const FEW = 5;

/** The best classes, none where a score is NaN, when they were asked for or are what the network is for; null otherwise. */
export function bestClasses(
  job: NetworkJob,
  session: NetworkSession,
  values: ReadonlyMap<string, Value>,
  labels: readonly string[] | null,
): Pick<NetworkRunResult, 'top' | 'nanScores'> {
  if (job.top === null && !endsInClasses(session)) return { top: null, nanScores: [] };
  return classify(session, values, job.top ?? FEW, labels);
}

/** Whether the network ends in one number for each of some classes. */
function endsInClasses({ plan }: NetworkSession): boolean {
  const { model, infos } = plan.shaped;
  const shape = infos.get(model.outputs[0])!.shape;
  return shape.length === 2 && shape[1] > 1;
}

/**
 * The best classes of each item of the network's first output.
 * @throws CnnvizError 'usage' when the network does not end in classes, or the labels are not one for each
 */
function classify(
  { plan }: NetworkSession,
  values: ReadonlyMap<string, Value>,
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
  const numbers = toFloat32(values.get(output)!.data);
  const ofItems = Array.from({ length: items }, (_, n) => numbers.subarray(n * channels, (n + 1) * channels));
  const nan = ofItems.map(nanScores);
  const kind = scoreKind(plan, output);
  return {
    top: ofItems.map((scores, n) => (nan[n].nan > 0 ? [] : topClasses(scores, count, kind, names))),
    nanScores: nan,
  };
}

/** Whether the network's last layer gives scores that a softmax makes shares of: none that is an activation does. */
export function classesShare({ plan }: NetworkSession): boolean {
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
