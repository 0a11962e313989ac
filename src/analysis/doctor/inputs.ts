import { formatNumber } from '../../core/text.js';
import { type Finding, imagesWords, type Look } from './finding.js';
import { average, type Fit } from './fit.js';
import type { Patient } from './patient.js';
import { ARRAY_REVERSED, type Preparation, reversedFlags } from './preparations.js';

/**
 * Another preparation is meant when the present one is off by more than the first, it by less than the second …
 * One image has the contrast it has, which is soon half of what is usual: it must be off by more.
 */
const [OFF, FITS] = [0.2, 0.35];
const OFF_OF_ONE = 0.5;
/** … and by this factor better. */
const BETTER = 2;
/** Channels are reversed when that fits better by this, e^(SIGN/√images), in this share of the layers. */
const SIGN = 0.27;
const SHARE = 0.55;
/** Scores of a network without batch norms beyond this are no scores: their input is 255 times too large. */
const SCORES = 500;
/** Preparations that fit within this factor of the best, of one image within twice it, or by this much, are not told apart. */
const [ALIKE, NEAR] = [1.5, 0.05];
/** An array this much smoother when it is read as [H, W, C] is one. */
const INTERLEAVED = 1.25;

/** Whether what is fed is what the first layers were trained on. */
export const lookAtInputs: Look = (patient) => {
  const { seen } = patient;
  if (!seen) return [];
  if (seen.interleaved !== null && seen.interleaved > INTERLEAVED) return [interleaved(seen.interleaved)];
  const { fit } = seen;
  if (fit === null) return [...scoresOf(patient)];
  const other = betterOf(fit);
  const order = reversedOf(fit);
  const findings: Finding[] = [];
  if (other) findings.push(preparationFinding(patient, fit, order));
  else if (order) findings.push(orderFinding(patient, order));
  return findings;
};

/** Another preparation that fits much better than the present one. */
export function betterOf({ current, others, images }: Fit): Fit['others'][number] | null {
  const [best] = others;
  const off = Math.max(OFF, OFF_OF_ONE / Math.sqrt(images));
  return best && current > off && best.front < FITS && best.front * BETTER < current ? best : null;
}

/** Others that the batch norms cannot tell from the best. */
function rivalsOf({ others: [best, ...others], images }: Fit): Fit['others'] {
  const alike = ALIKE * (1 + 1 / images);
  return others.filter(({ front }) => front < Math.max(best.front * alike, best.front + NEAR));
}

interface Reversed {
  readonly straight: number;
  readonly reversed: number;
  readonly layers: number;
  readonly better: number;
}

/** How much better the reversed channels fit, when they do. */
function reversedOf({ reversed, images }: Fit): Reversed | null {
  if (reversed === null) return null;
  const [straight, other] = [average(reversed.straight), average(reversed.reversed)];
  const better = reversed.straight.filter((one, i) => reversed.reversed[i] < one).length;
  const layers = reversed.straight.length;
  const isBetter =
    Math.log(straight / other) > SIGN / Math.sqrt(images) &&
    better >= SHARE * layers &&
    reversed.reversed[0] <= reversed.straight[0];
  return isBetter ? { straight, reversed: other, layers, better } : null;
}

function preparationFinding({ norms }: Patient, fit: Fit, order: Reversed | null): Finding {
  const { preparation, front } = betterOf(fit)!;
  const { current, images } = fit;
  const layer = norms[0].node.name;
  const times = formatNumber(current / Math.max(front, 1e-3), 2);
  const bgr = order ? ', and the channels are reversed (BGR)' : '';
  const rivals = rivalsOf(fit).map((rival) => rival.preparation);
  const fixOf = (one: Preparation) => (order ? one.fixReversed : one.fix);
  const then = [preparation, ...rivals].map(({ words }) => words).join(' or with ');
  const fix = [preparation, ...rivals].map(fixOf).join('  or  ');
  return {
    kind: 'preparation',
    severity: 'suspect',
    layer,
    channels: null,
    what: `${preparation.cause}${bgr}: with ${then} the statistics of ${layer} fit ${times} times better on ${imagesWords(images)}`,
    numbers: { misfit: current, misfitThen: front, images },
    fix: rivals.length === 0 ? fix : `${fix}  (as it was trained: they fit alike)`,
  };
}

function orderFinding({ preset, norms }: Patient, { straight, reversed, better, layers }: Reversed): Finding {
  const layer = norms[0].node.name;
  return {
    kind: 'channel-order',
    severity: 'suspect',
    layer,
    channels: null,
    what: `the network was trained on the other channel order (BGR where RGB is fed, or RGB where BGR): with the channels reversed the statistics of its batch norms fit ${formatNumber(straight / reversed, 2)} times better, in ${better} of ${layers} layers`,
    numbers: { misfit: straight, misfitReversed: reversed, better, layers },
    fix: preset === null ? ARRAY_REVERSED : reversedFlags(preset.preprocess, preset.preprocess),
  };
}

function interleaved(ratio: number): Finding {
  return {
    kind: 'layout',
    severity: 'broken',
    layer: null,
    channels: null,
    what: `the array looks like NHWC under the shape of NCHW: read as [H, W, C] it is ${formatNumber(ratio, 2)} times smoother`,
    numbers: { roughness: ratio },
    fix: 'x = x.reshape(N, H, W, 3).transpose(0, 3, 1, 2)   # never reshape alone',
  };
}

function scoresOf({ seen, norms, shaped: { model } }: Patient): Finding[] {
  if (norms.length > 0 || !seen || !(seen.largest > SCORES)) return [];
  if (seen.faults.length > 0) return [];
  const [layer] = model.outputs;
  return [
    {
      kind: 'preparation',
      severity: 'suspect',
      layer,
      channels: null,
      what: `scores are up to ${formatNumber(seen.largest)}: the pixels are probably 255 times too large`,
      numbers: { largest: seen.largest },
      fix: '--pixels unit',
    },
  ];
}
