import { CnnvizError } from '../core/errors.js';
import type { Explanation } from '../core/explanation.js';
import type { DrawingNote } from '../core/note.js';
import { VERSION } from '../core/version.js';
import { encodePng } from '../io/encode.js';
import { altOfExplanation } from '../reports/alt.js';
import { describeExplanation, explanationJson } from '../reports/explain.js';
import type { LookedAt } from '../stages/kept-run.js';
import { placeSingle, writeSingle } from '../stages/single-file.js';
import { drawExplanation, explainValue } from '../studies/explain.js';
import type { PictureFlags } from './commands/picture-flags.js';
import { type LookFlags, lookRequest, placeRequest } from './look-job.js';
import { parseJobs } from './parse.js';
import { pause } from './pause.js';
import { showPictures } from './show/show.js';
import { openTerminal } from './terminal.js';

export interface ExplainFlags extends LookFlags, PictureFlags {
  readonly all: boolean;
  readonly out?: string;
  readonly clobber: boolean;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
}

/** `cnnviz explain`: flags → one layer or network → one number and where it comes from. */
export async function runExplain(args: readonly string[], flags: ExplainFlags): Promise<void> {
  const { out, clobber, json } = flags;
  if (out === '-' && json) {
    throw new CnnvizError('usage', 'stdout can carry the picture or --json, not both', {
      fix: 'write the picture to a file: -o why.png',
    });
  }
  const { request, input } = await lookRequest('explain', args, flags);
  const place = placeRequest(flags);
  const threads = parseJobs(flags.jobs);
  const terminal = await openTerminal({
    quiet: flags.quiet,
    verbose: flags.verbose,
    reserveStdout: out === '-' || json,
  });
  const wanted = { out: out ?? null, name: `${input.name}.explain.png`, endings: ['.png'], clobber };
  const path = out === undefined ? null : placeSingle(wanted, input);
  const { explanation, run } = await explainValue(request, input, place, { threads, breathe: pause });
  for (const note of explanation.notes) terminal.note(`note: ${note}`);
  if (path !== null) await writeSingle(path, await drawn(explanation, run), clobber, terminal.send);
  if (json) {
    const outputs = path === null ? [] : [path];
    await terminal.send(new TextEncoder().encode(`${explanationJson(explanation, outputs)}\n`));
    return;
  }
  for (const line of describeExplanation(explanation, flags.all, terminal.style)) terminal.print(line);
  if (path !== null && path !== '-') terminal.print(`wrote ${terminal.style.strong(path)}`);
  if (flags.alt) terminal.print(altOfExplanation(explanation));
  if (path !== '-') await showPictures(path === null ? [await drawn(explanation, run)] : [path], flags.show, terminal);
}

/** The picture as PNG, with its recipe. */
async function drawn(explanation: Explanation, { args }: LookedAt): Promise<Uint8Array> {
  const { item, channel, x, y } = explanation.place;
  const place = x === null ? [] : ['--at', `${x},${y}`];
  const which = [
    ...(channel > 0 || x === null ? ['--channel', String(channel)] : []),
    ...(item > 0 ? ['--item', String(item)] : []),
  ];
  const note: DrawingNote = { cnnviz: VERSION, picture: 'explanation', args: ['explain', ...args, ...which, ...place] };
  return encodePng(drawExplanation(explanation), JSON.stringify(note));
}
