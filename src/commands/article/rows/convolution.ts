import { formatNumber } from '../../../core/text.js';
import { builtinKernel } from '../../../functional/conv2d.js';
import { decodeImage } from '../../../functional/files.js';
import { equal, law } from '../claim.js';
import { explanationOf, mapsOf } from '../documents.js';
import { commutativityLaw, correlationLaw, flipLaw } from '../laws/correlation.js';
import { NO_FIGURES, picture, type RowDefinition, type SectionDefinition } from '../row.js';

/** The 5×5 picture with its numbers as they are stored, and the edge detector. */
const FIVE = ['five.png', '--gray', '--pixels', '255', '--kernel', 'edge3x3'];

const Q1: RowDefinition = {
  id: 'Q1',
  title: 'Convolution turns the kernel around',
  shows: 'In the definition of convolution the kernel is flipped along both axes before it slides.',
  figures: () => [
    picture('Q1.png', 'conv', 'impulse.png', '--gray', '--kernel', '1 2 3; 4 5 6; 7 8 9', '--flip', '--strip'),
  ],
  checks: ({ layers, documents: [document] }) => {
    const [map] = mapsOf(document);
    return [
      ...flipLaw(layers),
      equal(
        'the figure: one white pixel, flipped kernel: smallest and largest value',
        '1 … 9 of 3×3',
        `${map.values.min} … ${map.values.max} of ${map.width}×${map.height}`,
      ),
    ];
  },
  see: () =>
    'A single white pixel gives the kernel back as it was written, 1 2 3 first. The one that slides, in the middle, was turned by --flip; sliding turns it back.',
};

const Q2: RowDefinition = {
  id: 'Q2',
  title: 'Convolution is commutative',
  shows: 'image ∗ kernel = kernel ∗ image.',
  figures: NO_FIGURES,
  checks: ({ layers }) => commutativityLaw(layers),
  see: () =>
    'It holds when every overlap counts (--padding full). Networks take windows that lie inside the image; there the two cannot change places.',
};

const Q3: RowDefinition = {
  id: 'Q3',
  title: 'Libraries compute the correlation',
  shows: 'Cross-correlation is not commutative; deep-learning libraries implement it and call it convolution.',
  figures: NO_FIGURES,
  checks: ({ layers }) => correlationLaw(layers),
  see: () =>
    'Correlation is convolution with the kernel turned by 180°; changing the two around turns the result. A network that learns its kernels does not care which of the two it is.',
};

const Q4: RowDefinition = {
  id: 'Q4',
  title: 'One number of a feature map',
  shows: 'Patch × kernel, element by element, summed.',
  figures: () => [picture('Q4.png', 'explain', ...FIVE, '--at', '1,1')],
  checks: ({ documents: [document] }) => {
    const { same, explained, stored, algorithm } = explanationOf(document);
    return [
      law(
        'the printed sum is the stored value, bit for bit',
        formatNumber(stored, 9),
        `${formatNumber(explained, 9)} (${algorithm})`,
        same,
      ),
    ];
  },
  see: ({ documents: [document] }) =>
    `Nine products, one sum: ${formatNumber(explanationOf(document).stored)}, the value in the middle of the map.`,
};

const F2: RowDefinition = {
  id: 'F2',
  title: 'The kernel slides',
  shows: 'An animation: 5×5 grey image, 3×3 kernel, 3×3 map, nine receptive fields.',
  figures: () => [picture('F2.gif', 'animate', ...FIVE)],
  async checks({ documents: [document], layers, read }) {
    const { positions, shown, scenes } = document as AnimateDocument;
    const x = await decodeImage(await read('five.png'), { gray: true, pixels: '255' });
    const map = layers.conv2d(x, builtinKernel('edge3x3'));
    const drawn = scenes[0].values.filter((value, i) => value === map.data[i]).length;
    return [
      equal('positions of the window, and how many are shown', '9, 9', `${positions}, ${shown}`),
      equal('numbers of the map that are the engine’s', '9 of 9', `${drawn} of ${map.data.length}`),
    ];
  },
  see: () => 'The frame moves by one pixel at a time; each stop fills one cell of the map.',
};

interface AnimateDocument {
  readonly positions: number;
  readonly shown: number;
  readonly scenes: readonly { readonly values: readonly number[] }[];
}

const F3: RowDefinition = {
  id: 'F3',
  title: 'The same as pixels',
  shows: 'Kernel and map rescaled to 0–255; bright means high.',
  figures: () => [picture('F3.png', 'conv', ...FIVE, '--strip'), picture('F3.map.png', 'conv', ...FIVE)],
  checks: ({ documents: [, document] }) => {
    const [{ values, picture: drawn }] = mapsOf(document);
    return [
      equal('grey 0 (black) is the smallest value', formatNumber(values.min), formatNumber(drawn!.scale.lo)),
      equal('grey 255 (white) is the largest value', formatNumber(values.max), formatNumber(drawn!.scale.hi)),
      equal('nothing is clipped', '0', String(drawn!.clipped.below + drawn!.clipped.above)),
    ];
  },
  see: ({ documents: [, document] }) => {
    const [{ values, peak }] = mapsOf(document);
    return `Black is ${formatNumber(values.min)}, white ${formatNumber(values.max)}: the brightest cell, (${peak!.x}, ${peak!.y}), is where the picture goes from bright on the left to dark on the right.`;
  },
};

const F4: RowDefinition = {
  id: 'F4',
  title: 'An edge detector tells the two kinds of edges apart',
  shows:
    'A 17×17 image with both transitions: bright → dark gives the largest positive value, dark → bright the largest negative.',
  figures: () => [
    picture(
      'F4.png',
      'conv',
      'bars17.png',
      '--gray',
      '--pixels',
      '255',
      '--kernel',
      'edge3x3',
      '--scale',
      'symmetric',
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
      equal('size of the map', '15×15', `${width}×${height}`),
      equal('bright → dark, the edge at x = 11', '570 in column 9', `${formatNumber(values.max)} in column ${peak!.x}`),
      equal('dark → bright', '−570', formatNumber(values.min)),
      law('flat is mid-grey', '127 or 128', String(zero), zero === 127 || zero === 128),
    ];
  },
  see: ({ documents: [, document] }) => {
    const [{ values }] = mapsOf(document);
    return `The bar's right edge is white (${formatNumber(values.max)}), its left edge black (${formatNumber(values.min)}), everything flat mid-grey.`;
  },
};

const Q5: RowDefinition = {
  id: 'Q5',
  title: 'Colour: one more loop',
  shows: 'On an RGB image the sum goes over the channels too: the kernel is 3-D, and there is one value a position.',
  figures: ({ file }) => [picture('Q5.png', 'explain', file, '--kernel', 'edge3x3', '--bias', '-1')],
  checks: ({ documents: [document] }) => {
    const { steps, same, stored, explained, algorithm } = explanationOf(document);
    const [{ channels, sum, bias }] = steps;
    const parts = channels.map((channel) => formatNumber(channel.sum, 5));
    return [
      equal('channels', '3', String(channels.length)),
      law(
        'red + green + blue + bias is the value, in the engine’s own order and float32',
        formatNumber(stored, 7),
        `${parts.join(' + ')} = ${formatNumber(sum, 7)}; bias ${formatNumber(bias)} → ${formatNumber(explained, 7)}`,
        Math.fround(sum + bias) === stored,
      ),
      law('the same bits as the stored map', 'same', same ? `same (${algorithm})` : 'different', same),
    ];
  },
  see: ({ documents: [document] }) => {
    const { x, y, stored } = explanationOf(document);
    return `The strongest edge of the photograph, at (${x}, ${y}): three sums, one for each colour, and the bias make ${formatNumber(stored, 5)}.`;
  },
};

export const CONVOLUTION: SectionDefinition = { title: 'Convolution', rows: [Q1, Q2, Q3, Q4, F2, F3, F4, Q5] };
