import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The project's folder, with a slash at the end. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** @returns a function that starts `node ARGS` in the project's folder and waits until it ended well */
export function nodeProcess(...args) {
  return () => {
    const { status, signal, error, stderr } = spawnSync(process.execPath, args, {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    if (status !== 0) {
      throw new Error(`node ${args.join(' ')}: ${error ?? signal ?? `exit ${status}`}\n${stderr}`);
    }
  };
}

/** @returns a function that runs a program and waits until it ended well */
export function command(program, ...args) {
  return () => {
    const { status, error, stderr } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error ?? `exit ${status}`}\n${stderr}`);
  };
}
