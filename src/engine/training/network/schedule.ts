/** How the rate changes: not at all, by a factor every so many epochs, or along half a cosine to 0. */
export type Schedule =
  | { readonly kind: 'constant' | 'cosine' }
  | { readonly kind: 'step'; readonly epochs: number; readonly factor: number };

/** Where a step stands, from 0. */
export interface Moment {
  readonly step: number;
  readonly steps: number;
  readonly stepsPerEpoch: number;
}

/** The rate of a step. Source: torch.optim.lr_scheduler.StepLR, CosineAnnealingLR */
export function rateAt(schedule: Schedule, rate: number, { step, steps, stepsPerEpoch }: Moment): number {
  if (schedule.kind === 'step') {
    let scaled = rate;
    for (let at = stepsPerEpoch * schedule.epochs; at <= step; at += stepsPerEpoch * schedule.epochs) {
      scaled *= schedule.factor;
    }
    return scaled;
  }
  return schedule.kind === 'constant' ? rate : (rate * (1 + cosineOfHalfTurns(step / steps))) / 2;
}

/** cos(π·x), 0 ≤ x ≤ 1, by its Taylor series: that of Math may differ between machines. */
function cosineOfHalfTurns(x: number): number {
  if (x > 0.5) return -cosineOfHalfTurns(1 - x);
  const square = Math.PI * x * (Math.PI * x);
  let sum = 1;
  for (let n = 22; n >= 2; n -= 2) sum = 1 - (sum * square) / (n * (n - 1));
  return sum;
}
