import { arg, command } from '../../cli/command.js';
import { doctorFlags } from './doctor-flags.js';

/** `cnnviz doctor`: what is wrong with a network, and where. */
export const doctor = command({
  name: 'doctor',
  description: `Examine a network: numbers that are NaN or explode and where they are born, layers that are dead or saturated, batch
norms and weights that look wrong or untrained, and images that are not prepared as they were for training. Weights alone tell
a part; with images it sees the rest. Exits with 1 when something is wrong.`,
  examples: `Examples:
  cnnviz doctor net.onnx photos/ --preset imagenet     prepare the images as you would for run
  cnnviz doctor resnet18@mine.pth photos/*.jpg
  cnnviz doctor net.onnx                               the weights alone
  cnnviz doctor net.onnx x.npy --json                  each finding with layer, channels and numbers
`,
  common: ['--weights', '--preset', '--resize', '--normalize'],
  args: {
    net: arg.one('the network, as for run'),
    images: arg.any('images, .npy arrays, folders, .tar archives, globs; some dozen of the kind it was trained on'),
  },
  flags: doctorFlags,
  json: 'one JSON document with all findings on stdout',
  jobs: 'threads within one image',
  profile: true,
  async answer(words, frame) {
    const { doctorAnswer } = await import('./doctor-answer.js');
    return doctorAnswer(words, frame);
  },
});
