import { formatNumber } from '../../../core/text.js';
import { type Check, equal, finding, law } from '../claim.js';
import { filledCells, summaryOf } from '../documents.js';
import { patchText, picture, type RowDefinition, type RowRun, type SectionDefinition } from '../row.js';

const F5: RowDefinition = {
  id: 'F5',
  title: 'Kernels cut out of the photograph',
  shows: 'Three pieces of the photograph used as kernels; each map is brightest where its piece came from.',
  figures: (photo) => {
    const patches = ([0, 1, 2] as const).flatMap((which) => ['--patch', patchText(photo, which)]);
    return [
      picture('F5.png', 'sweep', photo.file, ...patches),
      picture('F5.raw.png', 'sweep', photo.file, ...patches, '--patch-mode', 'raw'),
    ];
  },
  checks: (run) => [...zeroMean(run), rawMode(run)],
  see: ({ documents: [zeroMeanDocument, raw] }) => {
    const own = (document: unknown) => filledCells(document).filter(({ map }) => map.patch?.own?.found).length;
    return `The frames in the maps mark the brightest spots: ${own(zeroMeanDocument)} of 3 lie where the piece was cut. That takes kernels of zero mean; in the second picture they are as cut, brightness alone decides, and ${own(raw)} of 3 find themselves.`;
  },
};

function zeroMean({ photo: { patches }, documents: [document] }: RowRun): Check[] {
  return filledCells(document).map(({ map: { peak, patch, kernel } }, i) => {
    const { x, y } = patches[i].rect;
    const second = patch!.runnerUp;
    return finding(
      `${patches[i].name} (${kernel.shape.slice(1).join('×')}, zero mean) is strongest at its own place`,
      `(${x}, ${y})`,
      `(${peak!.x}, ${peak!.y}), ${formatNumber(peak!.value)}${second ? `; elsewhere at most ${formatNumber(100 * second.share, 2)} % of it` : ''}`,
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
    'smallest over largest value of a map: as cut everything fires, only zero-mean kernels answer below zero',
    'from 0 as cut, below 0 with zero mean',
    `${formatNumber(asCut, 2)} as cut, ${formatNumber(zero, 2)} with zero mean`,
    asCut >= 0 && zero < 0,
  );
}

export const PATCHES: SectionDefinition = { title: 'Kernels that look for something', rows: [F5] };

const F1: RowDefinition = {
  id: 'F1',
  title: 'What a convolutional network is made of',
  shows: 'Convolutional layers that extract features, and fully connected layers that classify them.',
  figures: () => [picture('F1.svg', 'summary', 'lenet5')],
  async checks({ documents: [document], read }) {
    const { layers } = summaryOf(document);
    const drawing = new TextDecoder().decode(await read('F1.svg'));
    const shapes = layers.map(({ outShape }) => outShape.slice(1).join('×'));
    const missing = shapes.filter((shape) => !drawing.includes(shape));
    return [
      equal(
        'layers whose shape stands in the drawing',
        `${shapes.length} of ${shapes.length}`,
        `${shapes.length - missing.length} of ${shapes.length}`,
      ),
      law(
        'convolutional layers first, fully connected ones last',
        'no conv behind the first linear layer',
        layers.flatMap(({ kind }) => (kind === 'conv' || kind === 'linear' ? kind : [])).join(' ▸ '),
        layers.findIndex(({ kind }) => kind === 'linear') > layers.findLastIndex(({ kind }) => kind === 'conv'),
      ),
    ];
  },
  see: ({ documents: [document] }) => {
    const { layers } = summaryOf(document);
    const count = (kind: string) => layers.filter((layer) => layer.kind === kind).length;
    return `LeNet-5: ${count('conv')} convolutions look for features in maps that get smaller, ${count('linear')} fully connected layers turn them into ${layers[layers.length - 1].outShape.join('×').replace(/^1×/, '')} numbers, one a class.`;
  },
};

export const STRUCTURE: SectionDefinition = { title: 'What it is made of', rows: [F1] };
