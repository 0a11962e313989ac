import { describe, expect, it } from 'vitest';
import { algorithmsAreListed } from './architecture/algorithms.js';
import { noCycles } from './architecture/cycles.js';
import { namesSayWhat, noDefaultExports, noLongFiles, noSideEffectImports } from './architecture/files.js';
import { importsOf } from './architecture/imports.js';
import { importsGoDown, machineStaysInIo, onlyCliPrints } from './architecture/layers.js';
import { projectFiles, readTexts } from './architecture/project.js';
import { readSource, type Tree } from './architecture/source-text.js';

const code = projectFiles().filter((path) => /^(?:src|test)\/.*\.[cm]?[jt]sx?$/.test(path));
const project = readTexts(code);

/** A small project that breaks no rule; each planted violation replaces or adds files of it. */
const CLEAN: Readonly<Record<string, string>> = {
  'src/index.ts': `export { plan } from './engine/plan.js';\nexport { runJob } from './run/run.js';\n`,
  'src/cli/main.ts': `import { runAll } from '../batch/run-all.js';\nprocess.stdout.write(runAll());\nprocess.exitCode = 0;\n`,
  'src/commands/layer/sweep-study.ts': `import { runAll } from '../batch/run-all.js';\nexport const sweep = runAll;\n`,
  'src/batch/run-all.ts': `import { cpus } from 'node:os';\nimport { runJob } from '../run/run.js';\nexport const runAll = () => runJob(cpus());\n`,
  'src/run/run.ts': `import { read } from './source.js';\nimport { plan } from '../engine/plan.js';\nexport const runJob = (n: unknown) => plan(read(n));\n`,
  'src/api/decode.ts': `export { read } from '../run/source.js';\n`,
  'src/run/source.ts': `import { decode } from '../io/decode.js';\nexport const read = (n: unknown) => decode(n);\n`,
  'src/io/decode.ts': `import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
const load = createRequire(import.meta.url);
export const decode = () => [load('sharp'), readFileSync];
`,
  'src/engine/plan.ts': `import { CONV2D_ALGORITHMS } from './conv2d/index.js';\nimport type { Layer } from '../core/layers.js';\nexport const plan = (x: Layer) => CONV2D_ALGORITHMS;\n`,
  'src/engine/conv2d/algorithm.ts': `export interface Conv2dAlgorithm { readonly name: string }\n`,
  'src/engine/conv2d/direct.ts': `import type { Conv2dAlgorithm } from './algorithm.js';\nexport const direct: Conv2dAlgorithm = { name: 'direct' };\n`,
  'src/engine/conv2d/order.ts': `export const CHUNK = 256;\n`,
  'src/engine/conv2d/index.ts': `import type { Conv2dAlgorithm } from './algorithm.js';\nimport { direct } from './direct.js';\nexport const CONV2D_ALGORITHMS: readonly Conv2dAlgorithm[] = [direct];\n`,
  'src/core/layers.ts': `/** Not \`console.log\`, nor import('sharp'). */\nexport interface Layer { readonly why: 'process.exit(1)' }\n`,
};

function clean(planted: Readonly<Record<string, string>> = {}): Tree {
  return new Map(Object.entries({ ...CLEAN, ...planted }));
}

type Guard = (tree: Tree) => string[];
/** One way to break a rule: the files that do it, and what the guard says of them, in order. */
type Planted = readonly [how: string, files: Readonly<Record<string, string>>, says: readonly RegExp[]];

const RULES: readonly (readonly [rule: string, guard: Guard, planted: readonly Planted[]])[] = [
  [
    'imports go down only',
    importsGoDown,
    [
      [
        'core imports the engine',
        { 'src/core/layers.ts': `\nimport { plan } from '../engine/plan.js';\n` },
        [/^src\/core\/layers\.ts:2: src\/core imports upwards, from src\/engine/],
      ],
      [
        'a type is imported upwards',
        { 'src/io/decode.ts': `import type { runJob } from '../run/run.js';\n` },
        [/^src\/io\/decode\.ts:1: src\/io imports upwards, from src\/run/],
      ],
      [
        'an import spans lines',
        { 'src/batch/run-all.ts': `import {\n  sweep,\n} from '../commands/sweep.js';\n` },
        [/^src\/batch\/run-all\.ts:1: src\/batch imports upwards, from src\/commands/],
      ],
      [
        'io knows figures',
        { 'src/io/encode.ts': `export { scale } from '../draw/scale.js';\n`, 'src/draw/scale.ts': '' },
        [/^src\/io\/encode\.ts:1: src\/io imports its neighbour src\/draw/],
      ],
      [
        'a run imports the batch',
        { 'src/run/source.ts': `import { runAll } from '../batch/run-all.js';\n` },
        [/^src\/run\/source\.ts:1: src\/run imports upwards, from src\/batch/],
      ],
      [
        'the engine imports a stage',
        { 'src/engine/plan.ts': `import { read } from '../run/source.js';\n` },
        [/^src\/engine\/plan\.ts:1: src\/engine imports upwards, from src\/run/],
      ],
      [
        'a neighbour is imported late',
        { 'src/models/npy.ts': `export const f = () => import('../io/decode.js');\n` },
        [/^src\/models\/npy\.ts:1: src\/models imports its neighbour src\/io/],
      ],
      [
        'a type names its module in place',
        { 'src/models/npy.ts': `export type F = import('../io/decode.js').F;\n` },
        [/^src\/models\/npy\.ts:1: src\/models imports its neighbour src\/io/],
      ],
      [
        'a type is re-exported from a neighbour',
        { 'src/reports/a.ts': `export type * from '../draw/b.js';\n`, 'src/draw/b.ts': '' },
        [/^src\/reports\/a\.ts:1: src\/reports imports its neighbour src\/draw/],
      ],
      [
        'the library imports the command line',
        { 'src/index.ts': `export { main } from './cli/main.js';\n` },
        [/^src\/index\.ts:1: the library imports src\/cli/],
      ],
      [
        'a file imports the library entry',
        { 'src/cli/main.ts': `import { plan } from '../index.js';\n` },
        [/^src\/cli\/main\.ts:1: imports src\/index\.ts/],
      ],
      [
        'an import leaves src',
        { 'src/core/layers.ts': `import manifest from '../../package.json';\n` },
        [/^src\/core\/layers\.ts:1: .* lies outside src/],
      ],
      [
        'a folder nobody planned',
        { 'src/plugins/load.ts': `export const load = 1;\n` },
        [/^src\/plugins\/load\.ts:1: src\/plugins has no place in the order/],
      ],
    ],
  ],
  [
    'sharp and files stay in src/io, the rest of Node in io, batch and cli',
    machineStaysInIo,
    [
      [
        'figures import sharp',
        { 'src/draw/a.ts': `import sharp from 'sharp';\n` },
        [/^src\/draw\/a\.ts:1: imports sharp/],
      ],
      [
        'the cli takes only a type of sharp',
        { 'src/cli/a.ts': `import type { Sharp } from 'sharp';\n` },
        [/^src\/cli\/a\.ts:1: imports sharp/],
      ],
      [
        'batch reads files',
        { 'src/batch/a.ts': `\n\nimport { readFile } from 'node:fs/promises';\n` },
        [/^src\/batch\/a\.ts:3: imports node:fs\/promises/],
      ],
      [
        'the cli reads files without the prefix',
        { 'src/cli/a.ts': `import { readFileSync } from 'fs';\n` },
        [/^src\/cli\/a\.ts:1: imports fs;/],
      ],
      [
        'the engine imports node:os',
        { 'src/engine/a.ts': `import { cpus } from 'node:os';\n` },
        [/^src\/engine\/a\.ts:1: imports node:os/],
      ],
      [
        'the pipeline imports path',
        { 'src/run/run.ts': `import { join } from 'path';\n` },
        [/^src\/run\/run\.ts:1: imports path;/],
      ],
      [
        'core loads sharp late',
        { 'src/core/a.ts': `export const f = async () => (await import("sharp")).default;\n` },
        [/^src\/core\/a\.ts:1: imports sharp/],
      ],
      [
        'batch requires sharp',
        {
          'src/batch/a.ts': `import { createRequire } from 'node:module';\nconst need = createRequire(import.meta.url);\nneed('sharp');\n`,
        },
        [/^src\/batch\/a\.ts:3: imports sharp/],
      ],
      [
        'batch requires sharp at once',
        { 'src/batch/a.ts': `createRequire(import.meta.url)('sharp');\n` },
        [/^src\/batch\/a\.ts:1: imports sharp/],
      ],
      [
        'a name is computed',
        { 'src/core/a.ts': `export const f = (x: string) => import(\`node:\${x}\`);\n` },
        [/^src\/core\/a\.ts:1: import\(\) or require\(\)/],
      ],
    ],
  ],
  [
    'only src/cli prints and exits',
    onlyCliPrints,
    [
      ['the engine logs', { 'src/engine/a.ts': `// a\nconsole.log(1);\n` }, [/^src\/engine\/a\.ts:2: "console"/]],
      [
        'io writes to stdout',
        { 'src/io/a.ts': `process.stdout.write('x');\n` },
        [/^src\/io\/a\.ts:1: "process\.stdout"/],
      ],
      [
        'batch writes to stderr',
        { 'src/batch/a.ts': `process.stderr.write('x');\n` },
        [/^src\/batch\/a\.ts:1: "process\.stderr"/],
      ],
      ['the pipeline exits', { 'src/run/run.ts': `process.exit(1);\n` }, [/^src\/run\/run\.ts:1: "process\.exit"/]],
      [
        'a run sets the exit code',
        { 'src/run/sweep.ts': `process.exitCode = 1;\n` },
        [/^src\/run\/sweep\.ts:1: "process\.exitCode"/],
      ],
      [
        'a template prints',
        { 'src/reports/a.ts': `export const f = () => \`\${console.log('}')}\`;\n` },
        [/^src\/reports\/a\.ts:1: "console"/],
      ],
      [
        'process is taken apart',
        { 'src/io/a.ts': `const { stdout } = process;\n` },
        [/^src\/io\/a\.ts:1: "= process;"/],
      ],
      [
        'exit comes from node:process',
        { 'src/io/a.ts': `import { exit } from 'node:process';\n` },
        [/^src\/io\/a\.ts:1: imports node:process/],
      ],
    ],
  ],
  [
    'no file imports itself through others',
    noCycles,
    [
      [
        'two files',
        { 'src/core/a.ts': `import { b } from './b.js';\n`, 'src/core/b.ts': `import { a } from './a.js';\n` },
        [/^src\/core\/b\.ts:1: closes the cycle src\/core\/a\.ts → src\/core\/b\.ts → src\/core\/a\.ts$/],
      ],
      [
        'three files, one link a type',
        {
          'src/core/a.ts': `import { b } from './b.js';\n`,
          'src/core/b.ts': `import type { C } from './c.js';\n`,
          'src/core/c.ts': `\nexport * from './a.js';\n`,
        },
        [
          /^src\/core\/c\.ts:2: closes the cycle src\/core\/a\.ts → src\/core\/b\.ts → src\/core\/c\.ts → src\/core\/a\.ts$/,
        ],
      ],
      [
        'a file imports itself',
        { 'src/core/a.ts': `import { a } from './a.js';\n` },
        [/^src\/core\/a\.ts:1: closes the cycle src\/core\/a\.ts → src\/core\/a\.ts$/],
      ],
    ],
  ],
  [
    'no file is over 400 lines',
    noLongFiles,
    [
      ['a source of 401', { 'src/core/a.ts': 'x\n'.repeat(401) }, [/^src\/core\/a\.ts:401: the file has 401 lines/]],
      ['a test of 500', { 'test/a.test.ts': 'x\n'.repeat(500) }, [/^test\/a\.test\.ts:401: the file has 500 lines/]],
    ],
  ],
  [
    'names are kebab-case and say what is inside',
    namesSayWhat,
    [
      ['camelCase', { 'src/core/maxPool.ts': '' }, [/^src\/core\/maxPool\.ts:1: "maxPool" is not kebab-case/]],
      ['snake_case folder', { 'src/max_pool/a.ts': '' }, [/^src\/max_pool\/a\.ts:1: "max_pool" is not kebab-case/]],
      ['utils', { 'src/core/utils.ts': '' }, [/^src\/core\/utils\.ts:1: "utils" says nothing/]],
      ['a folder of helpers', { 'test/helpers/a.ts': '' }, [/^test\/helpers\/a\.ts:1: "helpers" says nothing/]],
      ['common', { 'src/common/a.ts': '' }, [/^src\/common\/a\.ts:1: "common" says nothing/]],
    ],
  ],
  [
    'every export has a name',
    noDefaultExports,
    [
      ['export default', { 'src/core/a.ts': `\nexport default 1;\n` }, [/^src\/core\/a\.ts:2: default export/]],
      [
        'renamed to default',
        { 'src/core/a.ts': `const a = 1;\nexport { a as default };\n` },
        [/^src\/core\/a\.ts:2: default export/],
      ],
      [
        'default passed on',
        { 'src/core/a.ts': `export { default } from 'chalk';\n` },
        [/^src\/core\/a\.ts:1: default export/],
      ],
    ],
  ],
  [
    'nothing is imported for its side effects',
    noSideEffectImports,
    [
      [
        'a package',
        { 'src/core/a.ts': `import 'chalk';\n` },
        [/^src\/core\/a\.ts:1: imports 'chalk' for its side effects/],
      ],
      [
        'a file of ours',
        { 'src/core/a.ts': `/* a */ import "./b.js";\n` },
        [/^src\/core\/a\.ts:1: imports '\.\/b\.js' for its side effects/],
      ],
    ],
  ],
  [
    'every convolution algorithm is in the list',
    algorithmsAreListed,
    [
      [
        'forgotten',
        { 'src/engine/conv2d/gemm.ts': `\nexport const gemm: Conv2dAlgorithm = {};\n` },
        [/^src\/engine\/conv2d\/gemm\.ts:2: algorithm "gemm" is not in the list/],
      ],
      [
        'imported but not listed',
        {
          'src/engine/conv2d/index.ts': `import { direct } from './direct.js';\nexport const CONV2D_ALGORITHMS = [\n  // direct\n];\n`,
        },
        [/^src\/engine\/conv2d\/direct\.ts:2: algorithm "direct"/],
      ],
      [
        'made by a function nobody calls',
        { 'src/engine/conv2d/fft.ts': `export function makeFft(): Conv2dAlgorithm {}\n` },
        [/^src\/engine\/conv2d\/fft\.ts:1: speaks of Conv2dAlgorithm/],
      ],
      ['no list', { 'src/engine/conv2d/index.ts': '' }, [/^src\/engine\/conv2d\/index\.ts:1: has no list/]],
    ],
  ],
];

describe.each(RULES)('%s', (_rule, guard, planted) => {
  it('holds in this project', () => {
    expect(guard(project)).toEqual([]);
  });

  it('lets a clean project pass', () => {
    expect(guard(clean())).toEqual([]);
  });

  it.each(planted)('is seen broken: %s', (_how, files, says) => {
    expect(guard(clean(files))).toEqual(says.map((pattern) => expect.stringMatching(pattern)));
  });
});

describe('the guards read code', () => {
  it('sees the files of this project', () => {
    expect([...project.keys()]).toEqual(
      expect.arrayContaining(['src/index.ts', 'src/core/tensor.ts', 'test/architecture.test.ts']),
    );
  });

  it('finds nothing in comments, strings, templates and regular expressions', () => {
    const text = [
      `// import 'a'`,
      `/* import b from 'b'; */ const c = "import c from 'c'";`,
      `const d = \`import d from 'd' \${'import(\`x\`)'} require('e')\`;`,
      `const f = /['"\`]/.test(c) ? 1 / 2 : 3 / 4; // '`,
      `import { g } from 'g';`,
    ].join('\n');
    expect(importsOf('src/a.ts', text)).toEqual([
      { from: 'src/a.ts', line: 5, specifier: 'g', target: null, bare: false },
    ]);
  });

  it('keeps offsets and lines when it blanks', () => {
    const text = `const a = \`x\${b ? \`y\${{ c: 1 }.c}\` : 2}z\`; /* 1\n2 */ f(/[/\`]/g); // é\n`;
    const { code: withoutComments, bare } = readSource(text);
    expect(withoutComments).toBe(`const a = \`x\${b ? \`y\${{ c: 1 }.c}\` : 2}z\`;     \n     f(/[/\`]/g);     \n`);
    expect(bare).toBe(`const a = \` \${b ? \` \${{ c: 1 }.c}\` : 2} \`;     \n     f(/      );     \n`);
  });

  it('knows every way to name a module', () => {
    const text = [
      `import a, { type A } from './a.js';`,
      `import * as b from "../b.js";`,
      `export * as c from 'c';`,
      `import type { D } from 'd'; import e from 'e';`,
      `const f = await import('f', { with: { type: 'json' } });`,
      'const g = import(`g`);',
      `const h = require('h'); const i = require.resolve('i');`,
      `const j = createRequire(import.meta.url)('j');`,
      `const load: NodeRequire = createRequire(import.meta.url); load('k');`,
      `export type L = import('l').L;`,
      `import(name);`,
    ].join('\n');
    expect(importsOf('src/x/y.ts', text).map(({ line, specifier, target }) => [line, target ?? specifier])).toEqual([
      [1, 'src/x/a.ts'],
      [2, 'src/b.ts'],
      [3, 'c'],
      [4, 'd'],
      [4, 'e'],
      [5, 'f'],
      [6, 'g'],
      [7, 'h'],
      [7, 'i'],
      [8, 'j'],
      [9, 'k'],
      [10, 'l'],
      [11, null],
    ]);
  });
});
