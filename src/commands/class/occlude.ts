import { type Command, Option } from 'commander';
import { addClassCommand } from './class-command.js';

const examples = `Examples:
  cnnviz occlude alexnet@alexnet.pth dog.jpg                        what the best class depends on
  cnnviz occlude alexnet@alexnet.pth dog.jpg --class 207 --size 48 --stride 8
  cnnviz occlude net.onnx x.npy --fill 0 -o drop.npy                the map's own numbers, [rows, columns]
`;

/** Adds `occlude`: what a class depends on, patch by patch. */
export function addOcclude(program: Command): void {
  addClassCommand(
    program,
    'occlude',
    {
      summary: 'what a class depends on: cover a patch, watch the score fall',
      description: `Cover the image patch by patch and watch a class's score (Zeiler, Fergus 2014), needing no gradients. Patch k of a row
begins at min(k·stride, side − size), counted in what the network reads. Coarse places come first; the result is the full grid.`,
      examples,
    },
    (command) =>
      command
        .optionsGroup('Patch:')
        .option('--size <n|h,w>', 'side of the patch (default: a seventh of the shorter side, 32 of 224)')
        .option('--stride <n|h,w>', 'from one patch to the next (default: half of the size)')
        .addOption(
          new Option('--fill <what>', "mean: each channel's mean; gray: mid-grey; 0: what the network reads as 0")
            .choices(['mean', 'gray', '0'])
            .default('mean'),
        )
        .addOption(
          new Option('--measure <what>', "what falls: the class's own score, or its share among all classes")
            .choices(['logit', 'probability'])
            .default('logit'),
        ),
  ).action(async (network: string, image: string, options) => {
    const { runOcclude } = await import('./run-occlude.js');
    await runOcclude(network, image, options);
  });
}
