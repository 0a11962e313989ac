import type { KernelGreys, Refusal } from '../../protocol.js';
import { useAsked } from '../use-asked.js';
import { useSignal, useStore } from '../use-signal.js';

/** The kernels of a layer as they are now, edits included. */
export function useKernels(layer: string): { readonly kernels: KernelGreys | null; readonly refusal: Refusal | null } {
  const { engine, state, ran } = useStore();
  const { edits, network } = useSignal(state);
  const hasRun = useSignal(ran) !== null;
  const { answer, refusal } = useAsked(
    `kernels of ${layer}`,
    [hasRun, edits, network],
    hasRun ? () => engine.kernels(layer) : null,
  );
  return { kernels: answer, refusal };
}
