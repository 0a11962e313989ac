import { command } from '../../cli/command.js';
import { flag, under } from '../../cli/flags.js';
import { LOOK_JOBS, lookArgs, lookFlags, positionFlag } from './look-flags.js';

const explainFlags = {
  ...lookFlags,
  ...under('Place:', {
    at: positionFlag('--at <x,y>', "position in the layer's output, from the top left (default: its largest value)"),
  }),
  ...under('Output:', { all: flag.on('--all', 'every product of large kernels, not the largest only') }),
};

/** `cnnviz explain`: how one number came about. */
export const explain = command({
  name: 'explain',
  description: `Show how one value of a layer's output came about. IMAGE with a kernel is one layer, with the flags of conv;
NET IMAGE is a pipe or network, with those of run. The sum follows the engine's order. It gives the same bits, or the bound of the difference is printed.`,
  examples: `Examples:
  cnnviz explain photo.jpg --kernel edge3x3 --stride 2 --at 188,42      patch × kernel, channel by channel
  cnnviz explain photo.jpg -k edge3x3 --relu --pool max:2 --at 94,21    with activation and pooling window
  cnnviz explain "conv edge3x3 | relu" photo.jpg --layer relu --at 8,4  a pipe
  cnnviz explain digits seven.png --layer conv1 --channel 2             a trained kernel, where it answers most
  cnnviz explain alexnet@alexnet.pth dog.jpg --layer features.3 --channel 5 --at 3,4
  cnnviz explain photo.jpg --kernel edge3x3 --at 188,42 -o why.png      as a picture, numbers in the cells
`,
  common: ['--kernel', '--stride', '--layer', '--at', '--out'],
  args: lookArgs,
  flags: explainFlags,
  output: {
    endings: ['.png', '.svg'],
    what: 'the picture',
    about: 'draw it: FILE.png, FILE.svg, FOLDER/ or - for stdout',
    draws: true,
  },
  json: 'one JSON document on stdout, every number',
  jobs: LOOK_JOBS,
  verbose: true,
  profile: true,
  async answer({ what, flags }, frame) {
    const { openLook } = await import('./look-command.js');
    const { explainAnswer } = await import('./explain-study.js');
    return explainAnswer(await openLook(what, flags, frame, explainFlags), flags, frame);
  },
});
