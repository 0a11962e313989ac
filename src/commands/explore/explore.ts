import { arg, command } from '../../cli/command.js';
import { exploreFlags } from './explore-flags.js';

/** `cnnviz explore`: a network, or one layer, as a page to look around in. */
export const explore = command({
  name: 'explore',
  description: `Make one HTML file in which a network can be looked through: every layer's maps, every number's arithmetic, what if.
It runs the network itself, needs no internet and sends nothing. NET is what run takes; IMAGE with a kernel is one layer;
two networks are compared. Without words: the digits network, and a canvas to draw on.`,
  examples: `Examples:
  cnnviz explore --open                                     draw a digit, watch every layer: digits.explore.html
  cnnviz explore digits seven.png                           a trained network that ships: seven.explore.html
  cnnviz explore photo.jpg --kernel edge3x3                 one layer: kernel, stride, bias, pooling to play with
  cnnviz explore squeezenet1_1 photo.jpg -o photo.html      after cnnviz get squeezenet1_1
  cnnviz explore alexnet photo.jpg --layers 'features.*'    without the classifier, which is large
  cnnviz explore net.yaml@before.pth net.yaml@after.pth x.png   two networks: the first layer that differs
  cnnviz explore digits --checkpoint kept/ seven.png        a training as a film, after train --checkpoints kept/
  cnnviz explore vgg16 photo.jpg --serve --open             too large for a file: weights as they are asked for
`,
  common: ['--kernel', '--layers', '--weights', '--open', '--serve', '--out'],
  args: { what: arg.any('NET and images, A and B and images, or images with --kernel or --patch') },
  flags: exploreFlags,
  output: {
    endings: ['.html'],
    what: 'the page',
    about: 'FILE.html, FOLDER/ or - for stdout (default: NAME.explore.html here)',
    draws: false,
  },
  json: 'one JSON document on stdout: what the page holds, its size and SHA-256',
  engine: true,
  async answer({ what, flags }, frame) {
    const { exploreAnswer } = await import('./explore-answer.js');
    return exploreAnswer(what, flags, frame);
  },
});
