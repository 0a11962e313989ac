import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { evaluateClasses } from '../../../src/commands/head/evaluation.js';
import type { TrainingSettings } from '../../../src/core/head.js';
import { DenseRows } from '../../../src/engine/training/dense-rows.js';
import { hiddenObjective, softmaxObjective } from '../../../src/engine/training/objective.js';
import { headProbabilities } from '../../../src/engine/training/predict-head.js';
import { type TrainedHead, type TrainingSet, trainHead } from '../../../src/engine/training/train-head.js';
import { npyToValue, readNpy } from '../../../src/models/npy.js';
import { randomArray } from '../../random.js';

const FOLDER = fileURLToPath(new URL('../../../fixtures/expected/sklearn/', import.meta.url));
const { cases, hidden } = JSON.parse(readFileSync(`${FOLDER}index.json`, 'utf8'));
const array = (name: string) => npyToValue(readNpy(readFileSync(FOLDER + name)));

const SETTINGS: TrainingSettings = {
  l2: 1,
  hidden: null,
  classWeight: 'none',
  holdout: 0,
  seed: 1,
  maxIterations: 500,
  patience: 10,
};

function train(set: TrainingSet, settings: Partial<TrainingSettings> = {}): TrainedHead {
  return finished(trainHead(set, { ...SETTINGS, ...settings }));
}

/** What work that pauses comes to. */
function finished<T>(work: Generator<unknown, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

function setOf(x: Float32Array, labels: Int32Array, classes: number): TrainingSet {
  return { x, features: x.length / labels.length, labels, classes, contents: Int32Array.from(labels.keys()) };
}

const three = setOf(array('three.x.npy').data as Float32Array, array('three.y.npy').data as Int32Array, 3);

describe('a softmax head', () => {
  it.each<[string, (typeof cases)[number]]>(cases.map((one: { name: string }) => [one.name, one]))(
    'is the one scikit-learn finds: %s',
    (_, one) => {
      const x = array(one.x).data as Float32Array;
      const labels = array(one.y).data as Int32Array;
      const { l2, classWeight, classes } = one;
      const { parameters, end, constantFeatures } = train(setOf(x, labels, classes), { l2, classWeight });
      expect(end).toBe('converged');
      expect(constantFeatures).toBe(1);
      const probabilities = headProbabilities(parameters, x);
      const expected = array(one.probabilities).data;
      const worst = probabilities.reduce((most, p, i) => Math.max(most, Math.abs(p - expected[i])), 0);
      expect(worst).toBeLessThan(1e-4);
      const names = Array.from({ length: classes }, (_, k) => `class ${k}`);
      const { confusion, perClass, logLoss } = evaluateClasses(probabilities, labels, names);
      expect(confusion).toEqual(one.confusion);
      expect(logLoss).toBeCloseTo(one.logLoss, 4);
      perClass.forEach(({ precision, recall, f1, images }, k) => {
        expect(images).toBe(one.images[k]);
        expect(precision ?? 0).toBeCloseTo(one.precision[k], 12);
        expect(recall ?? 0).toBeCloseTo(one.recall[k], 12);
        expect(f1 ?? 0).toBeCloseTo(one.f1[k], 12);
      });
    },
  );

  it('has the same bits for the same seed, and another split for another', () => {
    const settings = { holdout: 0.3, hidden: 5 };
    const [a, b, c] = [train(three, settings), train(three, settings), train(three, { ...settings, seed: 2 })];
    expect(b.parameters).toEqual(a.parameters);
    expect(b.curve).toEqual(a.curve);
    expect(c.heldOut).not.toEqual(a.heldOut);
    expect(c.parameters).not.toEqual(a.parameters);
  });

  it('keeps the iteration with the smallest loss on the held-out images', () => {
    // labels that have nothing to do with the features: learning more makes it worse
    const x = Float32Array.from(randomArray(60 * 40, 5));
    const labels = Int32Array.from({ length: 60 }, (_, i) => i % 3);
    const { curve, best, end, heldOut, training } = train(setOf(x, labels, 3), {
      holdout: 0.25,
      l2: 0.001,
      patience: 4,
    });
    expect([training.length, heldOut.length]).toEqual([45, 15]);
    const losses = curve.map((point) => point.heldOut!);
    expect(losses[best]).toBe(Math.min(...losses));
    expect(end).toBe('patience');
    expect(curve.length - 1).toBe(best + 4);
  });

  it('gives a feature that is always the same no weight, whatever a new image says', () => {
    const { parameters } = train(three);
    expect([parameters.mean[3], parameters.std[3]]).toEqual([Math.fround(0.1), 1]);
    const row = three.x.slice(0, three.features);
    const before = headProbabilities(parameters, row);
    row[3] = 1e6;
    expect(headProbabilities(parameters, row)).toEqual(before);
  });

  it('says the limit when it is reached', () => {
    const { end, curve } = train(three, { maxIterations: 3 });
    expect(end).toBe('iterations');
    expect(curve).toHaveLength(4);
  });
});

describe('the loss with a hidden layer', () => {
  it('has the value and gradient of PyTorch', () => {
    const { features, classes, l2, at, gradient, value } = hidden;
    const rows = new DenseRows(hidden.y.length, features, hidden.hidden);
    rows.x.set(hidden.x);
    const examples = {
      rows,
      labels: Int32Array.from(hidden.y),
      classes,
      weights: Float64Array.from(hidden.weights),
    };
    const objective = hiddenObjective(examples, l2);
    const found = new Float64Array(objective.size);
    expect(finished(objective.evaluate(Float64Array.from(at), found))).toBeCloseTo(value, 10);
    expect(found).toHaveLength(gradient.length);
    found.forEach((part, i) => void expect(part).toBeCloseTo(gradient[i], 9));
  });

  it('separates what no line can', () => {
    const corners = [0, 0, 1, 1, 0, 1, 1, 0];
    const x = Float32Array.from({ length: 80 }, (_, i) => corners[i % 8] + 0.05 * Math.sin(i));
    const labels = Int32Array.from({ length: 40 }, (_, i) => (i % 4 < 2 ? 0 : 1));
    const right = (head: TrainedHead) =>
      evaluateClasses(headProbabilities(head.parameters, x), labels, ['same', 'different']).right;
    expect(right(train(setOf(x, labels, 2)))).toBeLessThan(40);
    expect(right(train(setOf(x, labels, 2), { hidden: 8, l2: 0.01 }))).toBe(40);
  });
});

describe('the loss', () => {
  it('has a gradient for any number of rows and classes', () => {
    for (const [n, K] of [
      [1, 2],
      [5, 3],
      [6, 4],
      [8, 5],
    ]) {
      const D = 3;
      const rows = new DenseRows(n, D, K);
      rows.x.set(randomArray(n * D, n));
      const examples = {
        rows,
        labels: Int32Array.from({ length: n }, (_, i) => i % K),
        classes: K,
        weights: Float64Array.from({ length: n }, (_, i) => 1 + i / 4),
      };
      const objective = softmaxObjective(examples, 0.7);
      const at = Float64Array.from(randomArray(objective.size, K));
      const gradient = new Float64Array(objective.size);
      finished(objective.evaluate(at, gradient));
      const scratch = new Float64Array(objective.size);
      at.forEach((value, i) => {
        const step = 1e-5;
        at[i] = value + step;
        const above = finished(objective.evaluate(at, scratch));
        at[i] = value - step;
        const below = finished(objective.evaluate(at, scratch));
        at[i] = value;
        expect((above - below) / (2 * step)).toBeCloseTo(gradient[i], 6);
      });
    }
  });
});
