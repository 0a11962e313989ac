import { type Tensor, tensor } from '../../../core/tensor.js';
import { formatNumber, groupDigits } from '../../../core/text.js';
import { decodeNpy } from '../../../functional/files.js';
import { type Check, equal, finding, law } from '../claim.js';
import { filledCells, mapsOf, networkRunOf, sweepOf } from '../documents.js';
import { compositionLaw, linearityLaw } from '../laws/linearity.js';
import { areSame, type Layers, sameWords } from '../laws/planes.js';
import { activationGraph } from '../line-graph.js';
import { NO_FIGURES, patchText, picture, type RowDefinition, type SectionDefinition } from '../row.js';

const LAYER = 'conv edge3x3 | relu | max_pool 3 stride=2';
const STAGES = ['conv', 'relu', 'max_pool'];
const FIVE = ['five.png', '--gray', '--pixels', '255', '--kernel', 'edge3x3'];

const F8: RowDefinition = {
  id: 'F8',
  title: 'A layer has three stages',
  shows: 'Convolution ▸ non-linearity, the “detector stage” ▸ pooling.',
  figures: ({ file }) => {
    const run = ['run', LAYER, file, '--layers', 'all'];
    return [
      { args: [...run, '-o', 'F8.{layer}.png'], files: STAGES.map((stage) => `F8.${stage}.png`) },
      { args: [...run, '--format', 'npy', '-o', 'F8.{layer}.npy'], files: STAGES.map((stage) => `F8.${stage}.npy`) },
    ];
  },
  async checks({ read, layers }) {
    const stage = async (name: string) => decodeNpy(await read(`F8.${name}.npy`));
    const [conv, relu, pool] = await Promise.all(STAGES.map(stage));
    return [
      identical('ReLU of the stored convolution is the stored second stage', layers.relu(conv), relu),
      identical(
        'max pool of the stored second stage is the stored third',
        layers.maxPool2d(relu, { kernelSize: 3, stride: 2 }),
        pool,
      ),
    ];
  },
  see: ({ documents: [document] }) => {
    const [conv, relu, pool] = networkRunOf(document).layers;
    const size = ({ shape }: typeof conv) => shape.slice(-2).reverse().join('×');
    return `${size(conv)} values from ${formatNumber(conv.min)} to ${formatNumber(conv.max)}; ReLU keeps the positive ones (${formatNumber((100 * relu.firing) / relu.count)} %); pooling leaves ${size(pool)}.`;
  },
};

function identical(what: string, computed: Tensor, stored: Tensor): Check {
  const all = groupDigits(stored.data.length);
  return law(what, `${all} of ${all} values the same`, sameWords(computed, stored), areSame(computed, stored));
}

const Q6: RowDefinition = {
  id: 'Q6',
  title: 'Linear, affine, neither',
  shows: 'Linear means f(ax) = a f(x) and f(x + y) = f(x) + f(y); ax + b is affine, not linear.',
  figures: NO_FIGURES,
  checks: ({ layers }) => [...linearityLaw(layers), ...compositionLaw(layers)],
  see: () =>
    'A convolution is linear, so two in a row are only one with a larger kernel. A ReLU between them is what makes depth worth something.',
};

const BIASES = [500, 0, -500, -1000];
/** Whole numbers on either side of every knee. */
const REACH = 1500;
const XS = Float32Array.from({ length: 2 * REACH + 1 }, (_, i) => i - REACH);

const F9: RowDefinition = {
  id: 'F9',
  title: 'ReLU with a bias',
  shows: 'The graph of max(0, x + b).',
  figures: NO_FIGURES,
  drawing: { file: 'F9.png', draw: (look) => activationGraph('relu', BIASES, REACH, look) },
  checks: ({ layers }) =>
    BIASES.map((bias) => {
      const knee = XS[biasedRelu(layers, XS, bias).lastIndexOf(0)];
      return equal(
        `b = ${formatNumber(bias)}: the knee, the last x that gives 0`,
        formatNumber(-bias),
        formatNumber(knee),
      );
    }),
  see: () => 'The knee lies at −b: a negative bias is a threshold that the input must pass.',
};

/** max(0, x + b) by the engine: a 1×1 convolution of weight 1 with the bias, then ReLU. */
function biasedRelu({ relu, conv2d }: Layers, xs: Float32Array, bias: number): Float32Array {
  const line = tensor(xs, [1, xs.length]);
  return relu(conv2d(line, tensor(Float32Array.of(1), [1, 1]), { bias })).data;
}

const F10: RowDefinition = {
  id: 'F10',
  title: 'The numbers after ReLU',
  shows: 'The 3×3 map of F2 behind the ReLU: negative numbers become 0.',
  figures: () => [
    picture('F10.png', 'conv', ...FIVE, '--relu', '--strip'),
    picture('F10.before.npy', 'conv', ...FIVE),
    picture('F10.npy', 'conv', ...FIVE, '--relu'),
  ],
  async checks({ documents: [document], read }) {
    const [{ values }] = mapsOf(document);
    const [before, after] = [decodeNpy(await read('F10.before.npy')), decodeNpy(await read('F10.npy'))];
    const kept = after.data.filter((value, i) => value === Math.max(0, before.data[i])).length;
    return [
      equal(
        'numbers that are 0 where they were negative, else unchanged',
        '9 of 9',
        `${kept} of ${before.data.length}`,
      ),
      equal('smallest value', '0', String(values.min)),
      equal('largest value', '170', String(values.max)),
      equal('values above zero', '1 of 9', `${values.firing} of ${values.count}`),
    ];
  },
  see: ({ documents: [document] }) => {
    const [{ values }] = mapsOf(document);
    return `Of ${values.count} numbers ${values.firing} is left: the only place where the picture goes from bright to dark.`;
  },
};

const F11: RowDefinition = {
  id: 'F11',
  title: 'The same as pixels',
  shows: 'The map before and behind ReLU.',
  figures: () => [picture('F11.png', 'sweep', ...FIVE, '--activation', 'none,relu')],
  checks: ({ documents: [document] }) => {
    const [none, relu] = filledCells(document).map(({ map }) => map.values);
    const { scale } = sweepOf(document);
    return [
      equal(
        'one scale for both',
        `${formatNumber(none.min)} … ${formatNumber(none.max)}`,
        `${formatNumber(scale.lo)} … ${formatNumber(scale.hi)}`,
      ),
      equal('the largest value is the same', String(none.max), String(relu.max)),
      equal('the smallest becomes', '0', String(relu.min)),
      equal(
        'values above zero, before and behind',
        `${none.firing} and ${none.firing}`,
        `${none.firing} and ${relu.firing}`,
      ),
    ];
  },
  see: () => 'On one scale: everything darker than zero becomes the grey of zero; nothing else changes.',
};

const F12: RowDefinition = {
  id: 'F12',
  title: 'The bias is a threshold',
  shows:
    'The piece’s map with several biases: a positive one helps the neuron fire, a large negative one lets only the strongest stimulus through.',
  figures: (photo) => [
    picture('F12.png', 'sweep', photo.file, '--patch', patchText(photo, 1), `--bias=${photo.biases.join()}`, '--relu'),
  ],
  checks: ({ photo, documents: [document] }) => {
    const cells = filledCells(document);
    const shares = cells.map(({ map: { values } }) => (100 * values.firing) / values.count);
    const words = shares.map((share) => `${formatNumber(share)} %`).join(', ');
    return [
      law(
        `the lower the bias, the fewer places fire: biases ${photo.biases.map((bias) => formatNumber(bias)).join(', ')}`,
        'never more than the one before',
        words,
        shares.every((share, i) => i === 0 || share <= shares[i - 1]),
      ),
      finding(
        `at the lowest ${photo.patches[1].name} alone still fires`,
        'peak at its own place, above 0',
        `${formatNumber(cells[cells.length - 1].map.peak!.value)} at (${cells[cells.length - 1].map.peak!.x}, ${cells[cells.length - 1].map.peak!.y})`,
        cells[cells.length - 1].map.patch!.own!.found && cells[cells.length - 1].map.values.max > 0,
      ),
      finding(
        'every bias changes what fires',
        'no warning',
        sweepOf(document).notes.join('; ') || 'no warning',
        sweepOf(document).notes.length === 0,
      ),
    ];
  },
  see: ({ photo, documents: [document] }) => {
    const cells = filledCells(document);
    const shares = cells.map(({ map: { values } }) => `${formatNumber((100 * values.firing) / values.count)} %`);
    const last = cells[cells.length - 1].map;
    const left = last.values.firing === 0 ? 'nothing' : groupDigits(last.values.firing);
    const where = last.values.firing > 0 && last.patch!.own!.found ? `, the strongest at ${photo.patches[1].name}` : '';
    return `All on one scale. Firing: ${shares.join(', ')}. Of ${groupDigits(last.values.count)} places ${left} still fires at the last bias${where}.`;
  },
};

export const DETECTOR: SectionDefinition = { title: 'The detector stage', rows: [F8, Q6, F9, F10, F11, F12] };
