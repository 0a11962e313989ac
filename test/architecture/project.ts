import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Tree } from './source-text.js';

/** The project's folder. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Files git knows or would take in: tracked, and new ones that no .gitignore names; without those deleted on disk. */
export function projectFiles(): string[] {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT });
  const paths = [...new Set(list.toString().split('\0'))].filter((path) => path !== '');
  return paths.filter((path) => statSync(ROOT + path, { throwIfNoEntry: false })?.isFile());
}

/** The texts among `paths`: files without a NUL byte. */
export function readTexts(paths: readonly string[]): Tree {
  const texts = new Map<string, string>();
  for (const path of paths) {
    const bytes = readFileSync(ROOT + path);
    if (!bytes.includes(0)) texts.set(path, bytes.toString());
  }
  return texts;
}

/** Sizes in bytes. */
export function fileSizes(paths: readonly string[]): Map<string, number> {
  return new Map(paths.map((path) => [path, statSync(ROOT + path).size]));
}
