import type { ModelNode } from '../core/model.js';
import type { ShapedModel } from '../core/shapes/infer.js';
import { neededFor } from '../core/submodel.js';

/** Layers that slide a window over the places of an image: what they make has places. */
const WINDOWS: readonly string[] = ['conv', 'ncc', 'max_pool', 'avg_pool', 'gauss_pool'];
/** Layers that give their input again, or bring any image to one size for the layers of vectors behind them. */
const SILENT: readonly string[] = ['dropout', 'identity', 'adaptive_avg_pool', 'adaptive_max_pool'];

/**
 * The layers that make maps [1, C, H, W] of more than one place on the way to a value, in the network's order; the last
 * is what a pooling over all places, or a flattening, reads. A batch norm, an addition or an activation makes maps as a
 * convolution does. Arrays of rank 4 that are no maps (channels last, vectors with sides of 1) have sides that no window
 * gives.
 */
export function spatialMaps({ model, infos }: ShapedModel, value: string): ModelNode[] {
  const sidesOf = ({ outputs }: ModelNode): string | null => {
    const { shape } = infos.get(outputs[0])!;
    return shape.length === 4 && shape[0] === 1 && shape[2] * shape[3] > 1 ? shape.slice(2).join('×') : null;
  };
  const given = new Set(model.nodes.filter(({ layer }) => WINDOWS.includes(layer.kind)).map(sidesOf));
  return neededFor(model, [value]).filter((node) => {
    const sides = sidesOf(node);
    return sides !== null && given.has(sides) && !SILENT.includes(node.layer.kind);
  });
}
