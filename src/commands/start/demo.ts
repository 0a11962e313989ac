import { command } from '../../cli/command.js';
import { commandText } from '../../core/text.js';

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
    const { layPhoto, programWords } = await import('./demo-photo.js');
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
