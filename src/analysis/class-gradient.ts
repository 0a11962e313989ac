import { CnnvizError } from '../core/errors.js';
import type { RankedClass } from '../core/result.js';
import { sizeOf } from '../core/tensor.js';
import { faultWords, type Value } from '../core/values.js';
import { finish } from '../engine/execute.js';
import { backpropagate, planTape } from '../engine/gradients/backpropagate.js';
import type { ShapedModel } from '../layers/infer.js';
import { scoresOf } from './best-classes.js';
import { classScores, findClass, rankClass } from './class-scores.js';
import { type Fed, planRun, type RunDoors, type Runnable, runSubject, shapeOf } from './kept-run.js';

interface ClassGradientRequest {
  /** A class by number or name; null: the best one. */
  readonly className: string | null;
  /** Class names from a file; null: ImageNet's for 1,000 classes. */
  readonly labels: readonly string[] | null;
}

/** What has a name to be told by. */
type Network = Runnable & { readonly name: string };

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
  network: Network,
  fed: Fed,
  by: (shaped: ShapedModel) => string,
  { className, labels }: ClassGradientRequest,
  doors: Omit<RunDoors, 'watch'>,
): Promise<ClassGradient> {
  const shape = shapeOf(network, fed);
  const scores = classScores(shape.shaped, network.name, labels);
  const index = className === null ? null : findClass(className, scores);
  const name = by(shape.shaped);
  const tape = planTape(shape.shaped, scores.value, [name]);
  // its packed weights are given back before the way back, which does not need them
  const run = await runSubject(network, planRun(shape, tape.kept, EXACT), fed, EXACT, { ...doors, watch: true });
  const values = new Map(tape.kept.map((one) => [one, run.read(one)]));
  const chosen = rankClass(scoresOf(run.read(scores.value)), index, scores, run.faults);
  const seed = new Float64Array(sizeOf(shape.shaped.infos.get(scores.value)!.shape));
  seed[chosen.index] = 1;
  const gradients = await finish(backpropagate(tape, values, seed), doors.breathe);
  return {
    class: chosen,
    value: run.read(name),
    gradient: gradients.get(name)!,
    notes: [...shape.bound.notes, ...run.faults.map(faultWords)],
  };
}

/**
 * Only the one order of summation: a ReLU whose input rounds to the other side of zero switches a part of the gradient
 * on or off, and the faster algorithms round ten times as much.
 */
const EXACT = { exact: true, algorithm: null };

/** The network's input. @throws CnnvizError 'usage' when there is more than one, or none is open */
export function inputValue({ open, name }: Network): string {
  if (open.length === 1) return open[0];
  throw new CnnvizError('usage', `${name} reads ${open.length} inputs: expected one image`, {
    fix: 'give arrays for the others: --input NAME=FILE.npy',
  });
}
