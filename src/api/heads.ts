import { memorySource } from '../core/bytes.js';
import { CnnvizError } from '../core/errors.js';
import type { HeadParameters, LearningPoint, TrainingSettings } from '../core/head.js';
import { type Tensor, type TensorLike, tensor, toTensor } from '../core/tensor.js';
import { headProbabilities } from '../engine/training/predict-head.js';
import { trainHead as descend } from '../engine/training/train-head.js';
import { readHead } from '../models/head-file.js';

/** A classifier on features. */
export interface Classifier {
  /** In the order of the probabilities' columns. */
  readonly classes: readonly string[];
  /**
   * The probability of each class.
   * @param x features [N, D], or [D] of one image
   * @returns [N, K]; the rows add up to 1
   * @throws CnnvizError 'shape' for another number of features
   */
  predict(x: TensorLike): Tensor;
}

/** A classifier that was just trained. */
export interface TrainedClassifier extends Classifier {
  /** The mean loss after each iteration. */
  readonly curve: readonly LearningPoint[];
  /** The iteration that was kept. */
  readonly best: number;
  /** Rows of the features that were held out. */
  readonly heldOut: readonly number[];
}

/** See docs/heads.md. Defaults: l2 1, no hidden layer, no class weights, holdout 0, seed 1, 500 iterations, patience 10. */
export type TrainHeadOptions = Partial<TrainingSettings>;

/**
 * Trains a softmax classifier on features by L-BFGS: scikit-learn's LogisticRegression on standardised features, l2 = 1/C.
 * The same features, labels and options give the same bits.
 * @param features [N, D], finite
 * @param labels [N]: the class of each row; classes are in the order of their names
 * @throws CnnvizError 'usage' or 'shape'
 */
export function trainHead(
  features: TensorLike,
  labels: readonly string[],
  options: TrainHeadOptions = {},
): TrainedClassifier {
  const { data, shape } = toTensor(features, 'features');
  if (shape.length !== 2 || shape[0] !== labels.length || shape[1] === 0) {
    throw new CnnvizError('shape', `features: expected [${labels.length}, D], got [${shape.join(', ')}]`, {
      fix: 'one row of features for each label',
    });
  }
  if (!data.every(Number.isFinite)) throw new CnnvizError('usage', 'features: some are NaN or infinite');
  const classes = [...new Set(labels)].sort();
  if (classes.length < 2) throw new CnnvizError('usage', `labels: of one class, "${classes[0]}"; expected two or more`);
  const set = {
    x: data,
    features: shape[1],
    labels: Int32Array.from(labels, (label) => classes.indexOf(label)),
    classes: classes.length,
    contents: Int32Array.from(labels.keys()),
  };
  const settings: TrainingSettings = {
    l2: 1,
    hidden: null,
    classWeight: 'none',
    holdout: 0,
    seed: 1,
    maxIterations: 500,
    patience: 10,
    ...options,
  };
  const descent = descend(set, settings);
  for (;;) {
    const step = descent.next();
    if (!step.done) continue;
    const { parameters, curve, best, heldOut } = step.value;
    return { ...classifier(classes, parameters), curve, best, heldOut: [...heldOut] };
  }
}

/** Reads a head that `cnnviz head train` wrote. @throws CnnvizError 'format' */
export function decodeHead(bytes: Uint8Array): Classifier {
  const { classes, parameters } = readHead(memorySource(bytes));
  return classifier(classes, parameters);
}

function classifier(classes: readonly string[], parameters: HeadParameters): Classifier {
  const [D, K] = [parameters.mean.length, classes.length];
  return {
    classes,
    predict(x) {
      const { data, shape } = toTensor(x, 'x');
      if (shape.length < 1 || shape.length > 2 || shape.at(-1) !== D) {
        throw new CnnvizError('shape', `x: expected [N, ${D}], got [${shape.join(', ')}]`);
      }
      const rows = shape.length === 2 ? shape[0] : 1;
      return tensor(Float32Array.from(headProbabilities(parameters, data)), [rows, K]);
    },
  };
}
