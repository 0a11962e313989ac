import { command } from '../../cli/command.js';
import { flag, under } from '../../cli/flags.js';
import { parseNumber } from '../../cli/parse.js';
import { CnnvizError } from '../../core/errors.js';
import type { Area } from '../../core/preprocess-geometry.js';
import { LOOK_JOBS, lookArgs, lookFlags } from './look-flags.js';

/** Longer ones would hold thousands of frames. */
const MOST_SECONDS = 60;

const animateFlags = {
  ...lookFlags,
  ...under('Output:', {
    seconds: flag.of(
      '--seconds <n>',
      'at most this long; positions are left out where there are too many',
      parseSeconds,
      String,
      '12',
    ),
    region: flag.of(
      '--region <x,y,w,h>',
      'only the outputs in this part of the map (default: all of it)',
      parseRegion,
      ({ x, y, width, height }) => `${x},${y},${width},${height}`,
    ),
    terminal: flag.on('--terminal', 'play it here as text; each step is printed when stdout is no terminal'),
  }),
};

/** `cnnviz animate`: a window slides over its input, position by position. */
export const animate = command({
  name: 'animate',
  description: `Animate the last convolution before a layer, and the pools behind it: the window slides over the input, products and
sum beside it, the map fills in. IMAGE with a kernel or --pool is one layer; NET IMAGE a network. Every number is the run's.`,
  examples: `Examples:
  cnnviz animate five.png --kernel edge3x3                         the kernel slides: five.edge3x3.gif
  cnnviz animate five.png -k edge3x3 --padding 1 --relu --pool max:2 -o steps.webp
  cnnviz animate photo.jpg -k sobel-x --stride 8 --seconds 6       a large image: some positions only
  cnnviz animate photo.jpg -k sobel-x --region 120,80,4,3          the twelve outputs of one place
  cnnviz animate five.png --pool avg:2:1 -o frames/                a pool alone, a folder of PNG frames
  cnnviz animate lenet5@lenet.pth digit.png --layer conv1 --channel 3
  cnnviz animate five.png --kernel edge3x3 --terminal              here, as text
`,
  common: ['--kernel', '--stride', '--layer', '--terminal', '--out'],
  args: lookArgs,
  flags: animateFlags,
  output: {
    endings: ['.gif', '.webp'],
    what: 'the animation',
    about: 'FILE.gif, FILE.webp, FOLDER for PNG frames, or - for a GIF on stdout (default: NAME.KERNEL.gif here)',
    draws: true,
  },
  json: 'one JSON document on stdout: the scenes with every step; an animation only with -o',
  jobs: LOOK_JOBS,
  verbose: true,
  profile: true,
  async answer({ what, flags }, frame) {
    const { openLook } = await import('./look-command.js');
    const { animateAnswer } = await import('./animate-report.js');
    return animateAnswer(await openLook(what, flags, frame, animateFlags), flags, frame);
  },
});

function parseSeconds(long: string, text: string): number {
  const seconds = parseNumber(long, text);
  if (seconds >= 0.5 && seconds <= MOST_SECONDS) return seconds;
  throw new CnnvizError('usage', `${long}: expected a number from 0.5 to ${MOST_SECONDS}, got ${text}`);
}

function parseRegion(long: string, text: string): Area {
  const [x, y, width, height, ...more] = text.split(',').map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : -1));
  if (x >= 0 && y >= 0 && width >= 1 && height >= 1 && more.length === 0) return { x, y, width, height };
  throw new CnnvizError('usage', `${long}: expected x,y,width,height in the layer's output, got "${text}"`, {
    fix: 'such as 0,0,4,3: four columns of three rows from the top left',
  });
}
