import { formatNumber, groupDigits } from '../../../core/text.js';
import { type Check, equal, finding, law } from '../claim.js';
import { type FieldDocument, fieldOf, filledCells } from '../documents.js';
import { strideCost, strideCostLaw } from '../laws/pooling.js';
import { capital, patchText, picture, type RowDefinition, type RowRun, type SectionDefinition } from '../row.js';

const S1: RowDefinition = {
  id: 'S1',
  title: 'Stride: the distance of neighbouring windows',
  shows: 'The step from one receptive field to the next.',
  figures: ({ file }) => [
    picture('S1.png', 'sweep', file, '--kernel', 'edge3x3', '--stride', '1,2,4,8', '--scale', 'symmetric'),
  ],
  checks: ({ photo, documents: [document] }) =>
    filledCells(document).flatMap(({ parameters, map }): Check[] => {
      const stride = Number(parameters.stride);
      const [columns, rows] = [steps(photo.width, stride), steps(photo.height, stride)];
      const unread = [photo.height - seen(rows, stride), photo.width - seen(columns, stride)];
      return [
        equal(
          `stride ${stride}: floor((${photo.width} − 3) / ${stride}) + 1 by floor((${photo.height} − 3) / ${stride}) + 1`,
          `${columns}×${rows}`,
          `${map.width}×${map.height}`,
        ),
        equal(
          `stride ${stride}: rows and columns that no window reads`,
          unread.join(', '),
          `${map.unread.rows}, ${map.unread.columns}`,
        ),
      ];
    }),
  see: ({ documents: [document] }) => {
    const cells = filledCells(document);
    const last = cells[cells.length - 1].map;
    return `The same edges with ever fewer values: ${cells.map(({ map }) => `${map.width}×${map.height}`).join(', ')}. From stride 4 on there are gaps between the windows: at the last, ${groupDigits(last.unread.columns)} columns are never read.`;
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
  title: 'Neighbouring fields overlap',
  shows:
    'At stride 1 they overlap heavily; 3×3 windows at stride 2 still share a row or a column, so nothing is skipped.',
  figures: () => [1, 2].map((stride) => fieldAt(stride)),
  facts: () => [['field', 'bars17.png', '--kernel', 'edge3x3', '--stride', '4']],
  checks: ({ documents, facts }) =>
    [...documents, ...facts].flatMap((document, i): Check[] => {
      const stride = [1, 2, 4][i];
      const field = fieldOf(document);
      const { overlap, skipped, outSize, sum } = field;
      return [
        equal(
          `stride ${stride}: columns that neighbours share, 3 − ${stride}`,
          String(Math.max(0, 3 - stride)),
          String(Math.max(0, overlap.x)),
        ),
        law(
          `stride ${stride}: columns skipped between them`,
          stride > 3 ? 'more than 0' : '0',
          String(skipped.x),
          skipped.x > 0 === stride > 3,
        ),
        equal(
          `stride ${stride}: windows that read one pixel, at most`,
          String([9, 4, 1][i]),
          String(mostReaders(field)),
        ),
        equal(
          `stride ${stride}: readings of all pixels = outputs · 3²`,
          String(outSize.x * outSize.y * 9),
          String(sum),
        ),
      ];
    }),
  see: ({ documents }) => {
    const [one, two] = documents.map((document) => mostReaders(fieldOf(document)));
    return `On the right, how many windows read each pixel: up to ${one} at stride 1, up to ${two} at stride 2, and there no pixel is left out.`;
  },
};

function mostReaders({ readers }: FieldDocument): number {
  return readers.flat().reduce((most, count) => Math.max(most, count), 0);
}

function fieldAt(stride: number) {
  return picture(`F6.stride-${stride}.png`, 'field', 'bars17.png', '--kernel', 'edge3x3', '--stride', String(stride));
}

const S2: RowDefinition = {
  id: 'S2',
  title: 'What a stride saves',
  shows: 'Stride 2 costs about four times less, stride 3 about nine times.',
  figures: () => [
    picture(
      'S2.png',
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
    const ratios = others.map((macs) => (one / macs).toFixed(2)).join(' and ');
    return [...strideCostLaw(layers), equal('the figure: 17 px, strides 2 and 3', '3.52 and 9.00', ratios)];
  },
  see: ({ layers, documents: [document] }) => {
    const lost = filledCells(document).filter(({ map: { values } }) => values.min >= 0);
    const edge = lost
      .map(
        ({ parameters }) =>
          ` At stride ${parameters.stride} the windows step over the dark → bright edge of the bar: it is lost.`,
      )
      .join('');
    const saved = (side: number) => (strideCost(layers, side, 1).macs / strideCost(layers, side, 2).macs).toFixed(2);
    return `“About four” is exact only for large images, as the border costs: at 224 pixels stride 2 saves ${saved(224)} times, at 17 pixels ${saved(17)}, at 5 pixels ${saved(5)}.${edge}`;
  },
};

const STRIDES = [2, 4, 8, 16];

const F7: RowDefinition = {
  id: 'F7',
  title: 'A large kernel at four strides',
  shows:
    'A 70×70 kernel at strides 2, 4, 8 and 16: stride 16 has four times fewer pixels than 8, and the piece is still found.',
  figures: (photo) => [
    picture('F7.png', 'sweep', photo.file, '--patch', patchText(photo, 1), '--stride', STRIDES.join()),
  ],
  checks: (run) => [...overlaps(run), ...found(run), ...shrinking(run)],
  see: ({ photo, documents: [document] }) => {
    const cells = filledCells(document);
    const values = cells.map(({ map }) => formatNumber(map.peak!.value)).join(', ');
    const lost = cells.filter(({ map }) => !map.patch!.own!.found).map(({ parameters }) => parameters.stride);
    const name = capital(photo.patches[1].name);
    if (lost.length === 0) {
      return `${name} stays the brightest spot at every stride. Its value (${values}) depends on how near a window comes to its exact place.`;
    }
    return `${name} is the brightest spot except at stride ${lost.join(', ')}: no window comes near enough to its exact place. Brightest values: ${values}.`;
  },
};

function overlaps({ photo, documents: [document] }: RowRun): Check[] {
  const side = photo.patches[1].rect.width;
  const cells = filledCells(document);
  const expected = cells.map(({ parameters }) => side - Number(parameters.stride));
  return [
    equal(
      `columns that neighbouring ${side}×${side} windows share (below 0: a gap)`,
      expected.join(', '),
      cells.map(({ map }) => map.overlap[1]).join(', '),
    ),
  ];
}

function found({ photo, documents: [document] }: RowRun): Check[] {
  const { name, rect } = photo.patches[1];
  return filledCells(document).map(({ parameters, map }) =>
    finding(
      `stride ${parameters.stride}: ${name} is found within one stride of (${rect.x}, ${rect.y})`,
      'own place',
      `window at (${map.peak!.window.x0}, ${map.peak!.window.y0})`,
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
      return equal(
        `stride ${stride}: values of the map`,
        groupDigits(sizes[0] * sizes[1]),
        groupDigits(map.width * map.height),
      );
    });
}

export const STRIDE: SectionDefinition = { title: 'Stride', rows: [S1, F6, S2, F7] };
