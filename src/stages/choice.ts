import type { ChoiceFacts } from '../core/result.js';
import { type ConvStep, weighAlgorithms } from '../engine/plan.js';

/** Which algorithm a step takes, what it needs, and what the planner thought of every other. */
export function choiceFacts({ computed, layer, bands }: ConvStep, exact: boolean): ChoiceFacts {
  const { packed = 0, ...parts } = bands?.bytes ?? {};
  return {
    candidates: weighAlgorithms(computed, layer.weight.data, exact).map(({ algorithm, rejected, estimateMs }) => ({
      name: algorithm.name,
      source: algorithm.source,
      rejected,
      estimateMs,
      tolerance: algorithm.tolerance,
    })),
    bands: bands?.count ?? 1,
    bandRows: bands?.shape.oH ?? computed.oH,
    packedBytes: packed * computed.groups,
    workspaceBytes: Object.values(parts).reduce((sum, bytes) => sum + bytes, 0),
  };
}
