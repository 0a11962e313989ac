import { arg, command } from '../../cli/command.js';
import { toleranceFlag } from './tolerance.js';

/** `cnnviz diff`: two maps, or two folders of them, against each other. */
export const diff = command({
  name: 'diff',
  description:
    'Compare two feature maps, or two folders of them. Exits with 0 when they are the same, 1 when they differ, ' +
    '2 when they cannot be compared.',
  examples: `Examples:
  cnnviz diff before.png after.png                       two pictures, by their decoded pixels
  cnnviz diff base/plane.png/relu.npy relu.npy           two arrays, to the last bit
  cnnviz diff a.npy b.npy --tolerance rel=1e-5 -o d.png  within a tolerance; the difference as a picture
  cnnviz diff maps-1.0/ maps-1.1/                        two folders, file by file
`,
  args: {
    a: arg.one('a .png or .npy file, or a folder: what is expected'),
    b: arg.one('what is held against it'),
  },
  flags: { tolerance: toleranceFlag },
  output: {
    endings: ['.png', '.svg'],
    what: 'the difference',
    about: 'draw the difference of two files, b − a: FILE.png, FILE.svg, FOLDER/ or - for stdout',
    draws: true,
  },
  async answer({ a, b, flags }, frame) {
    const { diffAnswer } = await import('./diff-answer.js');
    return diffAnswer(a, b, flags, frame);
  },
});
