// Compiles assembly/ and writes the module as text, so that it travels inside the bundle: src/engine/wasm/module.ts
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
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
const { error, stderr } = await asc.main(['--config', 'assembly/asconfig.json', '-o', binary], {
  transforms: [inline],
});
if (error) {
  process.stderr.write(stderr.toString());
  process.exit(1);
}
const bytes = readFileSync(binary);
rmSync(binary);
writeFileSync(
  'src/engine/wasm/module.ts',
  `// Made by assembly/build.mjs from assembly/*.ts; not in the repository.\nexport const MODULE_BASE64 =\n  '${bytes.toString('base64')}';\n`,
);
process.stdout.write(`assembly: ${bytes.length} bytes\n`);
