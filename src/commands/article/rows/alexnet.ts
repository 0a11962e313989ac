import { formatNumber, groupDigits } from '../../../core/text.js';
import { type Check, equal, law } from '../claim.js';
import { networkRunOf, type SummaryDocument, summaryOf } from '../documents.js';
import { type Bilingual, ofAll, type Texts } from '../language.js';
import { picture, type RowDefinition, type SectionDefinition, THREE, table } from '../row.js';

/** What every figure with weights has to say. */
const SEEDED: Bilingual = {
  en: 'AlexNet’s weights are made up (--init seed:1): they are too large to ship; cnnviz get alexnet fetches the real ones',
  zh: 'AlexNet 的权重是随机生成的（--init seed:1）：真实权重太大，不随软件包附带；可用 cnnviz get alexnet 下载',
};

export const TEXTS = {
  section: { en: 'AlexNet, and your own', zh: 'AlexNet，以及你自己的网络' },
  F14: {
    title: { en: 'AlexNet', zh: 'AlexNet' },
    shows: {
      en: 'The network of 2012 with its split over two GPUs and 1000 classes.',
      zh: '2012 年的网络：拆分到两块 GPU 上，共 1000 个类别。',
    },
    see: (params: string, macs: string, times: string, label: string) => ({
      en: `${params} parameters and ${macs} multiply-accumulates. Where the drawing says groups 2, each half of the maps reads only its own GPU’s half. Below, the same kinds of layers, small and trained: AlexNet has ${times} times the parameters of digits, which takes this handwritten digit for a ${label}. Then, of each layer: output · parameters · MACs · receptive field · stride.`,
      zh: `${params} 个参数，${macs} 次乘加运算。图中标有 groups 2 之处，每一半特征图只读取自己那块 GPU 上的一半。下面是同样的几种层，小而训练过：AlexNet 的参数个数是 digits 的 ${times} 倍，而 digits 认为这个手写数字是 ${label}。然后对每一层依次列出：输出 · 参数 · 乘加运算 · 感受野 · 步幅。`,
    }),
    three: { en: 'the trained network takes a handwritten 3 for', zh: '训练过的网络认为手写的 3 是' },
    missing: { en: 'no such layer', zh: '没有这一层' },
    linear: (network: string) => ({
      en: `${network} fully connected layers`,
      zh: `${network} 的全连接层`,
    }),
    total: (network: string) => ({ en: `${network} in all`, zh: `${network} 合计` }),
  },
  T1: {
    title: { en: 'The photograph as AlexNet wants it', zh: '按 AlexNet 的要求准备照片' },
    shows: { en: 'Input resized, cropped and normalised.', zh: '输入经过缩放、裁剪和标准化。' },
    see: (size: string, resized: string, lo: string, hi: string) => ({
      en: `${size} → ${resized} → the middle 224×224; then minus the mean of ImageNet’s colours, divided by their spread: numbers from ${lo} to ${hi}.`,
      zh: `${size} → ${resized} → 正中的 224×224；然后减去 ImageNet 各颜色的均值，再除以标准差：数值从 ${lo} 到 ${hi}。`,
    }),
    shorter: { en: 'shorter side after resizing', zh: '缩放后的短边' },
    reads: { en: 'what the network reads', zh: '网络读取的数据' },
  },
  T2: {
    title: { en: 'The model and its weights', zh: '模型与权重' },
    shows: { en: 'A trained model is imported.', zh: '导入一个训练好的模型。' },
    see: (trained: number, small: string, kernels: number, size: string, colours: number) => ({
      en: `First ${trained} kernels that were learnt, ${small}: the first convolution of digits, trained on MNIST, looks for strokes and their edges. Then AlexNet’s ${kernels} of ${size} over ${colours} colours. ${SEEDED.en}, which show edges and colours instead of this noise.`,
      zh: `先是学到的 ${trained} 个卷积核，${small}：在 MNIST 上训练的 digits 的第一个卷积层寻找笔画及其边缘。然后是 AlexNet 的 ${kernels} 个，${size}，跨 ${colours} 种颜色。${SEEDED.zh}，届时这里显示的是边缘和颜色，而不是噪声。`,
    }),
    parameters: { en: 'parameters', zh: '参数个数' },
    learnt: { en: 'parameters of digits', zh: 'digits 的参数个数' },
  },
  T3: {
    title: { en: 'What its layers compute', zh: '各层计算出什么' },
    shows: { en: 'The maps of each layer, and 1000 classes.', zh: '每一层的特征图，以及 1000 个类别。' },
    see: (firing: string, label: string | null) => ({
      en: `Ever more and ever smaller maps; above zero: ${firing}. ${SEEDED.en}: the shapes are AlexNet’s, what lights up is chance, and so is the class it names${label === null ? '' : ` (“${label}”)`}.`,
      zh: `特征图越来越多，也越来越小；大于零的比例：${firing}。${SEEDED.zh}。形状与 AlexNet 一致，但亮在哪里纯属偶然，给出的类别${label === null ? '' : `（“${label}”）`}也是如此。`,
    }),
    maps: { en: 'maps of the first three convolutions', zh: '前三个卷积层的特征图' },
    classes: { en: 'classes', zh: '类别数' },
  },
  T4: {
    title: { en: 'Your own classes on frozen layers', zh: '迁移学习：在冻结的层上训练你自己的类别' },
    shows: {
      en: 'The convolutional layers are frozen, the classifier is replaced by one’s own and trained.',
      zh: '冻结卷积层，把分类器换成自己的并加以训练。',
    },
    see: (training: number, right: number, heldOut: number) => ({
      en: `halves/ has twelve tiles each of the upper and the lower half of the photograph. net.yaml’s layers stay as they are (made up, never trained); a classifier on their output learns from ${training} tiles which half is which, and tells ${right} of ${heldOut} it has not seen.`,
      zh: `halves/ 中有照片上半部和下半部的小块各十二张。net.yaml 的各层保持原样（随机生成，从未训练）；以其输出为输入的分类器从 ${training} 张小块中学习区分上下两半，并在 ${heldOut} 张未见过的小块中答对 ${right} 张。`,
    }),
    classes: { en: 'classes and their images', zh: '类别及其图像数' },
    frozen: {
      en: 'the frozen layers’ weights: their SHA-256 after training is that before',
      zh: '冻结各层的权重：训练前后的 SHA-256 相同',
    },
    again: {
      en: 'trained again with the same seed, from the images on: the same head, bit for bit',
      zh: '用同一随机种子从图像开始重新训练：得到逐位相同的分类器',
    },
  },
  T5: {
    title: { en: 'Your own network from scratch', zh: '从零开始搭建你自己的网络' },
    shows: {
      en: 'A network of one’s own, defined layer by layer, and trained from scratch.',
      zh: '逐层定义的自己的网络，并从零开始训练。',
    },
    see: {
      en: 'net.yaml lies beside this page: change a line and run the command again. --init seed:1 makes up He-initialised weights, the same on every machine, until the network has learnt its own. The film shows how that goes: six kernels of 5×5, drawn digits, one pass over them.',
      zh: 'net.yaml 就在本页旁边：改动一行，再运行一次命令。在网络学到自己的权重之前，--init seed:1 用 He 初始化生成权重，在每台机器上都相同。动画展示学习的过程：六个 5×5 的卷积核，绘制的数字，训练一遍。',
    },
    twice: { en: 'run twice with one seed', zh: '用同一随机种子运行两次' },
    expected: { en: 'the same statistics of every layer', zh: '每一层的统计量都相同' },
    same: (layers: number) => ({ en: `the same in ${layers} layers`, zh: `${layers} 层全部相同` }),
    different: { en: 'different', zh: '不同' },
    learnt: { en: 'trained: drawn digits held out that it tells right', zh: '训练后：留出的绘制数字中识别正确的比例' },
    guessing: { en: 'more than guessing, 10 %', zh: '高于随机猜测的 10 %' },
  },
} satisfies Texts;

/** One line of AlexNet: layer, output, parameters, MACs, receptive field, pixels between neighbours. */
type Line = readonly [name: string, out: string, params: number, macs: number, field: number, jump: number];

/** Computed by hand and with PyTorch; fields agree with google-research/receptive_field. */
const TORCHVISION: readonly Line[] = [
  ['features.0', '64×55×55', 23_296, 70_276_800, 11, 4],
  ['features.2', '64×27×27', 0, 0, 19, 8],
  ['features.3', '192×27×27', 307_392, 223_948_800, 51, 8],
  ['features.5', '192×13×13', 0, 0, 67, 16],
  ['features.6', '384×13×13', 663_936, 112_140_288, 99, 16],
  ['features.8', '256×13×13', 884_992, 149_520_384, 131, 16],
  ['features.10', '256×13×13', 590_080, 99_680_256, 163, 16],
  ['features.12', '256×6×6', 0, 0, 195, 32],
];
const PAPER: readonly Line[] = [
  ['conv1', '96×55×55', 34_944, 105_415_200, 11, 4],
  ['pool1', '96×27×27', 0, 0, 19, 8],
  ['conv2', '256×27×27', 307_456, 223_948_800, 51, 8],
  ['pool2', '256×13×13', 0, 0, 67, 16],
  ['conv3', '384×13×13', 885_120, 149_520_384, 99, 16],
  ['conv4', '384×13×13', 663_936, 112_140_288, 131, 16],
  ['conv5', '256×13×13', 442_624, 74_760_192, 163, 16],
  ['pool5', '256×6×6', 0, 0, 195, 32],
];
const TOTALS = {
  alexnet: [61_100_840, 714_188_480],
  'alexnet-2012': [60_965_224, 724_406_816],
} as const;
const CLASSIFIER = [58_631_144, 58_621_952] as const;

const F14: RowDefinition = {
  id: 'F14',
  title: TEXTS.F14.title,
  shows: TEXTS.F14.shows,
  figures: () => [
    picture('F14.svg', 'summary', 'alexnet-2012'),
    picture('F14.digits.svg', 'run', 'digits', THREE, '--overview'),
    table('summary', 'alexnet-2012', '--diff', 'alexnet'),
  ],
  facts: () => [
    ['summary', 'alexnet'],
    ['summary', 'alexnet-2012'],
    ['summary', 'digits'],
  ],
  checks: ({ facts, documents: [, run] }) => {
    const [torchvision, paper] = facts.map(summaryOf);
    return [
      equal(TEXTS.F14.three, '3', bestLabel(run)),
      ...linesOf('alexnet', torchvision, TORCHVISION),
      ...totalsOf('alexnet', torchvision),
      ...linesOf('alexnet-2012', paper, PAPER),
      ...totalsOf('alexnet-2012', paper),
    ];
  },
  see: ({ facts: [, paper, small], documents: [, run] }) => {
    const { params, macs } = summaryOf(paper);
    const times = groupDigits(Math.round(params / summaryOf(small).params));
    return TEXTS.F14.see(groupDigits(params), groupDigits(macs), times, bestLabel(run));
  },
};

function bestLabel(document: unknown): string {
  return networkRunOf(document).top?.[0]?.label ?? '';
}

function linesOf(network: string, { layers }: SummaryDocument, golden: readonly Line[]): Check[] {
  return golden.map(([name, ...numbers]) => {
    const layer = layers.find((one) => one.name === name);
    const found = layer && [
      layer.outShape.slice(1).join('×'),
      layer.params,
      layer.macs,
      layer.field?.[0].size ?? 0,
      layer.field?.[0].jump ?? 0,
    ];
    return equal(`${network} ${name}`, lineText(numbers), found ? lineText(found) : TEXTS.F14.missing);
  });
}

function lineText(numbers: readonly (string | number)[]): string {
  return numbers.map((one) => (typeof one === 'number' ? groupDigits(one) : one)).join(' · ');
}

function totalsOf(network: keyof typeof TOTALS, { layers, params, macs }: SummaryDocument): Check[] {
  const linear = layers.filter(({ kind }) => kind === 'linear');
  const sum = (of: 'params' | 'macs') => linear.reduce((total, layer) => total + layer[of], 0);
  return [
    equal(TEXTS.F14.linear(network), lineText(CLASSIFIER), lineText([sum('params'), sum('macs')])),
    equal(TEXTS.F14.total(network), lineText(TOTALS[network]), lineText([params, macs])),
  ];
}

interface PreprocessDocument {
  readonly results: readonly {
    readonly shape: readonly number[];
    readonly steps: readonly { readonly values: readonly { readonly min: number; readonly max: number }[] }[];
    readonly plan: { readonly resized: { readonly width: number; readonly height: number } };
  }[];
}

const T1: RowDefinition = {
  id: 'T1',
  title: TEXTS.T1.title,
  shows: TEXTS.T1.shows,
  figures: ({ file }) => [picture('T1.svg', 'preprocess', file, '--preset', 'imagenet', '--audit')],
  checks: ({ documents: [document] }) => {
    const [{ shape, plan }] = (document as PreprocessDocument).results;
    return [
      equal(TEXTS.T1.shorter, '256', String(Math.min(plan.resized.width, plan.resized.height))),
      equal(TEXTS.T1.reads, '3×224×224', shape.join('×')),
    ];
  },
  see: ({ photo, documents: [document] }) => {
    const [{ plan, steps }] = (document as PreprocessDocument).results;
    const { values } = steps[steps.length - 1];
    const lo = Math.min(...values.map(({ min }) => min));
    const hi = Math.max(...values.map(({ max }) => max));
    const { width, height } = plan.resized;
    return TEXTS.T1.see(`${photo.width}×${photo.height}`, `${width}×${height}`, formatNumber(lo), formatNumber(hi));
  },
};

function filtersOf(document: unknown): readonly { readonly shape: readonly number[] }[] {
  return (document as { readonly filters: readonly { readonly shape: readonly number[] }[] }).filters;
}

const T2: RowDefinition = {
  id: 'T2',
  title: TEXTS.T2.title,
  shows: TEXTS.T2.shows,
  figures: () => [
    picture('T2.svg', 'filters', 'digits'),
    picture('T2.alexnet.svg', 'filters', 'alexnet', '--init', 'seed:1'),
  ],
  facts: () => [
    ['summary', 'alexnet'],
    ['summary', 'digits'],
  ],
  checks: ({ facts: [summary, small], documents: [learnt, document] }) => {
    const [{ shape }] = filtersOf(document);
    return [
      equal(TEXTS.T2.learnt, '61,706', groupDigits(summaryOf(small).params)),
      equal('conv1.weight', '6×1×5×5', filtersOf(learnt)[0].shape.join('×')),
      equal(TEXTS.T2.parameters, '61,100,840', groupDigits(summaryOf(summary).params)),
      equal('features.0.weight', '64×3×11×11', shape.join('×')),
    ];
  },
  see: ({ documents }) => {
    const [[trained, , h, w], [M, C, kH, kW]] = documents.map((document) => filtersOf(document)[0].shape);
    return TEXTS.T2.see(trained, `${w}×${h}`, M, `${kW}×${kH}`, C);
  },
};

const LAYERS = ['features.0', 'features.3', 'features.6'];

const T3: RowDefinition = {
  id: 'T3',
  title: TEXTS.T3.title,
  shows: TEXTS.T3.shows,
  figures: ({ file }) => [
    {
      args: ['run', 'alexnet', file, '--init', 'seed:1', '--layers', LAYERS.join(), '-o', 'T3.{layer}.svg'],
      files: LAYERS.map((layer) => `T3.${layer}.svg`),
    },
  ],
  facts: () => [['summary', 'alexnet']],
  checks: ({ documents: [document], facts: [summary] }) => {
    const { layers } = networkRunOf(document);
    const sizes = layers.map(({ shape }) => shape.slice(1).join('×')).join(', ');
    return [
      equal(TEXTS.T3.maps, '64×55×55, 192×27×27, 384×13×13', sizes),
      equal(TEXTS.T3.classes, '1000', String(summaryOf(summary).layers.at(-1)?.outShape.at(-1))),
    ];
  },
  see: ({ documents: [document] }) => {
    const { layers, top } = networkRunOf(document);
    const firing = layers.map((layer) => `${formatNumber((100 * layer.firing) / layer.count)} %`).join(', ');
    return TEXTS.T3.see(firing, top?.[0]?.label ?? null);
  },
};

interface HeadDocument {
  readonly classes: readonly { readonly name: string; readonly images: number }[];
  readonly training: number;
  readonly heldOut: number;
  readonly evaluation: { readonly right: number };
  readonly weightsSha256: { readonly before: string; readonly after: string };
  readonly headSha256: string;
}

const TRAIN = ['head', 'train', 'halves', '--features', 'net.yaml', '--init', 'seed:1', '-o', 'T4.head'];

const T4: RowDefinition = {
  id: 'T4',
  title: TEXTS.T4.title,
  shows: TEXTS.T4.shows,
  figures: () => [
    { args: [...TRAIN, '--confusion', 'T4.svg'], files: ['T4.svg', 'T4.head'] },
    table('head', 'predict', 'T4.head', 'halves/top/1.png', 'halves/bottom/1.png'),
  ],
  facts: () => [[...TRAIN, '--no-cache']],
  checks: ({ documents: [document], facts: [again] }) => {
    const { classes, weightsSha256, headSha256 } = document as HeadDocument;
    const short = (hash: string) => `${hash.slice(0, 16)}…`;
    return [
      equal(TEXTS.T4.classes, 'bottom 12, top 12', classes.map(({ name, images }) => `${name} ${images}`).join(', ')),
      law(
        TEXTS.T4.frozen,
        short(weightsSha256.before),
        short(weightsSha256.after),
        weightsSha256.before === weightsSha256.after,
      ),
      law(
        TEXTS.T4.again,
        short(headSha256),
        short((again as HeadDocument).headSha256),
        headSha256 === (again as HeadDocument).headSha256,
      ),
    ];
  },
  see: ({ documents: [document] }) => {
    const { training, heldOut, evaluation } = document as HeadDocument;
    return TEXTS.T4.see(training, evaluation.right, heldOut);
  },
};

/** A network that learns drawn digits in seconds. */
const SMALL = 'conv out_channels=6 kernel_size=5 | relu | max_pool 2 | flatten | linear out_features=10';

interface TrainDocument {
  readonly onHeldOut: { readonly right: number; readonly images: number };
}

const T5: RowDefinition = {
  id: 'T5',
  title: TEXTS.T5.title,
  shows: TEXTS.T5.shows,
  figures: ({ file }) => [
    {
      args: ['run', 'net.yaml', file, '--init', 'seed:1', '--layers', 'conv1,conv2', '-o', 'T5.{layer}.svg'],
      files: ['T5.conv1.svg', 'T5.conv2.svg'],
    },
    table('summary', 'net.yaml'),
    {
      args: ['train', SMALL, '--data', 'digits:1', '--epochs', '1', '--watch', 'T5.webp', '-o', 'T5.safetensors'],
      files: ['T5.webp'],
    },
  ],
  facts: ({ file }) => [
    ['run', 'net.yaml', file, '--init', 'seed:1', '--layers', 'all'],
    ['run', 'net.yaml', file, '--init', 'seed:1', '--layers', 'all'],
  ],
  checks: ({ documents: [, , trained], facts }) => {
    const [one, other] = facts.map((document) => JSON.stringify(networkRunOf(document).layers));
    const [again, before] = [one === other, networkRunOf(facts[0]).layers.length];
    const { right, images } = (trained as TrainDocument).onHeldOut;
    return [
      law(TEXTS.T5.twice, TEXTS.T5.expected, again ? TEXTS.T5.same(before) : TEXTS.T5.different, again),
      law(TEXTS.T5.learnt, TEXTS.T5.guessing, ofAll(right, images), right > images / 10),
    ];
  },
  see: () => TEXTS.T5.see,
};

export const ALEXNET: SectionDefinition = { title: TEXTS.section, rows: [F14, T1, T2, T3, T4, T5] };
