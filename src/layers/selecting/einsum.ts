import { CnnvizError } from '../../core/errors.js';
import { rowMajor, sizeOf } from '../../core/tensor.js';
import { type Families, type Forward, type KnownInput, type ShapeRule, WHOLE_MAP } from '../family.js';
import { checkedShape, required } from '../inputs.js';

/**
 * Einstein's sum of products: "bij,bjk->bik". A letter that the right side lacks is summed over, "..." stands for any
 * axes, broadcast; without "->" the letters that occur once, in alphabetical order. Inputs: as many as the left side names.
 * Source: github.com/onnx/onnx, Einsum; numpy.einsum
 */
export interface EinsumLayer {
  readonly kind: 'einsum';
  readonly equation: string;
}

/** An equation over arrays of certain shapes: what is run through. */
interface Sums {
  /** Of the output, then of what is summed over. */
  readonly sides: readonly number[];
  /** How many of them are the output's. */
  readonly kept: number;
  /** For each input its step along each side; 0 where it has none or is repeated. */
  readonly steps: readonly (readonly number[])[];
}

/** Letters of one operand; axes of "..." are the numbers "0", "1" … counted from the last. */
function axesOf(term: string, rank: number | null, equation: string): string[] {
  const [before, after, ...more] = term.split('...');
  const letters = (part: string) => [...part];
  const named = letters(before).length + letters(after ?? '').length;
  const wrong = [...before, ...(after ?? '')].some((letter) => !/[A-Za-z]/.test(letter));
  if (more.length > 0 || wrong) throw new CnnvizError('shape', `equation "${equation}": "${term}" is no term`);
  if (after === undefined || rank === null) return letters(before);
  const free = Math.max(0, rank - named);
  return [...letters(before), ...Array.from({ length: free }, (_, i) => `${free - 1 - i}`), ...letters(after)];
}

function plan(equation: string, shapes: readonly (readonly number[])[]): Sums {
  const [left, right, ...more] = equation.replaceAll(' ', '').split('->');
  const terms = left.split(',');
  if (more.length > 0 || terms.length !== shapes.length) {
    throw new CnnvizError('shape', `equation "${equation}" for ${shapes.length} arrays`);
  }
  const inputs = terms.map((term, i) => {
    const axes = axesOf(term, shapes[i].length, equation);
    if (axes.length === shapes[i].length) return axes;
    throw new CnnvizError(
      'shape',
      `equation "${equation}": "${term}" does not name the axes of [${shapes[i].join(', ')}]`,
    );
  });
  const sideOf = new Map<string, number>();
  for (const [i, axes] of inputs.entries()) {
    for (const [axis, letter] of axes.entries()) {
      const [side, before] = [shapes[i][axis], sideOf.get(letter) ?? 1];
      if (side !== before && side !== 1 && before !== 1) {
        throw new CnnvizError('shape', `equation "${equation}": axis ${letter} has ${before} and ${side} places`);
      }
      sideOf.set(letter, before === 1 ? side : before);
    }
  }
  const kept = keptAxes(right, inputs, equation);
  const unknown = kept.find((letter, i) => !sideOf.has(letter) || kept.indexOf(letter) !== i);
  if (unknown !== undefined) throw new CnnvizError('shape', `equation "${equation}": ${unknown} on the right side`);
  const order = [...kept, ...[...sideOf.keys()].filter((letter) => !kept.includes(letter))];
  const steps = inputs.map((axes, i) => {
    const own = rowMajor(shapes[i]);
    return order.map((letter) =>
      axes.reduce((sum, one, axis) => sum + (one === letter && shapes[i][axis] !== 1 ? own[axis] : 0), 0),
    );
  });
  return { sides: order.map((letter) => sideOf.get(letter)!), kept: kept.length, steps };
}

/** The axes of the output: those told, or those that occur once. */
function keptAxes(right: string | undefined, inputs: readonly (readonly string[])[], equation: string): string[] {
  const all = inputs.flat();
  const free = [...new Set(all.filter((letter) => /\d/.test(letter)))].sort((a, b) => Number(b) - Number(a));
  if (right === undefined) {
    const once = [...new Set(all)].filter(
      (letter) => /\D/.test(letter) && all.indexOf(letter) === all.lastIndexOf(letter),
    );
    return [...free, ...once.sort()];
  }
  if (!right.includes('...')) return axesOf(right, null, equation);
  const [before, after] = right.split('...');
  return axesOf(right, before.length + after.length + free.length, equation);
}

function shapesOf(inputs: readonly (KnownInput | null)[]): (readonly number[])[] {
  const { dtype } = required(inputs, 0, 'x');
  return inputs.map((_, i) => {
    const input = required(inputs, i, 'x');
    if (input.dtype === dtype) return input.shape;
    throw new CnnvizError('shape', `a product of ${dtype} and ${input.dtype}: expected one type`);
  });
}

/** Summed one by one: a few letters stand for more of them than any time is enough for. */
const MOST_PRODUCTS = 2 ** 36;

const einsumShape: ShapeRule<EinsumLayer> = ({ equation }, inputs) => {
  const { sides, kept } = plan(equation, shapesOf(inputs));
  const products = sizeOf(sides);
  if (products > MOST_PRODUCTS) {
    throw new CnnvizError('unsupported', `equation "${equation}": ${products} products are too many to sum`, {
      fix: 'export it as products of matrices',
    });
  }
  return [{ dtype: inputs[0]!.dtype, shape: checkedShape(sides.slice(0, kept)) }];
};

/** Products and sums in float64, in the order of the letters, rounded once. */
const einsumForward: Forward<EinsumLayer> = {
  run({ equation }, inputs, [y]) {
    const arrays = inputs.map((input) => input!.data);
    const { sides, kept, steps } = plan(
      equation,
      inputs.map((input) => input!.shape),
    );
    const count = sizeOf(sides.slice(kept));
    const at = new Array<number>(sides.length).fill(0);
    const places = new Array<number>(arrays.length).fill(0);
    // an empty sum is 0
    for (let o = 0; o < y.data.length; o++) {
      let sum = 0;
      for (let t = 0; t < count; t++) {
        let product = arrays[0][places[0]];
        for (let i = 1; i < arrays.length; i++) product *= arrays[i][places[i]];
        sum += product;
        advance(at, sides, steps, places);
      }
      y.data[o] = sum;
    }
  },
};

/** The next combination of indices, the last one fastest. */
function advance(
  at: number[],
  sides: readonly number[],
  steps: readonly (readonly number[])[],
  places: number[],
): void {
  for (let axis = sides.length - 1; axis >= 0; axis--) {
    const isLast = ++at[axis] === sides[axis];
    for (let i = 0; i < places.length; i++) places[i] += isLast ? -(sides[axis] - 1) * steps[i][axis] : steps[i][axis];
    if (!isLast) return;
    at[axis] = 0;
  }
}

export const EINSUM: Families<EinsumLayer> = {
  einsum: {
    shape: einsumShape,
    forward: einsumForward,
    backward: 'gradients of an einsum are not computed here',
    reads: () => WHOLE_MAP,
    explain: null,
    words: ({ equation }) => `einsum ${equation.replaceAll(' ', '')}`,
    macs: ({ equation }, shapes) => (shapes.length < 2 ? 0 : sizeOf(plan(equation, shapes).sides)),
    growth: 'grows',
  },
};
