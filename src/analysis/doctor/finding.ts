import { plural } from '../../core/geometry.js';
import { groupDigits } from '../../core/text.js';
import type { Patient } from './patient.js';

/**
 * broken: numbers that cannot be right · suspect: what the network is given, or holds, does not fit it · remark: worth
 * knowing, and no fault.
 */
export type Severity = 'broken' | 'suspect' | 'remark';

/** One thing that is wrong with a network, or worth knowing of it. Plain data: `--json` prints it as it is. */
export interface Finding {
  /** "nan", "double-softmax" … */
  readonly kind: string;
  readonly severity: Severity;
  /** The layer it is in; null: the whole network, or what it is given. */
  readonly layer: string | null;
  /** Which of the layer's channels, by index; null: all, or none in particular. */
  readonly channels: readonly number[] | null;
  /** In one sentence, numbers included. */
  readonly what: string;
  readonly numbers: Readonly<Record<string, number | string | readonly string[]>>;
  /** What to do. */
  readonly fix: string | null;
}

/** What looks for one kind of fault. */
export type Look = (patient: Patient) => readonly Finding[];

const NAMED = 8;

/** "3, 7, 8, 12 …" */
export function listed(indices: readonly number[]): string {
  return `${indices.slice(0, NAMED).join(', ')}${indices.length > NAMED ? ' …' : ''}`;
}

/** "channel 5", "channels 3, 7", "all 64 channels", "35 of 64 channels (3, 7, 8 …)" */
export function channelWords(indices: readonly number[], of: number, what = 'channel'): string {
  if (indices.length === of) return of === 1 ? `its one ${what}` : `all ${groupDigits(of)} ${what}s`;
  if (indices.length === 1) return `${what} ${indices[0]}`;
  return `${groupDigits(indices.length)} of ${plural(of, what)} (${listed(indices)})`;
}

/** "1 image", "200 images" */
export function imagesWords(count: number): string {
  return plural(count, 'image');
}
