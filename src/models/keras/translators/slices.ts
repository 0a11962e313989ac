import { axisInside, inside } from '../axes.js';
import { isRecord, type Json, shown } from '../fields.js';
import type { LayerCall, Term } from '../layer-call.js';
import { type Operation, plain, tensorAt } from './operation-arguments.js';

const FARTHEST = 2 ** 31 - 1;

/** x[..., ::-1], x[:, 1:, 1:]: slices as Python's, of all axes but the batch. */
export const getItem: Operation = (call, given) => {
  const value = tensorAt(call, given, 0, 'tensor', 'x');
  const { shape } = value;
  if (shape === null) throw call.refuse('the shape of its input is not known');
  const told = plain(given.at(1, 'slice_spec', 'key'));
  const parts = sliceParts(call, Array.isArray(told) ? (told as Json[]) : [told ?? null], shape.length);
  const { term, isFirst } = inside(call, value);
  const cut = parts.flatMap(({ start, stop, step }, axis) => {
    if (start === null && stop === null && step === 1) return [];
    if (axis === 0) throw call.refuse('a part of the batch');
    return [{ axis, start: start ?? (step > 0 ? 0 : -1), stop: stop ?? (step > 0 ? FARTHEST : -FARTHEST), step }];
  });
  const sides = shape.map((side, axis) => {
    const part = cut.find((one) => one.axis === axis);
    return part === undefined || side === null ? side : lengthOf(side, part);
  });
  if (cut.some(({ axis }) => shape[axis] === null)) throw call.refuse('of a side that is open');
  if (sides.some((side) => side !== null && side < 1)) throw call.refuse('nothing is left');
  if (cut.length === 0) return { term, shape, isFirst, dtype: value.dtype };
  const list = (suffix: string, of: (one: (typeof cut)[number]) => number): Term => call.integers(suffix, cut.map(of));
  const made = call.add('slice', { kind: 'slice' }, [
    term,
    list('starts', ({ start }) => start),
    list('ends', ({ stop }) => stop),
    list('axes', ({ axis }) => axisInside(axis, shape.length, isFirst)),
    list('steps', ({ step }) => step),
  ]);
  return { term: made, shape: sides, isFirst, dtype: value.dtype };
};

interface SlicePart {
  readonly start: number | null;
  readonly stop: number | null;
  readonly step: number;
}

/** One part for each axis; an ellipsis stands for as many as are missing. */
function sliceParts(call: LayerCall, told: readonly Json[], rank: number): SlicePart[] {
  const whole: SlicePart = { start: null, stop: null, step: 1 };
  const isEllipsis = (one: Json) => one === '...' || (isRecord(one) && one.class_name === '__ellipsis__');
  const missing = rank - told.filter((one) => !isEllipsis(one)).length;
  if (missing < 0) throw call.refuse('more slices than axes');
  const all = told.some(isEllipsis) ? told : [...told, '...'];
  return all.flatMap((one) => {
    if (isEllipsis(one)) return new Array<SlicePart>(missing).fill(whole);
    const slice = isRecord(one) && one.class_name === '__slice__' && isRecord(one.config) ? one.config : one;
    if (!isRecord(slice)) throw call.refuse(`${shown(one)}: expected a slice of each axis`);
    const side = (key: string): number | null => {
      const value = slice[key] ?? null;
      if (value === null || Number.isSafeInteger(value)) return value as number | null;
      throw call.refuse(`${key} ${shown(value)} of a slice`);
    };
    const step = side('step') ?? 1;
    if (step === 0) throw call.refuse('a step of 0');
    return [{ start: side('start'), stop: side('stop'), step }];
  });
}

/** How many places Python's slice takes of a side. */
function lengthOf(side: number, { start, stop, step }: { start: number; stop: number; step: number }): number {
  const from = (at: number, lo: number, hi: number) => Math.min(Math.max(at < 0 ? at + side : at, lo), hi);
  if (step > 0) return Math.max(0, Math.ceil((from(stop, 0, side) - from(start, 0, side)) / step));
  return Math.max(0, Math.ceil((from(start, -1, side - 1) - from(stop, -1, side - 1)) / -step));
}
