import { type Command, Option } from 'commander';
import { addClassCommand } from './class-command.js';

const examples = `Examples:
  cnnviz ablate alexnet@alexnet.pth dog.jpg --layer features.11     which channels the best class lives on
  cnnviz ablate resnet18@resnet18.pth dog.jpg --class tabby --layer layer4.1.relu --count 30
  cnnviz ablate alexnet@alexnet.pth dog.jpg --layer classifier.2 --fill mean --json
`;

/** Adds `ablate`: what a class depends on, channel by channel. */
export function addAblate(program: Command): void {
  addClassCommand(
    program,
    'ablate',
    {
      summary: 'what a class depends on, channel by channel of a layer',
      description: `Set each channel of a layer to zero (or its mean), one at a time, and watch a class's score. The network runs once up to
the layer, from there on several channels together.`,
      examples,
    },
    (command) =>
      command
        .requiredOption('-l, --layer <name>', 'the layer whose channels are taken away')
        .addOption(
          new Option('--fill <what>', '0, or the mean of the channel over its map').choices(['0', 'mean']).default('0'),
        )
        .option('--count <n>', 'how many channels to show; --json and .npy have them all', '15'),
  ).action(async (network: string, image: string, options) => {
    const { runAblate } = await import('./run-ablate.js');
    await runAblate(network, image, options);
  });
}
