import { altOfNetworkRun } from '../../cli/alt.js';
import { refuseSwapped } from '../../cli/argument-order.js';
import { collectInputs, nothingToDo } from '../../cli/input-flags.js';
import { type NetworkFlags, networkJob } from '../../cli/network-flags.js';
import { parseJobs } from '../../cli/parse.js';
import { type BatchFlags, checkStdout, runMany } from '../../cli/run-many.js';
import { openTerminal } from '../../cli/terminal.js';
import { CnnvizError } from '../../core/errors.js';
import type { Input } from '../../io/inputs.js';
import { loadNetworkMaterials, type NetworkMaterials } from '../../run/network-session.js';
import { briefNetworkRun, describeNetworkRun, networkRecord } from './run-report.js';

interface RunNetworkFlags extends NetworkFlags, BatchFlags {
  readonly verbose: boolean;
}

/** `cnnviz run`: flags → checked job → network → images → layers and classes; sets the exit code. */
export async function runNetwork(network: string, images: readonly string[], flags: RunNetworkFlags): Promise<void> {
  refuseSwapped('run', network, images);
  const job = networkJob(network, flags);
  const jobs = parseJobs(flags.jobs);
  const { output } = job;
  checkStdout(output, flags, 'layer');
  const reserveStdout = output.target.kind === 'stdout' || flags.json || flags.jsonl;
  const terminal = await openTerminal({ quiet: flags.quiet, verbose: flags.verbose, reserveStdout });
  const isFed = images.length === 0 && flags.filesFrom.length === 0;
  const inputs = isFed ? [fedInput(network)] : await collectInputs(images, flags, 'cnnviz run NET photo.jpg');
  if (inputs.length === 0) {
    if (flags.passWithNoInputs) return;
    throw nothingToDo(images, flags);
  }
  const materials = await loadNetworkMaterials(job, inputs, jobs);
  checkFeeds(materials, isFed, network);
  for (const note of materials.opened.notes) terminal.note(`note: ${note}`);
  const madeUp = job.request.init !== null;
  const order = { task: { kind: 'run' as const, job }, materials, inputs, named: images.length, products: null };
  process.exitCode = await runMany(order, flags, terminal, {
    describe: (result) => describeNetworkRun(result, madeUp, terminal.style),
    brief: (result) => briefNetworkRun(result, madeUp, terminal.style),
    warnings: ({ warnings }) => warnings,
    faults: ({ faults }) => faults,
    alt: (result) => altOfNetworkRun(job.request.network, result),
    record: (record) => networkRecord(job.request.network, record),
    head: { command: 'run', network: job.request.network },
  });
}

/** Arrays were named for the inputs; outputs are named after the network. */
function fedInput(network: string): Input {
  const [file] = network.split(/[/\\]/).slice(-1);
  const name = network.includes('|') ? 'pipe' : file.replace(/\.[^.]*$/, '');
  return { path: network, name, ext: '', relative: '' };
}

function checkFeeds({ opened }: NetworkMaterials, isFed: boolean, network: string): void {
  const missing = isFed ? opened.open : opened.open.slice(1);
  if (missing.length > 0) {
    throw new CnnvizError('usage', `${opened.name}: nothing is given for the input "${missing[0]}"`, {
      fix: `${opened.open.length === 1 ? `name an image: cnnviz run ${quoted(network)} photo.jpg; or ` : ''}add --input ${missing[0]}=FILE.npy`,
    });
  }
  if (!isFed && opened.open.length === 0) {
    throw new CnnvizError('usage', `${opened.name}: arrays are given for every input, and an image too`, {
      fix: 'leave the image or one --input out',
    });
  }
}

function quoted(network: string): string {
  return /[\s|]/.test(network) ? `"${network}"` : network;
}
