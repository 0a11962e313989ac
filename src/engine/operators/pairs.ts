import type { Value } from '../../core/values.js';
import { planBroadcast } from '../../layers/broadcast.js';
import type { PairOperation } from '../../layers/row-work.js';
import type { EngineMemory } from '../wasm/memory.js';
import { type Block, cutBlocks, NOTHING, type Portions } from './portions.js';
import { copyOf, overlaps, placeOf, type Room } from './room.js';

/** As in assembly/pairs.ts. */
const OPERATIONS: readonly PairOperation[] = ['+', '−', '×', '÷', 'min', 'max'];

/** What the routine calls an operation. */
export function operationNumber(operation: PairOperation): number {
  return OPERATIONS.indexOf(operation);
}

/** y = a ∘ b with numpy's broadcasting; y may lie in the memory of either. Null: there are no routines for where they lie. */
export function combine(
  memory: EngineMemory,
  room: Room,
  operation: PairOperation,
  [a, b]: readonly Value[],
  y: Value,
): Portions | null {
  const to = memory.addressOf(y.data);
  const [left, right] = [a, b].map((one) => operandAt(memory, room, one, y));
  if (to === -1 || left === -1 || right === -1) return null;
  if (y.data.length === 0) return NOTHING;
  const { sides, steps } = planBroadcast(y.shape, [a.shape, b.shape]);
  const op = operationNumber(operation);
  const count = sides[sides.length - 1];
  const rows = sides.length > 1 ? sides[sides.length - 2] : 1;
  const [[aRow, aEach], [bRow, bEach]] = steps.map((own) => [own[own.length - 2] ?? 0, own[own.length - 1]]);
  const outer = sides.slice(0, -2);
  const { routines } = memory;
  const visit = ({ o: from, oEnd, row, rowEnd, first, end }: Block): void => {
    for (let o = from; o < oEnd; o++) {
      const [p, q] = steps.map((own) => placeAt(outer, own, o));
      const x = left + (p + row * aRow + first * aEach) * 4;
      const other = right + (q + row * bRow + first * bEach) * 4;
      const at = to + ((o * rows + row) * count + first) * 4;
      routines.combinePairs(op, x, aRow * 4, aEach, other, bRow * 4, bEach, at, rowEnd - row, end - first);
    }
  };
  const all = y.data.length / (rows * count);
  const whole = () => visit({ o: 0, oEnd: all, row: 0, rowEnd: rows, first: 0, end: count });
  return { ...cutBlocks(all, rows, count, visit), whole };
}

/** Whether an operand is repeated and lies where the output does: it is read again, so it has to be copied. */
export function isOverwritten(one: Value, y: Value): boolean {
  return one.data.length !== y.data.length && overlaps(one.data, y.data);
}

/** Where an operand lies: elsewhere than the output where it is repeated. */
function operandAt(memory: EngineMemory, room: Room, one: Value, y: Value): number {
  if (!(one.data instanceof Float32Array)) return -1;
  return isOverwritten(one, y) ? copyOf(memory, room, one.data) : placeOf(memory, room, one.data);
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
