import type { LayerSpec } from '../spec.js';

/** Names that another library gives to the tensors of a network that is built in here. */
export interface Naming {
  /** Whose: "timm". */
  readonly words: string;
  /** The module that holds all but the classifier: "vit."; absent: none. */
  readonly within?: string;
  /** Tensors it has, whatever the network's size, without a prefix. */
  readonly landmarks: readonly string[];
  /** The networks that are named so, by the beginnings of their names. */
  readonly networks: readonly string[];
  /**
   * torchvision's name of a tensor, null for one that torchvision has not; "NAME#1" is the second part of NAME, whose parts
   * are stacked. `names`: all that the file has.
   */
  readonly rename: (names: readonly string[]) => (name: string) => string | null;
  /** Layers as that library computes them, where it differs. */
  readonly adapt?: (layers: readonly LayerSpec[]) => LayerSpec[];
  /** Tensors that are not read, and why: what only another use of the network needs. */
  readonly leftOut?: RegExp;
  /** What its tensors do not tell, after "not told by the tensors: ". */
  readonly assumed?: string;
}

/** Replaces the first pattern that fits; null when none does. */
export function byPatterns(
  patterns: readonly (readonly [RegExp, string | ((...found: string[]) => string)])[],
): (name: string) => string | null {
  return (name) => {
    for (const [pattern, by] of patterns) {
      const found = pattern.exec(name);
      if (found) return typeof by === 'string' ? name.replace(pattern, by) : by(...found) + name.slice(found[0].length);
    }
    return null;
  };
}

/** Norms with another eps; `which`: their names, without it all. */
export function withEps(eps: number, which = /(?:)/): (layers: readonly LayerSpec[]) => LayerSpec[] {
  return (layers) =>
    layers.map((one) => {
      const { layer } = one;
      const isNorm = (layer.kind === 'batch_norm' || layer.kind === 'layer_norm') && which.test(one.name);
      return isNorm ? { ...one, layer: { ...layer, eps } } : one;
    });
}

/** Padding as TensorFlow's SAME, which depends on the size of what arrives. */
export function withSamePadding(layers: readonly LayerSpec[]): LayerSpec[] {
  return layers.map((one) =>
    one.layer.kind === 'conv' && one.layer.padding !== 0 ? { ...one, layer: { ...one.layer, padding: 'same' } } : one,
  );
}
