import { equal, law } from '../../../core/check.js';
import { summaryOf } from '../documents.js';
import { picture, type RowDefinition, type SectionDefinition } from '../row.js';

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
