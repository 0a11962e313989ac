import type { Command } from 'commander';

/** Adds `read`: from greys back to values. */
export function addRead(program: Command): void {
  program
    .command('read')
    .summary('values and recipe back from a feature map')
    .description('Give back the values behind a PNG that cnnviz wrote (or a .npy array), and the command that made it.')
    .argument('<map>', 'a feature map as .png or .npy, or - for standard input')
    .option(
      '--at <x,y>',
      'the value at this position; may be repeated',
      (at: string, all: string[]) => [...all, at],
      [],
    )
    .option('--channel <n>', 'which map of a .npy array, counted from 0', '0')
    .option('--recipe', 'only the command that makes this map again', false)
    .option('-o, --out <file.npy>', 'write the values as float32')
    .option('--no-clobber', 'refuse to replace a file that exists')
    .option('--json', 'one JSON document on stdout', false)
    .option('-q, --quiet', 'print nothing but failures', false)
    .addHelpText(
      'before',
      `Examples:
  cnnviz read photo.edge3x3.png
  cnnviz read photo.edge3x3.png --at 188,42
  cnnviz read photo.edge3x3.png -o photo.npy
`,
    )
    .action(async (path: string, options) => {
      const { runRead } = await import('./run-read.js');
      await runRead(path, options);
    });
}
