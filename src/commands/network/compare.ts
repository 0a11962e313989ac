import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { addPresetFlags, asPrintedOption } from '../../cli/network-flags.js';
import { verboseOption } from '../../cli/picture-flags.js';

const EXAMPLES = `Examples:
  cnnviz compare alexnet@alexnet.pth alexnet.onnx dog.jpg        is the export the network I trained?
  cnnviz compare net.yaml@before.pth net.yaml@after.pth dog.jpg  two checkpoints
  cnnviz compare a.onnx b.onnx x.npy --json                      two exports on an array
`;

/** Adds `compare`: where two models part. */
export function addCompare(program: Command): void {
  const compare = program
    .command('compare')
    .summary('two networks layer by layer: where they part')
    .description(
      `Run two networks, or two exports of one, on an image and compare them layer by layer. Exits with 1 when they differ.
The first network says how the image is prepared, unless --preset does.`,
    )
    .argument('<a>', 'a network, as for run: NET or NET@WEIGHTS')
    .argument('<b>', 'another')
    .argument('<image>', 'an image or a .npy array')
    .addHelpText('before', EXAMPLES)
    .option('--tolerance <share>', "the largest difference, as a share of the layer's largest value", '1e-4')
    .option('--init <seed:N>', 'made-up He weights for a network without a checkpoint')
    .addOption(asPrintedOption());
  addPresetFlags(compare)
    .optionsGroup('Running:')
    .option('--exact', 'only algorithms that add in one fixed order; no batch norm folded', false)
    .option('-j, --jobs <n>', 'threads for one large convolution', String(availableParallelism()))
    .option('--json', 'one JSON document on stdout', false)
    .addOption(verboseOption())
    .option('-q, --quiet', 'print nothing but failures', false)
    .action(async (a: string, b: string, image: string, options) => {
      const { runCompare } = await import('./run-compare.js');
      await runCompare(a, b, image, options);
    });
}
