import { type Axis, type Conv2dGeometry, strideWithin } from '../../core/geometry.js';
import type { PoolLayer } from '../../layers/pool.js';
import { maxPool, type PoolAlgorithm } from './max.js';
import { meanPool } from './weighted.js';

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
