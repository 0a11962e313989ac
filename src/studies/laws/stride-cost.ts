import { type Check, equal } from '../../core/check.js';
import { groupDigits } from '../../core/format.js';
import { tensor } from '../../core/tensor.js';
import type { Law } from './layers.js';

/** Side of the image, and what strides 2 and 3 save with a 3×3 kernel: about 4 and 9 times, but exactly this. */
const CASES: readonly (readonly [side: number, two: string, three: string])[] = [
  [224, '4.00', '9.00'],
  [17, '3.52', '9.00'],
  [5, '2.25', '9.00'],
];

/** S2: the cost of a stride, counted in multiply-accumulates of the planned layer. */
export const strideCostLaw: Law = ({ prepareConv2d }) =>
  CASES.flatMap(([side, two, three]): Check[] => {
    const [one, ...others] = [1, 2, 3].map((stride) => {
      const layer = prepareConv2d(tensor(new Float32Array(9), [3, 3]), { inputShape: [side, side], stride });
      return { macs: layer.macs, out: layer.outputShape[layer.outputShape.length - 1] };
    });
    return others.map(({ macs, out }, i) => {
      const ratio = (one.macs / macs).toFixed(2);
      const counts = `${groupDigits(one.macs)} / ${groupDigits(macs)} MACs, ${one.out}×${one.out} → ${out}×${out}`;
      const { what, expected, holds } = equal(
        `${side} px, k = 3: stride ${i + 2} costs less by`,
        [two, three][i],
        ratio,
      );
      return { what, expected, measured: `${ratio}   (${counts})`, holds, kind: 'law' };
    });
  });
