import { CnnvizError } from '../core/errors.js';
import { writeAtomic } from '../io/files.js';
import { safeName } from '../io/paths.js';
import { describeWeights, weightsJson } from '../reports/weights.js';
import { findTensor, listWeights, openWeights, tensorBytes } from '../stages/weight-list.js';
import { openTerminal } from './terminal.js';

export interface WeightsFlags {
  readonly tensor?: string;
  readonly out?: string;
  readonly clobber: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** `cnnviz weights`: lists a checkpoint, or writes one of its arrays. */
export async function runWeights(path: string, { tensor, out, clobber, json, quiet }: WeightsFlags): Promise<void> {
  if (tensor === undefined && out !== undefined) {
    throw new CnnvizError('usage', '-o goes with --tensor', { fix: 'name an array: --tensor NAME -o x.npy' });
  }
  if (tensor !== undefined && json) {
    throw new CnnvizError('usage', '--json lists the file, --tensor writes an array', { fix: 'keep one of them' });
  }
  const terminal = await openTerminal({ quiet, reserveStdout: json || out === '-' });
  const file = await openWeights(path);
  if (tensor === undefined) {
    const list = listWeights(path, file);
    if (json) await terminal.send(new TextEncoder().encode(`${weightsJson(path, list)}\n`));
    else for (const line of describeWeights(path, list, terminal.style)) terminal.print(line);
    return;
  }
  if (out !== undefined && out !== '-' && !out.toLowerCase().endsWith('.npy')) {
    throw new CnnvizError('usage', `${out}: an array is written as .npy`, { fix: '-o FILE.npy' });
  }
  const bytes = tensorBytes(path, findTensor(path, file, tensor));
  if (out === '-') return terminal.send(bytes);
  const target = out ?? `${safeName(tensor)}.npy`;
  await writeAtomic(target, bytes, { clobber });
  terminal.print(`wrote ${terminal.style.strong(target)}`);
}
