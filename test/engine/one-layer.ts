import type { Tensor } from '../../src/core/tensor.js';
import type { Conv2dLayer, NccLayer } from '../../src/layers/conv.js';
import type { Layer } from '../../src/layers/index.js';
import { constantOf, type Model, type SequentialLayer, sequential, tensorConstant } from '../../src/layers/model.js';

/** A convolution with its numbers beside its settings. */
export type WholeConv = (Conv2dLayer | NccLayer) & { readonly weight: Tensor; readonly bias: Float32Array | null };

/** Layers in a row; convolutions bring their weights. */
export function modelOf(...layers: readonly { readonly name: string; readonly layer: Layer | WholeConv }[]): Model {
  return sequential(
    layers.map(({ name, layer }): SequentialLayer => {
      if (!('weight' in layer)) return { name, layer };
      const { weight, bias, ...rest } = layer;
      const biases = bias && constantOf({ dtype: 'float32', shape: [bias.length], data: bias });
      const parameters = [
        [`${name}.weight`, tensorConstant(weight)] as const,
        biases && ([`${name}.bias`, biases] as const),
      ];
      return { name, layer: rest, parameters };
    }),
  );
}
