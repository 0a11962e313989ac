import { findPeak, judgePatch, type WindowStack } from '../analysis/peaks.js';
import { measureValues } from '../analysis/values.js';
import { type Axis, convAxis, unreadCount } from '../core/geometry.js';
import type { BankResult, MapResult } from '../core/result.js';
import type { Tensor } from '../core/tensor.js';
import { sumsOfMap } from '../engine/map-loops.js';
import type { Plan } from '../engine/plan.js';
import type { ConvStep } from '../engine/steps.js';
import { sha256 } from '../io/hash.js';
import type { Computed } from './compute.js';

/** One feature map with its numbers. */
export interface FeatureMap {
  readonly result: MapResult;
  /** [oH, oW], row-major */
  readonly values: Float32Array;
  /** [C/groups, kH, kW]; of a gradient magnitude [2, C, kH, kW] */
  readonly kernel: Tensor;
  /** Which of the job's kernels made it. */
  readonly source: number;
}

export interface MeasuredBank {
  readonly result: Omit<BankResult, 'maps'>;
  readonly maps: readonly FeatureMap[];
}

/** What a plan's windows look like from the last map back to the input. */
export function windowStack(plan: Plan): WindowStack {
  const rows: Axis[] = [];
  const columns: Axis[] = [];
  for (const step of plan.steps) {
    if (step.kind === 'conv') {
      rows.push(convAxis(step.geometry, 0));
      columns.push(convAxis(step.geometry, 1));
    } else if (step.kind === 'pool') {
      rows.push(step.axes[0]);
      columns.push(step.axes[1]);
    }
  }
  return { rows, columns };
}

/** What a bank's plan alone tells. */
export function planFacts(plan: Plan): Omit<BankResult, 'maps'> {
  const conv = plan.steps[0] as ConvStep;
  const isMagnitude = plan.model.nodes[1]?.layer.kind === 'reduce';
  const stack = windowStack(plan);
  return {
    weight: conv.weight.shape,
    ...(isMagnitude ? { magnitude: true } : {}),
    pads: conv.geometry.pads,
    algorithm: conv.algorithm.name,
    macs: plan.macs,
    unread: { rows: unreadCount(stack.rows), columns: unreadCount(stack.columns) },
    convolved: [conv.geometry.oW, conv.geometry.oH],
  };
}

/** The facts of every map: item by item, map by map. */
export function measureBank({ bank, plan, bias, algorithm, y }: Computed): MeasuredBank {
  const [N, M, oH, oW] = y.shape;
  const stack = windowStack(plan);
  const maps: FeatureMap[] = [];
  for (let n = 0; n < N; n++) {
    for (let m = 0; m < M; m++) {
      const map = bank.maps[m];
      const start = (n * M + m) * oH * oW;
      const values = y.data.subarray(start, start + oH * oW);
      const facts = measureValues(values, sumsOfMap);
      const peak = findPeak(values, oW, facts.max, stack);
      const { patch } = map;
      const verdict =
        patch && peak
          ? judgePatch(values, oW, peak, patch.rect, patch.ownImage && n === 0 ? patch.rect : null, stack)
          : null;
      const result: MapResult = {
        name: map.name,
        item: n,
        kernel: {
          name: map.label,
          shape: map.weight.shape,
          sha256: hashWeights(map.weight),
          positive: map.positive,
        },
        width: oW,
        height: oH,
        bias: bias?.[m] ?? 0,
        values: facts,
        peak,
        patch: verdict,
        picture: null,
      };
      maps.push({ result, values, kernel: map.weight, source: map.kernel });
    }
  }
  return { result: { ...planFacts(plan), algorithm }, maps };
}

/** SHA-256 of the float32 weights, little-endian. */
function hashWeights(weight: Tensor): string {
  const bytes = new Uint8Array(weight.data.length * 4);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < weight.data.length; i++) view.setFloat32(i * 4, weight.data[i], true);
  return sha256(bytes);
}
