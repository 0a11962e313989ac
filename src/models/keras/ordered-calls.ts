import { CnnvizError } from '../../core/errors.js';
import type { TensorRef } from './calls.js';
import { tensorsIn } from './calls.js';
import { isModel, type KerasLayer } from './topology.js';

/** One call of a layer, and the tensors that it waits for. */
export interface PlannedCall {
  readonly layer: KerasLayer;
  /** From 0. */
  readonly index: number;
  readonly refs: readonly TensorRef[];
}

export const callKey = (layer: string, index: number): string => `${index} ${layer}`;

/** How far calls are counted off: a nested model's first call is that of its making, which Keras leaves out. */
export type CallNumbers = (ref: TensorRef) => number;

/** @throws CnnvizError 'format' for calls that cannot be told apart */
export function callNumbers(layers: readonly KerasLayer[], outputs: readonly TensorRef[]): CallNumbers {
  const said = new Map<string, Set<number>>();
  const refs = [
    ...layers.flatMap(({ calls }) => calls.flatMap((call) => tensorsIn([...call.args, ...call.kwargs.values()]))),
    ...outputs,
  ];
  for (const { layer, call } of refs) said.set(layer, (said.get(layer) ?? new Set()).add(call));
  const skipped = new Map<string, number>();
  for (const layer of layers) {
    const numbers = said.get(layer.name);
    if (!numbers || !isModel(layer)) continue;
    const count = layer.calls.length;
    if (numbers.has(count) && !numbers.has(0)) skipped.set(layer.name, 1);
    else if (count > 1 && !numbers.has(0)) {
      throw new CnnvizError('format', `which of the ${count} calls of "${layer.name}" is read cannot be told`);
    }
  }
  return ({ layer, call }) => call - (skipped.get(layer) ?? 0);
}

/**
 * All calls of a graph's layers in an order they can run in: as they stand, each behind those it reads.
 * @throws CnnvizError 'format' for a call that nothing makes, or that waits for itself
 */
export function orderedCalls(layers: readonly KerasLayer[], numbers: CallNumbers): PlannedCall[] {
  const planned = new Map<string, PlannedCall>();
  for (const layer of layers) {
    if (layer.calls.length === 0) planned.set(callKey(layer.name, 0), { layer, index: 0, refs: [] });
    for (const [index, call] of layer.calls.entries()) {
      const refs = tensorsIn([...call.args, ...call.kwargs.values()]);
      planned.set(callKey(layer.name, index), { layer, index, refs });
    }
  }
  const ordered: PlannedCall[] = [];
  const state = new Map<PlannedCall, 'open' | 'done'>();
  for (const first of planned.values()) {
    const stack: { readonly one: PlannedCall; next: number }[] = [{ one: first, next: 0 }];
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      const { one } = top;
      if (top.next === 0 && state.get(one) === 'done') {
        stack.pop();
        continue;
      }
      state.set(one, 'open');
      if (top.next === one.refs.length) {
        state.set(one, 'done');
        ordered.push(one);
        stack.pop();
        continue;
      }
      const ref = one.refs[top.next++];
      const wanted = planned.get(callKey(ref.layer, numbers(ref)));
      if (!wanted)
        throw new CnnvizError(
          'format',
          `${one.layer.name}: reads call ${ref.call} of "${ref.layer}", which there is not`,
        );
      if (state.get(wanted) === 'open') {
        throw new CnnvizError('format', `${one.layer.name}: reads "${ref.layer}", which waits for it: a circle`);
      }
      if (!state.has(wanted)) stack.push({ one: wanted, next: 0 });
    }
  }
  return ordered;
}
