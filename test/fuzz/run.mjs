// npm run fuzz [-- --count 100000 --seed 1 --format pth-zip]: mutations of every format that strangers' files come in.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    format: { type: 'string' },
  },
});
const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cnnviz-fuzz-'));
const outfile = join(folder, 'fuzz.mjs');
await build({
  stdin: {
    contents: `export { fuzz } from './test/fuzz/fuzz.js'; export { fuzzImages } from './test/fuzz/images.js'; export { fuzzTargets } from './test/fuzz/targets.js';`,
    resolveDir: root,
    loader: 'ts',
  },
  bundle: true,
  format: 'esm',
  platform: 'node',
  define: { 'import.meta.url': JSON.stringify(pathToFileURL(join(root, 'test/fuzz/targets.js')).href) },
  outfile,
  logLevel: 'error',
});
const { fuzz, fuzzImages, fuzzTargets } = await import(pathToFileURL(outfile).href);
const targets = fuzzTargets().filter(({ name }) => values.format === undefined || name === values.format);
const runs = targets.map((target) => (count, seed) => fuzz(target, count, seed));
if ([undefined, 'image'].includes(values.format)) runs.push(fuzzImages);
let failed = runs.length === 0;
for (const run of runs) {
  const { name, count, accepted, refused, slowestMs, faults } = await run(Number(values.count), Number(values.seed));
  console.log(`${name}: ${count} mutations, ${accepted} read, ${refused} refused, slowest ${slowestMs.toFixed(1)} ms`);
  for (const fault of faults) console.log(`  FAULT ${fault}`);
  failed ||= faults.length > 0;
}
rmSync(folder, { recursive: true });
process.exitCode = failed ? 1 : 0;
