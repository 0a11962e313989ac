import { arg, command } from '../../cli/command.js';
import { inputFlags } from '../../cli/input-flags.js';
import { CLASS_WORDS, classArgs, topFlags } from './class-flags.js';

/** `cnnviz top`: the patches that excite a channel most. */
export const top = command({
  name: 'top',
  description: `Run a network over images and cut out what each channel of a layer responds to most strongly: what the place sees (its
receptive field), from the original image. All channels in one pass; one patch an image, so that neighbours do not repeat.`,
  examples: `Examples:
  cnnviz top digits drawn/ --layer conv2 --channel 3                         which strokes excite it
  cnnviz top alexnet@alexnet.pth photos/ --layer features.0 --channel 12     the nine patches it likes best
  cnnviz top alexnet@alexnet.pth photos/ -r --layer features.10 --channel 3,7 --count 5
  cnnviz top net.onnx photos/ --layer conv2 --json                           every channel, as numbers
`,
  common: ['--layer', '--channel', '--weights', '--count', '--out'],
  args: { net: classArgs.net, images: arg.any('images, .npy arrays, folders, .tar archives, globs') },
  flags: { ...topFlags, ...inputFlags },
  output: {
    endings: ['.png', '.svg'],
    what: 'the sheet',
    about: 'FILE.png, FILE.svg, FOLDER/ or - for stdout (default: NET.LAYER.top.png here)',
    draws: true,
  },
  json: 'one JSON document on stdout; a sheet only with -o',
  jobs: CLASS_WORDS.jobs,
  profile: true,
  async answer(words, frame) {
    const { topAnswer } = await import('./top-report.js');
    return topAnswer(words, frame);
  },
});
