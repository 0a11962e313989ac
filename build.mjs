// Builds dist/: the WASM module, the types, then the bundles of the list below.  `node build.mjs code`: the bundles alone.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, transform } from 'esbuild';

const COMMON = { bundle: true, platform: 'node', target: 'node20.9', packages: 'external', logLevel: 'warning' };
const SMALL = { minifyWhitespace: true, minifySyntax: true };
/** CommonJS has no import.meta.url. */
const MODULE_URL = {
  banner: "const moduleUrl=require('node:url').pathToFileURL(__filename).href;",
  define: { 'import.meta.url': 'moduleUrl' },
};
/** A piece of ours that is loaded when it is needed. */
const PIECE = /\bimport\(("\.\/[\w.-]+\.cjs")\)/g;

/** What dist/ holds. `chunks`: what a command loads when it runs is a file of its own, so that --help reads little. */
const BUNDLES = [
  { from: 'src/index.ts', to: 'dist/index.js', format: 'esm' },
  { from: 'src/cli/main.ts', to: 'dist/cli/main.cjs', format: 'cjs', chunks: true },
  { from: 'src/run/engine-worker.ts', to: 'dist/engine-worker.cjs', format: 'cjs' },
  { from: 'src/batch/worker.ts', to: 'dist/batch-worker.cjs', format: 'cjs' },
];

const onlyCode = process.argv[2] === 'code';
if (!onlyCode) {
  rmSync('dist', { recursive: true, force: true });
  run(process.execPath, ['assembly/build.mjs']);
  run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json']);
}
for (const bundle of BUNDLES) await (bundle.chunks ? bundleInChunks(bundle) : bundleInOneFile(bundle));

function bundleInOneFile({ from, to, format }) {
  const cjs = { ...SMALL, banner: { js: MODULE_URL.banner }, define: MODULE_URL.define };
  return build({ ...COMMON, ...(format === 'cjs' ? cjs : {}), entryPoints: [from], outfile: to, format });
}

/**
 * esbuild cuts ES modules only: each piece is made CommonJS afterwards, which starts 30 ms sooner. All lie in one folder:
 * paths are resolved from the file they stand in.
 */
async function bundleInChunks({ from, to }) {
  const folder = join(to, '..');
  rmSync(folder, { recursive: true, force: true });
  await build({
    ...COMMON,
    define: MODULE_URL.define,
    entryPoints: [from],
    outdir: folder,
    format: 'esm',
    splitting: true,
    chunkNames: '[name]-[hash]',
    outExtension: { '.js': '.cjs' },
  });
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    // packages that are ES modules alone are still imported
    const text = readFileSync(path, 'utf8').replace(PIECE, (_, name) => `Promise.resolve().then(()=>require(${name}))`);
    const { code } = await transform(text, {
      ...SMALL,
      format: 'cjs',
      platform: 'node',
      target: COMMON.target,
      banner: MODULE_URL.banner,
    });
    writeFileSync(path, code);
  }
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
