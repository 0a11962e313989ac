import { CnnvizError } from '../../core/errors.js';
import type { KerasSource, LayerPlace } from '../keras/keras-source.js';
import type { WeightTensor } from '../weights/weight-file.js';

/** Which arrays are whose. */
export interface LayerArrays {
  readonly weightsOf: KerasSource['weightsOf'];
  /** The names of arrays that no layer has asked for. */
  unused(): string[];
}

/**
 * Arrays by the layers they belong to. Their names are "LAYER/kernel", or with names of models in front, or with that of a
 * cell behind; the name of the layer alone is enough while one layer has it.
 * Source: tensorflow/tfjs, tfjs-layers/src/engine/container.ts, loadWeights
 */
export function layerArrays(tensors: readonly WeightTensor[]): LayerArrays {
  const owned = new Map<string, WeightTensor[]>();
  for (const tensor of tensors) {
    const owner = tensor.name.slice(0, Math.max(0, tensor.name.lastIndexOf('/')));
    owned.set(owner, [...(owned.get(owner) ?? []), tensor]);
  }
  /** Owners by the last part of their names. */
  const byLast = new Map<string, string[]>();
  for (const owner of owned.keys()) {
    const last = owner.slice(owner.lastIndexOf('/') + 1);
    byLast.set(last, [...(byLast.get(last) ?? []), owner]);
  }
  const takenBy = new Map<string, string>();

  const ownerOf = ({ path }: LayerPlace): string | null => {
    // the whole path first, then without the models in front
    for (let from = 0; from < path.length; from++) {
      const name = path.slice(from).join('/');
      if (owned.has(name)) return name;
    }
    // behind models whose names the configuration does not have; then with a number that made the name another
    const last = path[path.length - 1];
    for (const like of [byLast.get(last) ?? [], numbered(last)]) {
      if (like.length > 1) throw ambiguous(path, like);
      if (like.length === 1) return like[0];
    }
    return null;
  };
  const numbered = (name: string) =>
    [...owned.keys()].filter((owner) => owner.startsWith(`${name}_`) && /^\d+$/.test(owner.slice(name.length + 1)));
  return {
    weightsOf(place) {
      const owner = ownerOf(place);
      if (owner === null) return [];
      const asked = place.path.join('/');
      const before = takenBy.get(owner);
      if (before !== undefined && before !== asked) throw ambiguous([before], [asked]);
      takenBy.set(owner, asked);
      return inOrder(owned.get(owner)!);
    },
    unused: () => [...owned].flatMap(([owner, list]) => (takenBy.has(owner) ? [] : list.map(({ name }) => name))),
  };
}

/** As listed; those that are called by their numbers, as Keras 3 does, in the order of these. */
function inOrder(tensors: readonly WeightTensor[]): readonly WeightTensor[] {
  const places = tensors.map(({ name }) => Number(/\/(\d+)$/.exec(name)?.[1] ?? Number.NaN));
  if (places.some(Number.isNaN)) return tensors;
  return [...tensors.keys()].sort((a, b) => places[a] - places[b]).map((i) => tensors[i]);
}

function ambiguous(layer: readonly string[], found: readonly string[]): CnnvizError {
  return new CnnvizError(
    'format',
    `the layer "${layer.join('/')}": its arrays are not told from those of "${found.join('" and "')}"`,
    {
      fix: 'give each layer a name of its own, and save the model again',
    },
  );
}
