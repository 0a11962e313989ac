import { VERSION } from '../core/version.js';
import { existingFile } from '../io/files.js';
import { sha256, sha256OfFile } from '../io/hash.js';
import { rootOf } from '../stages/place.js';
import type { Task } from './task.js';

/**
 * SHA-256 of all that decides the outputs but the inputs: the job with every option that changes pixels or names, the
 * contents of the files it names, the version. Where the outputs go and whether they may replace others is left out.
 */
export async function commandHash(task: Task): Promise<string> {
  const { output, ...job } = task.job;
  const { products, target } = output;
  const root = rootOf(output);
  const naming = target.kind === 'template' && root !== null ? relativeTo(root, target.path) : target.kind;
  const files: [string, string][] = [];
  for (const path of namedFiles(task)) {
    if (await existingFile(path)) files.push([path, await sha256OfFile(path)]);
  }
  return sha256(
    new TextEncoder().encode(JSON.stringify({ cnnviz: VERSION, kind: task.kind, job, products, naming, files })),
  );
}

function relativeTo(root: string, path: string): string {
  return path.startsWith(root) ? path.slice(root.length) : path;
}

/** What may be a file among the names in a task. */
export function namedFiles(task: Task): string[] {
  switch (task.kind) {
    case 'conv': {
      const { kernels, bias } = task.job.layer;
      return [
        ...kernels.flatMap((kernel) => (kernel.kind === 'file' ? [kernel.path] : [])),
        ...kernels.flatMap((kernel) => (kernel.kind === 'patch' && kernel.image !== null ? [kernel.image] : [])),
        ...(bias?.kind === 'file' ? [bias.path] : []),
      ];
    }
    case 'run': {
      const { request, labels } = task.job;
      const { network, weights, inputs } = request;
      const at = network.lastIndexOf('@');
      const split = at > 0 ? [network.slice(0, at), network.slice(at + 1)] : [];
      return [network, ...split, weights, labels, ...inputs.map(({ path }) => path)].filter((path) => path !== null);
    }
    case 'preprocess':
      return [];
  }
}
