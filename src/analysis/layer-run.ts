import type { Image } from '../core/image.js';
import type { InputFacts } from '../core/result.js';
import { choosePlace, indexOfPlace, type PlaceRequest } from '../core/value-place.js';
import { toFloat32 } from '../core/values.js';
import type { ShapedModel } from '../layers/infer.js';
import { chainBehind, explainChain } from './explain/chain.js';
import type { Explanation, KeptRun } from './explain/explanation.js';

/** One layer of a subject and the input it is looked at for. */
export interface LayerView {
  /** What was read. */
  readonly facts: InputFacts;
  /** The layer, and the value it makes. */
  readonly layer: string;
  readonly value: string;
  /** The network as it was named, or the kernel: "alexnet", "edge3x3". */
  readonly network: string;
  /** The input as the first layer reads it, to be drawn; null when it is no picture. */
  readonly picture: Image | null;
  readonly notes: readonly string[];
}

/** The same with all shapes behind it; nothing is computed, weights are not needed. */
export interface ShapedLayer extends LayerView {
  readonly shaped: ShapedModel;
}

/** A run of which one layer is looked at, with everything that was kept of it. */
export interface LayerRun extends LayerView, KeptRun {
  /** The channel of the value that was asked for; null: none was. */
  readonly channel: number | null;
}

/**
 * Explains one number of a layer's output: from the last weighted sum before it on, channel by channel. The run must have
 * kept what chainBehind names.
 * @throws CnnvizError 'usage' for a place that is none, 'unsupported' for a layer that is not explained
 */
export function explainLayer(run: LayerRun, request: PlaceRequest): Explanation {
  const { shape, data } = run.read(run.value);
  const values = toFloat32(data);
  const place = choosePlace(run.layer, shape, { ...request, channel: run.channel }, values);
  const index = indexOfPlace(shape, place);
  const { nodes } = chainBehind(run.plan.model, run.value);
  const steps = explainChain(run, nodes, index);
  return {
    input: run.facts,
    network: run.network,
    layer: run.layer,
    shape,
    place,
    value: values[index],
    steps,
    same: steps.every(({ agreement }) => agreement.same),
    notes: run.notes,
  };
}
