import type { Command } from 'commander';
import { addClassCommand } from './class-command.js';

const examples = `Examples:
  cnnviz saliency alexnet@alexnet.pth dog.jpg                       which pixels move the score of the best class
  cnnviz saliency alexnet@alexnet.pth dog.jpg --class 207 --signed  which way, too
  cnnviz saliency net.onnx x.npy --raw -o gradient.npy              the gradient itself, [C, H, W]
`;

/** Adds `saliency`: which pixels move a class's score. */
export function addSaliency(program: Command): void {
  addClassCommand(
    program,
    'saliency',
    {
      summary: "which pixels move a class's score: the gradient of the input",
      description: `The gradient of a class's score with respect to what the network reads (Simonyan et al. 2014): for each pixel the
largest of its channels, in size. A softmax at the network's end is left out.`,
      examples,
    },
    (command) => command.option('--signed', 'keep the sign: does more there raise or lower the score?', false),
  ).action(async (network: string, image: string, options) => {
    const { runSaliency } = await import('./run-saliency.js');
    await runSaliency(network, image, options);
  });
}
