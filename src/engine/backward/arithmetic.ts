import type { ExtremeLayer } from '../../core/graph-layers.js';
import type { ArithmeticLayer } from '../../core/layers.js';
import { log, power } from '../../core/math.js';
import { planBroadcast } from '../operators/broadcast.js';
import type { Backward, BackwardCall } from './backward.js';
import { eachElement } from './elements.js';

/** ∂y/∂(operand i), from all operands that meet at one element. */
type Partial = (operands: readonly number[], i: number) => number;

function productBut(operands: readonly number[], left: number): number {
  let product = 1;
  for (let i = 0; i < operands.length; i++) if (i !== left) product *= operands[i];
  return product;
}

/** Operands are combined from left to right: a / b / c is a / (b·c). */
const PARTIALS: Readonly<Record<ArithmeticLayer['kind'] | ExtremeLayer['kind'], Partial>> = {
  add: () => 1,
  sub: (_, i) => (i === 0 ? 1 : -1),
  mul: productBut,
  div: (operands, i) => {
    const divisor = productBut(operands, 0);
    return i === 0 ? 1 / divisor : -operands[0] / (divisor * operands[i]);
  },
  mean: ({ length }) => 1 / length,
  // equals share, as in torch.maximum
  max: (operands, i) => shareOfEquals(operands, i, Math.max(...operands)),
  min: (operands, i) => shareOfEquals(operands, i, Math.min(...operands)),
  pow: ([base, exponent], i) => {
    if (i === 0) return exponent === 0 ? 0 : exponent * power(base, exponent - 1);
    return base === 0 && exponent >= 0 ? 0 : power(base, exponent) * log(base);
  },
};

function shareOfEquals(operands: readonly number[], i: number, winner: number): number {
  if (operands[i] !== winner) return 0;
  return 1 / operands.reduce((count, operand) => count + (operand === winner ? 1 : 0), 0);
}

function run({ kind }: ArithmeticLayer | ExtremeLayer, { inputs, outputs, x, dy, dx }: BackwardCall): void {
  const isLinear = NEEDS_NOTHING.includes(kind);
  const values = inputs.map((_, i) => (isLinear ? null : x(i).data));
  const operands = new Array<number>(inputs.length).fill(0);
  const partial = PARTIALS[kind];
  const plan = planBroadcast(
    outputs[0].shape,
    inputs.map((input) => input!.shape),
  );
  eachElement(plan, (o, places) => {
    const gradient = dy[0]![o];
    if (gradient === 0) return;
    for (let i = 0; i < operands.length; i++) operands[i] = values[i]?.[places[i]] ?? 0;
    for (let i = 0; i < operands.length; i++) {
      const own = dx[i];
      if (own) own[places[i]] += gradient * partial(operands, i);
    }
  });
}

const NEEDS_NOTHING: readonly string[] = ['add', 'sub', 'mean'];

const needs = ({ kind }: { readonly kind: string }) => (NEEDS_NOTHING.includes(kind) ? 'none' : 'inputs');

/** Element by element; where an operand was repeated its gradients are added up. */
export const arithmeticBackward: Backward<ArithmeticLayer> = { needs, reaches: 'all', run };
export const extremeBackward: Backward<ExtremeLayer> = { needs, reaches: 'all', run };
