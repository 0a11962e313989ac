import { type Outcome, type RunOne, runAll } from '../batch/run-all.js';
import { CnnvizError } from '../core/errors.js';
import type { NetworkJob } from '../core/network-job.js';
import type { NetworkRunResult } from '../core/network-result.js';
import type { Input } from '../io/inputs.js';
import { runNetworkJob } from '../pipeline.js';
import { altOfNetworkRun } from '../reports/alt.js';
import { briefNetworkRun, describeNetworkRun, networkJson } from '../reports/network.js';
import { summaryLine } from '../reports/text.js';
import { loadNetworkMaterials, type NetworkMaterials } from '../stages/network-materials.js';
import { Claims } from '../stages/place.js';
import { collectInputs, type InputFlags, nothingToDo } from './collect-inputs.js';
import type { PictureFlags } from './commands/picture-flags.js';
import { exitCodeOfBatch } from './exit.js';
import { type NetworkFlags, networkJob } from './network-job.js';
import { parseWhole } from './parse.js';
import { showPictures, writtenBy } from './show/show.js';
import { openTerminal, type Terminal } from './terminal.js';

export interface RunNetworkFlags extends NetworkFlags, InputFlags, PictureFlags {
  readonly jobs: string;
  readonly quiet: boolean;
}

/** More inputs than this get a line each instead of a paragraph each. */
const PARAGRAPHS = 3;

/** `cnnviz run`: flags → checked job → network → images → layers and classes; sets the exit code. */
export async function runNetwork(network: string, images: readonly string[], flags: RunNetworkFlags): Promise<void> {
  const job = networkJob(network, flags);
  const jobs = parseWhole('--jobs', flags.jobs, 1);
  const toStdout = job.output.target.kind === 'stdout';
  if (toStdout && flags.json) {
    throw new CnnvizError('usage', 'stdout can carry a layer or --json, not both', {
      fix: 'write the layer to a file: -o layer.npy',
    });
  }
  const terminal = await openTerminal({ quiet: flags.quiet, reserveStdout: toStdout || flags.json });
  const isFed = images.length === 0 && flags.filesFrom.length === 0;
  const inputs = isFed ? [fedInput(network)] : await collectInputs(images, flags, 'cnnviz run NET photo.jpg');
  if (inputs.length === 0) {
    if (flags.passWithNoInputs) return;
    throw nothingToDo(images, flags);
  }
  const materials = await loadNetworkMaterials(job, inputs, jobs);
  checkFeeds(materials, isFed, network);
  for (const note of materials.opened.notes) terminal.note(`note: ${note}`);
  process.exitCode = await runInputs(job, materials, inputs, jobs, flags, terminal);
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

async function runInputs(
  job: NetworkJob,
  materials: NetworkMaterials,
  inputs: readonly Input[],
  jobs: number,
  flags: RunNetworkFlags,
  terminal: Terminal,
): Promise<number> {
  const bar = terminal.progress(inputs.length);
  const told = new Set<string>();
  const report = (outcome: Outcome<NetworkRunResult>): void => {
    for (const warning of outcome.result?.warnings ?? []) {
      if (!told.has(warning)) terminal.note(`note: ${warning}`);
      told.add(warning);
    }
    if (outcome.error) terminal.fail(outcome.error);
    else if (inputs.length > PARAGRAPHS) terminal.print(briefNetworkRun(outcome.result, terminal.style));
    else for (const line of describeNetworkRun(outcome.result, terminal.style)) terminal.print(line);
    if (flags.alt && outcome.result) terminal.print(altOfNetworkRun(job.request.network, outcome.result));
  };
  const context = { materials, claims: new Claims(job.output), threads: jobs, send: terminal.send };
  const run: RunOne<NetworkRunResult> = (input, breathe) => runNetworkJob(job, input, { ...context, breathe });
  const outcomes = await runAll(inputs, run, jobs, {
    progress: (done, failed) => bar.update(done, failed),
    outcome: report,
  }).finally(() => bar.stop());
  if (flags.json) {
    const records = outcomes.map(({ input, result, error }) => ({ path: input.path, result, error }));
    await terminal.send(new TextEncoder().encode(`${networkJson(job.request.network, records)}\n`));
  }
  await showPictures(writtenBy(outcomes), flags.show, terminal);
  if (inputs.length > 1) {
    const failed = outcomes.filter(({ error }) => error).length;
    terminal.note(summaryLine(outcomes.length - failed, failed, inputs.length - outcomes.length));
  }
  return exitCodeOfBatch(outcomes);
}

function quoted(network: string): string {
  return /[\s|]/.test(network) ? `"${network}"` : network;
}
