import { type Check, law } from '../../core/check.js';
import { groupDigits } from '../../core/format.js';
import { tensor } from '../../core/tensor.js';
import type { Law, Layers } from './layers.js';

/** Side of the image, and what strides 2 and 3 save with a 3×3 kernel: about 4 and 9 times, but exactly this. */
const CASES: readonly (readonly [side: number, two: string, three: string])[] = [
  [224, '4.00', '9.00'],
  [17, '3.52', '9.00'],
  [5, '2.25', '9.00'],
];

/** What a stride costs on a square image with a 3×3 kernel, counted in multiply-accumulates of the planned layer. */
export interface StrideCost {
  readonly macs: number;
  /** The side of the map. */
  readonly out: number;
}

export function strideCost({ prepareConv2d }: Layers, side: number, stride: number): StrideCost {
  const layer = prepareConv2d(tensor(new Float32Array(9), [3, 3]), { inputShape: [side, side], stride });
  return { macs: layer.macs, out: layer.outputShape[layer.outputShape.length - 1] };
}

/** S2: strides 2 and 3 against stride 1. */
export const strideCostLaw: Law = (layers) =>
  CASES.flatMap(([side, two, three]): Check[] => {
    const one = strideCost(layers, side, 1);
    return [2, 3].map((stride) => {
      const { macs, out } = strideCost(layers, side, stride);
      const ratio = (one.macs / macs).toFixed(2);
      const counts = `${groupDigits(one.macs)} / ${groupDigits(macs)} MACs, ${one.out}×${one.out} → ${out}×${out}`;
      const expected = stride === 2 ? two : three;
      return law(
        `${side} px, k = 3: stride ${stride} costs less by`,
        expected,
        `${ratio} (${counts})`,
        ratio === expected,
      );
    });
  });
