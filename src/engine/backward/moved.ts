import type { Layer } from '../../core/layers.js';
import { sizeOf } from '../../core/tensor.js';
import type { Value } from '../../core/values.js';
import { operatorFor } from '../operators/index.js';
import type { Backward, BackwardCall } from './backward.js';

/**
 * For layers that only move numbers (transpose, pad, slice, concat …): their own operator is run on the places of the
 * numbers, counted from 1, and so tells where each output came from; 0 is what comes from nowhere.
 * @param moved the inputs whose numbers are moved; the others decide where to, and are read as they are
 */
function movedBackward<L extends Layer>(
  moved: (inputs: BackwardCall['inputs']) => readonly number[],
  reaches: Backward<L>['reaches'] = [0],
  /** The layer and its inputs as they must be for what comes from nowhere to be 0. */
  plain: { readonly layer?: (layer: L) => L; readonly ignores?: number } = {},
): Backward<L> {
  return {
    reaches,
    run(layer, { inputs, outputs, x, dy, dx }) {
      const movers = moved(inputs);
      const first = new Map<number, number>();
      let next = 1;
      const places = inputs.map((input, i): Value | null => {
        if (input === null || i === plain.ignores) return null;
        if (!movers.includes(i)) return x(i);
        first.set(i, next);
        const data = Float64Array.from({ length: sizeOf(input.shape) }, () => next++);
        return { dtype: 'float64', shape: input.shape, data };
      });
      const made = outputs.map(
        ({ shape }): Value => ({ dtype: 'float64', shape, data: new Float64Array(sizeOf(shape)) }),
      );
      operatorFor(layer)!.run(plain.layer?.(layer) ?? layer, places, made);
      for (const [output, { data }] of made.entries()) {
        const gradient = dy[output];
        if (gradient) scatter(gradient, data, first, dx, next);
      }
    },
  };
}

function scatter(
  dy: Float64Array,
  from: Value['data'],
  first: ReadonlyMap<number, number>,
  dx: readonly (Float64Array | null)[],
  end: number,
): void {
  for (const [input, start] of first) {
    const own = dx[input];
    if (!own) continue;
    const last = Math.min(end, start + own.length);
    for (let o = 0; o < from.length; o++) if (from[o] >= start && from[o] < last) own[from[o] - start] += dy[o];
  }
}

const firstInput = () => [0];

export const transposeBackward = movedBackward<Extract<Layer, { kind: 'transpose' }>>(firstInput);
export const expandBackward = movedBackward<Extract<Layer, { kind: 'expand' }>>(firstInput);
export const splitBackward = movedBackward<Extract<Layer, { kind: 'split' }>>(firstInput);
export const sliceBackward = movedBackward<Extract<Layer, { kind: 'slice' }>>(firstInput);
export const gatherBackward = movedBackward<Extract<Layer, { kind: 'gather' }>>(firstInput);
/** Without its third input a border is 0. */
export const padBackward = movedBackward<Extract<Layer, { kind: 'pad' }>>(firstInput, [0], { ignores: 2 });
export const resizeBackward = movedBackward<Extract<Layer, { kind: 'resize' }>>(firstInput, [0], {
  layer: (layer) => ({ ...layer, extrapolationValue: 0 }),
});
export const concatBackward = movedBackward<Extract<Layer, { kind: 'concat' }>>(
  (inputs) => inputs.map((_, i) => i),
  'all',
);
export const whereBackward = movedBackward<Extract<Layer, { kind: 'where' }>>(() => [1, 2], [1, 2]);
