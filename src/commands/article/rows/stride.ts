import { formatNumber, groupDigits } from '../../../core/text.js';
import { type Check, equal, finding, law } from '../claim.js';
import { type FieldDocument, fieldOf, filledCells } from '../documents.js';
import type { Bilingual, Texts } from '../language.js';
import { strideCost, strideCostLaw } from '../laws/pooling.js';
import {
  capital,
  GREYS,
  live,
  patchText,
  picture,
  type RowDefinition,
  type RowRun,
  type SectionDefinition,
} from '../row.js';

export const TEXTS = {
  section: { en: 'Stride', zh: '步幅' },
  S1: {
    title: { en: 'Stride: the distance of neighbouring windows', zh: '步幅：相邻窗口之间的距离' },
    shows: { en: 'The step from one receptive field to the next.', zh: '从一个感受野到下一个感受野的步长。' },
    see: (sizes: string, unread: string) => ({
      en: `The same edges with ever fewer values: ${sizes}. From stride 4 on there are gaps between the windows: at the last, ${unread} columns are never read.`,
      zh: `同样的边缘，数值却越来越少：${sizes}。从步幅 4 起，窗口之间出现空隙：在最大的步幅下，有 ${unread} 列从未被读取。`,
    }),
    size: (stride: number, width: number, height: number) => ({
      en: `stride ${stride}: floor((${width} − 3) / ${stride}) + 1 by floor((${height} − 3) / ${stride}) + 1`,
      zh: `步幅 ${stride}：floor((${width} − 3) / ${stride}) + 1 乘 floor((${height} − 3) / ${stride}) + 1`,
    }),
    unread: (stride: number) => ({
      en: `stride ${stride}: rows and columns that no window reads`,
      zh: `步幅 ${stride}：没有任何窗口读取的行数与列数`,
    }),
  },
  F6: {
    title: { en: 'Neighbouring fields overlap', zh: '相邻的感受野互相重叠' },
    shows: {
      en: 'At stride 1 they overlap heavily; 3×3 windows at stride 2 still share a row or a column, so nothing is skipped.',
      zh: '步幅为 1 时重叠很多；3×3 的窗口在步幅 2 时仍共享一行或一列，因此没有像素被跳过。',
    },
    see: (one: number, two: number) => ({
      en: `On the right, how many windows read each pixel: up to ${one} at stride 1, up to ${two} at stride 2, and there no pixel is left out.`,
      zh: `右侧是读取每个像素的窗口数：步幅 1 时最多 ${one} 个，步幅 2 时最多 ${two} 个，而且没有遗漏任何像素。`,
    }),
    shared: (stride: number) => ({
      en: `stride ${stride}: columns that neighbours share, 3 − ${stride}`,
      zh: `步幅 ${stride}：相邻窗口共享的列数，3 − ${stride}`,
    }),
    skipped: (stride: number) => ({
      en: `stride ${stride}: columns skipped between them`,
      zh: `步幅 ${stride}：窗口之间被跳过的列数`,
    }),
    some: { en: 'more than 0', zh: '大于 0' },
    readers: (stride: number) => ({
      en: `stride ${stride}: windows that read one pixel, at most`,
      zh: `步幅 ${stride}：读取同一像素的窗口最多有`,
    }),
    readings: (stride: number) => ({
      en: `stride ${stride}: readings of all pixels = outputs · 3²`,
      zh: `步幅 ${stride}：所有像素被读取的总次数 = 输出个数 · 3²`,
    }),
  },
  S2: {
    title: { en: 'What a stride saves', zh: '步幅节省多少计算' },
    shows: {
      en: 'Stride 2 costs about four times less, stride 3 about nine times.',
      zh: '步幅 2 的计算量约为四分之一，步幅 3 约为九分之一。',
    },
    see: (large: string, middle: string, small: string, lost: readonly string[]) => ({
      en: `“About four” is exact only for large images, as the border costs: at 224 pixels stride 2 saves ${large} times, at 17 pixels ${middle}, at 5 pixels ${small}.${lost.map((stride) => ` At stride ${stride} the windows step over the dark → bright edge of the bar: it is lost.`).join('')}`,
      zh: `“约四倍”只对大图像才准确，因为边界也有代价：224 像素时步幅 2 节省 ${large} 倍，17 像素时 ${middle} 倍，5 像素时 ${small} 倍。${lost.map((stride) => `步幅为 ${stride} 时，窗口跨过了亮条的暗 → 亮边缘：它丢失了。`).join('')}`,
    }),
    figure: { en: 'the figure: 17 px, strides 2 and 3', zh: '图中：17 像素，步幅 2 与 3' },
    ratios: (two: string, three: string) => ({ en: `${two} and ${three}`, zh: `${two} 与 ${three}` }),
  },
  F7: {
    title: { en: 'A large kernel at four strides', zh: '大卷积核，四种步幅' },
    shows: {
      en: 'A 70×70 kernel at strides 2, 4, 8 and 16: stride 16 has four times fewer pixels than 8, and the piece is still found.',
      zh: '70×70 的卷积核，步幅为 2、4、8、16：步幅 16 的像素数是步幅 8 的四分之一，而图像块仍能被找到。',
    },
    found: ({ en, zh }: Bilingual, values: string) => ({
      en: `${capital(en)} stays the brightest spot at every stride. Its value (${values}) depends on how near a window comes to its exact place.`,
      zh: `在每种步幅下，${zh}始终是最亮处。它的值（${values}）取决于窗口离它的准确位置有多近。`,
    }),
    lost: ({ en, zh }: Bilingual, strides: string, values: string) => ({
      en: `${capital(en)} is the brightest spot except at stride ${strides}: no window comes near enough to its exact place. Brightest values: ${values}.`,
      zh: `除步幅 ${strides} 外，${zh}都是最亮处：在那里没有窗口足够接近它的准确位置。最亮处的值：${values}。`,
    }),
    overlap: (side: number) => ({
      en: `columns that neighbouring ${side}×${side} windows share (below 0: a gap)`,
      zh: `相邻的 ${side}×${side} 窗口共享的列数（小于 0 表示有空隙）`,
    }),
    near: (stride: string, { en, zh }: Bilingual, x: number, y: number) => ({
      en: `stride ${stride}: ${en} is found within one stride of (${x}, ${y})`,
      zh: `步幅 ${stride}：在离 (${x}, ${y}) 不超过一个步幅处找到${zh}`,
    }),
    own: { en: 'own place', zh: '自己的位置' },
    window: (x: number, y: number) => ({ en: `window at (${x}, ${y})`, zh: `窗口位于 (${x}, ${y})` }),
    values: (stride: number) => ({
      en: `stride ${stride}: values of the map`,
      zh: `步幅 ${stride}：特征图中数值的个数`,
    }),
  },
} satisfies Texts;

const S1: RowDefinition = {
  id: 'S1',
  title: TEXTS.S1.title,
  shows: TEXTS.S1.shows,
  figures: ({ file }) => [
    picture('S1.svg', 'sweep', file, '--kernel', 'edge3x3', '--stride', '1,2,4,8', '--scale', 'symmetric'),
  ],
  checks: ({ photo, documents: [document] }) =>
    filledCells(document).flatMap(({ parameters, map }): Check[] => {
      const stride = Number(parameters.stride);
      const [columns, rows] = [steps(photo.width, stride), steps(photo.height, stride)];
      const unread = [photo.height - seen(rows, stride), photo.width - seen(columns, stride)];
      return [
        equal(TEXTS.S1.size(stride, photo.width, photo.height), `${columns}×${rows}`, `${map.width}×${map.height}`),
        equal(TEXTS.S1.unread(stride), unread.join(', '), `${map.unread.rows}, ${map.unread.columns}`),
      ];
    }),
  see: ({ documents: [document] }) => {
    const cells = filledCells(document);
    const last = cells[cells.length - 1].map;
    const sizes = cells.map(({ map }) => `${map.width}×${map.height}`).join(', ');
    return TEXTS.S1.see(sizes, groupDigits(last.unread.columns));
  },
};

/** How many 3-wide windows fit a side. */
function steps(side: number, stride: number): number {
  return Math.floor((side - 3) / stride) + 1;
}

/** How many pixels of the side so many windows of 3 see. */
function seen(count: number, stride: number): number {
  return stride >= 3 ? 3 * count : (count - 1) * stride + 3;
}

const F6: RowDefinition = {
  id: 'F6',
  title: TEXTS.F6.title,
  shows: TEXTS.F6.shows,
  figures: () => [1, 2].map((stride) => fieldAt(stride)),
  facts: () => [['field', 'bars17.png', '--kernel', 'edge3x3', '--stride', '4']],
  checks: ({ documents, facts }) =>
    [...documents, ...facts].flatMap((document, i): Check[] => {
      const stride = [1, 2, 4][i];
      const field = fieldOf(document);
      const { overlap, skipped, outSize, sum } = field;
      return [
        equal(TEXTS.F6.shared(stride), String(Math.max(0, 3 - stride)), String(Math.max(0, overlap.x))),
        law(
          TEXTS.F6.skipped(stride),
          stride > 3 ? TEXTS.F6.some : '0',
          String(skipped.x),
          skipped.x > 0 === stride > 3,
        ),
        equal(TEXTS.F6.readers(stride), String([9, 4, 1][i]), String(mostReaders(field))),
        equal(TEXTS.F6.readings(stride), String(outSize.x * outSize.y * 9), String(sum)),
      ];
    }),
  see: ({ documents }) => {
    const [one, two] = documents.map((document) => mostReaders(fieldOf(document)));
    return TEXTS.F6.see(one, two);
  },
};

function mostReaders({ readers }: FieldDocument): number {
  return readers.flat().reduce((most, count) => Math.max(most, count), 0);
}

function fieldAt(stride: number) {
  return picture(`F6.stride-${stride}.svg`, 'field', 'bars17.png', '--kernel', 'edge3x3', '--stride', String(stride));
}

const S2: RowDefinition = {
  id: 'S2',
  title: TEXTS.S2.title,
  shows: TEXTS.S2.shows,
  figures: () => [
    picture(
      'S2.svg',
      'sweep',
      'bars17.png',
      '--gray',
      '--pixels',
      '255',
      '--kernel',
      'edge3x3',
      '--stride',
      '1,2,3',
      '--scale',
      'symmetric',
    ),
  ],
  checks: ({ layers, documents: [document] }) => {
    const [one, ...others] = filledCells(document).map(({ map }) => map.macs);
    const [two, three] = others.map((macs) => (one / macs).toFixed(2));
    return [
      ...strideCostLaw(layers),
      equal(TEXTS.S2.figure, TEXTS.S2.ratios('3.52', '9.00'), TEXTS.S2.ratios(two, three)),
    ];
  },
  see: ({ layers, documents: [document] }) => {
    const lost = filledCells(document).filter(({ map: { values } }) => values.min >= 0);
    const saved = (side: number) => (strideCost(layers, side, 1).macs / strideCost(layers, side, 2).macs).toFixed(2);
    const strides = lost.map(({ parameters }) => String(parameters.stride));
    return TEXTS.S2.see(saved(224), saved(17), saved(5), strides);
  },
};

const STRIDES = [2, 4, 8, 16];

const F7: RowDefinition = {
  id: 'F7',
  title: TEXTS.F7.title,
  shows: TEXTS.F7.shows,
  figures: (photo) => [
    picture('F7.svg', 'sweep', photo.file, '--patch', patchText(photo, 1), ...GREYS, '--stride', STRIDES.join()),
    live('F7.html', photo.file, '--patch', patchText(photo, 1), '--stride', String(STRIDES[0])),
  ],
  checks: (run) => [...overlaps(run), ...found(run), ...shrinking(run)],
  see: ({ photo, documents: [document] }) => {
    const cells = filledCells(document);
    const values = cells.map(({ map }) => formatNumber(map.peak!.value)).join(', ');
    const lost = cells.filter(({ map }) => !map.patch!.own!.found).map(({ parameters }) => parameters.stride);
    const { name } = photo.patches[1];
    return lost.length === 0 ? TEXTS.F7.found(name, values) : TEXTS.F7.lost(name, lost.join(', '), values);
  },
};

function overlaps({ photo, documents: [document] }: RowRun): Check[] {
  const side = photo.patches[1].rect.width;
  const cells = filledCells(document);
  const expected = cells.map(({ parameters }) => side - Number(parameters.stride));
  return [equal(TEXTS.F7.overlap(side), expected.join(', '), cells.map(({ map }) => map.overlap[1]).join(', '))];
}

function found({ photo, documents: [document] }: RowRun): Check[] {
  const { name, rect } = photo.patches[1];
  return filledCells(document).map(({ parameters, map }) =>
    finding(
      TEXTS.F7.near(String(parameters.stride), name, rect.x, rect.y),
      TEXTS.F7.own,
      TEXTS.F7.window(map.peak!.window.x0, map.peak!.window.y0),
      map.patch!.own!.found,
    ),
  );
}

function shrinking({ photo, documents: [document] }: RowRun): Check[] {
  const { width, height, patches } = photo;
  const side = patches[1].rect.width;
  return filledCells(document)
    .filter(({ parameters }) => Number(parameters.stride) >= 8)
    .map(({ parameters, map }) => {
      const stride = Number(parameters.stride);
      const sizes = [width, height].map((pixels) => Math.floor((pixels - side) / stride) + 1);
      return equal(TEXTS.F7.values(stride), groupDigits(sizes[0] * sizes[1]), groupDigits(map.width * map.height));
    });
}

export const STRIDE: SectionDefinition = { title: TEXTS.section, rows: [S1, F6, S2, F7] };
