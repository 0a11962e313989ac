import { CnnvizError } from '../core/errors.js';
import type { LeftOut } from '../core/head-result.js';
import type { NetworkRequest } from '../core/network-job.js';
import { existingFile, sameFile } from '../io/files.js';
import { collisionKey } from '../io/paths.js';
import type { FailedImage } from '../stages/image-features.js';
import { splitWeights } from '../stages/network.js';

/**
 * Refuses, before any work: two results with one name, a result that would replace what is read, one that exists and may
 * not be replaced.
 */
export async function checkNamedOutputs(
  outputs: readonly (string | null)[],
  read: readonly (string | null)[],
  keep: readonly (string | null)[],
): Promise<void> {
  const named = outputs.filter((path) => path !== null);
  const keys = named.map(collisionKey);
  for (const [i, path] of named.entries()) {
    if (keys.indexOf(keys[i]) !== i) {
      throw new CnnvizError('usage', `${path}: two results would have this name`, { fix: 'give each its own' });
    }
    if (!(await existingFile(path))) continue;
    if (keep.includes(path)) {
      throw new CnnvizError('usage', `${path}: exists already, and --no-clobber was given`, {
        fix: 'choose another place, or leave --no-clobber out',
      });
    }
    for (const other of read) {
      if (other !== null && (await sameFile(path, other))) {
        throw new CnnvizError('usage', `${path}: would replace ${other}, which is read`, {
          fix: 'choose another place',
        });
      }
    }
  }
}

/** The files a network is read from, as far as they are named: its own and its weights'. */
export async function networkFiles(request: NetworkRequest): Promise<(string | null)[]> {
  const { network, weights } = await splitWeights(request);
  return [network, weights];
}

export function leftOut({ path, error }: FailedImage): LeftOut {
  return { path, error: { code: error.code, message: error.message, fix: error.fix ?? null } };
}
