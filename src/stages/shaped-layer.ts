import { atPlace } from '../core/errors.js';
import type { Image } from '../core/image.js';
import type { InputFacts } from '../core/result.js';
import type { ShapedModel } from '../core/shapes/infer.js';
import { imageShape } from '../core/shapes/spatial.js';
import { planModel } from '../engine/plan.js';
import type { Input } from '../io/inputs.js';
import { bankModel, bindKernels } from './bind.js';
import { pictureOfInput } from './input-picture.js';
import { bankOf, chooseOneLayer, type LayerRequest } from './kept-run.js';
import { loadMaterials } from './materials.js';
import { openNetwork } from './network.js';
import { networkArgs } from './network-recipe.js';
import { shapeNetwork } from './network-session.js';
import { readNetworkSource } from './network-source.js';
import { commandArgs } from './recipe.js';
import { readSource } from './source.js';

/** A layer with all shapes behind it and the image it is for; nothing is computed, weights are not needed. */
export interface ShapedLayer {
  readonly shaped: ShapedModel;
  readonly layer: string;
  readonly value: string;
  readonly network: string;
  readonly facts: InputFacts;
  readonly sha256: string;
  readonly picture: Image | null;
  /** The options that decide the shapes, behind the command's name. */
  readonly args: readonly string[];
  readonly notes: readonly string[];
}

/** Reads the image and works out the shapes of one layer or a network for it. */
export async function shapeLayer(request: LayerRequest, input: Input, channel: number | null): Promise<ShapedLayer> {
  try {
    return request.kind === 'layer' ? await oneLayer(request, input, channel ?? 0) : await ofNetwork(request, input);
  } catch (error) {
    throw atPlace(input.path === '-' ? 'standard input' : input.path, error);
  }
}

async function oneLayer(
  { job }: LayerRequest & { readonly kind: 'layer' },
  input: Input,
  channel: number,
): Promise<ShapedLayer> {
  const source = await readSource(input, job);
  const banks = bindKernels(job.layer, await loadMaterials(job), source.x.shape, source.x);
  const [b, map] = bankOf(banks, channel);
  const model = bankModel(job.layer, banks[b], null);
  const { shaped } = planModel(model, imageShape(source.x.shape), job.layer);
  return {
    shaped,
    layer: model.nodes.at(-1)!.name,
    value: model.outputs[0],
    network: banks[b].maps[map].label,
    facts: source.facts,
    sha256: source.sha256,
    picture: source.image ?? pictureOfInput(source.x),
    args: commandArgs(job, source.facts.path).slice(1),
    notes: source.warnings,
  };
}

async function ofNetwork(
  { job, layer }: LayerRequest & { readonly kind: 'network' },
  input: Input,
): Promise<ShapedLayer> {
  const opened = await openNetwork(job.request);
  const source = await readNetworkSource(input, job, opened);
  const { shaped, notes } = shapeNetwork(opened, source.info);
  const { name, value } = chooseOneLayer(shaped, layer);
  return {
    shaped,
    layer: name,
    value,
    network: opened.name,
    facts: source.facts,
    sha256: source.sha256,
    picture: source.x && pictureOfInput(source.x),
    args: networkArgs(job, source, name)
      .slice(1)
      .map((arg) => (arg === '--layers' ? '--layer' : arg)),
    notes: [...opened.notes, ...notes, ...source.warnings],
  };
}
