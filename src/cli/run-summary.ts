import { CnnvizError } from '../core/errors.js';
import type { DrawingNote } from '../core/note.js';
import { VERSION } from '../core/version.js';
import { architectureImage } from '../figures/architecture.js';
import { architectureSvg } from '../figures/architecture-svg.js';
import { encodePng } from '../io/encode.js';
import { writeAtomic } from '../io/files.js';
import { altOfArchitecture } from '../reports/alt.js';
import { describeSummary, describeSummaryDiff, summaryJson } from '../reports/summary.js';
import { requestArgs } from '../stages/network-recipe.js';
import { type NamedSummary, summarizeNetwork } from '../stages/summarize.js';
import { refuseSwapped } from './argument-order.js';
import type { PictureFlags } from './commands/picture-flags.js';
import { networkRequest, type WeightFlags } from './network-job.js';
import { parseShape } from './parse.js';
import { showPictures } from './show/show.js';
import { openTerminal } from './terminal.js';

export interface SummaryFlags extends WeightFlags, PictureFlags {
  readonly size?: string;
  readonly diff?: string;
  readonly out?: string;
  readonly svg: boolean;
  readonly clobber: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** `cnnviz summary`: the table, the differences or the drawing of a network. */
export async function runSummary(network: string, flags: SummaryFlags): Promise<void> {
  refuseSwapped('summary', network, []);
  const { size, diff, out, svg, json, quiet, clobber, asPrinted } = flags;
  if (svg && json) throw new CnnvizError('usage', 'stdout can carry --svg or --json, not both', { fix: '-o FILE.svg' });
  if (out !== undefined && !/\.(png|svg)$/i.test(out)) {
    throw new CnnvizError('usage', `${out}: a drawing is written as .png or .svg`, {
      fix: '-o FILE.png or -o FILE.svg',
    });
  }
  const terminal = await openTerminal({ quiet, reserveStdout: json || svg });
  const shape = size === undefined ? null : parseShape('--size', size, ['C', 'H', 'W']);
  const request = networkRequest(network, flags);
  const one = await summarizeNetwork(request, shape);
  const args = ['summary', ...requestArgs(request), ...(shape ? ['--size', shape.join(',')] : [])];
  for (const note of one.notes) terminal.note(`note: ${note}`);
  if (svg) await terminal.send(new TextEncoder().encode(architectureSvg(one.name, one.summary)));
  else if (json) await terminal.send(new TextEncoder().encode(`${summaryJson(one.name, one.summary)}\n`));
  else if (diff === undefined) {
    for (const line of describeSummary(one.name, one.summary, terminal.style)) terminal.print(line);
  } else {
    const other = await summarizeNetwork(networkRequest(diff, { input: [], asPrinted }), shape);
    const lines = describeSummaryDiff([one.name, other.name], [one.summary, other.summary], terminal.style);
    for (const line of lines) terminal.print(line);
  }
  if (out !== undefined) {
    await writeAtomic(out, await drawing(one, out, args), { clobber });
    terminal.print(`wrote ${terminal.style.strong(out)}`);
  }
  if (flags.alt) terminal.print(altOfArchitecture(one.name, one.summary));
  if (flags.show) await showPictures([await drawing(one, '.png', args)], flags.show, terminal);
}

async function drawing({ name, summary }: NamedSummary, out: string, args: string[]): Promise<Uint8Array> {
  if (out.toLowerCase().endsWith('.svg')) return new TextEncoder().encode(architectureSvg(name, summary));
  const note: DrawingNote = { cnnviz: VERSION, picture: 'architecture', args };
  return encodePng(architectureImage(name, summary), JSON.stringify(note));
}
