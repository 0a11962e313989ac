import { type ConvFlags, convJob, layerJob } from '../../cli/conv-flags.js';
import { EXIT, exitCodeOf } from '../../cli/exit.js';
import { parseShape } from '../../cli/parse.js';
import { openTerminal } from '../../cli/terminal.js';
import { CnnvizError } from '../../core/errors.js';
import type { PlannedRun } from '../../core/result.js';
import { findInputs } from '../../io/inputs.js';
import { describeChoices } from '../../reports/text.js';
import { dryRun, planShapes } from '../../run/dry-run.js';
import { loadMaterials } from '../../run/materials.js';

interface PlanFlags extends Omit<ConvFlags, keyof typeof PICTURE> {
  readonly input?: string;
  readonly weight?: string;
  readonly json: boolean;
}

/** Nothing is drawn: what `conv` would take for pictures does not matter. */
const PICTURE = {
  scale: 'minmax',
  depth: '8',
  colormap: 'gray',
  sheet: false,
  strip: false,
  clobber: true,
} as const;

/** `cnnviz plan`: the planner's choice for images, or for shapes alone; sets the exit code. */
export async function runPlan(images: readonly string[], flags: PlanFlags): Promise<void> {
  const terminal = await openTerminal({ quiet: false, reserveStdout: flags.json });
  const plans: PlannedRun[] = [];
  if (flags.input !== undefined) {
    if (images.length > 0)
      throw new CnnvizError('usage', '--input stands for an image', { fix: 'give one of the two' });
    plans.push(await shapesOnly(flags, flags.input));
  } else {
    if (images.length === 0) {
      throw new CnnvizError('usage', 'plan needs an image or a shape', {
        fix: 'cnnviz plan photo.jpg -k edge3x3, or cnnviz plan --input 3,480,640 -k edge3x3',
      });
    }
    if (flags.weight !== undefined) {
      throw new CnnvizError('usage', '--weight goes with --input', { fix: 'give both, or an image and --kernel' });
    }
    const job = convJob({ ...flags, ...PICTURE });
    const materials = await loadMaterials(job);
    for (const input of await findInputs([...images], { recursive: false, lists: [] })) {
      try {
        plans.push(await dryRun(job, materials, input));
      } catch (error) {
        if (!(error instanceof CnnvizError)) throw error;
        terminal.fail(error);
        process.exitCode = images.length === 1 ? exitCodeOf(error) : EXIT.failed;
      }
    }
  }
  if (flags.json) await terminal.send(new TextEncoder().encode(`${JSON.stringify({ plans }, null, 2)}\n`));
  else for (const plan of plans) for (const line of describeChoices(plan, terminal.style)) terminal.print(line);
}

async function shapesOnly(flags: PlanFlags, inputShape: string): Promise<PlannedRun> {
  const shape = parseShape('--input', inputShape, ['C', 'H', 'W']);
  if (flags.weight === undefined) {
    const job = convJob({ ...flags, ...PICTURE });
    return planShapes(job.layer, await loadMaterials(job), shape);
  }
  if (flags.kernels.length > 0) {
    throw new CnnvizError('usage', '--weight stands for --kernel', { fix: 'give one of the two' });
  }
  const weight = parseShape('--weight', flags.weight, ['M', 'C/groups', 'kH', 'kW']);
  return planShapes(layerJob({ ...flags, ...PICTURE }), weight, shape);
}
