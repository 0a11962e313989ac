import { exp32, log32 } from '../../../core/math32.js';
import { placeOf, type SliceContext } from './context.js';
import { SLICE } from './tape.js';

/** What a slice's images were taken for. */
export interface SliceLoss {
  /** Σ −ln p of the right class. */
  readonly loss: number;
  /** The likeliest class of each image, the first of equals. */
  readonly said: readonly number[];
}

/**
 * Softmax and cross-entropy; where it trains, the gradient of the batch's mean loss: (p − 1 at the right class) / batch.
 * logits [classes, SLICE]; labels: those of the slice's images. Source: torch.nn.CrossEntropyLoss
 */
export function crossEntropy(c: SliceContext, labels: readonly number[]): SliceLoss {
  const { at, gradient } = placeOf(c, c.tape.values[c.tape.logits]);
  const { classes } = c.tape;
  const { f32 } = c.heap;
  const said: number[] = [];
  let loss = 0;
  for (let image = 0; image < c.images; image++) {
    const z = at / 4 + image;
    let best = 0;
    for (let k = 1; k < classes; k++) if (f32[z + k * SLICE] > f32[z + best * SLICE]) best = k;
    const largest = f32[z + best * SLICE];
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += exp32(f32[z + k * SLICE] - largest);
    said.push(best);
    loss += log32(sum) + largest - f32[z + labels[image] * SLICE];
    if (!c.trains) continue;
    const d = gradient / 4 + image;
    for (let k = 0; k < classes; k++) {
      const p = exp32(f32[z + k * SLICE] - largest) / sum;
      f32[d + k * SLICE] = (p - (k === labels[image] ? 1 : 0)) / c.batch;
    }
  }
  return { loss, said };
}
