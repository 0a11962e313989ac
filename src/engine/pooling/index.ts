import { type Axis, poolAxes } from '../../core/geometry.js';
import type { PoolLayer } from '../../core/layers.js';
import { maxPool } from './max.js';
import { flatWeights, gaussWeights, weightedPool } from './weighted.js';

/** The vertical and horizontal axis of a pool over maps of H×W. Average pools are never dilated. */
export function axesOfPool(layer: PoolLayer, H: number, W: number): [Axis, Axis] {
  return poolAxes(H, W, { ...layer, dilation: layer.kind === 'max_pool' ? layer.dilation : [1, 1] });
}

/** y [planes, oH, oW] = pool of x [planes, H, W]; sizes come from `axes`. */
export function pool(layer: PoolLayer, axes: [Axis, Axis], planes: number, x: Float32Array, y: Float32Array): void {
  const [rows, columns] = axes;
  switch (layer.kind) {
    case 'max_pool':
      maxPool(rows, columns, planes, x, y);
      break;
    case 'avg_pool':
      weightedPool(rows, columns, flatWeights(rows.kernel), flatWeights(columns.kernel), layer, planes, x, y);
      break;
    case 'gauss_pool': {
      const [vertical, horizontal] = layer.sigma;
      const weights = [gaussWeights(rows.kernel, vertical), gaussWeights(columns.kernel, horizontal)];
      const rule = { countIncludePad: layer.countIncludePad, divisorOverride: null };
      weightedPool(rows, columns, weights[0], weights[1], rule, planes, x, y);
    }
  }
}
