import { classScores, findClass, rankClass } from '../analysis/class-scores.js';
import { ValueWatch } from '../analysis/value-watch.js';
import { CnnvizError } from '../core/errors.js';
import type { RankedClass } from '../core/network-result.js';
import { sizeOf } from '../core/tensor.js';
import { faultWords, toFloat32, type Value } from '../core/values.js';
import { type Breathe, finish } from '../engine/execute.js';
import { backpropagate } from '../engine/gradients/backpropagate.js';
import { planTape } from '../engine/gradients/tape.js';
import { planModel } from '../engine/plan.js';
import { Session } from '../engine/session.js';
import type { ShapedModel } from '../layers/infer.js';
import type { OpenedNetwork } from './network.js';
import { feeds, shapeNetwork } from './network-session.js';
import type { NetworkSource } from './network-source.js';
import { threadTeam } from './threads.js';

interface ClassGradientRequest {
  /** A class by number or name; null: the best one. */
  readonly className: string | null;
  /** Class names from a file; null: ImageNet's for 1,000 classes. */
  readonly labels: readonly string[] | null;
  readonly threads: number;
}

/** How a class's score changes with a value of the network. */
interface ClassGradient {
  readonly class: RankedClass;
  /** The value derived by, and the gradient in its shape. */
  readonly value: Value;
  readonly gradient: Float64Array;
  /** What binding the weights had to say, and what went wrong among the numbers. */
  readonly notes: readonly string[];
}

/**
 * Runs a network on one image, keeps what the way back needs, and follows a class's score back to one value. The memory:
 * the values kept (of AlexNet 4 MB, of VGG-16 60 MB) and the gradients between two layers, beside the weights, of which
 * those of one layer at a time are read again.
 * @param by finds the value to derive by: 'input', or a layer's
 * @throws CnnvizError 'usage' without classes, 'unsupported' for a layer gradients do not pass
 */
export async function classGradient(
  opened: OpenedNetwork,
  source: NetworkSource,
  by: (shaped: ShapedModel) => string,
  { className, labels, threads }: ClassGradientRequest,
  breathe: Breathe,
): Promise<ClassGradient> {
  const { shaped, bound, notes } = shapeNetwork(opened, source.info);
  const scores = classScores(shaped, opened.name, labels);
  const index = className === null ? null : findClass(className, scores);
  const name = by(shaped);
  const tape = planTape(shaped, scores.value, [name]);
  const plan = planModel(shaped.model, bound, EXACT, tape.kept);
  const session = new Session(plan, { team: threadTeam(threads) });
  const watch = new ValueWatch(plan);
  let values: ReadonlyMap<string, Value>;
  try {
    values = await finish(session.runAll(feeds(opened, source.x), undefined, watch), breathe);
  } finally {
    // its packed weights are not needed on the way back
    session.close();
  }
  const chosen = rankClass(toFloat32(values.get(scores.value)!.data), index, scores, watch.faults);
  const seed = new Float64Array(sizeOf(shaped.infos.get(scores.value)!.shape));
  seed[chosen.index] = 1;
  const gradients = await finish(backpropagate(tape, values, seed), breathe);
  return {
    class: chosen,
    value: values.get(name)!,
    gradient: gradients.get(name)!,
    notes: [...notes, ...watch.faults.map(faultWords)],
  };
}

/**
 * Only the one order of summation: a ReLU whose input rounds to the other side of zero switches a part of the gradient
 * on or off, and the faster algorithms round ten times as much.
 */
const EXACT = { exact: true, algorithm: null };

/** The network's input. @throws CnnvizError 'usage' when there is more than one, or none is open */
export function inputValue({ open, name }: OpenedNetwork): string {
  if (open.length === 1) return open[0];
  throw new CnnvizError('usage', `${name} reads ${open.length} inputs: expected one image`, {
    fix: 'give arrays for the others: --input NAME=FILE.npy',
  });
}
