import { CnnvizError } from '../../core/errors.js';
import type { Numbers, Value } from '../../core/values.js';
import { type Families, type Forward, type KnownInput, kindWords, type ShapeRule, WHOLE_NUMBERS } from '../family.js';
import { required } from '../inputs.js';

/**
 * Of boxes that overlap the one with the best score. Inputs: boxes [N, B, 4], scores [N, classes, B], the most boxes of a
 * class, the overlap from which on a box goes, the score that a box must be above; each of these three or null. Output:
 * [image, class, box] of each that is kept, int64 [kept, 3].
 * Source: onnx.ai, operator NonMaxSuppression, and its reference implementation
 */
export interface NonMaxSuppressionLayer {
  readonly kind: 'non_max_suppression';
  /** Boxes are [x, y, width, height] of their middle, instead of two corners [y1, x1, y2, x2]. */
  readonly centerPointBox: boolean;
}

const nonMaxSuppressionShape: ShapeRule<NonMaxSuppressionLayer> = (layer, inputs) => {
  const [boxes, scores] = [required(inputs, 0, 'boxes'), required(inputs, 1, 'scores')];
  const [N, B, four] = boxes.shape;
  const fits = boxes.shape.length === 3 && scores.shape.length === 3 && scores.shape[0] === N && scores.shape[2] === B;
  if (!fits || four !== 4) {
    throw new CnnvizError(
      'shape',
      `expected boxes [N, B, 4] and scores [N, classes, B], got [${boxes.shape.join(', ')}] and [${scores.shape.join(', ')}]`,
    );
  }
  const values = inputs.map(knownValue);
  return [{ dtype: 'int64', shape: [keptBoxes(layer, values).length, 3] }];
};

/** How many boxes are kept decides the shape of all that follows. */
function knownValue(input: KnownInput | null): Value | null {
  const value = input?.known() ?? null;
  if (input === null || value) return value;
  throw new CnnvizError('unsupported', 'how many boxes are kept is only known once the model runs', {
    fix: 'choose layers before it: its boxes and scores can be looked at',
  });
}

function keptBoxes({ centerPointBox }: NonMaxSuppressionLayer, values: readonly (Value | null)[]): number[][] {
  const [boxes, scores] = [values[0]!, values[1]!];
  const [most, overlap, least] = [2, 3, 4].map((i) => values[i]?.data[0]);
  const [N, classes, B] = scores.shape;
  const kept: number[][] = [];
  for (let n = 0; n < N; n++) {
    for (let c = 0; c < classes; c++) {
      const own = scores.data.subarray((n * classes + c) * B, (n * classes + c + 1) * B);
      const order = Array.from(own.keys())
        .filter((b) => least === undefined || own[b] > least)
        .sort((a, b) => own[b] - own[a] || a - b);
      const chosen: number[] = [];
      for (const b of order) {
        if (chosen.length >= Math.max(most ?? 0, 0)) break;
        const area = (box: number) => boxAt(boxes.data, (n * B + box) * 4, centerPointBox);
        if (chosen.some((other) => overlapOf(area(b), area(other)) > (overlap ?? 0))) continue;
        chosen.push(b);
        kept.push([n, c, b]);
      }
    }
  }
  return kept;
}

interface Box {
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
}

function boxAt(boxes: Numbers, at: number, isCentred: boolean): Box {
  const [a, b, c, d] = boxes.subarray(at, at + 4);
  if (!isCentred) return { x0: Math.min(b, d), x1: Math.max(b, d), y0: Math.min(a, c), y1: Math.max(a, c) };
  const f = Math.fround;
  return { x0: f(a - c / 2), x1: f(a + c / 2), y0: f(b - d / 2), y1: f(b + d / 2) };
}

/** Intersection over union, in float32 as runtimes compute it; 0 where a box has no area. */
function overlapOf(a: Box, b: Box): number {
  const f = Math.fround;
  const width = f(Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0));
  const height = f(Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0));
  const [own, other] = [a, b].map(({ x0, x1, y0, y1 }) => f(f(x1 - x0) * f(y1 - y0)));
  if (!(width > 0 && height > 0 && own > 0 && other > 0)) return 0;
  const both = f(width * height);
  return f(both / f(f(own + other) - both));
}

const nonMaxSuppressionForward: Forward<NonMaxSuppressionLayer> = {
  run(layer, inputs, [y]) {
    y.data.set(keptBoxes(layer, inputs).flat());
  },
};

export const NON_MAX_SUPPRESSION: Families<NonMaxSuppressionLayer> = {
  non_max_suppression: {
    shape: nonMaxSuppressionShape,
    forward: nonMaxSuppressionForward,
    backward: WHOLE_NUMBERS,
    reads: () => null,
    explain: null,
    words: kindWords,
    learnt: [],
  },
};
