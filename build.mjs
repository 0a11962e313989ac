// Builds dist/: the WASM module, the types, then the bundles of the list below.  `node build.mjs code`: the bundles alone.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';

const COMMON = { bundle: true, platform: 'node', target: 'node20.9', packages: 'external', logLevel: 'warning' };
const SMALL = { minify: true };
/** CommonJS has no import.meta.url. */
const MODULE_URL = {
  banner: "const moduleUrl=require('node:url').pathToFileURL(__filename).href;",
  define: { 'import.meta.url': 'moduleUrl' },
};
/**
 * commander is in the file that --help reads: opening its five files takes longer than reading them. It starts programs
 * for subcommands that are files, which we have none of: what it needs for that is loaded when asked for.
 */
const COMMANDER = {
  name: 'commander',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^commander$/ }, () => ({
      path: fileURLToPath(new URL('node_modules/commander/index.js', import.meta.url)),
    }));
    onResolve({ filter: /^node:child_process$/ }, ({ importer, path }) =>
      importer.includes('commander') ? { path, namespace: 'later' } : { path, external: true },
    );
    onLoad({ filter: /./, namespace: 'later' }, ({ path }) => ({
      contents: `exports.spawn = (...args) => process.getBuiltinModule(${JSON.stringify(path)}).spawn(...args);`,
    }));
  },
};
const COMMANDER_LICENCE = readFileSync(new URL('node_modules/commander/LICENSE', import.meta.url), 'utf8');

/** A piece of ours that is loaded when it is needed, and one that a piece begins with. */
const LATER = /\bimport\("\.\/([\w.-]+\.cjs)"\)/g;
const FIRST = /\brequire\("\.\/([\w.-]+\.cjs)"\)/g;

/**
 * Pieces that one file holds, since opening a file costs more than reading it: the named ones and what they begin with.
 * What --help needs; what the flags of a command need; what a command that works on an image needs.
 */
const PACKS = {
  main: ['src/cli/main.ts'],
  words: ['src/commands/layer/conv.ts'],
  image: [
    'src/cli/alt.ts',
    'src/cli/batch-words.ts',
    'src/cli/frame.ts',
    'src/cli/guard-files.ts',
    'src/cli/run-many.ts',
    'src/cli/usage-error.ts',
    'src/reports/text.ts',
    'src/run/kernels.ts',
    'src/run/place.ts',
    'src/run/source.ts',
  ],
};

/** How a pack gives its pieces, each made once. */
const PIECE =
  'const made={};const $piece=exports.piece=(name)=>{let m=made[name];if(!m){m=made[name]={exports:{}};pieces[name](m.exports,m);}return m.exports;};';

/** What dist/ holds. `chunks`: what a command loads when it runs is a file of its own, so that --help reads little. */
const BUNDLES = [
  { from: 'src/index.ts', to: 'dist/index.js', format: 'esm' },
  { from: 'src/cli/main.ts', to: 'dist/cli/main.cjs', format: 'cjs', chunks: true },
  { from: 'src/run/engine-worker.ts', to: 'dist/engine-worker.cjs', format: 'cjs' },
  { from: 'src/commands/worker.ts', to: 'dist/batch-worker.cjs', format: 'cjs' },
];

/**
 * What pages of `explore` are made of, in dist/explorer/: programs of a browser, and the engine's module as bytes. `packed`: as a
 * stream of deflate too, by our own encoder, so that a page has the same bytes wherever this was built.
 */
const PAGE_PROGRAMS = [
  { from: 'src/explorer/page/main.tsx', to: 'dist/explorer/page.js', packed: false },
  { from: 'src/explorer/page/page.css', to: 'dist/explorer/page.css', packed: false },
  { from: 'src/explorer/worker.ts', to: 'dist/explorer/worker.js', packed: true, isSmall: true },
  { from: 'src/explorer/worker.ts', to: 'dist/explorer/worker-of-all-layers.js', packed: true },
];
/** What most pages do without besides: layers that few networks have (src/commands/explore/page-programs.ts tells them). */
const RARE = [
  [/layers\/(elementwise|norms|quantized|selecting|spatial|tflite)\/index\.ts$/, 'rare-layers'],
  [/models\/onnx\/layer-groups\.ts$/, 'layer-groups'],
  [/core\/trigonometry\.ts$|engine\/operators\/(spread|whole)\.ts$|explain\/transposed\.ts$/, 'rare-work'],
];
/** What the worker of a page does without: each is a file of src/explorer/lean, in the place of the one that it names, or of a package. */
const lean = (isSmall) => ({
  name: 'lean',
  setup({ onLoad }) {
    onLoad({ filter: /node_modules.ndarray.ndarray\.js$/ }, () => ({
      contents: `${readFileSync('src/explorer/lean/ndarray.ts', 'utf8')}\nexport default ndarray;`,
      loader: 'ts',
    }));
    for (const [filter, name] of [
      [/engine\/routines\/index\.ts$/, 'twins'],
      [/models\/imagenet-labels\.ts$/, 'labels'],
      [/engine\/wasm\/module\.ts$/, 'module'],
      [/engine\/threads\/(sharing|shared-bands|shared-portions|tickets)\.ts$/, 'threads'],
      ...(isSmall ? RARE : []),
    ]) {
      onLoad({ filter }, () => ({ contents: readFileSync(`src/explorer/lean/${name}.ts`, 'utf8'), loader: 'ts' }));
    }
  },
});
const PAGE = {
  bundle: true,
  platform: 'browser',
  format: 'iife',
  target: ['es2022', 'chrome105', 'firefox115', 'safari16.4'],
  minify: true,
  legalComments: 'none',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  logLevel: 'warning',
};

const onlyCode = process.argv[2] === 'code';
if (onlyCode && !existsSync('src/engine/wasm/page-module.ts')) run(process.execPath, ['assembly/build.mjs']);
if (!onlyCode) {
  rmSync('dist', { recursive: true, force: true });
  run(process.execPath, ['assembly/build.mjs']);
  run(process.execPath, ['assembly/typeface.mjs']);
  run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json']);
}
for (const bundle of BUNDLES) await (bundle.chunks ? bundleInChunks(bundle) : bundleInOneFile(bundle));
await bundlePages();

async function bundlePages() {
  const own = (from) => build({ ...COMMON, entryPoints: [from], format: 'esm', write: false });
  const loaded = async (from) => {
    const [{ text }] = (await own(from)).outputFiles;
    return import(`data:text/javascript,${encodeURIComponent(text)}`);
  };
  const { deflateText } = await loaded('src/engine/deflate/deflate-text.ts');
  const { MODULE_BASE64 } = await loaded('src/engine/wasm/page-module.ts');
  const pack = (path) => writeFileSync(`${path}.deflate`, deflateText(readFileSync(path)));
  for (const { from, to, packed, isSmall = false } of PAGE_PROGRAMS) {
    await build({ ...PAGE, plugins: [lean(isSmall)], entryPoints: [from], outfile: to });
    if (packed) pack(to);
  }
  const module = 'dist/explorer/engine.wasm';
  writeFileSync(module, Buffer.from(MODULE_BASE64, 'base64'));
  pack(module);
}

function bundleInOneFile({ from, to, format }) {
  const cjs = { ...SMALL, banner: { js: MODULE_URL.banner }, define: MODULE_URL.define };
  return build({ ...COMMON, ...(format === 'cjs' ? cjs : {}), entryPoints: [from], outfile: to, format });
}

/**
 * esbuild cuts ES modules only: each piece is made CommonJS afterwards, which starts 30 ms sooner. All lie in one folder:
 * paths are resolved from the file they stand in. Those of a pack are functions in its file, run when they are asked for.
 */
async function bundleInChunks({ from, to }) {
  const folder = join(to, '..');
  rmSync(folder, { recursive: true, force: true });
  const { metafile } = await build({
    ...COMMON,
    define: MODULE_URL.define,
    plugins: [COMMANDER],
    entryPoints: [from],
    outdir: folder,
    format: 'esm',
    splitting: true,
    chunkNames: '[name]-[hash]',
    outExtension: { '.js': '.cjs' },
    metafile: true,
  });
  const packOf = packsOf(metafile.outputs);
  const whole = Object.fromEntries(Object.keys(PACKS).map((pack) => [pack, '']));
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const { code } = await transform(readFileSync(path, 'utf8').replace(LATER, later), {
      ...SMALL,
      format: 'cjs',
      platform: 'node',
      target: COMMON.target,
    });
    const pack = packOf.get(name);
    const text = code.replace(FIRST, (_, piece) => required(piece, packOf.get(piece), pack));
    // a function in brackets is compiled at once and not twice
    if (pack) whole[pack] += `${JSON.stringify(name)}:(function(exports,module){${text}}),\n`;
    else writeFileSync(path, MODULE_URL.banner + text);
    if (pack) rmSync(path);
  }
  for (const [pack, pieces] of Object.entries(whole)) {
    const start = pack === 'main' ? `;exports.main=$piece(${JSON.stringify(basename(to))}).main;` : '';
    const licence = pack === 'main' ? `/*! commander\n${COMMANDER_LICENCE}*/\n` : '';
    writeFileSync(
      join(folder, `${pack}.cjs`),
      `${licence}${MODULE_URL.banner}${PIECE}const pieces={\n${pieces}};${start}\n`,
    );
  }
}

/** Packages that are ES modules alone are still imported. */
function later(_, piece) {
  return `Promise.resolve().then(()=>require("./${piece}"))`;
}

function required(piece, pack, own) {
  if (pack === undefined) return `require("./${piece}")`;
  return pack === own ? `$piece(${JSON.stringify(piece)})` : `require("./${pack}.cjs").piece(${JSON.stringify(piece)})`;
}

/** The pack of each piece that is in one: the first whose named pieces begin with it. */
function packsOf(outputs) {
  const packOf = new Map();
  const add = (path, pack) => {
    const name = basename(path);
    if (packOf.has(name)) return;
    packOf.set(name, pack);
    for (const { path: next, kind } of outputs[path].imports)
      if (kind === 'import-statement' && outputs[next]) add(next, pack);
  };
  for (const [pack, sources] of Object.entries(PACKS)) {
    for (const source of sources) {
      const found = Object.keys(outputs).find((path) => outputs[path].entryPoint === source);
      if (!found) throw new Error(`build.mjs: ${source} is no piece of its own any more: PACKS is out of date`);
      add(found, pack);
    }
  }
  return packOf;
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
