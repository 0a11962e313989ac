import { CnnvizError } from '../../core/errors.js';
import type { KerasValue, LayerCall, Made, Sides, Term } from './layer-call.js';

/** Maps as a layer of Keras reads them, inside always [N, C, ...]. */
export interface Maps {
  readonly term: Term;
  readonly N: number | null;
  /** null: behind a layer that is not computed. */
  readonly C: number | null;
  /** Rows and columns, one for each axis that is slid along. */
  readonly sides: Sides;
  /** What a layer makes of them: [N, C, ...] inside. */
  readonly made: (term: Term, C: number | null, sides: Sides) => Made;
}

/** Whether a layer's maps have channels last, as it says. @throws CnnvizError 'format' */
export function isChannelsLast({ fields }: LayerCall): boolean {
  const told = fields.text('data_format', 'channels_last');
  if (told === 'channels_last' || told === 'channels_first') return told === 'channels_last';
  throw fields.wrong('data_format', 'channels_last or channels_first');
}

/** The one input as maps over `axes` axes. @throws CnnvizError 'format' for an input of another rank */
export function mapsOf(call: LayerCall, axes: number, value: KerasValue = call.x()): Maps {
  const isLast = isChannelsLast(call);
  const shape = value.shape ?? new Array<null>(axes + 2).fill(null);
  if (shape.length !== axes + 2) {
    throw new CnnvizError(
      'format',
      `expected an input of ${axes + 2} axes, found [${shape.map((side) => side ?? 'any').join(', ')}]`,
    );
  }
  const [N] = shape;
  if (isLast) {
    return {
      term: call.first(value),
      N,
      C: shape[axes + 1],
      sides: shape.slice(1, -1),
      made: (term, C, sides) => ({ term, shape: [N, ...sides, C], isFirst: true }),
    };
  }
  return {
    term: call.last(value),
    N,
    C: shape[1],
    sides: shape.slice(2),
    made: (term, C, sides) => ({ term, shape: [N, C, ...sides], isFirst: false }),
  };
}

/** Rows of pixels instead of [N, C, L]: [N, C, 1, L], so that layers of maps take them. */
export function asRow(call: LayerCall, term: Term): Term {
  return call.add('unsqueeze', { kind: 'unsqueeze' }, [term, call.integers('row', [2])]);
}

export function outOfRow(call: LayerCall, term: Term): Term {
  return call.add('squeeze', { kind: 'squeeze' }, [term, call.integers('row', [2])]);
}

/** An axis counted from the front. @throws CnnvizError 'format' */
export function frontAxis(axis: number, rank: number): number {
  if (Number.isInteger(axis) && axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  throw new CnnvizError('format', `axis ${axis} of an input of ${rank} axes`);
}

/** Where an axis of Keras's order, counted from the front, lies in a value with its channels behind the batch. */
export function axisInside(axis: number, rank: number, isFirst: boolean): number {
  if (!isFirst || rank < 3 || axis === 0) return axis;
  return axis === rank - 1 ? 1 : axis + 1;
}

/**
 * A value as it best is inside: of maps the channels behind the batch; all else as it is. Networks whose layers say
 * channels_first have them so already.
 */
export function inside(call: LayerCall, value: KerasValue): { readonly term: Term; readonly isFirst: boolean } {
  const { laid } = value;
  if (laid.isFirst || laid.rank !== 4 || call.keepsFirst) return { term: call.own(value), isFirst: laid.isFirst };
  return { term: call.first(value), isFirst: true };
}

/** A value of Keras's order that a layer made, of maps with the channels brought behind the batch. */
export function laidInside(call: LayerCall, term: Term, shape: Sides | null): Made {
  const rank = shape?.length ?? 0;
  if (rank !== 4 || call.keepsFirst) return { term, shape, isFirst: false };
  return { term: call.add('transpose', { kind: 'transpose', perm: [0, 3, 1, 2] }, [term]), shape, isFirst: true };
}
