import { CnnvizError } from '../core/errors.js';
import { sizeOf } from '../core/tensor.js';
import { type Numbers, newNumbers, toFloat32, type Value } from '../core/values.js';
import { runAllSync } from '../engine/execute.js';
import { type Plan, planModel } from '../engine/plan.js';
import { Session } from '../engine/session.js';
import { type StepTimes, timedOpening } from '../engine/step-times.js';
import type { ConvStep } from '../engine/steps.js';
import { type BoundInput, modelBehind, type ShapedModel } from '../layers/infer.js';
import { type Runnable, shapeOf } from './kept-run.js';

/** Items that go through linear layers together: their weights are then read once for all. */
const BATCH = 16;

/** The rest of a network, from some values on to its scores, for several items at a time. */
interface ScoreSession {
  /** How many items fit. */
  readonly batch: number;
  /** Where item n of a value is put. */
  slot(value: string, n: number): Numbers;
  /** The scores of the first `count` items, one after another. */
  run(count: number): Float32Array;
  close(): void;
}

/**
 * @param whole the plan of the whole network for one image: the rest takes the same algorithms, so it gives the same bits
 * @param from the values it begins with; the first sides of all are N
 * @param scores the value of the scores, [1, classes]
 * @param times keeps what each layer took
 */
export function openScores(
  subject: Runnable,
  whole: Plan,
  from: readonly string[],
  scores: string,
  times: StepTimes | null = null,
): ScoreSession {
  const plan = batched(subject, whole, from, scores) ?? planRest(whole, from, scores);
  const running = timedOpening(times, () => new Session(plan));
  const [batch] = plan.shaped.infos.get(from[0])!.shape;
  const { infos } = whole.shaped;
  const sizes = new Map(from.map((name) => [name, sizeOf(infos.get(name)!.shape)]));
  const inputs = new Map<string, Value>();
  for (const name of from) {
    const { dtype, shape } = infos.get(name)!;
    const data = newNumbers(dtype, batch * sizes.get(name)!);
    inputs.set(name, { dtype, shape: [batch, ...shape.slice(1)], data });
  }
  for (const [name, value] of subject.fed) inputs.set(name, value);
  const perItem = sizeOf(plan.shaped.infos.get(scores)!.shape) / batch;
  return {
    batch,
    slot: (value, n) => {
      const { data } = inputs.get(value)!;
      return data.subarray(n * sizes.get(value)!, (n + 1) * sizes.get(value)!);
    },
    run: (count) => toFloat32(runAllSync(running, inputs, times).get(scores)!.data).slice(0, count * perItem),
    close: () => running.close(),
  };
}

/** For BATCH items, when the network takes them and computes each with the bits it has alone; null otherwise. */
function batched(subject: Runnable, whole: Plan, from: readonly string[], scores: string): Plan | null {
  const [first] = subject.open;
  const { dtype, shape } = whole.shaped.infos.get(first)!;
  let several: ShapedModel;
  try {
    several = shapeOf(subject, { info: { dtype, shape: [BATCH, ...shape.slice(1)] }, x: null }).shaped;
  } catch (error) {
    // a graph may be made for one image alone
    if (error instanceof CnnvizError) return null;
    throw error;
  }
  const grows = [...from, scores].every((name) => {
    const [N, ...rest] = several.infos.get(name)!.shape;
    const [, ...own] = whole.shaped.infos.get(name)!.shape;
    return N === BATCH && rest.join() === own.join();
  });
  if (!grows) return null;
  const plan = planRest({ shaped: several }, from, scores);
  return plan.steps.every((step) => step.kind !== 'conv' || roundsAlike(step, whole)) ? plan : null;
}

/** Whether a convolution gives one item the bits that it gives alone. */
function roundsAlike(step: ConvStep, whole: Plan): boolean {
  const alone = whole.steps.find(({ outputs }) => outputs[0] === step.outputs[0]);
  if (alone?.kind !== 'conv') return false;
  return alone.algorithm.name === step.algorithm.name || (alone.algorithm.ordered && step.algorithm.ordered);
}

/** The steps behind some values. */
function planRest({ shaped }: Pick<Plan, 'shaped'>, from: readonly string[], scores: string): Plan {
  const model = modelBehind(shaped, from, [scores]);
  const bound = new Map(
    model.inputs.map(({ name }): [string, BoundInput] => {
      const { dtype, shape } = shaped.infos.get(name)!;
      return [name, { dtype, shape, value: from.includes(name) ? null : shaped.known(name) }];
    }),
  );
  return planModel(model, bound, { exact: false, algorithm: null }, [scores]);
}
