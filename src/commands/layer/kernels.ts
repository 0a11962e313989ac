import type { Command } from 'commander';
import { altOption, showOption } from '../../cli/picture-flags.js';

/** Adds `kernels`: the built-in kernels, listed, printed, drawn, exported. */
export function addKernels(program: Command): void {
  program
    .command('kernels')
    .summary('the built-in kernels: list, print, draw, export')
    .description('List the built-in kernels, or show what one looks like and responds to.')
    .argument(
      '[names...]',
      'kernels, groups (edges, blur) or beginnings of names (kirsch) to show; all are listed without',
    )
    .option('-o, --out <file>', 'export: FILE.npy or FILE.json (one kernel), FILE.png (a drawing of one or more)')
    .option('--no-clobber', 'refuse to replace a file that exists')
    .addOption(showOption())
    .addOption(altOption())
    .option('--json', 'one JSON document on stdout', false)
    .addHelpText(
      'before',
      `Examples:
  cnnviz kernels
  cnnviz kernels sobel-x sobel-y
  cnnviz kernels edges                  a group of them
  cnnviz kernels edge3x3 -o edge.npy
  cnnviz kernels -o kernels.png
`,
    )
    .action(async (names: string[], options) => {
      const { runKernels } = await import('./run-kernels.js');
      await runKernels(names, options);
    });
}
