import { formatNumber } from '../../../core/text.js';
import { equal, finding, law } from '../claim.js';
import { filledCells, summaryOf, sweepOf } from '../documents.js';
import { constantMapLaw, probeShifts, shiftCheck } from '../laws/pooling.js';
import { capital, NO_FIGURES, patchText, picture, type RowDefinition, type SectionDefinition, table } from '../row.js';

const P1: RowDefinition = {
  id: 'P1',
  title: 'Three ways to pool',
  shows: 'Per map: the largest value, the mean, or a mean weighted by the distance from the centre.',
  figures: ({ file }) => [
    picture('P1.png', 'sweep', file, '--kernel', 'edge3x3', '--relu', '--pool', 'none,max:4,avg:4,gauss:4'),
  ],
  checks: ({ layers }) => constantMapLaw(layers),
  see: ({ documents: [document] }) => {
    const peaks = filledCells(document).map(
      ({ parameters, map }) => `${parameters.pool} ${formatNumber(map.values.max)}`,
    );
    return `The largest value keeps a thin line bright, the mean dilutes it, the weighted mean lies between: brightest value ${peaks.join(', ')}.`;
  },
};

const P2: RowDefinition = {
  id: 'P2',
  title: 'Pool size and pool stride are two things',
  shows: 'Pooling windows may overlap; they are 2-D, one map at a time, where a convolution’s are 3-D.',
  figures: () => [table('summary', 'conv 3 out_channels=8 | relu | max_pool 3 stride=2', '--size', '3,64,64')],
  checks: ({ documents: [document] }) => {
    const [conv, , pool] = summaryOf(document).layers;
    return [
      equal(
        'a convolution sums over all 3 channels: weights of one of its kernels',
        '27',
        String((conv.params - 8) / 8),
      ),
      equal(
        'a pool has no weights and keeps the number of maps',
        '0, 8 → 8',
        `${pool.params}, ${conv.outShape[1]} → ${pool.outShape[1]}`,
      ),
      equal('window 3, stride 2: floor((62 − 3) / 2) + 1', '30×30', pool.outShape.slice(2).join('×')),
    ];
  },
  see: () =>
    'The convolution has parameters and changes the number of maps; the pool has none and leaves it. Window 3 at stride 2: neighbours share one row.',
};

const P3: RowDefinition = {
  id: 'P3',
  title: 'Pooling makes small shifts matter less',
  shows: 'The more pooling layers, the less the output changes when the input is moved.',
  figures: NO_FIGURES,
  async checks({ layers, photo, grayPhoto }) {
    const changes = probeShifts(layers, await grayPhoto());
    return [shiftCheck(changes, photo.own === null ? 'law' : 'finding')];
  },
  see: () =>
    'Behind conv edge3x3 ▸ ReLU: Σ|change| as a share of Σ|output|. About 100 % and more means that hardly a value stays where it was; two pools take most of that away.',
};

const F13: RowDefinition = {
  id: 'F13',
  title: 'Stride, bias, pool size and pool stride together',
  shows: 'A grid of all four; convolution stride 16 with pool stride 4 is deliberately too much.',
  figures: (photo) => [
    picture(
      'F13.png',
      'sweep',
      photo.file,
      '--patch',
      patchText(photo, 1),
      '--relu',
      '--stride',
      '4,16',
      '--bias',
      `${photo.biases[1]},${photo.biases[2]}`,
      '--pool',
      'max:2,4:1,4',
    ),
  ],
  checks: ({ documents: [document] }) => {
    const { cells, axes } = sweepOf(document);
    const named = cells.filter(({ label, parameters }) =>
      axes.every(({ name }) => label.includes(`${name} ${parameters[name]}`)),
    );
    const { width = 0, height = 0 } = cells[cells.length - 1];
    return [
      equal('cells: 2 strides × 2 biases × 2 pool sizes × 2 pool strides', '16', String(cells.length)),
      equal('cells whose label names all their parameters', `${cells.length}`, `${named.length}`),
      finding(
        'stride 16 and pool stride 4 leave few values',
        'fewer than 200',
        `${width}×${height}`,
        width * height < 200,
      ),
    ];
  },
  see: ({ photo, documents: [document] }) => {
    const cells = filledCells(document);
    const lost = cells.filter(({ map }) => !map.patch!.own!.found);
    const which = lost.map(({ label }) => label).join('; ');
    return lost.length === 0
      ? `${capital(photo.patches[1].name)} is still the brightest spot of every cell, but the last has room for little else.`
      : `${capital(photo.patches[1].name)} is the brightest spot in ${cells.length - lost.length} of ${cells.length} cells; it is lost at ${which}.`;
  },
};

const P4: RowDefinition = {
  id: 'P4',
  title: 'Strides multiply',
  shows: 'Stride 2 in the convolution and 2 in the pooling make a map about four times smaller a side.',
  figures: () => [table('summary', 'conv edge3x3 stride=2 | relu | max_pool 2 stride=2', '--size', '1,224,224')],
  checks: ({ documents: [document] }) => {
    const { layers, field } = summaryOf(document);
    const last = layers[layers.length - 1];
    return [
      equal('input pixels between neighbouring values', '4', String(field?.[0].jump)),
      law('a side of 224 becomes', 'about 56', String(last.outShape[3]), Math.abs(last.outShape[3] - 56) <= 1),
    ];
  },
  see: ({ documents: [document] }) => {
    const { layers } = summaryOf(document);
    return `The column “stride” is the product so far: ${layers.map(({ field }) => field?.[0].jump).join(', ')}; 224 becomes ${layers[layers.length - 1].outShape[3]}.`;
  },
};

export const POOLING: SectionDefinition = { title: 'Pooling', rows: [P1, P2, P3, F13, P4] };
