import { type Command, Option } from 'commander';

const collect = (text: string, all: string[]) => [...all, text];
const collectCommas = (text: string, all: string[]) => [...all, ...text.split(',').filter((part) => part !== '')];

/** The flag that takes the text of print(model) at its word. */
export function asPrintedOption(): Option {
  return new Option('--as-printed', 'the text of print(model) is the whole network: no activation or pool is missing');
}

/** Adds the flags that say where a network's numbers come from. */
export function addWeightFlags(command: Command): Command {
  return command
    .optionsGroup('Weights:')
    .option('-w, --weights <file>', 'a checkpoint: .pth, .safetensors, .npz, .onnx; the same as NET@FILE')
    .option('--init <seed:N>', 'made-up He weights, the same on every machine, for a network without a checkpoint')
    .option('--input <NAME=FILE.npy>', 'feed an input from an array; may be repeated', collect, [])
    .addOption(asPrintedOption());
}

/** Adds the flags that say how an image becomes a network's input. */
export function addPresetFlags(command: Command): Command {
  return command
    .optionsGroup('Pixels:')
    .addOption(
      new Option(
        '--preset <name>',
        'imagenet: shorter side 256, centre crop 224, mean/std; none: as it is (default: as the network says)',
      ).choices(['imagenet', 'none']),
    )
    .option('--resize <n|h,w>', 'the shorter side, or both, before the crop')
    .option('--crop <n|h,w>', 'the middle of the image')
    .option('--gray', 'convert to gray first (0.299 R + 0.587 G + 0.114 B)', false)
    .addOption(
      new Option('--pixels <range>', 'unit: [0, 1], 255: [0, 255], signed: [-1, 1] (default: unit)').choices([
        'unit',
        '255',
        'signed',
      ]),
    )
    .option('--normalize <imagenet|MEAN/STD>', '(x − mean) / std per channel')
    .option('--background <colour>', 'lay transparent images over this colour (else alpha is dropped)')
    .option('--max-pixels <n>', 'refuse larger images', '100M');
}

/** Adds the flag that names layers. */
export function addLayersFlag(command: Command, about: string): Command {
  return command.option('-l, --layers <names>', about, collectCommas, []);
}
