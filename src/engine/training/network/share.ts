import type { Tape } from './tape.js';

/** How the steps are made. Plain data. */
export interface DescentSettings {
  readonly optimizer: 'sgd' | 'adam';
  readonly momentum: number;
  readonly weightDecay: number;
  /** Images of a step. */
  readonly batch: number;
  readonly seed: number;
  readonly augment: { readonly shift: boolean; readonly flip: boolean };
}

/** Images as they lie in memory: [N, channels, height, width]. */
export interface ImagesPlace {
  readonly at: number;
  /** float32 [channels, 256]: what each byte stands for; null: the images are float32 themselves. */
  readonly tables: number | null;
  readonly labels: number;
}

/** All that threads of a training share: plain data, sent once; every number lies in the shared memory. */
export interface TrainingShare {
  readonly tape: Tape;
  readonly settings: DescentSettings;
  readonly images: ImagesPlace;
  /** The values of a slice: for each slice of a batch where slices meet on the way, else for each thread. */
  readonly areas: readonly number[];
  readonly slicesMeet: boolean;
  /** For each thread. */
  readonly works: readonly number[];
  readonly weights: number;
  readonly buffers: number;
  readonly tables: number;
  /** A gradient for each group of slices, learntBytes apart. */
  readonly gradients: number;
  /** What an optimizer keeps: velocity; or mean and square. */
  readonly moments: readonly [number, number];
  readonly betas: number;
  /** int32: the numbers of the images that a phase works on. */
  readonly order: number;
  /** float64 [slices]: the loss of each. int32: what each image was taken for. */
  readonly losses: number;
  readonly said: number;
  /** float64 numbers that change from phase to phase: see PHASE. */
  readonly phase: number;
  /** int32: tickets of the phase. */
  readonly control: number;
}

/** What is done by all threads at a time, ticket by ticket. */
export const PHASES = ['forward', 'turn', 'backward', 'update', 'evaluate'] as const;
export type PhaseKind = (typeof PHASES)[number];

/** The numbers of a phase, in float64 from `phase` on. */
export interface Phase {
  readonly kind: PhaseKind;
  readonly segment: number;
  readonly tickets: number;
  /** Images of the batch, or of the part that is evaluated. */
  readonly images: number;
  readonly step: number;
  readonly epoch: number;
  readonly rate: number;
  /** adam: 1/√(1 − β₂^t) */
  readonly correction: number;
}

export const PHASE_NUMBERS = 8;

export function writePhase(f64: Float64Array, at: number, p: Phase): void {
  f64.set([PHASES.indexOf(p.kind), p.segment, p.tickets, p.images, p.step, p.epoch, p.rate, p.correction], at / 8);
}

export function readPhase(f64: Float64Array, at: number): Phase {
  const [kind, segment, tickets, images, step, epoch, rate, correction] = f64.subarray(at / 8, at / 8 + PHASE_NUMBERS);
  return { kind: PHASES[kind], segment, tickets, images, step, epoch, rate, correction };
}
