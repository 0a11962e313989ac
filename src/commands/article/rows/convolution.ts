import { formatNumber } from '../../../core/text.js';
import { builtinKernel } from '../../../functional/conv2d.js';
import { decodeImage } from '../../../functional/files.js';
import { equal, law } from '../claim.js';
import { explanationOf, mapsOf } from '../documents.js';
import { ofAll, type Texts } from '../language.js';
import { commutativityLaw, correlationLaw, flipLaw } from '../laws/correlation.js';
import { GREYS, live, NO_FIGURES, picture, type RowDefinition, type SectionDefinition } from '../row.js';

export const TEXTS = {
  section: { en: 'Convolution', zh: '卷积' },
  Q1: {
    title: { en: 'Convolution turns the kernel around', zh: '卷积要先翻转卷积核' },
    shows: {
      en: 'In the definition of convolution the kernel is flipped along both axes before it slides.',
      zh: '按照卷积的定义，卷积核在滑动之前要沿两个轴各翻转一次。',
    },
    see: {
      en: 'A single white pixel gives the kernel back as it was written, 1 2 3 first. The one that slides, in the middle, was turned by --flip; sliding turns it back.',
      zh: '单个白色像素会原样还原所写的卷积核，第一行是 1 2 3。中间那个真正滑动的卷积核已被 --flip 旋转过；滑动又把它转了回来。',
    },
    figure: {
      en: 'the figure: one white pixel, flipped kernel: smallest and largest value',
      zh: '图中：一个白色像素，翻转后的卷积核：最小值与最大值',
    },
    range: (lo: string, hi: string, size: string) => ({
      en: `${lo} … ${hi} of ${size}`,
      zh: `${lo} … ${hi}，大小 ${size}`,
    }),
  },
  Q2: {
    title: { en: 'Convolution is commutative', zh: '卷积满足交换律' },
    shows: { en: 'image ∗ kernel = kernel ∗ image.', zh: '图像 ∗ 卷积核 = 卷积核 ∗ 图像。' },
    see: {
      en: 'It holds when every overlap counts (--padding full). Networks take windows that lie inside the image; there the two cannot change places.',
      zh: '只有把每一处重叠都算上（--padding full）时才成立。网络只取完全落在图像内部的窗口，此时两者不能互换位置。',
    },
  },
  Q3: {
    title: { en: 'Libraries compute the correlation', zh: '程序库计算的其实是互相关' },
    shows: {
      en: 'Cross-correlation is not commutative; deep-learning libraries implement it and call it convolution.',
      zh: '互相关不满足交换律；深度学习库实现的是互相关，却把它叫作卷积。',
    },
    see: {
      en: 'Correlation is convolution with the kernel turned by 180°; changing the two around turns the result. A network that learns its kernels does not care which of the two it is.',
      zh: '互相关就是用旋转 180° 的卷积核做卷积；交换两者，结果也同样旋转。卷积核由网络自己学习，因此用哪一种都无所谓。',
    },
  },
  Q4: {
    title: { en: 'One number of a feature map', zh: '特征图中的一个数' },
    shows: { en: 'Patch × kernel, element by element, summed.', zh: '图像块与卷积核逐元素相乘，再求和。' },
    see: (stored: string) => ({
      en: `Nine products, one sum: ${stored}, the value in the middle of the map.`,
      zh: `九个乘积，一个和：${stored}，即特征图正中的那个值。`,
    }),
    same: {
      en: 'the printed sum is the stored value, bit for bit',
      zh: '打印出的和与存储的值逐位相同',
    },
  },
  F2: {
    title: { en: 'The kernel slides', zh: '卷积核在滑动' },
    shows: {
      en: 'An animation: 5×5 grey image, 3×3 kernel, 3×3 map, nine receptive fields.',
      zh: '动画：5×5 灰度图像、3×3 卷积核、3×3 特征图，共九个感受野。',
    },
    see: {
      en: 'The frame moves by one pixel at a time; each stop fills one cell of the map.',
      zh: '方框每次移动一个像素；每停一处，就填上特征图的一格。',
    },
    positions: {
      en: 'positions of the window, and how many are shown',
      zh: '窗口的位置数，以及其中显示了多少个',
    },
    numbers: {
      en: 'numbers of the map that are the engine’s',
      zh: '特征图中与引擎计算结果相同的数',
    },
  },
  F3: {
    title: { en: 'The same as pixels', zh: '把同样的数画成像素' },
    shows: {
      en: 'Kernel and map rescaled to 0–255; bright means high.',
      zh: '把卷积核与特征图缩放到 0–255；越亮表示数值越大。',
    },
    see: (lo: string, hi: string, x: number, y: number) => ({
      en: `Black is ${lo}, white ${hi}: the brightest cell, (${x}, ${y}), is where the picture goes from bright on the left to dark on the right.`,
      zh: `黑色是 ${lo}，白色是 ${hi}：最亮的一格 (${x}, ${y}) 正是图像由左亮变为右暗的地方。`,
    }),
    black: { en: 'grey 0 (black) is the smallest value', zh: '灰度 0（黑）就是最小值' },
    white: { en: 'grey 255 (white) is the largest value', zh: '灰度 255（白）就是最大值' },
    clipped: { en: 'nothing is clipped', zh: '没有数值被截断' },
  },
  F4: {
    title: { en: 'An edge detector tells the two kinds of edges apart', zh: '边缘检测器能区分两种边缘' },
    shows: {
      en: 'A 17×17 image with both transitions: bright → dark gives the largest positive value, dark → bright the largest negative.',
      zh: '一幅 17×17 的图像同时含有两种过渡：亮 → 暗得到最大的正值，暗 → 亮得到绝对值最大的负值。',
    },
    see: (max: string, min: string) => ({
      en: `The bar's right edge is white (${max}), its left edge black (${min}), everything flat mid-grey.`,
      zh: `亮条的右边缘是白色（${max}），左边缘是黑色（${min}），平坦处全是中灰。`,
    }),
    size: { en: 'size of the map', zh: '特征图的大小' },
    falling: { en: 'bright → dark, the edge at x = 11', zh: '亮 → 暗，边缘位于 x = 11' },
    rising: { en: 'dark → bright', zh: '暗 → 亮' },
    inColumn: (value: string, x: number) => ({ en: `${value} in column ${x}`, zh: `${value}，位于列 x = ${x}` }),
    flat: { en: 'flat is mid-grey', zh: '平坦处是中灰' },
    grey: { en: '127 or 128', zh: '127 或 128' },
  },
  Q5: {
    title: { en: 'Colour: one more loop', zh: '彩色：再多一重循环' },
    shows: {
      en: 'On an RGB image the sum goes over the channels too: the kernel is 3-D, and there is one value a position.',
      zh: '对 RGB 图像，求和还要跨越各个通道：卷积核是 3 维的，每个位置仍只得到一个值。',
    },
    see: (x: number, y: number, stored: string) => ({
      en: `The strongest edge of the photograph, at (${x}, ${y}): three sums, one for each colour, and the bias make ${stored}.`,
      zh: `照片中最强的边缘，位于 (${x}, ${y})：每种颜色一个和，共三个，再加上偏置，得到 ${stored}。`,
    }),
    channels: { en: 'channels', zh: '通道数' },
    parts: {
      en: 'red + green + blue + bias is the value, in the engine’s own order and float32',
      zh: '红 + 绿 + 蓝 + 偏置就是该值，按引擎自己的求和次序，float32 精度',
    },
    sum: (parts: string, sum: string, bias: string, explained: string) => ({
      en: `${parts} = ${sum}; bias ${bias} → ${explained}`,
      zh: `${parts} = ${sum}；偏置 ${bias} → ${explained}`,
    }),
    same: { en: 'the same bits as the stored map', zh: '与存储的特征图逐位相同' },
    yes: { en: 'same', zh: '相同' },
    found: (algorithm: string) => ({ en: `same (${algorithm})`, zh: `相同（${algorithm}）` }),
    different: { en: 'different', zh: '不同' },
  },
} satisfies Texts;

/** The 5×5 picture with its numbers as they are stored, and the edge detector. */
const FIVE = ['five.png', '--gray', '--pixels', '255', '--kernel', 'edge3x3'];

const Q1: RowDefinition = {
  id: 'Q1',
  title: TEXTS.Q1.title,
  shows: TEXTS.Q1.shows,
  figures: () => [
    picture('Q1.svg', 'conv', 'impulse.png', '--gray', '--kernel', '1 2 3; 4 5 6; 7 8 9', '--flip', '--strip'),
  ],
  checks: ({ layers, documents: [document] }) => {
    const [map] = mapsOf(document);
    return [
      ...flipLaw(layers),
      equal(
        TEXTS.Q1.figure,
        TEXTS.Q1.range('1', '9', '3×3'),
        TEXTS.Q1.range(String(map.values.min), String(map.values.max), `${map.width}×${map.height}`),
      ),
    ];
  },
  see: () => TEXTS.Q1.see,
};

const Q2: RowDefinition = {
  id: 'Q2',
  title: TEXTS.Q2.title,
  shows: TEXTS.Q2.shows,
  figures: NO_FIGURES,
  checks: ({ layers }) => commutativityLaw(layers),
  see: () => TEXTS.Q2.see,
};

const Q3: RowDefinition = {
  id: 'Q3',
  title: TEXTS.Q3.title,
  shows: TEXTS.Q3.shows,
  figures: NO_FIGURES,
  checks: ({ layers }) => correlationLaw(layers),
  see: () => TEXTS.Q3.see,
};

const Q4: RowDefinition = {
  id: 'Q4',
  title: TEXTS.Q4.title,
  shows: TEXTS.Q4.shows,
  figures: () => [picture('Q4.svg', 'explain', ...FIVE, '--at', '1,1')],
  checks: ({ documents: [document] }) => {
    const { same, explained, stored, algorithm } = explanationOf(document);
    return [law(TEXTS.Q4.same, formatNumber(stored, 9), `${formatNumber(explained, 9)} (${algorithm})`, same)];
  },
  see: ({ documents: [document] }) => TEXTS.Q4.see(formatNumber(explanationOf(document).stored)),
};

const F2: RowDefinition = {
  id: 'F2',
  title: TEXTS.F2.title,
  shows: TEXTS.F2.shows,
  figures: () => [picture('F2.gif', 'animate', ...FIVE), live('F2.html', ...FIVE)],
  async checks({ documents: [document], layers, read }) {
    const { positions, shown, scenes } = document as AnimateDocument;
    const x = await decodeImage(await read('five.png'), { gray: true, pixels: '255' });
    const map = layers.conv2d(x, builtinKernel('edge3x3'));
    const drawn = scenes[0].values.filter((value, i) => value === map.data[i]).length;
    return [
      equal(TEXTS.F2.positions, '9, 9', `${positions}, ${shown}`),
      equal(TEXTS.F2.numbers, ofAll(9, 9), ofAll(drawn, map.data.length)),
    ];
  },
  see: () => TEXTS.F2.see,
};

interface AnimateDocument {
  readonly positions: number;
  readonly shown: number;
  readonly scenes: readonly { readonly values: readonly number[] }[];
}

const F3: RowDefinition = {
  id: 'F3',
  title: TEXTS.F3.title,
  shows: TEXTS.F3.shows,
  figures: () => [
    picture('F3.svg', 'conv', ...FIVE, ...GREYS, '--strip'),
    picture('F3.map.png', 'conv', ...FIVE, '--scale', 'minmax'),
    live('F3.html', ...FIVE),
  ],
  checks: ({ documents: [, document] }) => {
    const [{ values, picture: drawn }] = mapsOf(document);
    return [
      equal(TEXTS.F3.black, formatNumber(values.min), formatNumber(drawn!.scale.lo)),
      equal(TEXTS.F3.white, formatNumber(values.max), formatNumber(drawn!.scale.hi)),
      equal(TEXTS.F3.clipped, '0', String(drawn!.clipped.below + drawn!.clipped.above)),
    ];
  },
  see: ({ documents: [, document] }) => {
    const [{ values, peak }] = mapsOf(document);
    return TEXTS.F3.see(formatNumber(values.min), formatNumber(values.max), peak!.x, peak!.y);
  },
};

const F4: RowDefinition = {
  id: 'F4',
  title: TEXTS.F4.title,
  shows: TEXTS.F4.shows,
  figures: () => [
    picture(
      'F4.svg',
      'conv',
      'bars17.png',
      '--gray',
      '--pixels',
      '255',
      '--kernel',
      'edge3x3',
      '--scale',
      'symmetric',
      '--colormap',
      'gray',
      '--strip',
    ),
    picture(
      'F4.map.png',
      'conv',
      'bars17.png',
      '--gray',
      '--pixels',
      '255',
      '--kernel',
      'edge3x3',
      '--scale',
      'symmetric',
    ),
  ],
  checks: ({ documents: [, document] }) => {
    const [{ width, height, values, peak, picture: drawn }] = mapsOf(document);
    const zero = typeof drawn!.zero === 'object' ? drawn!.zero.level : drawn!.zero;
    return [
      equal(TEXTS.F4.size, '15×15', `${width}×${height}`),
      equal(TEXTS.F4.falling, TEXTS.F4.inColumn('570', 9), TEXTS.F4.inColumn(formatNumber(values.max), peak!.x)),
      equal(TEXTS.F4.rising, '−570', formatNumber(values.min)),
      law(TEXTS.F4.flat, TEXTS.F4.grey, String(zero), zero === 127 || zero === 128),
    ];
  },
  see: ({ documents: [, document] }) => {
    const [{ values }] = mapsOf(document);
    return TEXTS.F4.see(formatNumber(values.max), formatNumber(values.min));
  },
};

const Q5: RowDefinition = {
  id: 'Q5',
  title: TEXTS.Q5.title,
  shows: TEXTS.Q5.shows,
  figures: ({ file }) => [picture('Q5.svg', 'explain', file, '--kernel', 'edge3x3', '--bias', '-1')],
  checks: ({ documents: [document] }) => {
    const { steps, same, stored, explained, algorithm } = explanationOf(document);
    const [{ channels, sum, bias }] = steps;
    const parts = channels.map((channel) => formatNumber(channel.sum, 5));
    return [
      equal(TEXTS.Q5.channels, '3', String(channels.length)),
      law(
        TEXTS.Q5.parts,
        formatNumber(stored, 7),
        TEXTS.Q5.sum(parts.join(' + '), formatNumber(sum, 7), formatNumber(bias), formatNumber(explained, 7)),
        Math.fround(sum + bias) === stored,
      ),
      law(TEXTS.Q5.same, TEXTS.Q5.yes, same ? TEXTS.Q5.found(algorithm) : TEXTS.Q5.different, same),
    ];
  },
  see: ({ documents: [document] }) => {
    const { x, y, stored } = explanationOf(document);
    return TEXTS.Q5.see(x, y, formatNumber(stored, 5));
  },
};

export const CONVOLUTION: SectionDefinition = { title: TEXTS.section, rows: [Q1, Q2, Q3, Q4, F2, F3, F4, Q5] };
