import { arg, command } from '../../cli/command.js';
import { asPrintedFlag, presetFlags } from '../../cli/network-flags.js';
import { dataFlags, learningFlags, watchFlags } from './train-flags.js';

/** `cnnviz train`: a small network from scratch. */
export const train = command({
  name: 'train',
  description: `Train a small network from scratch: a built-in one, a pipe, a network file or the text of print(model). The result is a
safetensors file with PyTorch's names; the same words give the same bytes on every machine, for any -j.`,
  examples: `Examples:
  cnnviz train lenet5 --data digits:1                          digits drawn by a seed: nothing is needed
  cnnviz train lenet5 --data digits:1 --watch learn.webp       its kernels form, step by step; --terminal: here
  cnnviz train lenet5 --data mnist/ --epochs 10 -o my.safetensors
  cnnviz train net.yaml --data photos/ --resize 32,32 --augment shift,flip --optimizer adam
  cnnviz train "conv out_channels=8 kernel_size=5 | relu | max_pool 2 | flatten | linear out_features=10" --data digits:1
`,
  common: ['--data', '--epochs', '--lr', '--seed', '--watch', '--out'],
  args: { net: arg.one('the network: a name, a file, a pipe; its size is at most 2 million parameters and 64×64') },
  flags: { ...dataFlags, ...learningFlags, ...watchFlags, asPrinted: asPrintedFlag, ...presetFlags },
  output: {
    endings: ['.safetensors'],
    what: 'the network',
    about: "the trained weights: FILE.safetensors, FOLDER/ or - for stdout (default: the network's name)",
    draws: true,
  },
  namedFigures: true,
  json: 'one JSON document on stdout',
  jobs: 'threads; the result does not depend on it',
  verbose: true,
  async answer({ net, flags }, frame) {
    const { trainAnswer } = await import('./train-answer.js');
    return trainAnswer(net, flags, frame);
  },
});
