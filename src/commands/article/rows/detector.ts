import { type Tensor, tensor } from '../../../core/tensor.js';
import { formatNumber, groupDigits } from '../../../core/text.js';
import { decodeNpy } from '../../../functional/files.js';
import { type Check, equal, finding, law } from '../claim.js';
import { explanationOf, filledCells, mapsOf, networkRunOf, sweepOf } from '../documents.js';
import { type Bilingual, inSuccession, ofAll, type Texts, type Words } from '../language.js';
import { compositionLaw, linearityLaw } from '../laws/linearity.js';
import { allTheSame, areSame, type Layers, sameWords } from '../laws/planes.js';
import { activationGraph } from '../line-graph.js';
import {
  GREYS,
  learntKernelPlans,
  live,
  NO_FIGURES,
  patchText,
  picture,
  type RowDefinition,
  SEVEN,
  type SectionDefinition,
} from '../row.js';

export const TEXTS = {
  section: { en: 'The detector stage', zh: '探测级' },
  F8: {
    title: { en: 'A layer has three stages', zh: '一个层分为三级' },
    shows: {
      en: 'Convolution ▸ non-linearity, the “detector stage” ▸ pooling.',
      zh: '卷积 ▸ 非线性（“探测级”）▸ 池化。',
    },
    see: (size: string, min: string, max: string, firing: string, pooled: string) => ({
      en: `${size} values from ${min} to ${max}; ReLU keeps the positive ones (${firing} %); pooling leaves ${pooled}.`,
      zh: `${size} 个值，从 ${min} 到 ${max}；ReLU 保留正值（${firing} %）；池化后剩下 ${pooled}。`,
    }),
    relu: {
      en: 'ReLU of the stored convolution is the stored second stage',
      zh: '对存储的卷积结果做 ReLU，就得到存储的第二级',
    },
    pool: {
      en: 'max pool of the stored second stage is the stored third',
      zh: '对存储的第二级做最大池化，就得到存储的第三级',
    },
  },
  Q6: {
    title: { en: 'Linear, affine, neither', zh: '线性、仿射、两者都不是' },
    shows: {
      en: 'Linear means f(ax) = a f(x) and f(x + y) = f(x) + f(y); ax + b is affine, not linear.',
      zh: '线性是指 f(ax) = a f(x) 且 f(x + y) = f(x) + f(y)；ax + b 是仿射的，不是线性的。',
    },
    see: {
      en: 'A convolution is linear, so two in a row are only one with a larger kernel. A ReLU between them is what makes depth worth something.',
      zh: '卷积是线性的，因此连续两次卷积只相当于一次更大卷积核的卷积。正是夹在中间的 ReLU 让深度有了意义。',
    },
  },
  F9: {
    title: { en: 'ReLU with a bias', zh: '带偏置的 ReLU' },
    shows: { en: 'The graph of max(0, x + b).', zh: 'max(0, x + b) 的函数图像。' },
    see: {
      en: 'The knee lies at −b: a negative bias is a threshold that the input must pass.',
      zh: '拐点位于 −b：负的偏置就是输入必须越过的阈值。',
    },
    knee: (bias: string) => ({
      en: `b = ${bias}: the knee, the last x that gives 0`,
      zh: `b = ${bias}：拐点，即最后一个使结果为 0 的 x`,
    }),
  },
  F10: {
    title: { en: 'The numbers after ReLU', zh: 'ReLU 之后的数值' },
    shows: {
      en: 'The 3×3 map of F2 behind the ReLU: negative numbers become 0.',
      zh: 'F2 的 3×3 特征图经过 ReLU 之后：负数变成 0。',
    },
    see: (count: number, firing: number, cut: string, kept: string) => ({
      en: `Of ${count} numbers ${firing} is left: the only place where the picture goes from bright to dark. Below, the same with a kernel that digits has learnt, which looks for the right edge of a stroke: on the stroke of a handwritten 7 its sum is ${cut}, so 0 is left; at the stroke’s right edge it is ${kept}, which stays.`,
      zh: `${count} 个数中只剩 ${firing} 个：图像由亮变暗的唯一位置。下面用 digits 学到的一个卷积核做同样的事，它寻找笔画的右边缘：在手写的 7 的笔画上，和为 ${cut}，因此只剩 0；在笔画的右边缘，和为 ${kept}，保持不变。`,
    }),
    learnt: {
      en: 'the learnt kernel: on the stroke 0, at its right edge what it was',
      zh: '学到的卷积核：在笔画上为 0，在其右边缘保持原值',
    },
    both: (cut: string, kept: string) => ({ en: `${cut} and ${kept}`, zh: `${cut} 与 ${kept}` }),
    kept: {
      en: 'numbers that are 0 where they were negative, else unchanged',
      zh: '原为负数则变为 0、否则保持不变的数',
    },
    smallest: { en: 'smallest value', zh: '最小值' },
    largest: { en: 'largest value', zh: '最大值' },
    firing: { en: 'values above zero', zh: '大于零的值' },
  },
  F11: {
    title: { en: 'The same as pixels', zh: '把同样的数画成像素' },
    shows: { en: 'The map before and behind ReLU.', zh: 'ReLU 之前与之后的特征图。' },
    see: {
      en: 'On one scale: everything darker than zero becomes the grey of zero; nothing else changes. Below, the same with kernels that a network has learnt: the first layer of digits on a handwritten 7, before and behind ReLU.',
      zh: '用同一灰度标尺：凡比零更暗的都变成零的灰度；其余不变。下面用网络学到的卷积核做同样的事：digits 的第一层对手写的 7，ReLU 之前与之后。',
    },
    scale: { en: 'one scale for both', zh: '两者共用一个标尺' },
    largest: { en: 'the largest value is the same', zh: '最大值不变' },
    smallest: { en: 'the smallest becomes', zh: '最小值变为' },
    learnt: {
      en: 'of the learnt kernels: from zero to the same largest value, as many above zero',
      zh: '学到的卷积核：从零到同一最大值，大于零的值一样多',
    },
    firing: { en: 'values above zero, before and behind', zh: '之前与之后大于零的值' },
    counts: (before: number, behind: number) => ({
      en: `${before} and ${behind}`,
      zh: `${before} 与 ${behind}`,
    }),
  },
  F12: {
    title: { en: 'The bias is a threshold', zh: '偏置就是阈值' },
    shows: {
      en: 'The piece’s map with several biases: a positive one helps the neuron fire, a large negative one lets only the strongest stimulus through.',
      zh: '同一图像块的特征图，取几种偏置：正的偏置帮助神经元激活，很大的负偏置只让最强的刺激通过。',
    },
    learnt: (shares: string, left: string) => ({
      en: `Below, a kernel that digits has learnt, on a handwritten 7: it fires at ${shares}; at the last bias ${left} places are left, all on the right edge of the stroke.`,
      zh: `下面是 digits 学到的一个卷积核，作用于手写的 7：激活比例 ${shares}；在最后一个偏置下只剩 ${left} 个位置，都在笔画的右边缘。`,
    }),
    moved: { en: 'the learnt kernel’s largest value moves with the bias', zh: '学到的卷积核的最大值随偏置移动' },
    see: (shares: string, count: string, left: string | null, found: Bilingual | null) => ({
      en: `All on one scale. Firing: ${shares}. Of ${count} places ${left ?? 'nothing'} still fires at the last bias${found === null ? '' : `, the strongest at ${found.en}`}.`,
      zh: `全部用同一标尺。激活比例：${shares}。在最后一个偏置下，${count} 个位置中${left === null ? '没有一个' : `仍有 ${left} 个`}激活${found === null ? '' : `，最强处在${found.zh}`}。`,
    }),
    falling: (biases: string) => ({
      en: `the lower the bias, the fewer places fire: biases ${biases}`,
      zh: `偏置越低，激活的位置越少：偏置 ${biases}`,
    }),
    never: { en: 'never more than the one before', zh: '从不多于前一个' },
    alone: ({ en, zh }: Bilingual) => ({
      en: `at the lowest ${en} alone still fires`,
      zh: `在最低的偏置下只有${zh}仍然激活`,
    }),
    own: { en: 'peak at its own place, above 0', zh: '峰值在自己的位置，且大于 0' },
    peak: (value: string, x: number, y: number) => ({
      en: `${value} at (${x}, ${y})`,
      zh: `${value}，位于 (${x}, ${y})`,
    }),
    changes: { en: 'every bias changes what fires', zh: '每个偏置都会改变哪些位置激活' },
    quiet: { en: 'no warning', zh: '没有警告' },
  },
} satisfies Texts;

const LAYER = 'conv edge3x3 | relu | max_pool 3 stride=2';
const STAGES = ['conv', 'relu', 'max_pool'];
const FIVE = ['five.png', '--gray', '--pixels', '255', '--kernel', 'edge3x3'];

const F8: RowDefinition = {
  id: 'F8',
  title: TEXTS.F8.title,
  shows: TEXTS.F8.shows,
  figures: ({ file }) => {
    const run = ['run', LAYER, file, '--layers', 'all'];
    return [
      { args: [...run, '-o', 'F8.{layer}.svg'], files: STAGES.map((stage) => `F8.${stage}.svg`) },
      { args: [...run, '--format', 'npy', '-o', 'F8.{layer}.npy'], files: STAGES.map((stage) => `F8.${stage}.npy`) },
    ];
  },
  async checks({ read, layers }) {
    const stage = async (name: string) => decodeNpy(await read(`F8.${name}.npy`));
    const [conv, relu, pool] = await Promise.all(STAGES.map(stage));
    return [
      identical(TEXTS.F8.relu, layers.relu(conv), relu),
      identical(TEXTS.F8.pool, layers.maxPool2d(relu, { kernelSize: 3, stride: 2 }), pool),
    ];
  },
  see: ({ documents: [document] }) => {
    const [conv, relu, pool] = networkRunOf(document).layers;
    const size = ({ shape }: typeof conv) => shape.slice(-2).reverse().join('×');
    const firing = formatNumber((100 * relu.firing) / relu.count);
    return TEXTS.F8.see(size(conv), formatNumber(conv.min), formatNumber(conv.max), firing, size(pool));
  },
};

function identical(what: Words, computed: Tensor, stored: Tensor): Check {
  return law(what, allTheSame(stored.data.length), sameWords(computed, stored), areSame(computed, stored));
}

const Q6: RowDefinition = {
  id: 'Q6',
  title: TEXTS.Q6.title,
  shows: TEXTS.Q6.shows,
  figures: NO_FIGURES,
  checks: ({ layers }) => [...linearityLaw(layers), ...compositionLaw(layers)],
  see: () => TEXTS.Q6.see,
};

const BIASES = [500, 0, -500, -1000];
/** Whole numbers on either side of every knee. */
const REACH = 1500;
const XS = Float32Array.from({ length: 2 * REACH + 1 }, (_, i) => i - REACH);

const F9: RowDefinition = {
  id: 'F9',
  title: TEXTS.F9.title,
  shows: TEXTS.F9.shows,
  figures: NO_FIGURES,
  drawing: { file: 'F9.svg', draw: (look) => activationGraph('relu', BIASES, REACH, look) },
  checks: ({ layers }) =>
    BIASES.map((bias) => {
      const knee = XS[biasedRelu(layers, XS, bias).lastIndexOf(0)];
      return equal(TEXTS.F9.knee(formatNumber(bias)), formatNumber(-bias), formatNumber(knee));
    }),
  see: () => TEXTS.F9.see,
};

/** max(0, x + b) by the engine: a 1×1 convolution of weight 1 with the bias, then ReLU. */
function biasedRelu({ relu, conv2d }: Layers, xs: Float32Array, bias: number): Float32Array {
  const line = tensor(xs, [1, xs.length]);
  return relu(conv2d(line, tensor(Float32Array.of(1), [1, 1]), { bias })).data;
}

const F10: RowDefinition = {
  id: 'F10',
  title: TEXTS.F10.title,
  shows: TEXTS.F10.shows,
  figures: () => [
    picture('F10.svg', 'conv', ...FIVE, '--relu', '--strip'),
    picture('F10.before.npy', 'conv', ...FIVE),
    picture('F10.npy', 'conv', ...FIVE, '--relu'),
    explainedSeven('F10.cut.svg', '18,10'),
    explainedSeven('F10.kept.svg', '21,9'),
  ],
  async checks({ documents: [document, , , ...learnt], read }) {
    const [{ values }] = mapsOf(document);
    const [before, after] = [decodeNpy(await read('F10.before.npy')), decodeNpy(await read('F10.npy'))];
    const kept = after.data.filter((value, i) => value === Math.max(0, before.data[i])).length;
    return [
      equal(TEXTS.F10.kept, ofAll(9, 9), ofAll(kept, before.data.length)),
      equal(TEXTS.F10.smallest, '0', String(values.min)),
      equal(TEXTS.F10.largest, '170', String(values.max)),
      equal(TEXTS.F10.firing, ofAll(1, 9), ofAll(values.firing, values.count)),
      equal(
        TEXTS.F10.learnt,
        TEXTS.F10.both('0', formatNumber(sumIn(learnt[1]))),
        TEXTS.F10.both(...bothOf(learnt.map((one) => formatNumber(explanationOf(one).stored)))),
      ),
    ];
  },
  see: ({ documents: [document, , , ...learnt] }) => {
    const [{ values }] = mapsOf(document);
    return TEXTS.F10.see(values.count, values.firing, ...bothOf(learnt.map((one) => formatNumber(sumIn(one)))));
  },
};

/** Why one number behind the first ReLU of digits is what it is: of the kernel for right edges, on a seven. */
function explainedSeven(file: string, at: string) {
  return picture(file, 'explain', 'digits', SEVEN, '--layer', 'relu1', '--channel', '4', '--at', at);
}

/** What the convolution gives, bias and all. */
function sumIn(document: unknown): number {
  return explanationOf(document).steps[0].explained;
}

function bothOf([cut, kept]: readonly string[]): [cut: string, kept: string] {
  return [cut, kept];
}

const F11: RowDefinition = {
  id: 'F11',
  title: TEXTS.F11.title,
  shows: TEXTS.F11.shows,
  figures: () => [
    picture('F11.svg', 'sweep', ...FIVE, ...GREYS, '--activation', 'none,relu'),
    {
      args: ['run', 'digits', SEVEN, '--layers', 'conv1,relu1', '-o', 'F11.{layer}.svg'],
      files: ['F11.conv1.svg', 'F11.relu1.svg'],
    },
  ],
  checks: ({ documents: [document, learnt] }) => {
    const [none, relu] = filledCells(document).map(({ map }) => map.values);
    const [before, behind] = networkRunOf(learnt).layers;
    const { scale } = sweepOf(document);
    return [
      equal(
        TEXTS.F11.scale,
        `${formatNumber(none.min)} … ${formatNumber(none.max)}`,
        `${formatNumber(scale.lo)} … ${formatNumber(scale.hi)}`,
      ),
      equal(TEXTS.F11.largest, String(none.max), String(relu.max)),
      equal(TEXTS.F11.smallest, '0', String(relu.min)),
      equal(TEXTS.F11.firing, TEXTS.F11.counts(none.firing, none.firing), TEXTS.F11.counts(none.firing, relu.firing)),
      equal(
        TEXTS.F11.learnt,
        `0 … ${formatNumber(before.max)}, ${before.firing}`,
        `${formatNumber(behind.min)} … ${formatNumber(behind.max)}, ${behind.firing}`,
      ),
    ];
  },
  see: () => TEXTS.F11.see,
};

const F12: RowDefinition = {
  id: 'F12',
  title: TEXTS.F12.title,
  shows: TEXTS.F12.shows,
  figures: (photo) => [
    picture(
      'F12.svg',
      'sweep',
      photo.file,
      '--patch',
      patchText(photo, 1),
      ...GREYS,
      `--bias=${photo.biases.join()}`,
      '--relu',
    ),
    ...learntKernelPlans('F12.learnt.svg', ...GREYS, `--bias=${LEARNT_BIASES.join()}`, '--relu'),
    live('F12.html', photo.file, '--patch', patchText(photo, 1), `--bias=${photo.biases[2]}`, '--relu'),
  ],
  checks: ({ photo, documents: [document, , , learnt] }) => {
    const last = filledCells(document).at(-1)!.map;
    const peaks = filledCells(learnt).map(({ map }) => map.values.max);
    return [
      fallingCheck(photo.biases, document),
      finding(
        TEXTS.F12.alone(photo.patches[1].name),
        TEXTS.F12.own,
        TEXTS.F12.peak(formatNumber(last.peak!.value), last.peak!.x, last.peak!.y),
        last.patch!.own!.found && last.values.max > 0,
      ),
      finding(
        TEXTS.F12.changes,
        TEXTS.F12.quiet,
        sweepOf(document).notes.join('; ') || TEXTS.F12.quiet,
        sweepOf(document).notes.length === 0,
      ),
      fallingCheck(LEARNT_BIASES, learnt),
      equal(
        TEXTS.F12.moved,
        LEARNT_BIASES.map((bias) => formatNumber(peaks[LEARNT_BIASES.indexOf(0)] + bias)).join(', '),
        peaks.map((peak) => formatNumber(peak)).join(', '),
      ),
    ];
  },
  see: ({ photo, documents: [document, , , learnt] }) => {
    const last = filledCells(document).at(-1)!.map;
    const { count, firing } = last.values;
    const found = firing > 0 && last.patch!.own!.found ? photo.patches[1].name : null;
    const left = firing === 0 ? null : groupDigits(firing);
    return inSuccession([
      TEXTS.F12.see(shareWords(document), groupDigits(count), left, found),
      TEXTS.F12.learnt(shareWords(learnt), String(filledCells(learnt).at(-1)!.map.values.firing)),
    ]);
  },
};

/** Of what the learnt kernel gives: from 0 to 2.7 on a stroke's edge. */
const LEARNT_BIASES = [1, 0, -1, -2];

function sharesOf(document: unknown): number[] {
  return filledCells(document).map(({ map: { values } }) => (100 * values.firing) / values.count);
}

function shareWords(document: unknown): string {
  return sharesOf(document)
    .map((share) => `${formatNumber(share)} %`)
    .join(', ');
}

function fallingCheck(biases: readonly number[], document: unknown): Check {
  const shares = sharesOf(document);
  const falls = shares.every((share, i) => i === 0 || share <= shares[i - 1]);
  const said = biases.map((bias) => formatNumber(bias)).join(', ');
  return law(TEXTS.F12.falling(said), TEXTS.F12.never, shareWords(document), falls);
}

export const DETECTOR: SectionDefinition = { title: TEXTS.section, rows: [F8, Q6, F9, F10, F11, F12] };
