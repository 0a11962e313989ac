import { describe, expect, it } from 'vitest';
import { BATCH, type Case, IMAGES, made, ODD, WITNESS, worst } from './witness.js';

const [GRADIENT_SHARE, LOSS_SHARE] = [1e-5, 1e-5];
const upTo = (count: number) => Int32Array.from({ length: count }, (_, i) => i);

describe.each(WITNESS.cases.map((one) => [one.name, one] as const))(
  '%s, as PyTorch trains it in float64',
  (name, one: Case) => {
    it('has the same loss and the same gradients of every parameter', () => {
      const { training } = made(name);
      const { loss } = training.step(upTo(ODD), { step: 1, epoch: 1, rate: 0 });
      expect(Math.abs(loss - one.loss) / one.loss).toBeLessThan(1e-6);
      expect([...training.tape.parameters.map((parameter) => parameter.name)]).toEqual(Object.keys(one.gradients));
      const largest = Math.max(...Object.values(one.gradients).flat().map(Math.abs));
      for (const [parameter, expected] of Object.entries(one.gradients)) {
        const own = Math.max(...expected.map(Math.abs));
        // a bias before a batch norm has no gradient but for rounding: there the largest of all is the measure
        const share = worst(training.gradient(parameter), expected) * (own < largest * 1e-6 ? own / largest : 1);
        expect(share, `${parameter}: ${share}`).toBeLessThan(GRADIENT_SHARE);
      }
      training.close();
    });

    it.each(['sgd', 'adam'] as const)('follows 100 steps of %s', (optimizer) => {
      const { lr: rate, weight_decay: weightDecay, ...rest } = WITNESS[optimizer];
      const momentum = 'momentum' in rest ? (rest.momentum as number) : 0;
      const { training, some } = made(name, { optimizer, momentum, weightDecay, batch: BATCH });
      const { losses, running, evaluated } = one[optimizer];
      losses.forEach((expected, i) => {
        const { loss } = training.step(some(), { step: i + 1, epoch: 1, rate });
        expect(Math.abs(loss - expected) / expected, `step ${i + 1}: ${loss} for ${expected}`).toBeLessThan(LOSS_SHARE);
      });
      for (const [buffer, expected] of Object.entries(running)) {
        expect(worst(training.numbers.get(buffer)!, expected), buffer).toBeLessThan(1e-3);
      }
      const { loss } = training.evaluate(upTo(IMAGES));
      expect(Math.abs(loss - evaluated) / evaluated).toBeLessThan(1e-3);
      training.close();
    });
  },
);
