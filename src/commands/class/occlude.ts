import { command } from '../../cli/command.js';
import { flag, under } from '../../cli/flags.js';
import { parsePair } from '../../cli/parse.js';
import { CLASS_WORDS, classArgs, classFlags, classOutput } from './class-flags.js';

/** `cnnviz occlude`: what a class depends on, patch by patch. */
export const occlude = command({
  name: 'occlude',
  description: `Cover the image patch by patch and watch a class's score (Zeiler, Fergus 2014), needing no gradients. Patch k of a row
begins at min(k·stride, side − size), counted in what the network reads. Coarse places come first; the result is the full grid.`,
  examples: `Examples:
  cnnviz occlude alexnet@alexnet.pth dog.jpg                        what the best class depends on
  cnnviz occlude alexnet@alexnet.pth dog.jpg --class 207 --size 48 --stride 8
  cnnviz occlude net.onnx x.npy --fill 0 -o drop.npy                the map's own numbers, [rows, columns]
`,
  common: ['--weights', '--class', '--size', '--stride', '--out'],
  args: classArgs,
  flags: {
    ...classFlags,
    ...under('Patch:', {
      size: flag.of(
        '--size <n|h,w>',
        'side of the patch (default: a seventh of the shorter side, 32 of 224)',
        parsePair,
      ),
      stride: flag.of('--stride <n|h,w>', 'from one patch to the next (default: half of the size)', parsePair),
      fill: flag.choice(
        '--fill <what>',
        "mean: each channel's mean; gray: mid-grey; 0: what the network reads as 0",
        ['mean', 'gray', '0'],
        'mean',
      ),
      measure: flag.choice(
        '--measure <what>',
        "what falls: the class's own score, or its share among all classes",
        ['logit', 'probability'],
        'logit',
      ),
    }),
  },
  output: classOutput('occlude'),
  ...CLASS_WORDS,
  async answer({ net, image, flags }, frame) {
    const { openClass } = await import('./class-command.js');
    const { occludeAnswer } = await import('./occlude-study.js');
    return occludeAnswer(await openClass(net, image, flags, frame), flags, frame);
  },
});
