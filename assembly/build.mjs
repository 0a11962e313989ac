// Compiles assembly/ and writes the modules as text, so that they travel inside the bundles: src/engine/wasm/module.ts, and
// page-module.ts for pages, which is made small and has fewer routines. One gives the same bits in both.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';

const binary = 'src/engine/wasm/module.wasm';
/** Called for every two numbers: a call costs a tenth of the time, and V8 packs nothing across one. (The decorator for it is an error to TypeScript.) */
const INLINED = [
  ...['both', 'rest', 'exp2', 'expm1', 'log', 'tanh', 'tail', 'erf', 'sigmoid', 'swish', 'gelu', 'geluTanh'],
  ...['softplus', 'elu', 'mish', 'hardswish', 'hardSigmoid', 'eighthAt'],
].map((name) => `assembly/functions/${name}`);
const INLINE = 64;
const inline = {
  afterInitialize({ elementsByName }) {
    for (const name of INLINED) elementsByName.get(name).decoratorFlags |= INLINE;
  },
};

/** A page trains nothing and writes no pictures. */
const NOT_IN_PAGES = /export \{[^}]*\} from '\.\/(?:deflate|dense|learn|learn-elements|learn-windows)';\n/g;

await compile('module', [], (text) => text);
await compile('page-module', ['--shrinkLevel', '2'], (text) => text.replace(NOT_IN_PAGES, ''));

/** @param exported what becomes of the list of routines */
async function compile(to, more, exported) {
  const options = ['--config', 'assembly/asconfig.json', '-o', binary, ...more];
  const readFile = (name, folder) => {
    const path = join(folder, name);
    if (!existsSync(path)) return null;
    const text = readFileSync(path, 'utf8');
    return path.endsWith('assembly/index.ts') ? exported(text) : text;
  };
  const { error, stderr } = await asc.main(options, { transforms: [inline], readFile });
  if (error) {
    process.stderr.write(stderr.toString());
    process.exit(1);
  }
  const bytes = readFileSync(binary);
  rmSync(binary);
  writeFileSync(
    `src/engine/wasm/${to}.ts`,
    `// Made by assembly/build.mjs from assembly/*.ts; not in the repository.\nexport const MODULE_BASE64 =\n  '${bytes.toString('base64')}';\n`,
  );
  process.stdout.write(`assembly: ${to} ${bytes.length} bytes\n`);
}
