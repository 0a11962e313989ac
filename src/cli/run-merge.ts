import { mergeManifests } from '../batch/merge.js';
import { VERSION } from '../core/version.js';
import { describeMerge } from '../reports/batch.js';
import { EXIT } from './exit.js';
import { openTerminal } from './terminal.js';

export interface MergeFlags {
  readonly json: boolean;
  readonly quiet: boolean;
}

/** `cnnviz batch merge`: joins manifests, tells what is missing; sets the exit code. */
export async function runMerge(folder: string, { json, quiet }: MergeFlags): Promise<void> {
  const terminal = await openTerminal({ quiet, reserveStdout: json });
  const result = await mergeManifests(folder);
  if (json) {
    const document = { cnnviz: VERSION, command: 'batch merge', ...result };
    await terminal.send(new TextEncoder().encode(`${JSON.stringify(document, null, 2)}\n`));
  } else {
    const { summary, faults, hint } = describeMerge(result);
    terminal.print(summary);
    for (const line of faults) terminal.warn(line);
    terminal.print(hint);
  }
  process.exitCode = result.manifest !== null && result.failed.length === 0 ? EXIT.done : EXIT.failed;
}
