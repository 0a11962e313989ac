import { arg, command } from '../../cli/command.js';
import type { FigureLook } from '../../draw/figure.js';
import { sweepFlags, sweepJob } from './sweep-flags.js';

/** `cnnviz sweep`: one image under every combination of some parameters. */
export const sweep = command({
  name: 'sweep',
  description: 'Convolve one image with every combination of some parameters and show all maps on one scale.',
  examples: `Examples:
  cnnviz sweep photo.jpg -k edge3x3 --stride 1,2,4,8            what a stride costs and keeps
  cnnviz sweep plane.png --patch 445,421,70,70 --bias 500,0,-500,-1000 --relu --pixels 255
  cnnviz sweep photo.jpg -k sobel-x -k sobel-y --activation none,relu
  cnnviz sweep photo.jpg -k edge3x3 --relu --stride 2,16 --bias 0,-1 --pool max:2,4:1,4
  cnnviz sweep photo.jpg -k edge3x3 --pool max,avg,none --pool-size 2,3x5 --pool-stride 2

Every combination of the values is a cell: one labelled picture on one scale, and a table.
Commas separate the values of --kernel (its names), --stride, --bias, --activation, --pool,
--pool-size and --pool-stride; --kernel and --patch may also be repeated. A pair is height x
width: --stride 1,2x3 are two strides.
`,
  common: ['--kernel', '--stride', '--bias', '--pool', '--out'],
  args: { image: arg.one('an image, a .npy array, or - for standard input') },
  flags: sweepFlags,
  output: {
    endings: ['.png', '.svg'],
    what: 'the picture',
    about: 'FILE.png, FILE.svg, or - for stdout (default: NAME.sweep.png)',
    draws: true,
  },
  jobs: 'threads within one image',
  verbose: true,
  profile: true,
  async answer({ image, flags }, frame) {
    const job = sweepJob(flags, frame);
    const { oneInput } = await import('../../cli/input-flags.js');
    const { countCells, sweep: compute } = await import('./sweep-study.js');
    const cells = countCells(job);
    const input = await oneInput(image);
    const place = frame.place({ name: `${input.name}.sweep.png`, inputs: [input], always: 'with --json' })!;
    const { breathe } = frame.progress(cells);
    const work = { breathe: (done: number) => breathe(done * cells), threads: frame.jobs };
    const { result, drawn, sha256 } = await compute(job, input, work);
    const { altOfSweep } = await import('../../cli/alt.js');
    const { encodeFigure } = await import('../../run/figure.js');
    const { sweepNote } = await import('./sweep-cells.js');
    const { sweepGrid } = await import('./sweep-grid.js');
    const { describeSweep, sweepDocument } = await import('./sweep-report.js');
    const alt = altOfSweep(result);
    const note = sweepNote(job, { path: input.path, sha256 }, result.scale);
    const draw = (look: FigureLook) => sweepGrid(drawn, look);
    const bytes = await encodeFigure(draw, () => ({ ...note, alt }), frame.figureFile(place));
    return {
      lines: describeSweep(result, job.base, drawn.colormap, frame.style),
      document: () => sweepDocument(result, alt, [{ path: place, bytes: bytes.length }]),
      files: [{ place, bytes: () => bytes }],
      notes: result.warnings.map((warning) => `${input.path}: ${warning}`),
      alt,
    };
  },
});
