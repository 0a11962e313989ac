import { type Axis, type Conv2dGeometry, poolAxes, strideWithin } from '../../core/geometry.js';
import type { PoolLayer } from '../../core/layers.js';
import { maxPool, type PoolAlgorithm } from './max.js';
import { meanPool } from './weighted.js';

/** The vertical and horizontal axis of a pool over maps of H×W. Average pools are never dilated. */
export function axesOfPool(layer: PoolLayer, H: number, W: number): [Axis, Axis] {
  return poolAxes(H, W, { ...layer, dilation: layer.kind === 'max_pool' ? layer.dilation : [1, 1] });
}

export function poolAlgorithm(layer: PoolLayer, axes: readonly [Axis, Axis]): PoolAlgorithm {
  return layer.kind === 'max_pool' ? maxPool : meanPool(layer, axes);
}

/** A pool's windows as those of a depthwise convolution of N·C planes: what bands are cut by. */
export function poolGeometry([rows, columns]: readonly [Axis, Axis], planes: number): Conv2dGeometry {
  return {
    N: 1,
    C: planes,
    H: rows.size,
    W: columns.size,
    M: planes,
    groups: planes,
    kH: rows.kernel,
    kW: columns.kernel,
    sH: strideWithin(rows.stride, rows.size, rows.padBefore, rows.padAfter),
    sW: strideWithin(columns.stride, columns.size, columns.padBefore, columns.padAfter),
    dH: rows.dilation,
    dW: columns.dilation,
    pads: [rows.padBefore, columns.padBefore, rows.padAfter, columns.padAfter],
    paddingMode: 'zeros',
    oH: rows.out,
    oW: columns.out,
  };
}
