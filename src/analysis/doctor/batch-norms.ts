import type { Numbers, Value } from '../../core/values.js';
import type { ShapedModel } from '../../layers/infer.js';
import type { ModelNode } from '../../layers/model.js';

/** A batch norm with its numbers, each [C]. */
export interface BatchNorm {
  readonly node: ModelNode;
  readonly eps: number;
  /** Null: left out, as ones. */
  readonly weight: Numbers | null;
  /** Null: left out, as zeros. */
  readonly bias: Numbers | null;
  readonly mean: Numbers;
  readonly variance: Numbers;
  /** What checkpoints call the variances: "layer1.0.bn1.running_var". */
  readonly names: { readonly mean: string; readonly variance: string };
}

/** The batch norms whose statistics are known before anything runs. */
export function batchNormsOf({ model, known }: ShapedModel): BatchNorm[] {
  return model.nodes.flatMap((node): BatchNorm[] => {
    if (node.layer.kind !== 'batch_norm') return [];
    const [, weight, bias, mean, variance] = node.inputs;
    const of = (name: string | null | undefined) => (name ? (known(name)?.data ?? null) : null);
    const [means, variances] = [of(mean), of(variance)];
    if (means === null || variances === null) return [];
    return [
      {
        node,
        eps: node.layer.eps,
        weight: of(weight),
        bias: of(bias),
        mean: means,
        variance: variances,
        names: { mean: mean!, variance: variance! },
      },
    ];
  });
}

/** As it was before the first step of training: 1, 0, 0, 1 in every channel. */
export function isInitial({ weight, bias, mean, variance }: BatchNorm): boolean {
  const all = (data: Numbers | null, value: number) => data === null || data.every((one) => one === value);
  return all(weight, 1) && all(bias, 0) && all(mean, 0) && all(variance, 1);
}

/** The middle of some numbers; NaN of none. */
export function median(numbers: ArrayLike<number>): number {
  const sorted = Float64Array.from(numbers).sort();
  return sorted.length === 0 ? Number.NaN : sorted[sorted.length >> 1];
}

/** Numbers of one axis as a value. */
export function constantValue(data: Numbers): Value {
  return { dtype: 'float64', shape: [data.length], data };
}
