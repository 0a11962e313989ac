import { arg, command } from '../../cli/command.js';
import { flag, under, wordsOf } from '../../cli/flags.js';
import { layersFlag, requestOf, sizeFlag, weightFlags } from '../../cli/network-flags.js';
import { CnnvizError } from '../../core/errors.js';
import { safeName } from '../../io/paths.js';

/** a-b, or one number */
function parseRange(_long: string, text: string): readonly [first: number, last: number] {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text);
  if (match) return [Number(match[1]), Number(match[2] ?? match[1])];
  throw new CnnvizError('usage', `--kernels: expected a-b, got "${text}"`, {
    fix: 'such as --kernels 0-3, counted from 0',
  });
}

/** Which kernels, and how they are drawn. */
const drawnFlags = under('Output:', {
  layers: layersFlag('names or globs with commas (default: the first convolution)'),
  kernels: flag.of(
    '--kernels <a-b>',
    'which kernels, counted from 0 (default: those that fit a sheet)',
    parseRange,
    (range) => range.join('-'),
  ),
  colormap: flag.choice(
    '--colormap <name>',
    'colours of single planes',
    ['gray', 'viridis', 'magma', 'diverging'],
    'gray',
  ),
  size: sizeFlag,
});

/** `cnnviz filters`: a sheet of kernels for each convolution. */
export const filters = command({
  name: 'filters',
  description: 'Draw the kernels of convolutions: those that read three channels in colour, others plane by plane.',
  examples: `Examples:
  cnnviz filters alexnet@alexnet.pth                       the first convolution's kernels, in colour
  cnnviz filters net.onnx --layers '*conv2*' --kernels 0-15
  cnnviz filters digits -o kernels.png                     a trained network that ships
  cnnviz filters digits --kernels 4 -o k.npy               the numbers of one of them, for conv --kernel k.npy
`,
  args: { net: arg.one('a network with its weights, as for run') },
  flags: { ...weightFlags, ...drawnFlags },
  output: {
    endings: ['.png', '.svg', '.npy'],
    what: 'the sheet',
    about:
      'FILE.png, FILE.svg, FILE.npy for exact numbers, FOLDER/ or - for stdout (default: NET.LAYER.filters.png here)',
    draws: true,
  },
  json: 'one JSON document with the numbers of each kernel on stdout',
  async answer({ net, flags }, frame) {
    const { refuseSwapped } = await import('../../cli/argument-order.js');
    refuseSwapped('filters', net, []);
    const { VERSION } = await import('../../core/version.js');
    const { altOfFilters } = await import('../../cli/alt.js');
    const { requestArgs } = await import('../../run/recipe.js');
    const { drawFilters, filtersWords, kernelNumbers, kernelsIn, networkFilters } = await import('./filters-figure.js');
    const request = requestOf(net, flags);
    const found = await networkFilters(request, flags.layers, flags.size);
    const { target } = frame;
    if (found.length > 1 && (target.kind === 'file' || target.kind === 'stdout')) {
      const place = target.kind === 'file' ? target.path : '-';
      throw new CnnvizError('usage', `${place}: one file cannot hold the kernels of ${found.length} layers`, {
        fix: 'name a folder',
      });
    }
    const places = found.map(({ network, layer }) => {
      const name = `${safeName(network)}.${safeName(layer)}.filters.png`;
      return frame.place({ name, layer: safeName(layer), inputs: [] });
    });
    return {
      document: () => ({
        cnnviz: VERSION,
        network: net,
        filters: found.map((one) => {
          const { layer, shape, kernels } = one;
          return { layer, shape, kernels, alt: altOfFilters(one) };
        }),
      }),
      files: found.flatMap((one, i) => {
        const place = places[i];
        if (place === null) return [];
        const args = ['filters', ...requestArgs(request), ...wordsOf(drawnFlags, { ...flags, layers: [one.layer] })];
        const drawn = { range: flags.kernels, colormap: flags.colormap, args, alt: altOfFilters(one) };
        const chosen = frame.wantsNumbers ? kernelsIn(one, flags.kernels) : one;
        const bytes = () =>
          frame.wantsNumbers ? kernelNumbers(chosen) : drawFilters(one, { ...drawn, file: frame.figureFile(place) });
        return [{ place, facts: filtersWords(chosen), bytes }];
      }),
      alt: found.map(altOfFilters).join(' '),
    };
  },
});
