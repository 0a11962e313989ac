import type { OpenedNetwork } from '../../analysis/prepare/network-input.js';
import { CnnvizError } from '../../core/errors.js';
import type { NetworkRequest } from '../../core/job.js';
import { sizeOf } from '../../core/tensor.js';
import { groupDigits } from '../../core/text.js';
import { fillInitial } from '../../engine/training/network/initial.js';
import { planTape } from '../../engine/training/network/plan-tape.js';
import { SLICE, type Tape } from '../../engine/training/network/tape.js';
import type { Training } from '../../engine/training/network/trainer.js';
import { ELSEWHERE } from '../../engine/training/network/unsupported.js';
import { inferShapes, type ShapedModel } from '../../layers/infer.js';
import type { Model } from '../../layers/model.js';
import { openNetwork } from '../../run/network.js';
import type { Beginning } from './train-flags.js';

/** The largest network and input that are trained here. */
const MOST_PARAMETERS = 2_000_000;
const MOST_SIDE = 64;

/** A network that can be trained. */
export interface TrainableNetwork {
  readonly opened: OpenedNetwork;
  readonly learnt: ReadonlySet<string>;
}

/** @throws CnnvizError 'unsupported' for one that cannot be trained here */
export async function openTrainable(
  network: string,
  asPrinted: boolean,
  { file }: Beginning,
): Promise<TrainableNetwork> {
  const request: NetworkRequest = { network, weights: file, init: null, asPrinted, inputs: [] };
  const opened = await openNetwork(request, '', file === null ? 'shapes' : 'numbers');
  if (opened.head) {
    throw new CnnvizError(
      'unsupported',
      `${network}: a head, on layers that stay as they are: it is not trained here`,
      {
        fix: 'cnnviz head train makes heads; here the network under it can be trained',
      },
    );
  }
  if (opened.learnt === null) {
    throw new CnnvizError('unsupported', `${opened.name}: a graph that its file holds whole is not trained here`, {
      fix: ELSEWHERE,
    });
  }
  const trainable = { opened, learnt: opened.learnt };
  // before any data are read
  if (opened.input !== null) boundModel(trainable, opened.input);
  return trainable;
}

/** The network for inputs [C, H, W]. @throws CnnvizError 'unsupported' when it has too many parameters */
function boundModel({ opened, learnt }: TrainableNetwork, shape: readonly number[]): Model {
  try {
    const { model } = opened.bind({ dtype: 'float32', shape: [SLICE, ...shape] }, null);
    const count = [...learnt].reduce((sum, name) => sum + sizeOf(model.constants.get(name)?.shape ?? [0]), 0);
    if (count <= MOST_PARAMETERS) return model;
    const most = groupDigits(MOST_PARAMETERS);
    throw new CnnvizError(
      'unsupported',
      `${opened.name} has ${groupDigits(count)} parameters: training here takes at most ${most}`,
      { fix: ELSEWHERE },
    );
  } catch (error) {
    throw opened.retell(error);
  }
}

/** The network as training runs it, for inputs [C, H, W]. @throws CnnvizError when it does not fit them, or is too large */
export function tapeFor(network: TrainableNetwork, shape: readonly number[]): { tape: Tape; shaped: ShapedModel } {
  const [, H, W] = shape;
  if (Math.max(H, W) > MOST_SIDE) {
    throw new CnnvizError('unsupported', `images of ${W}×${H}: training here takes at most ${MOST_SIDE}×${MOST_SIDE}`, {
      fix: `--resize ${Math.min(H, 32)},${Math.min(W, 32)}, or ${ELSEWHERE}`,
    });
  }
  const model = boundModel(network, shape);
  const input = { dtype: 'float32', shape: [SLICE, ...shape], value: null } as const;
  try {
    const shaped = inferShapes(model, new Map([['input', input]]));
    return { tape: planTape(shaped, network.learnt), shaped };
  } catch (error) {
    throw network.opened.retell(error);
  }
}

/** Gives parameters and running statistics the numbers that training begins with. */
export function begin(training: Training, { model }: ShapedModel, { rule }: Beginning, seed: number): void {
  const { parameters, fixed, buffers } = training.tape;
  for (const one of [...parameters, ...buffers]) {
    const to = training.numbers.get(one.name)!;
    if (rule === null) model.constants.get(one.name)!.loadInto(to);
    else fillInitial(one, rule, seed, to);
  }
  for (const { name } of fixed) model.constants.get(name)!.loadInto(training.numbers.get(name)!);
}
