import { shapeOf } from '../../analysis/kept-run.js';
import { chooseLayers } from '../../analysis/layer-choice.js';
import { declaredType, presetOfJob } from '../../analysis/prepare/network-input.js';
import { presetArgs } from '../../analysis/prepare/preset.js';
import { CnnvizError } from '../../core/errors.js';
import type { ByteStore } from '../../explorer/byte-store.js';
import { packModel } from '../../explorer/pack.js';
import type { PackedNetwork } from '../../explorer/page-data.js';
import type { ShapedModel } from '../../layers/infer.js';
import { imagenetLabels } from '../../models/imagenet-labels.js';
import { layerGroups } from '../../models/onnx/layer-groups.js';
import { decodeArgs, requestArgs } from '../../run/recipe.js';
import type { Source } from '../../run/subject.js';
import type { ExploredNetwork } from './open-networks.js';
import { pageLayers } from './page-layers.js';

/** A network as a page holds it: the layers that were chosen, and what they need; not examined yet. */
export async function packNetwork(
  { opened, job, labels, moment, isTaken }: ExploredNetwork,
  source: Source,
  store: ByteStore,
): Promise<PackedNetwork> {
  const { bound, shaped } = shapeOf(opened, source);
  const chosen = chooseLayers(shaped, job.layers);
  const preset = presetOfJob(job, opened);
  const model = packModel(
    bound.model,
    chosen.map(({ value }) => value),
    store,
  );
  return {
    name: opened.name,
    model,
    input: opened.input,
    dtype: declaredType(opened),
    preset,
    reads: { channels: opened.channels, declared: opened.declared, preset: opened.preset },
    asked: job.preset,
    exact: opened.options.exact,
    labels: model.outputs.length === 0 ? null : labelsFor(shaped, labels),
    hasModules: layerGroups(shaped).groups.length > 0,
    layers: await pageLayers(shaped, chosen),
    args: [
      ...requestArgs(job.request),
      ...(job.preset || isTaken ? presetArgs(preset) : []),
      ...decodeArgs(job.decode),
      ...(job.exact ? ['--exact'] : []),
    ],
    moment,
    notes: [...opened.notes, ...bound.notes],
    findings: null,
  };
}

/** The names of a network's classes. @throws CnnvizError 'usage' when they are not one for each class */
function labelsFor({ model, infos }: ShapedModel, labels: readonly string[] | null): readonly string[] | null {
  const { shape } = infos.get(model.outputs[0])!;
  if (shape.length !== 2 || shape[1] < 2) return null;
  const names = labels ?? (shape[1] === 1000 ? imagenetLabels() : null);
  if (names === null || names.length === shape[1]) return names;
  throw new CnnvizError('usage', `--labels: expected ${shape[1]} names, one a line, got ${names.length}`, {
    scope: 'command',
  });
}
