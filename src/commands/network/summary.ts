import type { Command } from 'commander';
import { addWeightFlags } from '../../cli/network-flags.js';
import { altOption, showOption } from '../../cli/picture-flags.js';

const EXAMPLES = `Examples:
  cnnviz summary alexnet
  cnnviz summary alexnet --diff alexnet-2012
  cnnviz summary net.yaml --size 3,224,224 --json
  cnnviz summary alexnet-2012 -o alexnet.png            a drawing; .svg for one that scales
`;

/** Adds `summary`: a network as a table and as a drawing. */
export function addSummary(program: Command): void {
  const summary = program
    .command('summary')
    .summary('a network as a table: shapes, parameters, MACs, receptive fields; and as a drawing')
    .description('Show what each layer of a network gives, costs and sees. No weights are needed, and none are read.')
    .argument('<net>', 'a network, as for run')
    .addHelpText('before', EXAMPLES);
  addWeightFlags(summary)
    .optionsGroup('Output:')
    .option('--size <C,H,W>', 'the input, for networks that do not say one')
    .option('--diff <net>', 'compare with another network')
    .option('-o, --out <file>', 'draw the architecture: FILE.png or FILE.svg')
    .option('--svg', 'the drawing as SVG on stdout', false)
    .option('--no-clobber', 'refuse to replace a file that exists')
    .addOption(showOption())
    .addOption(altOption())
    .option('--json', 'one JSON document on stdout', false)
    .option('-q, --quiet', 'print nothing but failures', false)
    .action(async (network: string, options) => {
      const { runSummary } = await import('./run-summary.js');
      await runSummary(network, options);
    });
}
