import { CnnvizError } from '../../core/errors.js';
import { type DType, isFloat } from '../../core/values.js';
import { broadcastAll, broadcastTerms, combinePairs, type PairLoop, pairLoop, sameType } from '../broadcast.js';
import { type Families, type Forward, kindWords, SAME_PLACE, type ShapeRule, WHOLE_NUMBERS } from '../family.js';
import { required } from '../inputs.js';

/**
 * What is left of a / b, element by element with broadcasting. `fmod`: with the sign of a, as C's fmod and JavaScript's %;
 * else of whole numbers, with the sign of b, as Python's %. By zero: NaN, of whole numbers 0.
 * Source: ONNX Mod
 */
interface ModLayer {
  readonly kind: 'mod';
  readonly fmod: boolean;
}

/** Bits of two arrays of whole numbers combined, with broadcasting. Source: ONNX BitwiseAnd, BitwiseOr, BitwiseXor */
interface BitwiseLayer {
  readonly kind: 'bitwise';
  readonly name: 'and' | 'or' | 'xor';
}

/** All bits turned round. */
interface BitwiseNotLayer {
  readonly kind: 'bitwise_not';
}

/** Bits of a moved by b places, with broadcasting; zeros come in. Source: ONNX BitShift */
interface BitShiftLayer {
  readonly kind: 'bit_shift';
  readonly direction: 'left' | 'right';
}

export type IntegersFamily = ModLayer | BitwiseLayer | BitwiseNotLayer | BitShiftLayer;

/** uint64 travels in float64: what sets its upper bits would be rounded. */
function refuseRounded(dtype: DType, what: string): void {
  if (dtype !== 'uint64') return;
  throw new CnnvizError('unsupported', `${what} of uint64: its results need more than 53 bits`, {
    fix: 'use uint32, or int64 where that will do',
  });
}

const isWhole = (dtype: DType): boolean => !isFloat(dtype) && dtype !== 'bool';

const modShape: ShapeRule<ModLayer> = ({ fmod }, inputs) => {
  const { dtype } = required(inputs, 0, 'a');
  sameType(dtype, required(inputs, 1, 'b'), 'input 2');
  if (!fmod && !isWhole(dtype)) {
    throw new CnnvizError('shape', `mod of ${dtype}: expected whole numbers`, { fix: 'floating point takes fmod = 1' });
  }
  return [{ dtype, shape: broadcastAll(inputs) }];
};

const bitwiseShape: ShapeRule<BitwiseLayer> = ({ name }, inputs) => {
  const { dtype } = required(inputs, 0, 'a');
  sameType(dtype, required(inputs, 1, 'b'), 'input 2');
  if (!isWhole(dtype)) throw new CnnvizError('shape', `bitwise ${name} of ${dtype}: expected whole numbers`);
  return [{ dtype, shape: broadcastAll(inputs) }];
};

const bitwiseNotShape: ShapeRule<BitwiseNotLayer> = (_, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  if (!isWhole(dtype)) throw new CnnvizError('shape', `bitwise not of ${dtype}: expected whole numbers`);
  refuseRounded(dtype, 'bitwise not');
  return [{ dtype, shape }];
};

const bitShiftShape: ShapeRule<BitShiftLayer> = ({ direction }, inputs) => {
  const { dtype } = required(inputs, 0, 'a');
  sameType(dtype, required(inputs, 1, 'b'), 'input 2');
  if (!dtype.startsWith('uint')) throw new CnnvizError('unsupported', `bit shift of ${dtype}: expected uint8 … uint64`);
  if (direction === 'left') refuseRounded(dtype, 'bit shift to the left');
  return [{ dtype, shape: broadcastAll(inputs) }];
};

/** + 0: of two zeros the positive one, as whole numbers have it */
const REMAINDER: PairLoop = pairLoop((a, b) => (b === 0 ? 0 : (((a % b) + b) % b) + 0));
const C_REMAINDER: PairLoop = pairLoop((a, b) => a % b);
const WHOLE_C_REMAINDER: PairLoop = pairLoop((a, b) => (b === 0 ? 0 : (a % b) + 0));

const modForward: Forward<ModLayer> = {
  run({ fmod }, [a, b], [y]) {
    const loop = fmod ? (isFloat(y.dtype) ? C_REMAINDER : WHOLE_C_REMAINDER) : REMAINDER;
    combinePairs(loop, a!, b!, y);
  },
};

/** Numbers of up to 32 bits. */
const BITS: Readonly<Record<BitwiseLayer['name'], PairLoop>> = {
  and: pairLoop((a, b) => a & b),
  or: pairLoop((a, b) => a | b),
  xor: pairLoop((a, b) => a ^ b),
};

const LONG_BITS: Readonly<Record<BitwiseLayer['name'], PairLoop>> = {
  and: pairLoop((a, b) => Number(BigInt(a) & BigInt(b))),
  or: pairLoop((a, b) => Number(BigInt(a) | BigInt(b))),
  xor: pairLoop((a, b) => Number(BigInt(a) ^ BigInt(b))),
};

const isLong = (dtype: DType): boolean => dtype === 'int64' || dtype === 'uint64';

const bitwiseForward: Forward<BitwiseLayer> = {
  run: ({ name }, [a, b], [y]) => combinePairs((isLong(y.dtype) ? LONG_BITS : BITS)[name], a!, b!, y),
};

/** −x − 1, in two's complement; typed arrays wrap. */
const bitwiseNotForward: Forward<BitwiseNotLayer> = {
  memory: 'in-place',
  run(_, [x], [y]) {
    for (let i = 0; i < y.data.length; i++) y.data[i] = -x!.data[i] - 1;
  },
};

/** Bits that leave the type are lost: typed arrays of up to 32 bits take the lower ones. */
const SHIFTS: Readonly<Record<BitShiftLayer['direction'], PairLoop>> = {
  left: pairLoop((a, b) => (b < 32 ? a << b : 0)),
  right: pairLoop((a, b) => (b < 64 ? Math.floor(a / 2 ** b) : 0)),
};

const bitShiftForward: Forward<BitShiftLayer> = {
  run: ({ direction }, [a, b], [y]) => combinePairs(SHIFTS[direction], a!, b!, y),
};

/** What they have in common. */
const WHOLE = { backward: WHOLE_NUMBERS, reads: () => SAME_PLACE } as const;

export const INTEGERS: Families<IntegersFamily> = {
  mod: {
    shape: modShape,
    forward: modForward,
    backward: 'a remainder has no backward pass here',
    reads: () => SAME_PLACE,
    explain: { formula: () => 'what is left of a / b', terms: broadcastTerms },
    words: kindWords,
  },
  bitwise: {
    ...WHOLE,
    shape: bitwiseShape,
    forward: bitwiseForward,
    explain: { formula: ({ name }) => `a ${name} b, bit by bit`, terms: broadcastTerms },
    words: ({ name }) => `bitwise ${name}`,
  },
  bitwise_not: {
    ...WHOLE,
    shape: bitwiseNotShape,
    forward: bitwiseNotForward,
    explain: { formula: () => 'not x, bit by bit', terms: 'place' },
    words: kindWords,
  },
  bit_shift: {
    ...WHOLE,
    shape: bitShiftShape,
    forward: bitShiftForward,
    explain: { formula: ({ direction }) => `bits of a moved ${direction} by b`, terms: broadcastTerms },
    words: ({ direction }) => `bit_shift ${direction}`,
  },
};
