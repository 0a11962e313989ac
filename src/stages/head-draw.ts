import type { Evaluation, LearningPoint } from '../core/head.js';
import type { DrawingNote } from '../core/note.js';
import { VERSION } from '../core/version.js';
import { confusionMatrix } from '../figures/confusion-matrix.js';
import { learningCurve } from '../figures/learning-curve.js';
import { encodePng } from '../io/encode.js';

/** A confusion matrix as a PNG. `args`: the command that makes it again, but for where it goes. */
export function drawConfusion(
  title: string,
  { perClass, confusion }: Evaluation,
  args: readonly string[],
): Promise<Uint8Array> {
  const note: DrawingNote = { cnnviz: VERSION, picture: 'confusion-matrix', args };
  return encodePng(
    confusionMatrix({ title, classes: perClass.map(({ name }) => name), confusion }),
    JSON.stringify(note),
  );
}

/** A learning curve as a PNG. */
export function drawCurve(
  title: string,
  points: readonly LearningPoint[],
  best: number,
  args: readonly string[],
): Promise<Uint8Array> {
  const note: DrawingNote = { cnnviz: VERSION, picture: 'learning-curve', args };
  return encodePng(learningCurve({ title, points, best }), JSON.stringify(note));
}
