import { type NetworkSummary, summarizeModel } from '../../analysis/network-summary.js';
import { altOfArchitecture } from '../../cli/alt.js';
import { refuseSwapped } from '../../cli/argument-order.js';
import { networkRequest, type WeightFlags } from '../../cli/network-flags.js';
import { parseShape } from '../../cli/parse.js';
import type { PictureFlags } from '../../cli/picture-flags.js';
import { showPictures } from '../../cli/show/show.js';
import { openTerminal } from '../../cli/terminal.js';
import { CnnvizError } from '../../core/errors.js';
import type { NetworkRequest } from '../../core/job.js';
import type { DrawingNote } from '../../core/note.js';
import { VERSION } from '../../core/version.js';
import { encodePng } from '../../io/encode.js';
import { writeAtomic } from '../../io/files.js';
import { checkDeclaredSize, declaredType } from '../../run/declared-input.js';
import { openNetwork } from '../../run/network.js';
import { shapeNetwork } from '../../run/network-session.js';
import { requestArgs } from '../../run/recipe.js';
import { architectureImage, architectureSvg } from './architecture.js';
import { describeSummary, describeSummaryDiff, summaryJson } from './summary-report.js';

interface SummaryFlags extends WeightFlags, PictureFlags {
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

/** A network's name with its summary. */
interface NamedSummary {
  readonly name: string;
  readonly summary: NetworkSummary;
  readonly notes: readonly string[];
}

/**
 * What a network costs, for an input of `size` [C, H, W] or the one it is made for.
 * @throws CnnvizError 'usage' when neither is known
 */
async function summarizeNetwork(request: NetworkRequest, size: readonly number[] | null): Promise<NamedSummary> {
  const opened = await openNetwork(request);
  checkDeclaredSize(size, opened);
  const side = size ?? opened.input;
  if (opened.open.length > 0 && side === null) {
    throw new CnnvizError('usage', `${opened.name} does not say the size of its input`, {
      fix: 'add --size C,H,W, such as --size 3,224,224',
    });
  }
  const input = opened.open.length === 0 ? null : { dtype: declaredType(opened), shape: [1, ...side!] };
  const { shaped, notes } = shapeNetwork(opened, input);
  return { name: opened.name, summary: summarizeModel(shaped), notes: [...opened.notes, ...notes] };
}
