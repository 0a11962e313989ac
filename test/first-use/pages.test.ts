import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/main.js';
import { ROOT } from '../architecture/project.js';
import { cnnviz, IMAGES, inFolder, NODE } from '../cli/cnnviz.js';
import { argumentsOf, flagsOf, type Shown, terminalsOf } from './typed-commands.js';

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(`${ROOT}docs`).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
];
const textOf = (page: string) => readFileSync(ROOT + page, 'utf8');

/** What the reader brings, and what is tried elsewhere: the demo in demo.test.ts, article in test/cli, the gallery in gallery.test.ts. */
const OWN =
  /\b(?:photos\/|mnist\/|photo\.(?:jpg|png)|new\/|test\/|classes\/|(?:alexnet|digits|model)\.(?:pth|txt|onnx|json))/;
const ELSEWHERE = /^(?!cnnviz )|^cnnviz (?:demo|article)/;
const isRun = (block: readonly Shown[]) => !block.some(({ command }) => OWN.test(command) || ELSEWHERE.test(command));

/** How many commands of each page are run; all others name files of the reader. */
const RUN: Readonly<Record<string, number>> = {
  'README.md': 10,
  'docs/ci.md': 3,
  'docs/explorer.md': 2,
  'docs/networks.md': 7,
  'docs/speed.md': 1,
  'docs/tasks.md': 3,
  'docs/train.md': 3,
};

describe('README', () => {
  const readme = textOf('README.md');

  it('is short: at most 180 lines, and ten tasks', () => {
    expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(180);
    const [, tasks] = /^## Ten tasks\n([\s\S]*?)^## /m.exec(readme)!;
    expect([...tasks.matchAll(/^### /gm)]).toHaveLength(10);
    expect(terminalsOf(tasks).map((block) => block.every(({ printed }) => printed !== ''))).toEqual([
      false,
      true,
      true,
      true,
      ...[false, false, false, false, false],
      true,
    ]);
  });

  it('begins with the demo, in whose folder all of it can be typed but what is fetched, or is the reader’s own', () => {
    expect(readme).toContain('$ cnnviz demo\n$ cd cnnviz-demo\n');
    expect(
      terminalsOf(readme)
        .filter((block) => !isRun(block))
        .flat()
        .map(({ command }) => command),
    ).toEqual([
      'npm install',
      'npm run demo',
      'cnnviz demo',
      'cd cnnviz-demo',
      'cnnviz get squeezenet1_1',
      'cnnviz run squeezenet1_1 photo.jpg',
      'cnnviz run colleague.pth photo.jpg',
      'cnnviz run converted_tfjs.zip photo.jpg',
      'cnnviz gradcam converted_keras.zip photo.jpg',
      'cnnviz run my.keras photo.jpg --preset keras-tf',
      'cnnviz compare my.keras export.onnx photo.jpg',
      'cnnviz compare my.keras dumped/ photo.jpg',
    ]);
  });
});

/** The folder of the demo, made once; each page is typed in a copy. */
let demo: string;
beforeAll(async () => {
  demo = mkdtempSync(join(tmpdir(), 'cnnviz-test-'));
  await cnnviz(['demo', '-o', '.'], { cwd: demo });
});
afterAll(() => rmSync(demo, { recursive: true, force: true }));

describe('the commands that pages show', () => {
  it('are run, but for those that name files of the reader', () => {
    const counts = pages
      .filter((page) => page !== 'docs/gallery.md')
      .map((page) => [page, terminalsOf(textOf(page)).filter(isRun).flat().length] as const);
    expect(Object.fromEntries(counts.filter(([, count]) => count > 0))).toEqual(RUN);
  });

  describe.each(Object.keys(RUN))('%s, outside of the clone, in the folder of the demo', (page) => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'cnnviz-test-'));
      cpSync(demo, folder, { recursive: true });
      mkdirSync(join(folder, 'img'));
      for (const name of ['bars17.png', 'plane.png']) copyFileSync(join(IMAGES, name), join(folder, 'img', name));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    const blocks = terminalsOf(textOf(page)).filter(isRun);
    it.each(blocks.map((block) => ({ name: block[0].command, block })))(
      '$name',
      async ({ block }) => {
        for (const { command, printed } of block) {
          const fails = /^ FAIL /m.test(printed);
          if (fails) changeOneBit(join(folder, 'base/plane.png/relu.npy'), 401 * 798 + 95);
          const { code, stdout, stderr } = await cnnviz(argumentsOf(command), { cwd: folder });
          expect([code, stderr], command).toEqual([fails ? 1 : 0, expect.not.stringContaining('cnnviz:')]);
          if (printed !== '') expect(stdout.trimEnd()).toBe(printed);
        }
      },
      180_000,
    );
  });
});

describe('the programs of docs/library.md', () => {
  const programs = [...textOf('docs/library.md').matchAll(/^```js\n([\s\S]*?)^```/gm)].map(([, program]) => program);
  const modules = { cnnviz: pathToFileURL(join(ROOT, 'dist/index.js')).href, ndarray: import.meta.resolve('ndarray') };

  it.each([
    {
      what: 'conv2d',
      tell: '[maps.shape, pooled.shape]',
      told: [
        [1, 213, 319],
        [1, 106, 159],
      ],
    },
    {
      what: 'loadNetwork',
      tell: "[...layers.keys(), layers.get('output').shape]",
      told: ['features.0', 'flatten', 'output', [1, 1000]],
    },
    {
      what: 'gradcam',
      tell: '[why.place.x, seen.window.x0, grid.cells.length, cam.map.shape, costs.params, first.a, x.shape]',
      told: [188, 6, 6, [13, 13], 61_100_840, 'conv', [3, 224, 224]],
    },
    {
      what: 'trainHead',
      tell: '[head.classes, probabilities.shape]',
      told: [
        ['far', 'near'],
        [4, 2],
      ],
    },
  ])('run: $what', ({ what, tell, told }) =>
    inFolder(async (cwd) => {
      copyFileSync(join(IMAGES, 'rocket.jpg'), join(cwd, 'rocket.jpg'));
      const [program] = programs.filter((text) => text.includes(`${what}(`));
      const text = Object.entries(modules).reduce(
        (all, [name, url]) => all.replaceAll(`from '${name}'`, `from '${url}'`),
        program,
      );
      writeFileSync(join(cwd, 'program.mjs'), `${text}\nconsole.log(JSON.stringify(${tell}));\n`);
      const stdout = execFileSync(NODE, ['program.mjs'], { cwd, encoding: 'utf8' });
      expect(JSON.parse(stdout)).toEqual(told);
    }),
  );

  it('are all of them', () => {
    expect(programs).toHaveLength(4);
  });
});

describe('the flags that pages write', async () => {
  const program = await buildProgram();
  const below = (command: Command, name: string): [string, Command][] => [
    [name, command],
    ...command.commands.flatMap((one) => below(one, `${name} ${one.name()}`)),
  ];
  const commands = new Map(program.commands.flatMap((command) => below(command, command.name())));
  const groups = program.commands.filter(({ commands }) => commands.length > 0).map((command) => command.name());
  const namesOf = (command: Command) =>
    ['-h', '--help', ...command.options.flatMap(({ hidden, short, long }) => (hidden ? [] : [short, long]))].filter(
      (name) => name !== undefined,
    );
  const all = new Set([...namesOf(program), ...[...commands.values()].flatMap(namesOf)]);

  /** A command behind -- has flags of its own. */
  const QUEUED = /(cnnviz farm submit\b[^`\n]*?) -- (?=(?:conv|run|preprocess) )/g;

  /** "page:line: why" of each flag that is not there. A picture in the place of a command is conv's. */
  const missing = (page: string, text: string) =>
    flagsOf(text.replace(QUEUED, '$1; cnnviz '), groups).flatMap(({ flag, command, line }) => {
      const known = command === null ? all : namesOf(commands.get(command) ?? commands.get('conv')!);
      const isThere = [...known].includes(flag);
      return isThere ? [] : [`${page}:${line}: ${command ?? 'no command'} has no ${flag}`];
    });

  it.each(pages)('are there: %s', (page) => {
    expect(missing(page, textOf(page))).toEqual([]);
  });

  it('would be missed', () => {
    const text =
      'Write `cnnviz conv a.png --sride 2`.\n\n```console\n$ cnnviz head train x --strip\n```\n`--jsn`, `-k`\n';
    expect(missing('a.md', text)).toEqual([
      'a.md:1: conv has no --sride',
      'a.md:4: head train has no --strip',
      'a.md:6: no command has no --jsn',
    ]);
  });

  it('are all in docs/flags.md, as the commands say them: npm run flags', async () => {
    const { flagsPage } = (await import('../../fixtures/make/flags.mjs' as string)) as {
      flagsPage: (page: string, program: Command) => string;
    };
    const page = textOf('docs/flags.md');
    expect(flagsPage(page, program)).toBe(page);
    expect(all.size).toBeGreaterThan(100);
    expect([...all].filter((flag) => flag.startsWith('--') && !page.includes(flag))).toEqual([]);
  });
});

/** Makes a value of a float32 array larger by its last bit. @param at how many values stand before it */
function changeOneBit(path: string, at: number): void {
  const bytes = readFileSync(path);
  const offset = bytes.readUInt16LE(8) + 10 + 4 * at;
  bytes.writeUInt32LE(bytes.readUInt32LE(offset) + 1, offset);
  writeFileSync(path, bytes);
}
