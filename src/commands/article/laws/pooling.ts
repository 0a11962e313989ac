import { type Tensor, tensor } from '../../../core/tensor.js';
import { formatNumber, groupDigits } from '../../../core/text.js';
import { type Check, law } from '../claim.js';
import type { Bilingual, Texts } from '../language.js';
import type { Law, Layers } from './planes.js';

const SIZES = [2, 3, 5, 8];
const CONSTANT = 0.3;
/** Averages are sums of float32 weights: this is a few units in their last place. */
const ROUNDING = 1e-6;

export const TEXTS = {
  kinds: {
    max: { en: 'max', zh: '最大池化' },
    mean: { en: 'mean', zh: '平均池化' },
    gauss: { en: 'weighted by distance (gauss)', zh: '按距离加权（gauss）' },
  },
  constant: ({ en, zh }: Bilingual, sizes: string) => ({
    en: `${en}: a map of ${CONSTANT} everywhere stays as it is (windows of ${sizes})`,
    zh: `${zh}：处处为 ${CONSTANT} 的特征图保持不变（窗口 ${sizes}）`,
  }),
  exactly: { en: 'exactly', zh: '完全相等' },
  within: (bound: string) => ({ en: `within ${bound}`, zh: `误差不超过 ${bound}` }),
  change: (largest: string) => ({ en: `largest change ${largest}`, zh: `最大变化 ${largest}` }),
  weights: ({ en, zh }: Bilingual, sizes: string) => ({
    en: `${en}: the weights of a window sum to 1 (windows of ${sizes})`,
    zh: `${zh}：窗口内权重之和为 1（窗口 ${sizes}）`,
  }),
  one: { en: 'exactly 1', zh: '恰好为 1' },
  oneWithin: (bound: string) => ({ en: `1 within ${bound}`, zh: `1，误差不超过 ${bound}` }),
  shifts: (shifts: string) => ({
    en: `the picture moved by ${shifts} pixels: mean change of the output behind no pool, one, two (max 2×2)`,
    zh: `图像平移 ${shifts} 个像素：没有池化、一次、两次池化（max 2×2）之后输出的平均变化`,
  }),
  less: { en: 'each less than the one before', zh: '一个比一个小' },
  saves: (side: number, stride: number) => ({
    en: `${side} px, k = 3: stride ${stride} costs less by`,
    zh: `${side} 像素，k = 3：步幅 ${stride} 时计算量减少的倍数`,
  }),
  ratio: (ratio: string, macs: string, sizes: string) => ({
    en: `${ratio} (${macs} MACs, ${sizes})`,
    zh: `${ratio}（乘加运算 ${macs} 次，${sizes}）`,
  }),
} satisfies Texts;

type Pool = (layers: Layers, x: Tensor, kernelSize: number, stride: number) => Tensor;

const POOLS: readonly (readonly [kind: Bilingual, pool: Pool, exact: boolean])[] = [
  [TEXTS.kinds.max, ({ maxPool2d }, x, kernelSize, stride) => maxPool2d(x, { kernelSize, stride }), true],
  [TEXTS.kinds.mean, ({ avgPool2d }, x, kernelSize, stride) => avgPool2d(x, { kernelSize, stride }), false],
  [TEXTS.kinds.gauss, ({ gaussPool2d }, x, kernelSize, stride) => gaussPool2d(x, { kernelSize, stride }), false],
];

/** P1: a map of one value stays that value whatever the pool; the weights of a mean sum to 1. */
export const constantMapLaw: Law = (layers) =>
  POOLS.flatMap(([kind, pool, exact]) => [
    constantStays(layers, kind, pool, exact),
    ...(exact ? [] : [weightsSum(layers, kind, pool)]),
  ]);

function constantStays(layers: Layers, kind: Bilingual, pool: Pool, exact: boolean): Check {
  const value = Math.fround(CONSTANT);
  const map = tensor(new Float32Array(16 * 16).fill(value), [16, 16]);
  let largest = 0;
  for (const size of SIZES) {
    for (const pooled of pool(layers, map, size, Math.min(size, 2)).data) {
      largest = Math.max(largest, Math.abs(pooled - value));
    }
  }
  return law(
    TEXTS.constant(kind, SIZES.join(', ')),
    exact ? TEXTS.exactly : TEXTS.within(formatNumber(ROUNDING)),
    largest === 0 ? TEXTS.exactly : TEXTS.change(formatNumber(largest, 2)),
    exact ? largest === 0 : largest <= ROUNDING,
  );
}

/** The weight of a place in the window is what the pool makes of a 1 there and 0 elsewhere. */
function weightsSum(layers: Layers, kind: Bilingual, pool: Pool): Check {
  const sums = SIZES.map((size) => {
    let sum = 0;
    for (let place = 0; place < size * size; place++) {
      const map = tensor(new Float32Array(size * size), [size, size]);
      map.data[place] = 1;
      sum += pool(layers, map, size, 1).data[0];
    }
    return sum;
  });
  const largest = Math.max(...sums.map((sum) => Math.abs(sum - 1)));
  return law(
    TEXTS.weights(kind, SIZES.join(', ')),
    TEXTS.oneWithin(formatNumber(ROUNDING)),
    largest === 0 ? TEXTS.one : TEXTS.oneWithin(formatNumber(largest, 2)),
    largest <= ROUNDING,
  );
}

const KERNEL = tensor(Float32Array.of(1, 0, -1, 1, 0, -1, 1, 0, -1), [3, 3]);
/** How far the input is moved to the right, in pixels. */
const SHIFTS = [1, 2, 3];
const MOST_POOLS = 2;

/** How much a layer's output changes when its input is moved, with so many pools behind it. */
interface ShiftChange {
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
    what: TEXTS.shifts(SHIFTS.join(', ')),
    expected: TEXTS.less,
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

/** Side of the image, and what strides 2 and 3 save with a 3×3 kernel: about 4 and 9 times, but exactly this. */
const CASES: readonly (readonly [side: number, two: string, three: string])[] = [
  [224, '4.00', '9.00'],
  [17, '3.52', '9.00'],
  [5, '2.25', '9.00'],
];

/** What a stride costs on a square image with a 3×3 kernel, counted in multiply-accumulates of the planned layer. */
interface StrideCost {
  readonly macs: number;
  /** The side of the map. */
  readonly out: number;
}

export function strideCost({ prepareConv2d }: Layers, side: number, stride: number): StrideCost {
  const layer = prepareConv2d(tensor(new Float32Array(9), [3, 3]), { inputShape: [side, side], stride });
  return { macs: layer.macs, out: layer.outputShape[layer.outputShape.length - 1] };
}

/** S2: strides 2 and 3 against stride 1. */
export const strideCostLaw: Law = (layers) =>
  CASES.flatMap(([side, two, three]): Check[] => {
    const one = strideCost(layers, side, 1);
    return [2, 3].map((stride) => {
      const { macs, out } = strideCost(layers, side, stride);
      const ratio = (one.macs / macs).toFixed(2);
      const work = `${groupDigits(one.macs)} / ${groupDigits(macs)}`;
      const expected = stride === 2 ? two : three;
      return law(
        TEXTS.saves(side, stride),
        expected,
        TEXTS.ratio(ratio, work, `${one.out}×${one.out} → ${out}×${out}`),
        ratio === expected,
      );
    });
  });
