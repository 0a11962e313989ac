import { formatNumber } from '../../core/text.js';
import { median } from './batch-norms.js';
import { type Finding, imagesWords, type Look } from './finding.js';
import { misfitOf } from './fit.js';

/** A mean of log(1 + KL) beyond the first does not come from other images; the layers before stay below the second. */
const [FAR, NEAR] = [1.5, 0.5];

/** Batch norms at which what arrives is not what their running statistics tell. */
export const lookAtStatistics: Look = ({ norms, seen }) => {
  if (!seen) return [];
  const misfit = misfitOf(norms, seen.arriving);
  const at = misfit.findIndex((one) => one > FAR);
  if (at < 0) return [];
  const { node, mean, variance } = norms[at];
  const arriving = seen.arriving.get(node.name)!;
  const ratio = median(Array.from(arriving.variance, (value, c) => value / variance[c]));
  const off = median(Array.from(arriving.mean, (value, c) => Math.abs(value - mean[c]) / Math.sqrt(variance[c])));
  const isFirst = at === 0;
  const before = Math.max(0, ...misfit.slice(0, at));
  const where = isFirst
    ? 'the input is not what it was trained on, or the layer before it has other weights'
    : before < NEAR
      ? `those before it fit: look at the layers between ${norms[at - 1].node.name} and ${node.name}`
      : 'those before it fit badly, too';
  const finding: Finding = {
    kind: 'statistics',
    severity: 'suspect',
    layer: node.name,
    channels: null,
    what: `${node.name}: what arrives on ${imagesWords(seen.images)} does not fit its running statistics: variance ${formatNumber(ratio)} times as large, mean ${formatNumber(off)} σ off (middle of ${mean.length} channels); ${where}`,
    numbers: { misfit: misfit[at], before, varianceRatio: ratio, meanOffSigma: off },
    fix: isFirst
      ? 'check how images are prepared: cnnviz preprocess NET IMAGE --audit'
      : 'load or export the weights of these layers again',
  };
  return [finding];
};
