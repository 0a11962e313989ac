import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { addConv } from './commands/conv.js';
import { openTerminal } from './terminal.js';

/** The commands of the demo, as a newcomer would type them; {photo} and {out} are filled in. */
const STEPS = [
  {
    say: 'A kernel slides over a photograph: bright where the picture goes from bright to dark.',
    args: ['{photo}', '--kernel', 'edge3x3', '--stride', '2', '-o', '{out}'],
  },
  {
    say: 'The same as input ▸ kernel ▸ map, with zero at mid-grey.',
    args: ['{photo}', '--kernel', 'edge3x3', '--stride', '2', '--scale', 'symmetric', '--strip', '-o', '{out}'],
  },
  {
    say: 'Four kernels look for four things: edges across, edges along, outlines, and blurred brightness.',
    args: [
      '{photo}',
      '-k',
      'sobel-x',
      '-k',
      'sobel-y',
      '-k',
      'outline3x3',
      '-k',
      'gaussian5',
      '--padding',
      'same',
      '--stride',
      '2',
      '--sheet',
      '-o',
      '{out}',
    ],
  },
];

/** Runs each step and prints the command that does the same. */
export async function runDemo(out: string): Promise<void> {
  const photo = fileURLToPath(new URL('../../fixtures/images/rocket.jpg', import.meta.url));
  const terminal = await openTerminal({ quiet: false, reserveStdout: false });
  for (const [index, { say, args }] of STEPS.entries()) {
    const filled = args.map((arg) => arg.replace('{photo}', photo).replace('{out}', out));
    const shown = args.map((arg) => arg.replace('{photo}', 'rocket.jpg').replace('{out}', out));
    terminal.print(`${index + 1}. ${say}`);
    terminal.print(terminal.style.dim(`   cnnviz conv ${shown.join(' ')}`));
    const program = new Command().exitOverride();
    addConv(program);
    await program.parseAsync(['conv', ...filled], { from: 'user' });
    terminal.print('');
    if (process.exitCode) return;
  }
  terminal.print(
    `The pictures are in ${terminal.style.strong(out)}. Next: cnnviz conv YOUR-PHOTO.jpg --kernel edge3x3 --strip`,
  );
}
