import type { ChoiceFacts } from '../core/result.js';
import { weighAlgorithms } from '../engine/choose.js';
import type { ConvStep } from '../engine/steps.js';
import { mayRoundWhole, orderedStep } from '../engine/whole-numbers.js';

/** Which algorithm a step takes, what it needs, and what the planner thought of every other. */
export function choiceFacts(step: ConvStep, exact: boolean): ChoiceFacts {
  const { computed, weight, bands } = step;
  const { packed = 0, ...parts } = bands?.bytes ?? {};
  return {
    candidates: weighAlgorithms(computed, weight, exact).map(({ algorithm, rejected, estimateMs }) => ({
      name: algorithm.name,
      source: algorithm.source,
      rejected,
      estimateMs,
      tolerance: algorithm.tolerance,
    })),
    ...(mayRoundWhole(step, weight.load()) ? { wholeNumbers: orderedStep(step).algorithm.name } : {}),
    bands: bands?.count ?? 1,
    bandRows: bands?.shape.oH ?? computed.oH,
    packedBytes: packed * computed.groups,
    workspaceBytes: Object.values(parts).reduce((sum, bytes) => sum + bytes, 0),
  };
}
