import type { Image } from '../core/image.js';
import type { InputFacts } from '../core/result.js';
import { planModel } from '../engine/plan.js';
import type { Input } from '../io/inputs.js';
import type { ShapedModel } from '../layers/infer.js';
import { imageShape } from '../layers/inputs.js';
import { bankModel, bindKernels } from './bind.js';
import { atInput, bankOf, chooseOneLayer, type LayerRequest } from './kept-run.js';
import { loadMaterials } from './materials.js';
import { openNetwork } from './network.js';
import { shapeNetwork } from './network-session.js';
import { readNetworkSource } from './network-source.js';
import { commandArgs, networkArgs } from './recipe.js';
import { pictureOfInput, readSource } from './source.js';

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
  return request.kind === 'layer' ? oneLayer(request, input, channel ?? 0) : ofNetwork(request, input);
}

async function oneLayer(
  { job, layer: wanted }: LayerRequest & { readonly kind: 'layer' },
  input: Input,
  channel: number,
): Promise<ShapedLayer> {
  const materials = await loadMaterials(job);
  return atInput(input, async () => {
    const source = await readSource(input, job);
    const banks = bindKernels(job.layer, materials, source.x.shape, source.x);
    const [b, map] = bankOf(banks, channel);
    const { shaped } = planModel(bankModel(job.layer, banks[b], null), imageShape(source.x.shape), job.layer);
    const { name, value } = chooseOneLayer(shaped, wanted);
    return {
      shaped,
      layer: name,
      value,
      network: banks[b].maps[map].label,
      facts: source.facts,
      sha256: source.sha256,
      picture: source.image ?? pictureOfInput(source.x),
      args: [...commandArgs(job, source.facts.path).slice(1), ...(wanted === null ? [] : ['--layer', wanted])],
      notes: source.warnings,
    };
  });
}

async function ofNetwork(
  { job, layer }: LayerRequest & { readonly kind: 'network' },
  input: Input,
): Promise<ShapedLayer> {
  const opened = await openNetwork(job.request);
  const source = await atInput(input, () => readNetworkSource(input, job, opened));
  const { shaped, notes } = await atInput(input, () => shapeNetwork(opened, source.info));
  const { name, value } = chooseOneLayer(shaped, layer);
  return {
    shaped,
    layer: name,
    value,
    network: opened.name,
    facts: source.facts,
    sha256: source.sha256,
    picture: source.x && pictureOfInput(source.x),
    args: networkArgs(job, source, ['--layer', name]),
    notes: [...opened.notes, ...notes, ...source.warnings],
  };
}
