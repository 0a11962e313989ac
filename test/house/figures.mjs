// npm run figures: how the house stands, in numbers. `--json` gives them as one document.
//
// Files are the TypeScript files of src, components too, without those that the build makes. Lines count as `wc -l` does. A file's importers
// are the files of src that name it, in any form; what starts a process or a thread has none.
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MADE = ['src/engine/wasm/module.ts'];
const LONG = 400;
const IMPORTED = /\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g;
const ENDINGS = ['Flags', 'Job', 'Request', 'Result', 'Facts', 'Options'];

const sources = new Map(
  readdirSync(`${ROOT}src`, { recursive: true })
    .map((name) => `src/${name.replaceAll('\\', '/')}`)
    .filter((path) => /\.tsx?$/.test(path) && !MADE.includes(path))
    .sort()
    .map((path) => [path, readFileSync(ROOT + path, 'utf8')]),
);
const all = [...sources.values()].join('\n');
const linesOf = (text) => text.split('\n').length - 1;
const count = (pattern) => all.match(pattern)?.length ?? 0;

const byLength = [...sources].map(([path, text]) => ({ path, lines: linesOf(text) })).sort((a, b) => a.lines - b.lines);
const importers = new Map([...sources.keys()].map((path) => [path, new Set()]));
for (const [path, text] of sources) {
  for (const [, specifier] of text.matchAll(IMPORTED)) {
    const target = posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts');
    (importers.get(target) ?? importers.get(`${target}x`))?.add(path);
  }
}
const folders = new Map();
for (const path of sources.keys()) folders.set(posix.dirname(path), (folders.get(posix.dirname(path)) ?? 0) + 1);
const fullest = [...folders].sort((a, b) => b[1] - a[1]);
const single = [...importers.values()].filter(({ size }) => size === 1).length;
const half = byLength.length / 2;

const figures = {
  files: sources.size,
  lines: byLength.reduce((sum, { lines }) => sum + lines, 0),
  median: (byLength[Math.ceil(half) - 1].lines + byLength[Math.floor(half)].lines) / 2,
  longest: byLength.at(-1).lines,
  longFiles: byLength.filter(({ lines }) => lines > LONG).length,
  singleImporters: single,
  singleImporterPercent: Math.round((1000 * single) / sources.size) / 10,
  folders: folders.size,
  fullestFolder: fullest[0][1],
  openTerminalCalls: count(/(?<!function )\bopenTerminal\(/g),
  jsonDocuments: count(/JSON\.stringify\([^;]*?,\s*null,\s*2,?\s*\)/g),
  standardInput: count(/['`]standard input['`]/g),
  flagInterfaces: count(/\binterface \w*Flags\b/g),
  ...Object.fromEntries(
    ENDINGS.map((ending) => [
      `types${ending}`,
      count(new RegExp(`^(?:export )?(?:interface|type) \\w*${ending}\\b`, 'gm')),
    ]),
  ),
  readmeLines: linesOf(readFileSync(`${ROOT}README.md`, 'utf8')),
  architectureLines: linesOf(readFileSync(`${ROOT}ARCHITECTURE.md`, 'utf8')),
};

/** What each figure is, in the order in which they are printed. */
const WORDS = {
  files: 'files in src',
  lines: 'lines',
  median: 'median lines a file',
  longest: `lines of the longest (${byLength.at(-1).path})`,
  longFiles: `files over ${LONG} lines`,
  singleImporters: 'files with one importer',
  singleImporterPercent: 'their share in %',
  folders: 'folders',
  fullestFolder: `files in the fullest folder (${fullest
    .slice(0, 4)
    .map((one) => one.join(' '))
    .join(', ')})`,
  openTerminalCalls: 'callers of openTerminal',
  jsonDocuments: 'places that turn a document into text',
  standardInput: 'places that say "standard input"',
  flagInterfaces: 'interfaces …Flags written by hand',
  ...Object.fromEntries(ENDINGS.map((ending) => [`types${ending}`, `types ending in ${ending}`])),
  readmeLines: 'lines of README.md',
  architectureLines: 'lines of ARCHITECTURE.md',
};

if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
else
  for (const [name, words] of Object.entries(WORDS))
    process.stdout.write(`${String(figures[name]).padStart(7)}  ${words}\n`);
