import { atPlace } from '../core/errors.js';
import { conv2dGeometry } from '../core/geometry.js';
import type { LayerJob } from '../core/job.js';
import type { Materials } from './materials.js';

/**
 * Whether the kernels fit into an image of height H and width W, as its header says: before it is decoded. What depends
 * on its channels is found when the kernels are bound.
 * @throws CnnvizError as the plan of the layer does
 */
export function checkFits(job: LayerJob, { kernels }: Materials, [H, W]: readonly number[]): void {
  for (const { weight, gradient, source } of kernels) {
    const kernel = weight ?? gradient?.[0] ?? null;
    if (kernel === null || source.kind === 'patch') continue;
    const [kH, kW] = kernel.shape.slice(-2);
    try {
      conv2dGeometry([1, 1, H, W], [1, 1, kH, kW], { ...job, groups: 1 });
    } catch (error) {
      throw atPlace('conv', error);
    }
  }
}
