import { arg, command } from '../../cli/command.js';
import { flag } from '../../cli/flags.js';
import { CnnvizError } from '../../core/errors.js';
import { safeName } from '../../io/paths.js';

/** `cnnviz weights`: lists a checkpoint, or writes one of its arrays. */
export const weights = command({
  name: 'weights',
  description:
    'List the arrays of a checkpoint or a model (.pth, .safetensors, .npz, .npy, .onnx, .keras, .h5, .tflite, .pt2, model.json), or take one out. Nothing in it is run.',
  examples: `Examples:
  cnnviz weights alexnet.pth
  cnnviz weights model.safetensors --json
  cnnviz weights alexnet.pth --tensor features.0.weight -o w.npy
`,
  args: { file: arg.one('the checkpoint or model, or - for standard input') },
  flags: {
    tensor: flag.text('--tensor <name>', 'write this array as .npy: floats become float32, integers and bool stay'),
  },
  output: {
    endings: ['.npy'],
    what: 'an array',
    about: 'where --tensor goes: FILE.npy, FOLDER/ or - for stdout (default: NAME.npy here)',
    draws: false,
  },
  async answer({ file: path, flags: { tensor } }, frame) {
    if (tensor === null && frame.out !== null) {
      throw new CnnvizError('usage', '-o goes with --tensor', { fix: 'name an array: --tensor NAME -o x.npy' });
    }
    if (tensor !== null && frame.json) {
      throw new CnnvizError('usage', '--json lists the file, --tensor writes an array', { fix: 'keep one of them' });
    }
    const place = tensor === null ? null : frame.place({ name: `${safeName(tensor)}.npy`, inputs: [] });
    const report = await import('./weights-report.js');
    const { openWeights } = await import('../../run/model-file.js');
    const file = await openWeights(path);
    if (tensor !== null) {
      const bytes = report.tensorBytes(path, report.findTensor(path, file, tensor));
      return { files: place === null ? [] : [{ place, bytes: () => bytes }] };
    }
    const list = report.listWeights(path, file);
    return {
      lines: report.describeWeights(path, list, frame.style),
      document: () => report.weightsDocument(path, list),
    };
  },
});
