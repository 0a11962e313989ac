import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { command } from '../../cli/command.js';
import { CnnvizError } from '../../core/errors.js';
import { commandText, shellWord } from '../../core/text.js';
import { existingFile, readBytes, writeAtomic } from '../../io/files.js';
import { joinPath, relativePath } from '../../io/paths.js';

/** What the demo does to its pictures, as a newcomer would type it. */
const STEPS = [
  {
    command: 'conv',
    input: 'rocket.jpg',
    say: 'A kernel slides over a photograph: bright where the picture goes from bright to dark.',
    flags: '--kernel edge3x3 --stride 2',
  },
  {
    command: 'conv',
    input: 'rocket.jpg',
    say: 'Every step of a layer: convolution, a bias as threshold, ReLU, pooling.',
    flags: '--kernel edge3x3 --stride 2 --bias -0.5 --relu --pool max:2 --strip',
  },
  {
    command: 'conv',
    input: 'rocket.jpg',
    say: 'Four kernels look for four things: edges across, edges along, outlines, and blurred brightness.',
    flags: '-k sobel-x -k sobel-y -k outline3x3 -k gaussian5 --padding same --stride 2 --sheet',
  },
  {
    command: 'run',
    input: 'seven.png',
    say: 'A trained network ships with the package: its kernels were learnt, and tell which digit this is.',
    flags: '--overview',
  },
] as const;

/** `cnnviz demo`: a photograph and a digit beside the pictures made of them, each step's command printed and run; each can be typed again. */
export const demo = command({
  name: 'demo',
  description:
    'Run the main jobs on a photograph of a rocket launch and on a handwritten 7, and print the commands. Both lie beside the pictures.',
  flags: {},
  output: {
    endings: [],
    what: 'the demo',
    about: 'where the photograph, the digit and the pictures go',
    standard: 'cnnviz-demo',
    draws: false,
  },
  json: null,
  async answer(_, { target, terminal, style, quiet, clobber, program }) {
    const [{ conv }, { run }] = await Promise.all([import('../layer/conv.js'), import('../network/run.js')]);
    const folder = target.kind === 'folder' ? target.path : '.';
    const [photo] = await layPictures(folder);
    const more = [...(quiet ? ['--quiet'] : []), ...(clobber ? [] : ['--no-clobber'])];
    for (const [index, { say, command, input, flags }] of STEPS.entries()) {
      const net = command === 'run' ? ['digits'] : [];
      const args = [command, ...net, joinPath(folder, input), ...flags.split(' '), '-o', folder];
      terminal.print(`${index + 1}. ${say}`);
      terminal.print(`   ${style.dim(commandText(args))}`);
      const steps = program.createCommand().exitOverride();
      (command === 'run' ? run : conv).addTo(steps);
      await steps.parseAsync([...args, ...more], { from: 'user' });
      terminal.print('');
      if (process.exitCode) return { ok: Number(process.exitCode) };
    }
    return {
      lines: [
        `The pictures are in ${style.strong(folder)}, and so are the photograph and the digit; yours will do as well. Why is a value what it is?`,
        `   ${style.dim(commandText(['explain', photo, '--kernel', 'edge3x3', '--stride', '2']))}`,
        ...(await programWords()),
      ],
    };
  },
});

/** The demo's pictures, and where they lie in the package; the digits as the lines of `explore` name them. */
const PICTURES = [
  ['rocket.jpg', 'rocket.jpg'],
  ['seven.png', 'digits/7.png'],
  ...[...'0123456789'].map((digit) => [`digits/${digit}.png`, `digits/${digit}.png`] as const),
] as const;

/** The pictures in `out`, where commands can name them. @throws CnnvizError 'usage' where another file has such a name */
async function layPictures(out: string): Promise<string[]> {
  const paths: string[] = [];
  for (const [name, from] of PICTURES) paths.push(await layPicture(joinPath(out, name), from, out));
  return paths;
}

async function layPicture(path: string, from: string, out: string): Promise<string> {
  const bytes = await readBytes(fileURLToPath(new URL(`../../fixtures/images/${from}`, import.meta.url)));
  if (!(await existingFile(path))) await writeAtomic(path, bytes, { clobber: false });
  else if (!Buffer.from(bytes).equals(await readBytes(path))) {
    throw new CnnvizError('usage', `${path}: a file of this name, and not the demo’s, is there already`, {
      fix: `another folder: cnnviz demo -o ${shellWord(joinPath(out, 'cnnviz-demo'))}`,
    });
  }
  return path;
}

/** How to type the commands where `cnnviz` is not installed; nothing where it is. */
async function programWords(): Promise<string[]> {
  if (await isInPath('cnnviz')) return [];
  const program = `node ${shellWord(programPath())}`;
  return [`There is no cnnviz in your PATH: write ${program} for it, or install it (npm install -g).`];
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
