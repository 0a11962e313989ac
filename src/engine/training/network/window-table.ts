import type { Layer } from '../../../layers/index.js';
import { axesOfPool, meanWeights } from '../../../layers/pool.js';
import { unsupported } from './unsupported.js';

export type PoolingLayer = Extract<
  Layer,
  { kind: 'max_pool' | 'avg_pool' | 'adaptive_avg_pool' | 'adaptive_max_pool' }
>;

/** The windows of a pool, cut to the input. */
interface WindowTable {
  readonly isMax: boolean;
  /** First row of each window [oH], row behind its last [oH], the same for columns [oW]. */
  readonly edges: number[];
  /** [oH, oW]: what the sum of a window is multiplied by; none for a largest number. */
  readonly scales: number[];
}

/** @throws CnnvizError 'unsupported' */
export function windowTable(
  layer: PoolingLayer,
  { H, W, oH, oW }: { readonly H: number; readonly W: number; readonly oH: number; readonly oW: number },
): WindowTable {
  const scales: number[] = [];
  if (layer.kind === 'max_pool' || layer.kind === 'avg_pool') {
    const axes = axesOfPool(layer, H, W);
    const edges = axes.flatMap(({ out, stride, padBefore, kernel, size }) => {
      const starts = Array.from({ length: out }, (_, i) => i * stride - padBefore);
      return [...starts.map((at) => Math.max(0, at)), ...starts.map((at) => Math.min(size, at + kernel))];
    });
    if (layer.kind === 'max_pool') {
      if (layer.dilation.some((side) => side !== 1)) throw unsupported('a pool with dilation is not trained here');
      return { isMax: true, edges, scales };
    }
    const { divisorOf } = meanWeights(layer, axes);
    for (let i = 0; i < oH; i++) for (let j = 0; j < oW; j++) scales.push(1 / divisorOf(i, j));
    return { isMax: false, edges, scales };
  }
  const edges = [...bins(H, oH), ...bins(W, oW)];
  const isMax = layer.kind === 'adaptive_max_pool';
  const span = (from: number, out: number, i: number) => edges[from + out + i] - edges[from + i];
  for (let i = 0; i < (isMax ? 0 : oH); i++) {
    for (let j = 0; j < oW; j++) scales.push(1 / (span(0, oH, i) * span(2 * oH, oW, j)));
  }
  return { isMax, edges, scales };
}

/** Source: torch.nn.AdaptiveAvgPool2d */
function bins(size: number, out: number): number[] {
  return [
    ...Array.from({ length: out }, (_, i) => Math.floor((i * size) / out)),
    ...Array.from({ length: out }, (_, i) => Math.ceil(((i + 1) * size) / out)),
  ];
}
