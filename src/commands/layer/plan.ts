import type { Command } from 'commander';
import { addAlgorithmFlags, addLayerFlags } from '../../cli/conv-flags.js';

const EXAMPLES = `Examples:
  cnnviz plan photo.jpg --kernel edge3x3                            for a photograph (only its header is read)
  cnnviz plan --input 64,112,112 --weight 64,64,3,3 --padding 1     for shapes alone: [C, H, W] and [M, C/groups, kH, kW]
  cnnviz plan --input 3,600,800 --weight 1,3,70,70 --algorithm gemm
`;

/** Adds `plan`: which algorithm, why, and why no other. */
export function addPlan(program: Command): void {
  const plan = program
    .command('plan')
    .summary('which algorithm a convolution takes, what it costs, and why no other')
    .description(
      "Show the planner's choice for a convolution: algorithm, cost, memory, and why each other one was not taken.",
    )
    .argument('[images...]', 'images or .npy arrays; or --input')
    .addHelpText('before', EXAMPLES);
  const kernels = addLayerFlags(plan);
  plan
    .optionsGroup('Shapes:')
    .option('--input <C,H,W>', 'plan for this input shape instead of an image')
    .option('--weight <M,C,kH,kW>', 'plan for weights of this shape instead of --kernel')
    .optionsGroup('Running:')
    .option('--json', 'one JSON document on stdout', false);
  addAlgorithmFlags(plan).action(async (images: string[], options) => {
    const { runPlan } = await import('./run-plan.js');
    await runPlan(images, { ...options, kernels });
  });
}
