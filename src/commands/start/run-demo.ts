import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { openTerminal } from '../../cli/terminal.js';
import { CnnvizError } from '../../core/errors.js';
import { commandText, shellWord } from '../../core/text.js';
import { existingFile, readBytes, writeAtomic } from '../../io/files.js';
import { joinPath, relativePath } from '../../io/paths.js';
import { conv } from '../layer/conv.js';

/** What the demo does to its photograph, as a newcomer would type it. */
const STEPS = [
  {
    say: 'A kernel slides over a photograph: bright where the picture goes from bright to dark.',
    flags: '--kernel edge3x3 --stride 2',
  },
  {
    say: 'The same as input ▸ kernel ▸ map, with zero at mid-grey.',
    flags: '--kernel edge3x3 --stride 2 --scale symmetric --strip',
  },
  {
    say: 'Four kernels look for four things: edges across, edges along, outlines, and blurred brightness.',
    flags: '-k sobel-x -k sobel-y -k outline3x3 -k gaussian5 --padding same --stride 2 --sheet',
  },
];

const PHOTO = 'rocket.jpg';

/** Puts the photograph beside its pictures, prints each step's command and runs it: each can be typed again as it is. */
export async function runDemo(out: string): Promise<void> {
  checkFolder(out);
  const terminal = await openTerminal({ quiet: false, reserveStdout: false });
  const photo = await layPhoto(out);
  for (const [index, { say, flags }] of STEPS.entries()) {
    const args = ['conv', photo, ...flags.split(' '), '-o', out];
    terminal.print(`${index + 1}. ${say}`);
    terminal.print(`   ${terminal.style.dim(commandText(args))}`);
    const program = new Command().exitOverride();
    conv.addTo(program);
    await program.parseAsync(args, { from: 'user' });
    terminal.print('');
    if (process.exitCode) return;
  }
  terminal.print(
    `The pictures are in ${terminal.style.strong(out)}, and so is the photograph; yours will do as well. Why is a value what it is?`,
  );
  terminal.print(`   ${terminal.style.dim(commandText(['explain', photo, '--kernel', 'edge3x3', '--stride', '2']))}`);
  if (!(await isInPath('cnnviz'))) {
    terminal.print(
      `There is no cnnviz in your PATH: write node ${shellWord(programPath())} for it, or install it (npm install -g).`,
    );
  }
}

function checkFolder(out: string): void {
  if (/\.(png|npy)$|[{}]|^-|^$/i.test(out)) {
    throw new CnnvizError('usage', `-o ${out}: expected a folder for the pictures`, { fix: 'cnnviz demo -o pictures' });
  }
}

/** The photograph in `out`, where commands can name it. @throws CnnvizError 'usage' where another file has its name */
async function layPhoto(out: string): Promise<string> {
  const path = joinPath(out, PHOTO);
  const bytes = await readBytes(fileURLToPath(new URL(`../../fixtures/images/${PHOTO}`, import.meta.url)));
  if (!(await existingFile(path))) await writeAtomic(path, bytes, { clobber: false });
  else if (!Buffer.from(bytes).equals(await readBytes(path))) {
    throw new CnnvizError(
      'usage',
      `${path}: a file of this name, and not the photograph of the demo, is there already`,
      {
        fix: `another folder: cnnviz demo -o ${shellWord(joinPath(out, 'cnnviz-demo'))}`,
      },
    );
  }
  return path;
}

async function isInPath(name: string): Promise<boolean> {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const places = folders.flatMap((folder) => [joinPath(folder, name), joinPath(folder, `${name}.cmd`)]);
  for (const place of places) if (await existingFile(place)) return true;
  return false;
}

/** This program, from where the user stands where it is below. */
function programPath(): string {
  const path = process.argv[1];
  const relative = relativePath(process.cwd(), path);
  return relative.startsWith('..') ? path : relative;
}
