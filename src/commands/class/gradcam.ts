import type { Command } from 'commander';
import { addClassCommand } from './class-command.js';

const examples = `Examples:
  cnnviz gradcam alexnet@alexnet.pth dog.jpg                        where it sees the class it thinks best
  cnnviz gradcam resnet18@resnet18.pth dog.jpg --class tabby --layer layer4.1.relu
  cnnviz gradcam alexnet --init seed:1 dog.jpg --raw -o cam.npy     the map's own numbers
`;

/** Adds `gradcam`: where a layer speaks for a class. */
export function addGradcam(program: Command): void {
  addClassCommand(
    program,
    'gradcam',
    {
      summary: 'where in the image a layer speaks for a class (Grad-CAM)',
      description: `Grad-CAM (Selvaraju et al. 2017): a layer's maps, each weighted by how the class's score grows with it, summed up
over the image. A softmax at the network's end is left out. --raw gives the map at the layer's own size, [h, w].`,
      examples,
    },
    (command) =>
      command.option('-l, --layer <name>', 'a layer of maps (default: the last before the pooling over the whole map)'),
  ).action(async (network: string, image: string, options) => {
    const { runGradcam } = await import('./run-gradcam.js');
    await runGradcam(network, image, options);
  });
}
