import type { Command } from 'commander';
import { addLookFlags, typedFlags } from '../../cli/look-flags.js';
import { verboseOption } from '../../cli/picture-flags.js';

const EXAMPLES = `Examples:
  cnnviz animate five.png --kernel edge3x3                         the kernel slides: five.edge3x3.gif
  cnnviz animate five.png -k edge3x3 --padding 1 --relu --pool max:2 -o steps.webp
  cnnviz animate photo.jpg -k sobel-x --stride 8 --seconds 6       a large image: some positions only
  cnnviz animate five.png --pool avg:2:1 -o frames/                a pool alone, a folder of PNG frames
  cnnviz animate lenet5@lenet.pth digit.png --layer conv1 --channel 3
  cnnviz animate five.png --kernel edge3x3 --terminal              here, as text
`;

/** Adds `animate`: its flags are here, what it does is loaded when it runs. */
export function addAnimate(program: Command): void {
  const animate = program
    .command('animate')
    .summary('the kernel slides over the image, the map fills in: GIF, WebP or frames')
    .description(
      `Animate the last convolution before a layer, and the pools behind it: the window slides over the input, products and
sum beside it, the map fills in. IMAGE with a kernel or --pool is one layer; NET IMAGE a network. Every number is the run's.`,
    )
    .argument('[what...]', 'IMAGE with --kernel, --patch or --pool; or NET and IMAGE')
    .addHelpText('before', EXAMPLES);
  const kernels = addLookFlags(animate);
  animate
    .optionsGroup('Output:')
    .option('--seconds <n>', 'at most this long; positions are left out where there are too many', '12')
    .option('--terminal', 'play it here as text; each step is printed when stdout is no terminal', false)
    .option('-o, --out <file>', 'FILE.gif, FILE.webp, FOLDER for PNG frames, or - for a GIF on stdout')
    .option('--no-clobber', 'refuse to replace files that exist')
    .option('--json', 'one JSON document on stdout: the scenes with every step', false)
    .addOption(verboseOption())
    .option('-q, --quiet', 'print nothing but failures', false)
    .action(async (what: string[], options) => {
      const { runAnimate } = await import('./run-animate.js');
      await runAnimate(what, { ...options, kernels, typed: typedFlags(animate) });
    });
}
