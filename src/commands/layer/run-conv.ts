import { altOfRun } from '../../cli/alt.js';
import { convRecord } from '../../cli/batch-words.js';
import { type ConvFlags, convJob } from '../../cli/conv-flags.js';
import { EXIT, exitCodeOf } from '../../cli/exit.js';
import { collectInputs, nothingToDo } from '../../cli/input-flags.js';
import { type BatchFlags, checkStdout, runMany } from '../../cli/run-many.js';
import { openTerminal, type Terminal } from '../../cli/terminal.js';
import { CnnvizError } from '../../core/errors.js';
import type { Job } from '../../core/job.js';
import type { Input } from '../../io/inputs.js';
import { briefRun, describePlan, describeRun } from '../../reports/text.js';
import { dryRun } from '../../run/dry-run.js';
import { loadMaterials, type Materials } from '../../run/materials.js';
import { checkPlaces, type Product, type ProductsOf, productsOf } from '../../run/place.js';
import { itemsOf } from '../../run/source.js';

interface RunFlags extends ConvFlags, BatchFlags {
  readonly dryRun: boolean;
  readonly verbose: boolean;
}

/** `cnnviz conv`: flags → checked job → inputs → maps; sets the exit code. */
export async function runConv(images: readonly string[], flags: RunFlags): Promise<void> {
  const job = convJob(flags);
  const { output } = job;
  checkStdout(output, flags, 'map');
  const reserveStdout = output.target.kind === 'stdout' || flags.json || flags.jsonl;
  const terminal = await openTerminal({ quiet: flags.quiet, verbose: flags.verbose, reserveStdout });
  const inputs = await collectInputs(images, flags, 'cnnviz conv photo.jpg --kernel edge3x3');
  if (inputs.length === 0) {
    if (flags.passWithNoInputs) return;
    throw nothingToDo(images, flags);
  }
  const materials = await loadMaterials(job);
  const mapNames = materials.kernels.flatMap(({ maps }) => maps);
  const single = productsOf(job, mapNames, 1);
  const several = new Map<Input, readonly Product[]>();
  for (const input of inputs) {
    const items = itemsOf(input);
    if (items !== 1) several.set(input, productsOf(job, mapNames, items));
  }
  const products: ProductsOf = (input) => several.get(input) ?? single;
  if (flags.dryRun) {
    await checkPlaces(output, inputs, products);
    process.exitCode = await explainOnly(job, materials, inputs, flags, terminal);
    return;
  }
  const { layer, picture } = job;
  const order = { task: { kind: 'conv' as const, job }, materials, inputs, named: images.length, products };
  process.exitCode = await runMany(order, flags, terminal, {
    describe: (result) => describeRun(result, layer, picture.depth, result.engineMs, terminal.style),
    brief: (result) => briefRun(result, terminal.style),
    faults: () => [],
    warnings: ({ input, warnings }) => warnings.map((warning) => `${input.path}: ${warning}`),
    alt: altOfRun,
    record: convRecord,
    head: { command: 'conv' },
  });
}

async function explainOnly(
  job: Job,
  materials: Materials,
  inputs: readonly Input[],
  flags: RunFlags,
  terminal: Terminal,
): Promise<number> {
  const plans = [];
  let code: number = EXIT.done;
  for (const input of inputs) {
    try {
      const plan = await dryRun(job, materials, input);
      plans.push(plan);
      if (!flags.json) for (const line of describePlan(plan, terminal.style)) terminal.print(line);
    } catch (error) {
      if (!(error instanceof CnnvizError)) throw error;
      terminal.fail(error);
      code = Math.max(code, inputs.length === 1 ? exitCodeOf(error) : EXIT.failed);
    }
  }
  if (flags.json)
    await terminal.send(new TextEncoder().encode(`${JSON.stringify({ dryRun: true, plans }, null, 2)}\n`));
  return code;
}
