import { command } from '../../cli/command.js';
import { flag } from '../../cli/flags.js';
import { CLASS_WORDS, classArgs, classFlags, classOutput } from './class-flags.js';

/** `cnnviz gradcam`: where in the image a layer speaks for a class. */
export const gradcam = command({
  name: 'gradcam',
  description: `Grad-CAM (Selvaraju et al. 2017): a layer's maps, each weighted by how the class's score grows with it, summed up
over the image. A softmax at the network's end is left out. --raw gives the map at the layer's own size, [h, w].`,
  examples: `Examples:
  cnnviz gradcam digits seven.png                                   what makes it a 7, by the network that ships
  cnnviz gradcam alexnet@alexnet.pth dog.jpg                        where it sees the class it thinks best
  cnnviz gradcam resnet18@resnet18.pth dog.jpg --class tabby --layer layer4.1.relu
  cnnviz gradcam digits seven.png --class 1 --raw -o cam.npy        the map's own numbers
`,
  common: ['--weights', '--class', '--layer', '--out'],
  args: classArgs,
  flags: {
    ...classFlags,
    layer: flag.text('-l, --layer <name>', 'a layer of maps (default: the last before the pooling over the whole map)'),
    stretch: flag.on(
      '--stretch',
      'the map over the whole input, as published; without it each value lies in the middle of its receptive field',
    ),
  },
  output: classOutput('gradcam'),
  ...CLASS_WORDS,
  async answer({ net, image, flags }, frame) {
    const { openClass } = await import('./class-command.js');
    const { gradcamAnswer } = await import('./gradcam-study.js');
    return gradcamAnswer(await openClass(net, image, flags, frame), flags, frame);
  },
});
