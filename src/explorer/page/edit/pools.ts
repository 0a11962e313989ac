import type { PoolLayer } from '../../../layers/pool.js';

export type PoolKind = PoolLayer['kind'];

/** Where there was no pool: half of each side. */
const SIDE = 2;

/** A pool of a kind, with the window, stride and padding of the one before it. */
export function poolOf(kind: PoolKind, before: PoolLayer | null): PoolLayer {
  if (before?.kind === kind) return before;
  const { kernelSize, stride, pads, ceilMode } = before ?? {
    kernelSize: [SIDE, SIDE],
    stride: [SIDE, SIDE],
    pads: [0, 0, 0, 0],
    ceilMode: false,
  };
  const shared = { kernelSize, stride, pads, ceilMode } as Pick<
    PoolLayer,
    'kernelSize' | 'stride' | 'pads' | 'ceilMode'
  >;
  switch (kind) {
    case 'max_pool':
      return { kind, ...shared, dilation: [1, 1] };
    case 'avg_pool':
      return { kind, ...shared, countIncludePad: true, divisorOverride: null };
    case 'gauss_pool':
      return { kind, ...shared, sigma: sigmaOf(shared.kernelSize), countIncludePad: true };
  }
}

/** A pool with a square window. */
export function withSide(pool: PoolLayer, side: number): PoolLayer {
  const kernelSize = [side, side] as const;
  return pool.kind === 'gauss_pool' ? { ...pool, kernelSize, sigma: sigmaOf(kernelSize) } : { ...pool, kernelSize };
}

export function withStride(pool: PoolLayer, side: number): PoolLayer {
  return { ...pool, stride: [side, side] };
}

/** A quarter of the window, as where none is given. */
function sigmaOf([height, width]: readonly [number, number]): readonly [number, number] {
  return [height / 4, width / 4];
}
