import { formatNumber } from '../../core/text.js';
import { median } from './batch-norms.js';
import { channelWords, type Finding, type Look } from './finding.js';

/** Variances this far below the layer's middle one belong to channels that no image ever moved. */
const ASLEEP = 1e-6;

/** Batch norms whose variances are below zero, or next to it. */
export const lookAtVariances: Look = ({ norms, seen }) => {
  const born = seen?.faults.find(({ kind }) => kind !== 'explosion')?.layer;
  return norms.flatMap(({ node, variance, eps, names }): Finding[] => {
    const { name } = node;
    const negative = indices(variance, (value) => value < 0);
    if (negative.length > 0) {
      // the birth of NaN tells it, where there is one
      if (name === born && negative.some((c) => variance[c] + eps <= 0)) return [];
      const at = `${names.variance}[${negative[0]}] is ${formatNumber(variance[negative[0]])}`;
      return [
        {
          kind: 'negative-variance',
          severity: 'broken',
          layer: name,
          channels: negative,
          what: `${name}: a variance is below zero, which none can be: ${at}${negative.length > 1 ? `, and ${channelWords(negative, variance.length)} in all` : ''}; ${variance[negative[0]] + eps <= 0 ? 'such a channel becomes NaN' : 'its scale is wrong'}`,
          numbers: { parameter: names.variance, value: variance[negative[0]] },
          fix: `load or export ${names.variance} again`,
        },
      ];
    }
    const middle = median(variance);
    const tiny = indices(variance, (value) => value < ASLEEP * middle);
    if (tiny.length === 0) return [];
    return [
      {
        kind: 'tiny-variance',
        severity: 'remark',
        layer: name,
        channels: tiny,
        what: `${name}: ${channelWords(tiny, variance.length)} ${tiny.length === 1 ? 'has' : 'have'} next to no variance (below ${formatNumber(ASLEEP * middle)}): nothing moved them while it was trained`,
        numbers: { least: Math.min(...tiny.map((c) => variance[c])), median: middle },
        fix: null,
      },
    ];
  });
};

function indices(data: ArrayLike<number>, isMeant: (value: number) => boolean): number[] {
  return Array.from(data, (_, c) => c).filter((c) => isMeant(data[c]));
}
