import { arg, command } from '../../cli/command.js';
import { flag, under, type ValuesOf } from '../../cli/flags.js';
import { algorithmFlags, kernelsOf, layerFlags, layerOf, oneLayerJob, pixelFlags } from '../../cli/layer-flags.js';
import { parseShape } from '../../cli/parse.js';
import { CnnvizError } from '../../core/errors.js';
import type { PlannedRun } from '../../core/result.js';

const planFlags = {
  ...layerFlags,
  ...pixelFlags,
  ...under('Shapes:', {
    input: flag.of(
      '--input <C,H,W>',
      'plan for this input shape instead of an image',
      (long, text) => parseShape(long, text, ['C', 'H', 'W']),
      (shape) => shape.join(),
    ),
    weight: flag.of(
      '--weight <M,C,kH,kW>',
      'plan for weights of this shape instead of --kernel',
      (long, text) => parseShape(long, text, ['M', 'C/groups', 'kH', 'kW']),
      (shape) => shape.join(),
    ),
  }),
  ...algorithmFlags,
};

/** `cnnviz plan`: which algorithm, why, and why no other. */
export const plan = command({
  name: 'plan',
  description:
    "Show the planner's choice for a convolution: algorithm, cost, memory, and why each other one was not taken.",
  examples: `Examples:
  cnnviz plan photo.jpg --kernel edge3x3                            for a photograph (only its header is read)
  cnnviz plan --input 64,112,112 --weight 64,64,3,3 --padding 1     for shapes alone: [C, H, W] and [M, C/groups, kH, kW]
  cnnviz plan --input 3,600,800 --weight 1,3,70,70 --algorithm gemm
`,
  common: ['--kernel', '--stride', '--input', '--weight'],
  args: { images: arg.any('images or .npy arrays; or --input') },
  flags: planFlags,
  engine: true,
  async answer({ images, flags }, frame) {
    const { describeChoices } = await import('../../reports/text.js');
    const { vectorBits } = await import('../../engine/wasm/wide.js');
    const { vectorWords } = await import('../../run/wide.js');
    const describe = (plan: PlannedRun) => [
      ...describeChoices(plan, flags, frame.style),
      `vectors of ${vectorWords(frame.wide)}`,
    ];
    const document = (plans: object) => ({ ...plans, vectorBits: vectorBits() });
    if (flags.input !== null) {
      if (images.length > 0)
        throw new CnnvizError('usage', '--input stands for an image', { fix: 'give one of the two' });
      const plan = await planOfShapes(flags, flags.input);
      return { lines: describe(plan), document: () => document({ plans: [plan] }) };
    }
    if (images.length === 0) {
      throw new CnnvizError('usage', 'plan needs an image or a shape', {
        fix: 'cnnviz plan photo.jpg -k edge3x3, or cnnviz plan --input 3,480,640 -k edge3x3',
      });
    }
    if (flags.weight !== null) {
      throw new CnnvizError('usage', '--weight goes with --input', { fix: 'give both, or an image and --kernel' });
    }
    const one = oneLayerJob(flags);
    const job = { ...one, output: { ...one.output, products: ['maps' as const] } };
    const { answerPlans } = await import('../../cli/run-many.js');
    const { findInputs } = await import('../../io/inputs.js');
    const { openKernels } = await import('../../run/kernels.js');
    const { planKernels } = await import('../../run/shape.js');
    const subject = await openKernels(job);
    const inputs = await findInputs([...images], { recursive: false, lists: [] });
    const answer = await answerPlans(inputs, (input) => planKernels(subject, input), describe, frame);
    return { ...answer, document: () => document(answer.document!()) };
  },
});

async function planOfShapes(flags: ValuesOf<typeof planFlags>, shape: readonly number[]): Promise<PlannedRun> {
  const { planShapes } = await import('../../run/shape.js');
  const { openKernels } = await import('../../run/kernels.js');
  if (flags.weight === null) {
    const job = oneLayerJob(flags);
    return planShapes(job.layer, await openKernels(job), shape);
  }
  if (kernelsOf(flags).length > 0) {
    throw new CnnvizError('usage', '--weight stands for --kernel', { fix: 'give one of the two' });
  }
  return planShapes(layerOf(flags), flags.weight, shape);
}
