import { formatNumber } from '../../../core/text.js';
import { equal, finding, law } from '../claim.js';
import { filledCells, summaryOf, sweepOf } from '../documents.js';
import { type Bilingual, inSuccession, type Texts } from '../language.js';
import { constantMapLaw, probeShifts, shiftCheck } from '../laws/pooling.js';
import {
  capital,
  GREYS,
  learntKernelPlans,
  live,
  NO_FIGURES,
  patchText,
  picture,
  type RowDefinition,
  type SectionDefinition,
  table,
} from '../row.js';

export const TEXTS = {
  section: { en: 'Pooling', zh: '池化' },
  P1: {
    title: { en: 'Three ways to pool', zh: '三种池化方式' },
    shows: {
      en: 'Per map: the largest value, the mean, or a mean weighted by the distance from the centre.',
      zh: '对每张特征图分别取：最大值、平均值，或按到中心的距离加权的平均值。',
    },
    see: (peaks: string) => ({
      en: `The largest value keeps a thin line bright, the mean dilutes it, the weighted mean lies between: brightest value ${peaks}.`,
      zh: `最大池化让细线保持明亮，平均池化将其冲淡，加权平均介于两者之间：最亮的值 ${peaks}。`,
    }),
  },
  P2: {
    title: { en: 'Pool size and pool stride are two things', zh: '池化的大小与步幅是两回事' },
    shows: {
      en: 'Pooling windows may overlap; they are 2-D, one map at a time, where a convolution’s are 3-D.',
      zh: '池化窗口可以重叠；它们是 2 维的，每次只看一张特征图，而卷积的窗口是 3 维的。',
    },
    see: {
      en: 'The convolution has parameters and changes the number of maps; the pool has none and leaves it. Window 3 at stride 2: neighbours share one row.',
      zh: '卷积有参数，并改变特征图的张数；池化没有参数，张数不变。窗口 3、步幅 2：相邻窗口共享一行。',
    },
    weights: {
      en: 'a convolution sums over all 3 channels: weights of one of its kernels',
      zh: '卷积对全部 3 个通道求和：它的一个卷积核的权重数',
    },
    maps: {
      en: 'a pool has no weights and keeps the number of maps',
      zh: '池化没有权重，特征图的张数不变',
    },
    size: { en: 'window 3, stride 2: floor((62 − 3) / 2) + 1', zh: '窗口 3，步幅 2：floor((62 − 3) / 2) + 1' },
  },
  P3: {
    title: { en: 'Pooling makes small shifts matter less', zh: '池化减弱小平移的影响' },
    shows: {
      en: 'The more pooling layers, the less the output changes when the input is moved.',
      zh: '池化层越多，输入平移时输出的变化越小。',
    },
    see: {
      en: 'Behind conv edge3x3 ▸ ReLU: Σ|change| as a share of Σ|output|. About 100 % and more means that hardly a value stays where it was; two pools take most of that away.',
      zh: '在 conv edge3x3 ▸ ReLU 之后：Σ|变化| 占 Σ|输出| 的比例。约 100 % 或更多，意味着几乎没有一个值留在原处；两次池化消除了其中的大部分。',
    },
  },
  F13: {
    title: {
      en: 'Stride, bias, pool size and pool stride together',
      zh: '步幅、偏置、池化大小与池化步幅合在一起',
    },
    shows: {
      en: 'A grid of all four; convolution stride 16 with pool stride 4 is deliberately too much.',
      zh: '四者的所有组合排成网格；卷积步幅 16 加池化步幅 4 是故意取得过大的。',
    },
    found: ({ en, zh }: Bilingual) => ({
      en: `${capital(en)} is still the brightest spot of every cell, but the last has room for little else.`,
      zh: `在每一格中，${zh}仍是最亮处，但最后一格已容不下多少别的内容。`,
    }),
    lost: ({ en, zh }: Bilingual, found: number, all: number, where: string) => ({
      en: `${capital(en)} is the brightest spot in ${found} of ${all} cells; it is lost at ${where}.`,
      zh: `${all} 格中有 ${found} 格以${zh}为最亮处；在以下各格中丢失：${where}。`,
    }),
    learnt: (size: string, left: string) => ({
      en: `Below, a kernel that digits has learnt, on a handwritten 7: with the largest strides ${size} is left of the map, with a bias of −1 it is ${left}.`,
      zh: `下面是 digits 学到的一个卷积核，作用于手写的 7：步幅最大时，特征图只剩 ${size}，偏置为 −1 时其值为 ${left}。`,
    }),
    nothing: {
      en: 'the learnt kernel at the largest strides and a bias of −1',
      zh: '学到的卷积核，步幅最大、偏置为 −1 时',
    },
    one: (size: string, value: string) => ({ en: `${size}, ${value}`, zh: `${size}，${value}` }),
    cells: {
      en: 'cells: 2 strides × 2 biases × 2 pool sizes × 2 pool strides',
      zh: '格数：2 种步幅 × 2 种偏置 × 2 种池化大小 × 2 种池化步幅',
    },
    labels: { en: 'cells whose label names all their parameters', zh: '标签写明了全部参数的格数' },
    few: { en: 'stride 16 and pool stride 4 leave few values', zh: '步幅 16 与池化步幅 4 只留下很少的值' },
    fewer: { en: 'fewer than 200', zh: '少于 200' },
  },
  P4: {
    title: { en: 'Strides multiply', zh: '步幅会相乘' },
    shows: {
      en: 'Stride 2 in the convolution and 2 in the pooling make a map about four times smaller a side.',
      zh: '卷积步幅 2 加池化步幅 2，使特征图的边长约为原来的四分之一。',
    },
    see: (strides: string, side: number) => ({
      en: `The column “stride” is the product so far: ${strides}; 224 becomes ${side}.`,
      zh: `“stride”一列是到该层为止的步幅之积：${strides}；224 变成 ${side}。`,
    }),
    jump: { en: 'input pixels between neighbouring values', zh: '相邻两个值之间相隔的输入像素数' },
    side: { en: 'a side of 224 becomes', zh: '边长 224 变为' },
    about: { en: 'about 56', zh: '约 56' },
  },
} satisfies Texts;

const P1: RowDefinition = {
  id: 'P1',
  title: TEXTS.P1.title,
  shows: TEXTS.P1.shows,
  figures: ({ file }) => [
    picture('P1.svg', 'sweep', file, '--kernel', 'edge3x3', '--relu', '--pool', 'none,max:4,avg:4,gauss:4'),
  ],
  checks: ({ layers }) => constantMapLaw(layers),
  see: ({ documents: [document] }) => {
    const peaks = filledCells(document).map(
      ({ parameters, map }) => `${parameters.pool} ${formatNumber(map.values.max)}`,
    );
    return TEXTS.P1.see(peaks.join(', '));
  },
};

const P2: RowDefinition = {
  id: 'P2',
  title: TEXTS.P2.title,
  shows: TEXTS.P2.shows,
  figures: () => [table('summary', 'conv 3 out_channels=8 | relu | max_pool 3 stride=2', '--size', '3,64,64')],
  checks: ({ documents: [document] }) => {
    const [conv, , pool] = summaryOf(document).layers;
    return [
      equal(TEXTS.P2.weights, '27', String((conv.params - 8) / 8)),
      equal(TEXTS.P2.maps, '0, 8 → 8', `${pool.params}, ${conv.outShape[1]} → ${pool.outShape[1]}`),
      equal(TEXTS.P2.size, '30×30', pool.outShape.slice(2).join('×')),
    ];
  },
  see: () => TEXTS.P2.see,
};

const P3: RowDefinition = {
  id: 'P3',
  title: TEXTS.P3.title,
  shows: TEXTS.P3.shows,
  figures: NO_FIGURES,
  async checks({ layers, photo, grayPhoto }) {
    const changes = probeShifts(layers, await grayPhoto());
    return [shiftCheck(changes, photo.own === null ? 'law' : 'finding')];
  },
  see: () => TEXTS.P3.see,
};

const POOLS = 'max:2,4:1,4';

const F13: RowDefinition = {
  id: 'F13',
  title: TEXTS.F13.title,
  shows: TEXTS.F13.shows,
  figures: (photo) => [
    picture(
      'F13.svg',
      'sweep',
      photo.file,
      '--patch',
      patchText(photo, 1),
      ...GREYS,
      '--relu',
      '--stride',
      '4,16',
      '--bias',
      `${photo.biases[1]},${photo.biases[2]}`,
      '--pool',
      POOLS,
    ),
    ...learntKernelPlans('F13.learnt.svg', ...GREYS, '--relu', '--stride', '1,4', '--bias=0,-1', '--pool', POOLS),
    live(
      'F13.html',
      photo.file,
      '--patch',
      patchText(photo, 1),
      '--stride',
      '4',
      `--bias=${photo.biases[2]}`,
      '--relu',
      '--pool',
      'max:2:2',
    ),
  ],
  checks: ({ documents: [document, , , learnt] }) => {
    const { cells, axes } = sweepOf(document);
    const named = cells.filter(({ label, parameters }) =>
      axes.every(({ name }) => label.includes(`${name} ${parameters[name]}`)),
    );
    const { width = 0, height = 0 } = cells[cells.length - 1];
    return [
      equal(TEXTS.F13.cells, '16', String(cells.length)),
      equal(TEXTS.F13.labels, `${cells.length}`, `${named.length}`),
      finding(TEXTS.F13.few, TEXTS.F13.fewer, `${width}×${height}`, width * height < 200),
      equal(TEXTS.F13.nothing, TEXTS.F13.one('1×1', '0'), TEXTS.F13.one(...lastOf(learnt))),
    ];
  },
  see: ({ photo, documents: [document, , , learnt] }) => {
    const cells = filledCells(document);
    const lost = cells.filter(({ map }) => !map.patch!.own!.found);
    const which = lost.map(({ label }) => label).join('; ');
    const { name } = photo.patches[1];
    const own =
      lost.length === 0 ? TEXTS.F13.found(name) : TEXTS.F13.lost(name, cells.length - lost.length, cells.length, which);
    return inSuccession([own, TEXTS.F13.learnt(...lastOf(learnt))]);
  },
};

/** Size and largest value of a sweep's last map. */
function lastOf(document: unknown): [size: string, largest: string] {
  const { width, height, values } = filledCells(document).at(-1)!.map;
  return [`${width}×${height}`, formatNumber(values.max)];
}

const P4: RowDefinition = {
  id: 'P4',
  title: TEXTS.P4.title,
  shows: TEXTS.P4.shows,
  figures: () => [table('summary', 'conv edge3x3 stride=2 | relu | max_pool 2 stride=2', '--size', '1,224,224')],
  checks: ({ documents: [document] }) => {
    const { layers, field } = summaryOf(document);
    const last = layers[layers.length - 1];
    return [
      equal(TEXTS.P4.jump, '4', String(field?.[0].jump)),
      law(TEXTS.P4.side, TEXTS.P4.about, String(last.outShape[3]), Math.abs(last.outShape[3] - 56) <= 1),
    ];
  },
  see: ({ documents: [document] }) => {
    const { layers } = summaryOf(document);
    const strides = layers.map(({ field }) => field?.[0].jump).join(', ');
    return TEXTS.P4.see(strides, layers[layers.length - 1].outShape[3]);
  },
};

export const POOLING: SectionDefinition = { title: TEXTS.section, rows: [P1, P2, P3, F13, P4] };
