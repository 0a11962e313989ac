import { shapeOf } from '../../analysis/kept-run.js';
import { chooseLayers } from '../../analysis/layer-choice.js';
import type { OpenedNetwork } from '../../analysis/prepare/network-input.js';
import { float32Bytes } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import type { Reduce } from '../../core/head.js';
import { sizeOf } from '../../core/tensor.js';
import type { ValueInfo } from '../../core/values.js';
import { sha256, sha256OfParts } from '../../io/hash.js';
import { layerFamily } from '../../layers/index.js';
import { type Model, type ModelNode, neededFor } from '../../layers/model.js';

/** A network up to one of its layers: nothing behind that is computed, its weights stay as they are. */
export interface CutNetwork {
  /** The network with that layer's value for its only output. */
  readonly opened: OpenedNetwork;
  readonly layer: string;
  /** The value of that name, and its shape, N included. */
  readonly value: string;
  readonly shape: readonly number[];
  readonly notes: readonly string[];
  /** Layers and settings the value depends on. */
  readonly layersSha256: string;
  /** Hashes every weight the value depends on, read anew: name, shape, float32 numbers; one in memory at a time. */
  hashWeights(): string;
}

/**
 * Cuts a network behind a layer: the one named, or the one whose output enters the last layer with weights, which is
 * where a classifier begins.
 * @param info type and shape of an input, N included
 * @throws CnnvizError 'usage' when no layer is called that, or several are
 */
export function cutNetwork(opened: OpenedNetwork, info: ValueInfo, layer: string | null): CutNetwork {
  const { shaped, bound } = shapeOf(opened, { info, x: null });
  const { model } = shaped;
  const value = layer === null ? beforeClassifier(model) : oneValue(chooseLayers(shaped, [layer], '--layer'), layer);
  const nodes = neededFor(model, [value]);
  return {
    opened: {
      ...opened,
      bind(input, x) {
        const bound = opened.bind(input, x);
        return { ...bound, model: { ...bound.model, outputs: [value] } };
      },
    },
    layer: nodes.find(({ outputs }) => outputs[0] === value)?.name ?? value,
    value,
    shape: shaped.infos.get(value)!.shape,
    notes: bound.notes,
    layersSha256: sha256(new TextEncoder().encode(JSON.stringify(nodes))),
    hashWeights: () => sha256OfParts(weightBytes(model, nodes)),
  };
}

function oneValue(chosen: readonly { readonly name: string; readonly value: string }[], layer: string): string {
  if (chosen.length === 1) return chosen[0].value;
  const names = chosen.map(({ name }) => name);
  throw new CnnvizError('usage', `--layer ${layer}: expected one layer, got ${names.length}`, {
    fix: `one of ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}`,
  });
}

/** What enters the last layer with weights; a network with one such layer at most is taken whole. */
function beforeClassifier(model: Model): string {
  const [output] = model.outputs;
  const weighted = neededFor(model, [output]).filter((node) => isWeighted(model, node));
  const value = weighted.at(-1)?.inputs[0];
  return weighted.length < 2 || value == null ? output : value;
}

/** Whether a layer multiplies with weights of its own, learned from data. */
function isWeighted({ constants }: Model, { layer, inputs }: ModelNode): boolean {
  return layerFamily(layer).macs !== undefined && inputs.slice(1).some((name) => name !== null && constants.has(name));
}

function* weightBytes({ constants }: Model, nodes: readonly ModelNode[]): Generator<Uint8Array> {
  const text = new TextEncoder();
  const seen = new Set<string>();
  for (const name of nodes.flatMap(({ inputs }) => inputs)) {
    const constant = name === null ? undefined : constants.get(name);
    if (name === null || constant === undefined || seen.has(name)) continue;
    seen.add(name);
    const numbers = new Float32Array(sizeOf(constant.shape));
    constant.loadInto(numbers);
    yield text.encode(`${name} [${constant.shape.join(', ')}]\n`);
    yield float32Bytes(numbers);
  }
}

/** How many numbers one item of a layer gives. shape: [N, K] or [N, C, ...] */
export function reducedSize(shape: readonly number[], reduce: Reduce): number {
  return reduce === 'flatten' ? sizeOf(shape.slice(1)) : shape[1];
}
