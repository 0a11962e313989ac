import { formatNumber } from '../../../core/text.js';
import { type Check, equal, finding, law } from '../claim.js';
import { filledCells, networkRunOf, summaryOf } from '../documents.js';
import { type Bilingual, ofAll, type Texts } from '../language.js';
import { GREYS, patchText, picture, type RowDefinition, type RowRun, SEVEN, type SectionDefinition } from '../row.js';

export const TEXTS = {
  section: { en: 'Kernels that look for something', zh: '寻找特定目标的卷积核' },
  structure: { en: 'What it is made of', zh: '网络的组成' },
  F5: {
    title: { en: 'Kernels cut out of the photograph', zh: '从照片中剪下的卷积核' },
    shows: {
      en: 'Three pieces of the photograph used as kernels; each map is brightest where its piece came from.',
      zh: '把照片中的三个图像块用作卷积核；每张特征图都在图像块的原位置最亮。',
    },
    see: (zeroMean: number, raw: number) => ({
      en: `The frames in the maps mark the brightest spots: ${zeroMean} of 3 lie where the piece was cut. That takes kernels of zero mean; in the second picture they are as cut, brightness alone decides, and ${raw} of 3 find themselves.`,
      zh: `特征图中的方框标出最亮处：3 个中有 ${zeroMean} 个位于图像块被剪下的地方。这需要零均值的卷积核；第二幅图中的卷积核未减均值，只由亮度决定，3 个中有 ${raw} 个找到自己。`,
    }),
    own: ({ en, zh }: Bilingual, shape: string) => ({
      en: `${en} (${shape}, zero mean) is strongest at its own place`,
      zh: `${zh}（${shape}，零均值）在自己的位置响应最强`,
    }),
    peak: (x: number, y: number, value: string, share: string | null) => ({
      en: `(${x}, ${y}), ${value}${share === null ? '' : `; elsewhere at most ${share} % of it`}`,
      zh: `(${x}, ${y})，${value}${share === null ? '' : `；其他位置至多为它的 ${share} %`}`,
    }),
    ratio: {
      en: 'smallest over largest value of a map: as cut everything fires, only zero-mean kernels answer below zero',
      zh: '特征图的最小值与最大值之比：未减均值时处处激活，只有零均值卷积核才有低于零的响应',
    },
    expected: { en: 'from 0 as cut, below 0 with zero mean', zh: '未减均值时不小于 0，零均值时小于 0' },
    ratios: (asCut: string, zero: string) => ({
      en: `${asCut} as cut, ${zero} with zero mean`,
      zh: `未减均值时 ${asCut}，零均值时 ${zero}`,
    }),
  },
  F1: {
    title: { en: 'What a convolutional network is made of', zh: '卷积神经网络由什么组成' },
    shows: {
      en: 'Convolutional layers that extract features, and fully connected layers that classify them.',
      zh: '卷积层提取特征，全连接层对特征进行分类。',
    },
    see: (convs: number, linears: number, classes: string, digit: string, share: string) => ({
      en: `digits, a LeNet that ships with its trained weights: ${convs} convolutions look for features in maps that get smaller, ${linears} fully connected layers turn them into ${classes} numbers, one a class. Below, what its layers make of a handwritten digit: ${digit}, with ${share} %.`,
      zh: `digits 是随软件包附带、已经训练好的 LeNet：${convs} 个卷积层在越来越小的特征图中寻找特征，${linears} 个全连接层把特征变成 ${classes} 个数，每个类别一个。下图是各层对一个手写数字的计算结果：${digit}，概率 ${share} %。`,
    }),
    digit: { en: 'the handwritten 7 is', zh: '手写的 7 被认作' },
    shapes: { en: 'layers whose shape stands in the drawing', zh: '图中标出了形状的层' },
    order: {
      en: 'convolutional layers first, fully connected ones last',
      zh: '卷积层在前，全连接层在后',
    },
    expected: { en: 'no conv behind the first linear layer', zh: '第一个全连接层之后没有卷积层' },
  },
} satisfies Texts;

const F5: RowDefinition = {
  id: 'F5',
  title: TEXTS.F5.title,
  shows: TEXTS.F5.shows,
  figures: (photo) => {
    const patches = ([0, 1, 2] as const).flatMap((which) => ['--patch', patchText(photo, which)]);
    return [
      picture('F5.svg', 'sweep', photo.file, ...patches, ...GREYS),
      picture('F5.raw.svg', 'sweep', photo.file, ...patches, '--patch-mode', 'raw', ...GREYS),
    ];
  },
  checks: (run) => [...zeroMean(run), rawMode(run)],
  see: ({ documents: [zeroMeanDocument, raw] }) => {
    const own = (document: unknown) => filledCells(document).filter(({ map }) => map.patch?.own?.found).length;
    return TEXTS.F5.see(own(zeroMeanDocument), own(raw));
  },
};

function zeroMean({ photo: { patches }, documents: [document] }: RowRun): Check[] {
  return filledCells(document).map(({ map: { peak, patch, kernel } }, i) => {
    const { x, y } = patches[i].rect;
    const second = patch!.runnerUp;
    return finding(
      TEXTS.F5.own(patches[i].name, kernel.shape.slice(1).join('×')),
      `(${x}, ${y})`,
      TEXTS.F5.peak(peak!.x, peak!.y, formatNumber(peak!.value), second && formatNumber(100 * second.share, 2)),
      patch!.own!.found,
    );
  });
}

function rawMode({ documents, photo }: RowRun): Check {
  const [zero, asCut] = documents.map((document) =>
    Math.max(...filledCells(document).map(({ map: { values } }) => values.min / values.max)),
  );
  const claim = photo.own === null ? law : finding;
  return claim(
    TEXTS.F5.ratio,
    TEXTS.F5.expected,
    TEXTS.F5.ratios(formatNumber(asCut, 2), formatNumber(zero, 2)),
    asCut >= 0 && zero < 0,
  );
}

export const PATCHES: SectionDefinition = { title: TEXTS.section, rows: [F5] };

const F1: RowDefinition = {
  id: 'F1',
  title: TEXTS.F1.title,
  shows: TEXTS.F1.shows,
  figures: () => [picture('F1.svg', 'summary', 'digits'), picture('F1.maps.svg', 'run', 'digits', SEVEN, '--overview')],
  async checks({ documents: [document, seen], read }) {
    const { layers } = summaryOf(document);
    const drawing = new TextDecoder().decode(await read('F1.svg'));
    const shapes = layers.map(({ outShape }) => outShape.slice(1).join('×'));
    const missing = shapes.filter((shape) => !drawing.includes(shape));
    return [
      equal(TEXTS.F1.shapes, ofAll(shapes.length, shapes.length), ofAll(shapes.length - missing.length, shapes.length)),
      law(
        TEXTS.F1.order,
        TEXTS.F1.expected,
        layers.flatMap(({ kind }) => (kind === 'conv' || kind === 'linear' ? kind : [])).join(' ▸ '),
        layers.findIndex(({ kind }) => kind === 'linear') > layers.findLastIndex(({ kind }) => kind === 'conv'),
      ),
      equal(TEXTS.F1.digit, '7', networkRunOf(seen).top?.[0]?.label ?? ''),
    ];
  },
  see: ({ documents: [document, seen] }) => {
    const { layers } = summaryOf(document);
    const [{ label, probability }] = networkRunOf(seen).top!;
    const count = (kind: string) => layers.filter((layer) => layer.kind === kind).length;
    const classes = layers[layers.length - 1].outShape.join('×').replace(/^1×/, '');
    return TEXTS.F1.see(count('conv'), count('linear'), classes, label, (100 * probability).toFixed(1));
  },
};

export const STRUCTURE: SectionDefinition = { title: TEXTS.structure, rows: [F1] };
