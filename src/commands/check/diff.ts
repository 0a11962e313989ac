import type { Command } from 'commander';

const EXAMPLES = `Examples:
  cnnviz diff before.png after.png                       two pictures, by their decoded pixels
  cnnviz diff base/plane.png/relu.npy relu.npy           two arrays, to the last bit
  cnnviz diff a.npy b.npy --tolerance rel=1e-5 -o d.png  within a tolerance; the difference as a picture
  cnnviz diff maps-1.0/ maps-1.1/                        two folders, file by file
`;

/** Adds `diff`: two maps against each other. */
export function addDiff(program: Command): void {
  program
    .command('diff')
    .summary('two PNG or .npy files: the same, or where they differ first')
    .description(
      'Compare two feature maps, or two folders of them. Exits with 0 when they are the same, 1 when they differ, ' +
        '2 when they cannot be compared.',
    )
    .argument('<a>', 'a .png or .npy file, or a folder: what is expected')
    .argument('<b>', 'what is held against it')
    .addHelpText('before', EXAMPLES)
    .option('--tolerance <abs=…,rel=…,ulps=…>', 'let values differ by so much (default: not by one bit)')
    .option('-o, --out <file.png>', 'draw the difference, b − a')
    .option('--no-clobber', 'refuse to replace a file that exists')
    .option('--json', 'one JSON document on stdout', false)
    .option('-q, --quiet', 'print nothing, only exit', false)
    .action(async (a: string, b: string, options) => {
      const { runDiff } = await import('./run-diff.js');
      await runDiff(a, b, options);
    });
}
