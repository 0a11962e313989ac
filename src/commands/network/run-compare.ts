import { refuseSwapped } from '../../cli/argument-order.js';
import { EXIT } from '../../cli/exit.js';
import { networkJob, networkRequest, type PresetFlags, type WeightFlags } from '../../cli/network-flags.js';
import { parseJobs, parseNumber } from '../../cli/parse.js';
import { openTerminal } from '../../cli/terminal.js';
import { atPlace, CnnvizError } from '../../core/errors.js';
import { findInputs } from '../../io/inputs.js';
import { compareNetworks } from './compare-networks.js';
import { comparisonJson, describeComparison } from './compare-report.js';

interface CompareFlags extends PresetFlags {
  readonly tolerance: string;
  readonly init?: string;
  readonly asPrinted?: boolean;
  readonly exact: boolean;
  readonly jobs: string;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
}

/** `cnnviz compare`: two networks on one input; exits with 1 when they differ. */
export async function runCompare(a: string, b: string, image: string, flags: CompareFlags): Promise<void> {
  refuseSwapped('compare', a, [b, image]);
  const tolerance = parseNumber('--tolerance', flags.tolerance);
  if (tolerance < 0) throw new CnnvizError('usage', `--tolerance: expected a number from 0, got ${flags.tolerance}`);
  const terminal = await openTerminal({ quiet: flags.quiet, verbose: flags.verbose, reserveStdout: flags.json });
  const inputs = await findInputs([image], { recursive: false, lists: [] });
  if (inputs.length !== 1) {
    throw new CnnvizError('usage', `${image}: expected one image, got ${inputs.length}`, { fix: 'name a file' });
  }
  const { init, ...rest } = flags;
  const job = networkJob(a, { ...rest, ...NOTHING_DRAWN, ...madeUpWeights(a, init) });
  const threads = parseJobs(flags.jobs);
  const pause = () => new Promise<void>((resolve) => setImmediate(resolve));
  const [input] = inputs;
  const comparison = await compareNetworks(
    job,
    networkRequest(b, { ...madeUpWeights(b, init), asPrinted: flags.asPrinted }),
    input,
    tolerance,
    threads,
    pause,
  ).catch((error) => {
    throw atPlace(image, error);
  });
  for (const note of [...comparison.notes, ...comparison.warnings]) terminal.note(`note: ${note}`);
  if (flags.json) await terminal.send(new TextEncoder().encode(`${comparisonJson(comparison)}\n`));
  else for (const line of describeComparison(comparison, terminal.style)) terminal.print(line);
  process.exitCode = comparison.first === null ? EXIT.done : EXIT.failed;
}

/** --init is for networks that bring no numbers of their own. */
function madeUpWeights(network: string, init: string | undefined): WeightFlags {
  const brings = network.includes('@') || network.toLowerCase().endsWith('.onnx');
  return { input: [], ...(init === undefined || brings ? {} : { init }) };
}

/** Of what `run` takes: layers are compared, not drawn. */
const NOTHING_DRAWN = {
  layers: ['all'],
  maps: false,
  scale: 'minmax',
  depth: '8',
  colormap: 'gray',
  clobber: true,
} as const;
