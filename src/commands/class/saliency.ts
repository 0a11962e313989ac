import { command } from '../../cli/command.js';
import { flag } from '../../cli/flags.js';
import { CLASS_WORDS, classArgs, classFlags, classOutput } from './class-flags.js';

/** `cnnviz saliency`: which pixels move a class's score. */
export const saliency = command({
  name: 'saliency',
  description: `The gradient of a class's score with respect to what the network reads (Simonyan et al. 2014): for each pixel the
largest of its channels, in size. A softmax at the network's end is left out.`,
  examples: `Examples:
  cnnviz saliency alexnet@alexnet.pth dog.jpg                       which pixels move the score of the best class
  cnnviz saliency alexnet@alexnet.pth dog.jpg --class 207 --signed  which way, too
  cnnviz saliency net.onnx x.npy --raw -o gradient.npy              the gradient itself, [C, H, W]
`,
  common: ['--weights', '--class', '--out'],
  args: classArgs,
  flags: {
    ...classFlags,
    signed: flag.on('--signed', 'keep the sign: does more there raise or lower the score?'),
  },
  output: classOutput('saliency'),
  ...CLASS_WORDS,
  async answer({ net, image, flags }, frame) {
    const { openClass } = await import('./class-command.js');
    const { saliencyAnswer } = await import('./saliency-study.js');
    return saliencyAnswer(await openClass(net, image, flags, frame), flags, frame);
  },
});
