import { describe, expect, it } from 'vitest';
import { openTraining, type Training } from '../../../../src/engine/training/network/trainer.js';
import { made, NETS, numbers, PLAIN_SETTINGS, tapeOf } from './witness.js';

const bits = ({ numbers: all, moments }: Training) =>
  [...all.values(), ...moments.map(([, one]) => one)].map((one) => [...new Int32Array(one.slice().buffer)]);

describe('the routines of training in SIMD and their twins', () => {
  it.each(Object.keys(NETS))('%s: three steps give the same bits', (name) => {
    const settings = { momentum: 0.9, weightDecay: 0.01, batch: 12 };
    for (const optimizer of ['sgd', 'adam'] as const) {
      const [simd, twin] = (['wasm', 'typescript'] as const).map((kind) => {
        const { training, some } = made(name, { ...settings, optimizer }, { kind });
        for (let step = 1; step <= 3; step++) training.step(some(), { step, epoch: 1, rate: 0.01 });
        training.close();
        return bits(training);
      });
      expect(twin).toEqual(simd);
    }
  });

  it('agree for every remainder of maps and taps', () => {
    for (let maps = 1; maps <= 9; maps++) {
      const layers = [
        { type: 'conv', out_channels: maps, kernel_size: [1 + (maps % 3), 1 + (maps % 2)] },
        { type: 'relu' },
        { type: 'flatten' },
        { type: 'linear', out_features: 10 - maps },
        { type: 'relu' },
        { type: 'linear', out_features: 3 },
      ];
      const random = numbers(maps);
      const data = Float32Array.from({ length: 10 * 30 }, () => random.unit() - 0.5);
      const labels = Int32Array.from({ length: 10 }, () => random.next() % 3);
      const tape = tapeOf([1, 6, 5], layers);
      const weights = tape.parameters.map(({ floats }) =>
        Float32Array.from({ length: floats }, () => random.unit() - 0.5),
      );
      const [simd, twin] = (['wasm', 'typescript'] as const).map((kind) => {
        const training = openTraining({
          tape,
          images: { data, tables: null, labels },
          settings: { ...PLAIN_SETTINGS, batch: 10 },
          team: null,
          kind,
        });
        tape.parameters.forEach(({ name }, i) => {
          training.numbers.get(name)!.set(weights[i]);
        });
        training.step(Int32Array.from(labels.keys()), { step: 1, epoch: 1, rate: 0.1 });
        return bits(training);
      });
      expect(twin, `${maps} maps`).toEqual(simd);
    }
  });
});
