import { type Command, Option } from 'commander';
import { addBatchFlags } from '../../cli/input-flags.js';
import { altOption, showOption } from '../../cli/picture-flags.js';

const EXAMPLES = `Examples:
  cnnviz preprocess dog.jpg                         what a classifier of ImageNet reads: dog.input.npy, [3, 224, 224]
  cnnviz preprocess dog.jpg --audit                 each step as a picture with its numbers: dog.preprocess.png
  cnnviz preprocess dog.jpg --crop 227 -o x.npy     as the AlexNet of 2012
  cnnviz preprocess digit.png --preset none --resize 32,32 --gray --normalize 0.13/0.31
  cnnviz preprocess photos/ -r -o inputs/           a folder, its tree kept
`;

/** Adds `preprocess`: its flags are here, what it does is loaded when it runs. */
export function addPreprocess(program: Command): void {
  const preprocess = program
    .command('preprocess')
    .summary('each step from a photograph to the numbers a network reads')
    .description(
      "Resize, crop and normalise images as torchvision does (PIL's bilinear filter, bit for bit), and write the tensor.",
    )
    .argument('[images...]', 'images, folders, globs, or - for standard input')
    .addHelpText('before', EXAMPLES)
    .optionsGroup('Pixels:')
    .addOption(
      new Option('--preset <name>', 'imagenet: shorter side 256, centre crop 224, mean/std; none: as it is')
        .choices(['imagenet', 'none'])
        .default('imagenet'),
    )
    .option('--resize <n|h,w>', 'the shorter side, or both, before the crop')
    .option('--crop <n|h,w>', 'the middle of the image; a smaller one gets a border of zeros')
    .option('--gray', 'convert to gray (0.299 R + 0.587 G + 0.114 B)', false)
    .addOption(
      new Option('--pixels <range>', 'unit: [0, 1], 255: [0, 255], signed: [-1, 1] (default: unit)').choices([
        'unit',
        '255',
        'signed',
      ]),
    )
    .option('--normalize <imagenet|MEAN/STD>', '(x − mean) / std per channel')
    .option('--background <colour>', 'lay transparent images over this colour (else alpha is dropped)')
    .option('--max-pixels <n>', 'refuse larger images', '100M')
    .optionsGroup('Output:')
    .option('--audit', 'draw the steps in one labelled picture, instead of writing the tensor', false)
    .option(
      '-o, --out <place>',
      'FILE.npy (FILE.png with --audit), a folder, - for stdout, or a template with {name} {map} {ext} {dir}',
    )
    .option('--no-clobber', 'refuse to replace files that exist')
    .addOption(showOption())
    .addOption(altOption());
  addBatchFlags(preprocess)
    .option('--json', 'one JSON document on stdout', false)
    .option('-q, --quiet', 'print nothing but failures', false)
    .action(async (images: string[], options) => {
      const { runPreprocess } = await import('./run-preprocess.js');
      await runPreprocess(images, options);
    });
}
