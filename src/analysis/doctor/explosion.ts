import { formatNumber } from '../../core/text.js';
import { batchNormAffine } from '../../layers/norm.js';
import { constantValue } from './batch-norms.js';
import { type Finding, type Look, listed } from './finding.js';

/** A layer whose numbers are so large that whatever it reads explodes. */
const GAIN = 1e4;

/** Values that grow by more than 10,000 in one layer: seen in a run, or told by the weights. */
export const lookForExplosion: Look = (patient) => {
  const { seen } = patient;
  const fault = seen?.faults.find(({ kind }) => kind === 'explosion');
  if (fault) {
    const { layer, channels, from, to, count } = fault;
    return [
      {
        kind: 'explosion',
        severity: 'broken',
        layer,
        channels,
        what: `values explode in ${layer}: it reads up to ${formatNumber(from)} and makes up to ${formatNumber(to)}, channel${channels.length === 1 ? '' : 's'} ${listed(channels)}`,
        numbers: { from, to, values: count },
        fix: `look at its numbers: cnnviz weights FILE, the row of ${layer}; a scale is wrong there, or the input is not what it was trained on`,
      },
    ];
  }
  return seen ? [] : largeWeights(patient);
};

/** Without a run: the gain of a layer on values of spread 1 is √(Σ weight²) of one output. */
const largeWeights: Look = ({ weights, norms }) => {
  const findings: Finding[] = [];
  for (const { node, name, data, rows, columns } of weights) {
    const gains = Array.from({ length: rows }, (_, m) => {
      let squares = 0;
      for (let i = m * columns; i < (m + 1) * columns; i++) squares += data[i] * data[i];
      return Math.sqrt(squares);
    });
    findings.push(...largeGain(node.name, name, gains));
  }
  for (const { node, eps, weight, bias, mean, variance } of norms) {
    const of = (numbers: typeof mean | null) => (numbers === null ? null : constantValue(numbers));
    const { scale } = batchNormAffine({ kind: 'batch_norm', eps }, [
      null,
      of(weight),
      of(bias),
      of(mean),
      of(variance),
    ]);
    findings.push(...largeGain(node.name, `${node.name}'s weight / √(variance + eps)`, [...scale].map(Math.abs)));
  }
  return findings;
};

function largeGain(layer: string, name: string, gains: readonly number[]): Finding[] {
  const channels = gains.flatMap((gain, c) => (gain > GAIN && Number.isFinite(gain) ? [c] : []));
  if (channels.length === 0) return [];
  const most = Math.max(...channels.map((c) => gains[c]));
  return [
    {
      kind: 'explosion',
      severity: 'broken',
      layer,
      channels,
      what: `${layer} multiplies by up to ${formatNumber(most)}: ${name}, channel${channels.length === 1 ? '' : 's'} ${listed(channels)}`,
      numbers: { gain: most },
      fix: 'a scale is wrong there; an image shows what becomes of it: cnnviz doctor NET photo.jpg',
    },
  ];
}
