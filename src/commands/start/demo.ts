import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { command } from '../../cli/command.js';
import { CnnvizError } from '../../core/errors.js';
import { commandText, shellWord } from '../../core/text.js';
import { existingFile, readBytes, writeAtomic } from '../../io/files.js';
import { joinPath, relativePath } from '../../io/paths.js';

/** What the demo does to its photograph, as a newcomer would type it. */
const STEPS = [
  {
    say: 'A kernel slides over a photograph: bright where the picture goes from bright to dark.',
    flags: '--kernel edge3x3 --stride 2',
  },
  {
    say: 'Every step of a layer: convolution, a bias as threshold, ReLU, pooling.',
    flags: '--kernel edge3x3 --stride 2 --bias -0.5 --relu --pool max:2 --strip',
  },
  {
    say: 'Four kernels look for four things: edges across, edges along, outlines, and blurred brightness.',
    flags: '-k sobel-x -k sobel-y -k outline3x3 -k gaussian5 --padding same --stride 2 --sheet',
  },
];

/** `cnnviz demo`: the photograph beside its pictures, each step's command printed and run; each can be typed again. */
export const demo = command({
  name: 'demo',
  description:
    'Run the main job on a photograph of a rocket launch, and print the commands. The photograph lies beside the pictures.',
  flags: {},
  output: {
    endings: [],
    what: 'the demo',
    about: 'where the photograph and the pictures go',
    standard: 'cnnviz-demo',
    draws: false,
  },
  json: null,
  async answer(_, { target, terminal, style, quiet, clobber, program }) {
    const { conv } = await import('../layer/conv.js');
    const folder = target.kind === 'folder' ? target.path : '.';
    const photo = await layPhoto(folder);
    const more = [...(quiet ? ['--quiet'] : []), ...(clobber ? [] : ['--no-clobber'])];
    for (const [index, { say, flags }] of STEPS.entries()) {
      const args = ['conv', photo, ...flags.split(' '), '-o', folder];
      terminal.print(`${index + 1}. ${say}`);
      terminal.print(`   ${style.dim(commandText(args))}`);
      const steps = program.createCommand().exitOverride();
      conv.addTo(steps);
      await steps.parseAsync([...args, ...more], { from: 'user' });
      terminal.print('');
      if (process.exitCode) return { ok: Number(process.exitCode) };
    }
    return {
      lines: [
        `The pictures are in ${style.strong(folder)}, and so is the photograph; yours will do as well. Why is a value what it is?`,
        `   ${style.dim(commandText(['explain', photo, '--kernel', 'edge3x3', '--stride', '2']))}`,
        ...(await programWords()),
      ],
    };
  },
});

const PHOTO = 'rocket.jpg';

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
