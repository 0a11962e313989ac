import { describeExplanation, explanationJson } from '../reports/explain.js';
import { explainValue } from '../studies/explain.js';
import { type LookFlags, lookRequest, placeRequest } from './look-job.js';
import { parseWhole } from './parse.js';
import { openTerminal } from './terminal.js';

export interface ExplainFlags extends LookFlags {
  readonly all: boolean;
  readonly out?: string;
  readonly clobber: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** `cnnviz explain`: flags → one layer or network → one number and where it comes from. */
export async function runExplain(args: readonly string[], flags: ExplainFlags): Promise<void> {
  const { request, input } = await lookRequest('explain', args, flags);
  const place = placeRequest(flags);
  const threads = parseWhole('--jobs', flags.jobs, 1);
  const terminal = await openTerminal({ quiet: flags.quiet, reserveStdout: flags.json });
  const { explanation } = await explainValue(request, input, place, { threads, breathe: pause });
  for (const note of explanation.notes) terminal.note(`note: ${note}`);
  if (flags.json) await terminal.send(new TextEncoder().encode(`${explanationJson(explanation)}\n`));
  else for (const line of describeExplanation(explanation, flags.all, terminal.style)) terminal.print(line);
}

/** Lets signals through between portions of work. */
function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
