import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CnnvizError } from '../../core/errors.js';

/** Packages that cnnviz does without until they are asked for, as in package.json's peerDependencies. */
export const OPTIONAL_PACKAGES = {
  '@aws-sdk/client-s3': '3.1175.0',
  bullmq: '6.7.0',
  'hyparquet-writer': '0.17.0',
  ioredis: '6.0.0',
} as const;

export type OptionalName = keyof typeof OPTIONAL_PACKAGES;

/**
 * Loads what needs packages that are not installed with cnnviz.
 * @param purpose what they are for, behind "needs": 's3://bucket/: needs @aws-sdk/client-s3'
 * @throws CnnvizError 'unsupported' with the command that installs them
 */
export async function optionalPackage<T>(
  names: readonly OptionalName[],
  purpose: string,
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!isMissing(error, names)) throw error;
    const wanted = names.map((name) => `${name}@${OPTIONAL_PACKAGES[name]}`);
    throw new CnnvizError('unsupported', `${purpose}: needs ${names.join(' and ')}, not installed with cnnviz`, {
      fix: `${installs(fileURLToPath(import.meta.url))} ${wanted.join(' ')}`,
      cause: error,
      scope: 'command',
    });
  }
}

/** Whether a package is not there, or is there without what it needs. A fault within it is a fault of its own. */
function isMissing(error: unknown, names: readonly OptionalName[]): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return false;
  return names.some((name) => message.includes(`'${name}'`) || message.includes(`${sep}${join(name, sep)}`));
}

/** How npm installs beside a file of ours: a folder of global packages has no package.json above it. */
export function installs(file: string): string {
  const at = file.lastIndexOf(`${sep}node_modules${sep}`);
  const isGlobal = at >= 0 && !existsSync(join(file.slice(0, at), 'package.json'));
  return isGlobal ? 'npm install -g' : 'npm install';
}
