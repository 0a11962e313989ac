import { formatNumber } from '../../core/text.js';
import { type BatchNorm, median } from './batch-norms.js';
import type { Finding, Look } from './finding.js';

/** torch, Keras, TensorFlow and Caffe use 1e-5 to 1e-3; beyond this it is a part of the variance, not a guard. */
const LARGEST = 5e-3;
/** What a different eps must do to the scale of a layer's middle channel, to matter. */
const MATTERS = 0.03;
/** A group of batch norms smaller than this share of all was not meant to differ. */
const FEW = 0.25;

/** Batch norms whose eps is not what they were trained with. */
export const lookAtEps: Look = ({ norms }) => {
  const counts = new Map<number, number>();
  for (const { eps } of norms) counts.set(rounded(eps), (counts.get(rounded(eps)) ?? 0) + 1);
  const [usual] = [...counts].sort(([, a], [, b]) => b - a).map(([eps]) => eps);
  const odd = norms.filter((one) => {
    const { eps } = one;
    if (!(eps >= 0) || eps >= LARGEST) return true;
    if (rounded(eps) === usual || counts.get(rounded(eps))! > FEW * norms.length) return false;
    return Math.abs(changeOf(one, usual)) > MATTERS;
  });
  const groups = new Map<number, BatchNorm[]>();
  for (const one of odd) groups.set(one.eps, [...(groups.get(one.eps) ?? []), one]);
  return [...groups].map(([eps, all]): Finding => {
    const other = eps >= LARGEST && rounded(eps) === usual ? 1e-5 : usual;
    const [first] = all;
    const share = Math.abs(changeOf(first, other));
    const more = all.length > 1 ? `, as in ${all.length} of ${norms.length} batch norms` : '';
    const against =
      rounded(eps) === usual ? `${formatNumber(other)} is usual` : `the others have ${formatNumber(other)}`;
    return {
      kind: 'eps',
      severity: 'suspect',
      layer: first.node.name,
      channels: null,
      what: `${first.node.name}: eps is ${formatNumber(eps)}${more}, ${against}: beside variances of ${formatNumber(median(first.variance))} it changes the scale by ${(100 * share).toFixed(0)} %`,
      numbers: { eps, usual: other, change: share, layers: all.map(({ node }) => node.name) },
      fix: `set eps as it was trained: torch's BatchNorm2d has 1e-5, Keras' 1e-3 (epsilon=…)`,
    };
  });
};

/** 1.001e-5, as Keras' ResNets have, is 1e-5. */
function rounded(eps: number): number {
  return Number(eps.toPrecision(2));
}

/** How much smaller this eps makes the scale of the middle channel than the other would. */
function changeOf({ eps, variance }: BatchNorm, other: number): number {
  return 1 - median(Array.from(variance, (value) => Math.sqrt((value + other) / (value + eps))));
}
