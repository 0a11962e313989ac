import type { GeometryJob, PreprocessJob } from '../../../core/job.js';

/** "256", "28×28"; '' for as it is */
export function sidesWords(sides: GeometryJob['resize']): string {
  if (sides === null) return '';
  return typeof sides === 'number' ? String(sides) : sides.join('×');
}

/** The inverse; what is no size is none. */
export function sidesOf(text: string): GeometryJob['resize'] {
  const [, first, second] = /^\s*(\d{1,4})\s*(?:[x×,]\s*(\d{1,4})\s*)?$/.exec(text) ?? [];
  if (first === undefined || Number(first) === 0) return null;
  return second === undefined ? Number(first) : [Number(first), Math.max(1, Number(second))];
}

/** "0.1307/0.3081"; '' for none */
export function normalizeWords(normalize: PreprocessJob['normalize']): string {
  return normalize ? `${normalize.mean.join(',')}/${normalize.std.join(',')}` : '';
}

/** The inverse; what is no mean and std of as many channels is none. */
export function normalizeOf(text: string): PreprocessJob['normalize'] {
  const [mean, std] = text
    .split('/')
    .map((part) => part.split(',').map((one) => (one.trim() === '' ? Number.NaN : Number(one))));
  const isFit =
    mean && std && mean.length === std.length && [...mean, ...std].every(Number.isFinite) && !std.includes(0);
  return isFit ? { mean, std } : null;
}
