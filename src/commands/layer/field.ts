import { command } from '../../cli/command.js';
import { flag, under } from '../../cli/flags.js';
import { LOOK_JOBS, lookArgs, lookFlags, positionFlag } from './look-flags.js';

const { crop: centreCrop, ...others } = lookFlags;

const fieldFlags = {
  ...others,
  ...under('Pixels:', { centreCrop: { ...centreCrop, spec: '--centre-crop <n|h,w>' } }),
  ...under('Place:', {
    at: positionFlag('--at <x,y>', "position in the layer's output, from the top left (default: its middle)"),
    pixel: positionFlag('--pixel <x,y>', 'the reverse: which outputs see this pixel of the input'),
  }),
  ...under('Output:', {
    crop: flag.on('--crop', 'write the piece of the image that is seen, instead of the figure'),
  }),
};

/** `cnnviz field`: which pixels one position sees, and which outputs see a pixel. */
export const field = command({
  name: 'field',
  description: `Show which pixels one position of a layer's output sees, through the whole stack of layers before it; how far
neighbouring fields overlap; and how many fields see each pixel. IMAGE with a kernel is one layer; NET IMAGE a network.`,
  examples: `Examples:
  cnnviz field photo.jpg --kernel edge3x3 --stride 2 --at 188,42        what one output sees: photo.field.png
  cnnviz field alexnet dog.jpg --layer features.3 --at 3,4              through all layers before it; no weights needed
  cnnviz field alexnet dog.jpg --layer features.12 --at 2,2 --crop      the piece of the image alone
  cnnviz field "conv edge3x3 | max_pool 2" photo.jpg --pixel 100,50     which outputs see a pixel
`,
  common: ['--kernel', '--layer', '--at', '--pixel', '--out'],
  args: lookArgs,
  flags: fieldFlags,
  output: {
    endings: ['.png', '.svg'],
    what: 'the picture',
    about: 'FILE.png, FILE.svg, FOLDER/ or - for stdout (default: NAME.field.png)',
    draws: true,
  },
  json: 'one JSON document on stdout; a picture only with -o',
  jobs: LOOK_JOBS,
  async answer({ what, flags }, frame) {
    const { openLook } = await import('./look-command.js');
    const { fieldAnswer } = await import('./field-study.js');
    const look = await openLook(what, { ...flags, crop: flags.centreCrop }, frame, fieldFlags);
    return fieldAnswer(look, flags, frame);
  },
});
