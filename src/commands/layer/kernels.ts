import { arg, command } from '../../cli/command.js';

/** `cnnviz kernels`: the built-in kernels, listed, printed, drawn, exported. */
export const kernels = command({
  name: 'kernels',
  description: 'List the built-in kernels, or show what one looks like and responds to.',
  examples: `Examples:
  cnnviz kernels
  cnnviz kernels sobel-x sobel-y
  cnnviz kernels edges                  a group of them
  cnnviz kernels edge3x3 -o edge.npy
  cnnviz kernels -o kernels.png
`,
  args: {
    names: arg.any('kernels, groups (edges, blur) or beginnings of names (kirsch) to show; all are listed without'),
  },
  flags: {},
  output: {
    endings: ['.png', '.svg', '.npy', '.json'],
    what: 'a kernel',
    about: 'export: FILE.npy or FILE.json (one kernel), FILE.png or FILE.svg (a drawing of one or more)',
    draws: true,
  },
  async answer({ names }, frame) {
    const { altOfKernels } = await import('../../cli/alt.js');
    const { CnnvizError } = await import('../../core/errors.js');
    const { extensionOf } = await import('../../io/paths.js');
    const { kernelGroup } = await import('../../models/kernel-names.js');
    const { BUILTIN_KERNELS } = await import('../../models/kernels.js');
    const { kernelWeight } = await import('../../models/kernel-weights.js');
    const { gradientLines, kernelFacts, kernelLines, kernelList } = await import('./kernels-report.js');
    const groups = names.map(kernelGroup);
    const shown = names.length === 0 ? BUILTIN_KERNELS : [...new Set(groups.flatMap((group) => group.kernels))];
    const [{ name }] = shown;
    const { style } = frame;
    const alt = altOfKernels(shown);
    const draw = async (where: string | null) => {
      const { encodeKernels } = await import('./kernels-figure.js');
      return encodeKernels(shown, names.length === 0, alt, frame.figureFile(where));
    };
    const place = frame.place({ name: `${shown.length === 1 ? name : 'kernels'}.png`, inputs: [], always: false });
    const ending = place === null ? '.png' : extensionOf(place).toLowerCase();
    if ((ending === '.npy' || ending === '.json') && shown.length !== 1) {
      throw new CnnvizError('usage', `${place}: one file holds one kernel, got ${shown.length}`, {
        fix: 'name one: cnnviz kernels edge3x3 -o edge3x3.npy; a .png or .svg draws several',
      });
    }
    const bytes = async () => {
      if (ending === '.npy') return (await import('../../models/npy.js')).writeNpy(kernelWeight(shown[0]));
      if (ending !== '.json') return draw(place);
      const { kernelToJson } = await import('../../models/kernel-text.js');
      return new TextEncoder().encode(kernelToJson(name, kernelWeight(shown[0])));
    };
    const printed = () =>
      names.length === 0
        ? kernelList(style)
        : [
            ...groups.flatMap(({ gradient }) => (gradient ? gradientLines(gradient, style) : [])),
            ...shown.flatMap((kernel) => kernelLines(kernel, style)),
          ];
    return {
      lines: place === null ? printed() : [],
      document: () => ({
        kernels: shown.map((kernel) => ({
          name: kernel.name,
          family: kernel.family,
          weight: kernel.rows,
          reads: kernel.reads,
          ...kernelFacts(kernelWeight(kernel)),
        })),
        alt,
      }),
      files: place === null ? [] : [{ place, bytes }],
      picture: () => draw(null),
      alt,
    };
  },
});
