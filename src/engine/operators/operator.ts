import type { Layer } from '../../core/layers.js';
import type { Value } from '../../core/values.js';

/** How a kind of layer is computed when it is neither a convolution nor a pool. */
export interface Operator<L extends Layer> {
  /**
   * Fills the outputs. Types and shapes of inputs and outputs have been settled by the shape rule: this never
   * validates, allocates only scratch and never throws.
   */
  readonly run: (layer: L, inputs: readonly (Value | null)[], outputs: readonly Value[]) => void;
  /**
   * 'alias': output 0 is the data of input 0 under another shape, nothing need be copied. 'in-place': outputs[0].data
   * may be inputs[0].data.
   */
  readonly memory?: 'alias' | 'in-place';
}
