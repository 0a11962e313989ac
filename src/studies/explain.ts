import type { Explanation } from '../core/explanation.js';
import type { Image } from '../core/image.js';
import { choosePlace, indexOfPlace, type PlaceRequest } from '../core/value-place.js';
import { toFloat32 } from '../core/values.js';
import { explanationFigure } from '../figures/explanation.js';
import type { Input } from '../io/inputs.js';
import { baseName } from '../io/paths.js';
import { chainBehind, explainChain } from '../stages/explain/chain.js';
import { type LayerRequest, type LookContext, type LookedAt, lookAtLayer } from '../stages/kept-run.js';

/** An explanation with the run it explains. */
export interface ExplainedRun {
  readonly explanation: Explanation;
  readonly run: LookedAt;
}

/**
 * Runs a layer or a network on one input, as `conv` and `run` do, and explains one number of a layer's output: from
 * the last weighted sum before it on, channel by channel.
 * @throws CnnvizError 'usage' for a place that is none, 'unsupported' for a layer that is not explained
 */
export async function explainValue(
  request: LayerRequest,
  input: Input,
  place: PlaceRequest,
  context: Omit<LookContext, 'channel'>,
): Promise<ExplainedRun> {
  const run = await lookAtLayer(request, input, (shaped, value) => chainBehind(shaped.model, value).keep, {
    ...context,
    channel: place.channel,
  });
  return { explanation: explainRun(run, place), run };
}

/** The same for a run that is at hand. */
export function explainRun(run: LookedAt, request: PlaceRequest): Explanation {
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

/** The explanation as a picture, numbers drawn in the cells. */
export function drawExplanation(explanation: Explanation): Image {
  const { input, network, layer, place } = explanation;
  const name = input.path === '-' ? 'standard input' : baseName(input.path);
  const at = place.x === null ? `unit ${place.channel}` : `(${place.x}, ${place.y})`;
  return explanationFigure(explanation, `${name}: ${network} ${layer} ${at}`);
}
