import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { ROOT } from './processes.mjs';

/** What the package does not export, from its sources: the exports that `contents` makes, bundled under a name and loaded. */
export async function fromSources(name, contents) {
  const folder = join(ROOT, 'test/bench/results');
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `${name}.mjs`);
  await build({
    stdin: { contents, resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(join(ROOT, 'dist/index.js')).href) },
    outfile,
    logLevel: 'error',
  });
  return import(pathToFileURL(outfile).href);
}
