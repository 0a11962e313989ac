import type { Check } from '../../core/check.js';
import { type Tensor, tensor } from '../../core/tensor.js';
import type { Layers } from './layers.js';

const KERNEL = tensor(Float32Array.of(1, 0, -1, 1, 0, -1, 1, 0, -1), [3, 3]);
/** How far the input is moved to the right, in pixels. */
const SHIFTS = [1, 2, 3];
const MOST_POOLS = 2;

/** How much a layer's output changes when its input is moved, with so many pools behind it. */
export interface ShiftChange {
  readonly pools: number;
  /** Σ|f(moved) − f(x)| / Σ|f(x)|, the mean over the shifts. */
  readonly change: number;
}

/**
 * P3: the input is moved by 1, 2 and 3 pixels; the more max pools stand behind conv and ReLU, the less their output
 * changes. x: [1, H, W]; both windows lie inside it, so no border is made up. `kind`: a law of the picture that comes
 * along, a finding on any other.
 */
export function probeShifts(layers: Layers, x: Tensor): ShiftChange[] {
  const most = Math.max(...SHIFTS);
  const still = stages(layers, window(x, most, most));
  const moved = SHIFTS.map((shift) => stages(layers, window(x, most - shift, most)));
  return still.map((one, pools) => {
    const size = one.data.reduce((sum, value) => sum + Math.abs(value), 0);
    const changes = moved.map((others) => {
      const other = others[pools];
      return one.data.reduce((sum, value, i) => sum + Math.abs(value - other.data[i]), 0) / size;
    });
    return { pools, change: changes.reduce((sum, change) => sum + change, 0) / changes.length };
  });
}

/** The claim about the probe: each pool more, less change. */
export function shiftCheck(changes: readonly ShiftChange[], kind: Check['kind']): Check {
  const percents = changes.map(({ change }) => `${(100 * change).toFixed(1)} %`);
  return {
    what: `the picture moved by ${SHIFTS.join(', ')} pixels: mean change of the output behind no pool, one, two (max 2×2)`,
    expected: 'each less than the one before',
    measured: percents.join(', '),
    holds: changes.every(({ change }, i) => i === 0 || change < changes[i - 1].change),
    kind,
  };
}

/** conv ▸ ReLU, then behind each pool. */
function stages({ conv2d, relu, maxPool2d }: Layers, x: Tensor): Tensor[] {
  const outputs = [relu(conv2d(x, KERNEL))];
  for (let pools = 1; pools <= MOST_POOLS; pools++) {
    outputs.push(maxPool2d(outputs[pools - 1], { kernelSize: 2 }));
  }
  return outputs;
}

/** The part of x [1, H, W] from column `left` on that is `margin` columns narrower. */
function window({ data, shape: [, H, W] }: Tensor, left: number, margin: number): Tensor {
  const width = W - margin;
  const out = new Float32Array(H * width);
  for (let row = 0; row < H; row++) out.set(data.subarray(row * W + left, row * W + left + width), row * width);
  return tensor(out, [1, H, width]);
}
