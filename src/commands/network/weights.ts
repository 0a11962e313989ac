import type { Command } from 'commander';

const EXAMPLES = `Examples:
  cnnviz weights alexnet.pth
  cnnviz weights model.safetensors --json
  cnnviz weights alexnet.pth --tensor features.0.weight -o w.npy
`;

/** Adds `weights`: what a checkpoint holds. */
export function addWeights(program: Command): void {
  program
    .command('weights')
    .summary('what a checkpoint holds: names, types, shapes, ranges')
    .description(
      'List the arrays of a checkpoint (PyTorch .pth, safetensors, .npz, .npy, ONNX), or take one out. Nothing in it is run.',
    )
    .argument('<file>', 'the checkpoint, or - for standard input')
    .addHelpText('before', EXAMPLES)
    .option('--tensor <name>', 'write this array as .npy: floats become float32, integers and bool stay')
    .option('-o, --out <file.npy>', 'where --tensor goes (default: NAME.npy), - for stdout')
    .option('--no-clobber', 'refuse to replace a file that exists')
    .option('--json', 'one JSON document on stdout', false)
    .option('-q, --quiet', 'print nothing but failures', false)
    .action(async (path: string, options) => {
      const { runWeights } = await import('./run-weights.js');
      await runWeights(path, options);
    });
}
