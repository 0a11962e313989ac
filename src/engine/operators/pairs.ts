import type { Value } from '../../core/values.js';
import { planBroadcast } from '../../layers/broadcast.js';
import type { PairOperation } from '../../layers/row-work.js';
import type { EngineMemory } from '../wasm/memory.js';
import { copyOf, overlaps, placeOf, type Room } from './room.js';

/** As in assembly/pairs.ts. */
const OPERATIONS: readonly PairOperation[] = ['+', '−', '×', '÷', 'min', 'max'];

/** What the routine calls an operation. */
export function operationNumber(operation: PairOperation): number {
  return OPERATIONS.indexOf(operation);
}

/** y = a ∘ b with numpy's broadcasting; y may lie in the memory of either. @returns false: nothing was done */
export function combine(
  memory: EngineMemory,
  room: Room,
  operation: PairOperation,
  [a, b]: readonly Value[],
  y: Value,
): boolean {
  const to = memory.addressOf(y.data);
  const [left, right] = [a, b].map((one) => operandAt(memory, room, one, y));
  if (to === -1 || left === -1 || right === -1) return false;
  const { sides, steps } = planBroadcast(y.shape, [a.shape, b.shape]);
  const op = operationNumber(operation);
  const count = sides[sides.length - 1];
  const rows = sides.length > 1 ? sides[sides.length - 2] : 1;
  const [[aRow, aEach], [bRow, bEach]] = steps.map((own) => [own[own.length - 2] ?? 0, own[own.length - 1]]);
  const outer = sides.slice(0, -2);
  const { routines } = memory;
  for (let o = 0, end = y.data.length; o < end; o += rows * count) {
    const [p, q] = steps.map((own) => placeAt(outer, own, o / (rows * count)));
    routines.combinePairs(op, left + p * 4, aRow * 4, aEach, right + q * 4, bRow * 4, bEach, to + o * 4, rows, count);
  }
  return true;
}

/** Where an operand lies: elsewhere than the output where it is repeated, for it is read again. */
function operandAt(memory: EngineMemory, room: Room, one: Value, y: Value): number {
  if (!(one.data instanceof Float32Array)) return -1;
  const isRepeated = one.data.length !== y.data.length;
  return isRepeated && overlaps(one.data, y.data) ? copyOf(memory, room, one.data) : placeOf(memory, room, one.data);
}

/** Where element `index` of the outer sides begins, by steps along them. */
function placeAt(sides: readonly number[], steps: readonly number[], index: number): number {
  let [rest, at] = [index, 0];
  for (let axis = sides.length - 1; axis >= 0; axis--) {
    at += (rest % sides[axis]) * steps[axis];
    rest = Math.floor(rest / sides[axis]);
  }
  return at;
}
