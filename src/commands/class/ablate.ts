import { command } from '../../cli/command.js';
import { flag } from '../../cli/flags.js';
import { CLASS_WORDS, classArgs, classFlags, classOutput } from './class-flags.js';

/** `cnnviz ablate`: what a class depends on, channel by channel. */
export const ablate = command({
  name: 'ablate',
  description: `Set each channel of a layer to zero (or its mean), one at a time, and watch a class's score. The network runs once up to
the layer, from there on several channels together.`,
  examples: `Examples:
  cnnviz ablate alexnet@alexnet.pth dog.jpg --layer features.11     which channels the best class lives on
  cnnviz ablate resnet18@resnet18.pth dog.jpg --class tabby --layer layer4.1.relu --count 30
  cnnviz ablate alexnet@alexnet.pth dog.jpg --layer classifier.2 --fill mean --json
`,
  common: ['--weights', '--class', '--layer', '--out'],
  args: classArgs,
  flags: {
    ...classFlags,
    layer: flag.needed('-l, --layer <name>', 'the layer whose channels are taken away'),
    fill: flag.choice('--fill <what>', '0, or the mean of the channel over its map', ['0', 'mean'], '0'),
    count: flag.whole('--count <n>', 'how many channels to show; --json and .npy have them all', 1, '15'),
  },
  output: classOutput('ablate'),
  ...CLASS_WORDS,
  async answer({ net, image, flags }, frame) {
    const { openClass } = await import('./class-command.js');
    const { ablateAnswer } = await import('./ablate-study.js');
    return ablateAnswer(await openClass(net, image, flags, frame), flags, frame);
  },
});
