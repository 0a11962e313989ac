import { randomSource } from '../../../core/random.js';
import type { Kept } from './tape.js';

/** How weights begin: as torch.nn's layers do, or from a normal distribution of variance 2 / inputs with biases of 0. */
export type InitialRule = 'torch' | 'he';

/**
 * What a parameter or a running statistic is before training. 'torch': weights and biases even within ±1/√inputs. A batch
 * norm's scales and variances are 1, its shifts and means 0. The numbers depend on the seed and the name alone.
 * Source: torch.nn.Conv2d, torch.nn.Linear (kaiming_uniform_ with a = √5); He, Zhang, Ren, Sun 2015
 */
export function fillInitial({ name, role, fanIn }: Kept, rule: InitialRule, seed: number, to: Float32Array): void {
  if (fanIn === 0) {
    to.fill(role === 'weight' || role === 'running_var' ? 1 : 0);
    return;
  }
  const { next, normal } = randomSource(seed, name);
  if (rule === 'torch') {
    const limit = 1 / Math.sqrt(fanIn);
    for (let i = 0; i < to.length; i++) to[i] = limit * (((next() + 0.5) / 2 ** 32) * 2 - 1);
  } else if (role === 'bias') to.fill(0);
  else for (let i = 0; i < to.length; i++) to[i] = Math.sqrt(2 / fanIn) * normal();
}
