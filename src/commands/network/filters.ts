import { type Command, Option } from 'commander';
import { addLayersFlag, addWeightFlags } from '../../cli/network-flags.js';
import { altOption, showOption } from '../../cli/picture-flags.js';

const EXAMPLES = `Examples:
  cnnviz filters alexnet@alexnet.pth                       the first convolution's kernels, in colour
  cnnviz filters net.onnx --layers '*conv2*' --kernels 0-15
  cnnviz filters alexnet --init seed:1 -o kernels.png
`;

/** Adds `filters`: a network's own kernels as pictures. */
export function addFilters(program: Command): void {
  const filters = program
    .command('filters')
    .summary("a network's own kernels as labelled pictures, RGB ones in colour")
    .description('Draw the kernels of convolutions: those that read three channels in colour, others plane by plane.')
    .argument('<net>', 'a network with its weights, as for run')
    .addHelpText('before', EXAMPLES);
  addWeightFlags(filters).optionsGroup('Output:');
  addLayersFlag(filters, 'names or globs with commas (default: the first convolution)')
    .option('--kernels <a-b>', 'which kernels, counted from 0 (default: those that fit a sheet)')
    .addOption(
      new Option('--colormap <name>', 'colours of single planes')
        .choices(['gray', 'viridis', 'magma', 'diverging'])
        .default('gray'),
    )
    .option('-o, --out <place>', 'FILE.png, or a folder (default: NET.LAYER.filters.png here)')
    .option('--size <C,H,W>', 'the input, for networks that do not say one')
    .option('--no-clobber', 'refuse to replace files that exist')
    .addOption(showOption())
    .addOption(altOption())
    .option('--json', 'one JSON document with the numbers of each kernel on stdout', false)
    .option('-q, --quiet', 'print nothing but failures', false)
    .action(async (network: string, options) => {
      const { runFilters } = await import('./run-filters.js');
      await runFilters(network, options);
    });
}
