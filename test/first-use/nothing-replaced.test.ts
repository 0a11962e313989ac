import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { OUTPUT_OPTIONS } from '../../src/cli/guard-files.js';
import { buildProgram } from '../../src/cli/main.js';
import { tensor } from '../../src/core/tensor.js';
import { writeNpy } from '../../src/models/npy.js';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';

const KERNEL = writeNpy(
  tensor(
    Float32Array.from({ length: 9 }, (_, i) => i - 4),
    [3, 3],
  ),
);

const NET = `input: [1, 5, 5]
layers:
  - { type: conv, name: c, kernel_size: 3, out_channels: 1, weight: W.npy }
`;

/** A small image, a kernel and what else commands read. */
function fill(folder: string): void {
  copyFileSync(`${IMAGES}five.png`, join(folder, 'a.png'));
  for (const name of ['k.npy', 'b.npy', 'x.npy']) writeFileSync(join(folder, name), KERNEL);
  writeFileSync(join(folder, 'W.npy'), writeNpy(tensor(new Float32Array(9), [1, 1, 3, 3])));
  writeFileSync(join(folder, 'list.npy'), 'a.png\n');
  writeFileSync(join(folder, 'labels.npy'), 'one\ntwo\n');
  writeFileSync(join(folder, 'net.yaml'), NET);
  writeFileSync(join(folder, 'cases.yaml'), 'cases: [{ image: a.png, pipe: conv box3, baseline: base }]\n');
}

/** Every file of a folder with its bytes. */
function contents(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => lstatSync(join(folder, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), 'base64')]));
}

const GRAY = ['--gray', '--layers', 'output'];

/** What is read, and a command that would write there. */
const READERS: readonly (readonly [what: string, args: readonly string[]])[] = [
  ['a kernel', ['conv', 'a.png', '-k', 'k.npy', '-o', 'k.npy']],
  ['the picture of a patch', ['conv', 'x.npy', '--patch', '0,0,2,2@a.png', '-o', 'a.png']],
  ['biases', ['conv', 'a.png', '-k', 'box3', '--bias', 'b.npy', '-o', 'b.npy']],
  ['a list of inputs', ['conv', '--files-from', 'list.npy', '-k', 'box3', '-o', 'list.npy']],
  ['class names', ['run', 'conv box3', 'a.png', '--labels', 'labels.npy', '-o', 'labels.npy']],
  ['a fed array', ['run', 'conv box3', '--input', 'input=x.npy', '-o', 'x.npy']],
  ['an array in a pipe', ['run', 'conv kernel_size=3 weight=W.npy', 'a.png', ...GRAY, '-o', 'W.npy']],
  ['an array in a network file', ['run', 'net.yaml', 'a.png', ...GRAY, '-o', 'W.npy']],
  ['a checkpoint', ['weights', 'x.npy', '--tensor', 'x', '-o', 'x.npy']],
  ['a checkpoint, under the default name', ['weights', 'x.npy', '--tensor', 'x']],
  ['a map that is read', ['read', 'x.npy', '-o', 'x.npy']],
  ['one side of diff', ['diff', 'a.png', 'b.png', '-o', 'b.png']],
  ['a file of cases', ['check', 'cases.yaml', '--junit', 'cases.yaml']],
  ['an image of a case', ['check', 'cases.yaml', '--junit', 'a.png']],
];

describe('an output never replaces what the command reads', () => {
  it.each(READERS)('%s', (_, args) =>
    inFolder(async (cwd) => {
      fill(cwd);
      copyFileSync(`${IMAGES}bars17.png`, join(cwd, 'b.png'));
      const before = contents(cwd);
      const run = await cnnviz([...args], { cwd });
      expect(run.code).toBe(2);
      expect(run.stderr).toMatch(/would replace the input|cnnviz did not write it/);
      expect(contents(cwd)).toEqual(before);
    }),
  );

  it('whatever way leads to it: links, hard links, folders that are links or do not exist yet', () =>
    inFolder(async (cwd) => {
      fill(cwd);
      symlinkSync('k.npy', join(cwd, 'link.npy'));
      linkSync(join(cwd, 'k.npy'), join(cwd, 'hard.npy'));
      symlinkSync('.', join(cwd, 'here'));
      const before = contents(cwd);
      for (const out of ['link.npy', 'hard.npy', 'here/k.npy', './new/../k.npy', join(cwd, 'k.npy')]) {
        const run = await cnnviz(['conv', 'a.png', '-k', 'k.npy', '-o', out], { cwd });
        expect([out, run.code, run.stderr]).toEqual([out, 2, expect.stringContaining('would replace the input k.npy')]);
      }
      expect(contents(cwd)).toEqual(before);
    }));

  it('nor does a batch in processes of its own, by the names of a template', () =>
    inFolder(async (cwd) => {
      fill(cwd);
      copyFileSync(join(cwd, 'a.png'), join(cwd, 'k.png'));
      const before = contents(cwd);
      const args = ['conv', 'a.png', 'k.png', '-k', 'k.npy', '--format', 'npy', '-o', '{name}.npy'];
      const run = await cnnviz(args, { cwd });
      expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('k.npy: would replace the input k.npy')]);
      expect(contents(cwd)).toEqual(before);
    }));

  it('a baseline is read, and is no place for a report; --update still makes it anew', () =>
    inFolder(async (cwd) => {
      fill(cwd);
      expect((await cnnviz(['check', 'cases.yaml', '--update'], { cwd })).code).toBe(0);
      for (const flag of ['--junit', '--report']) {
        const run = await cnnviz(['check', 'cases.yaml', flag, 'base/new'], { cwd });
        expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('lies in the folder of baselines base')]);
      }
      copyFileSync(`${IMAGES}bars17.png`, join(cwd, 'a.png'));
      const again = await cnnviz(['check', 'cases.yaml', '--update'], { cwd });
      expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('1 changed')]);
    }));

  it('two outputs of one command have two names', () =>
    inFolder(async (cwd) => {
      fill(cwd);
      symlinkSync('.', join(cwd, 'here'));
      for (const [junit, report] of [
        ['r', './r'],
        ['here/R', 'r'],
        ['r/index.html', 'here/r'],
      ]) {
        const run = await cnnviz(['check', 'cases.yaml', '--junit', junit, '--report', report], { cwd });
        expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('two results would have this name')]);
      }
    }));
});

describe('a page or a list that cnnviz did not write stays', () => {
  it('check replaces its own page and list, and no other', () =>
    inFolder(async (cwd) => {
      fill(cwd);
      await cnnviz(['check', 'cases.yaml', '--update'], { cwd });
      const check = (...args: string[]) => cnnviz(['check', 'cases.yaml', ...args], { cwd });
      for (let round = 0; round < 2; round++) {
        expect((await check('--report', 'report', '--junit', 'all.xml')).code).toBe(0);
      }
      writeFileSync(join(cwd, 'index.html'), '<title>my homepage</title>');
      writeFileSync(join(cwd, 'notes.txt'), 'mine');
      for (const args of [
        ['--report', '.'],
        ['--junit', 'notes.txt'],
      ]) {
        const run = await check(...args);
        expect([run.code, run.stderr]).toEqual([
          2,
          expect.stringContaining('exists already, and cnnviz did not write'),
        ]);
      }
      expect(readFileSync(join(cwd, 'index.html'), 'utf8')).toBe('<title>my homepage</title>');
      expect(readFileSync(join(cwd, 'notes.txt'), 'utf8')).toBe('mine');
    }));

  it.each(['index.html', 'README.md', 'net.yaml', 'five.png'])('article leaves a %s that was there', (name) =>
    inFolder(async (cwd) => {
      if (name.endsWith('.png')) copyFileSync(`${IMAGES}bars17.png`, join(cwd, name));
      else writeFileSync(join(cwd, name), 'mine');
      const before = contents(cwd);
      const run = await cnnviz(['article', '-o', '.', '--only', 'F1'], { cwd });
      expect([run.code, run.stderr]).toEqual([
        2,
        expect.stringContaining(`${name}: exists already, and cnnviz did not`),
      ]);
      expect(contents(cwd)).toEqual(before);
    }),
  );

  it('a manifest in the place of another file is refused', () =>
    inFolder(async (cwd) => {
      mkdirSync(join(cwd, 'in'));
      mkdirSync(join(cwd, 'out'));
      for (const name of ['a.png', 'b.png']) copyFileSync(`${IMAGES}five.png`, join(cwd, 'in', name));
      writeFileSync(join(cwd, 'out/cnnviz-manifest.jsonl'), 'mine\n');
      const run = await cnnviz(['conv', 'in', '-k', 'box3', '-o', 'out'], { cwd });
      expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('cnnviz did not write it')]);
      expect(readdirSync(join(cwd, 'out'))).toEqual(['cnnviz-manifest.jsonl']);
    }));
});

describe('an output is a file', () => {
  it.skipIf(process.platform === 'win32')('no FIFO, device or open file is replaced by one', () =>
    inFolder(async (cwd) => {
      fill(cwd);
      spawnSync('mkfifo', [join(cwd, 'pipe.png')]);
      symlinkSync('/dev/null', join(cwd, 'null.npy'));
      const places = ['pipe.png', 'null.npy', '/dev/null', '/dev/stdout', '/dev/fd/1'];
      for (const out of places) {
        const run = await cnnviz(['conv', 'a.png', '-k', 'box3', '-o', out], { cwd });
        expect([out, run.code, run.stderr]).toEqual([out, 2, expect.stringContaining('not a place for a file')]);
      }
      expect(lstatSync(join(cwd, 'pipe.png')).isFIFO()).toBe(true);
      expect(lstatSync(join(cwd, 'null.npy')).isSymbolicLink()).toBe(true);
    }),
  );
});

describe('a new command is guarded like the others', () => {
  /** Options that name files to be read. */
  const READ = [
    'filesFrom',
    'weights',
    'input',
    'labels',
    'csv',
    'baseline',
    'image',
    'font',
    'data',
    'test',
    'checkpoint',
  ];

  it('every option that names a file says whether it is read or written', async () => {
    const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];
    const options = all(await buildProgram()).flatMap(({ options: own }) => own);
    const named = options.filter(({ flags }) =>
      /[<[][^>]*(?:file|folder|place|npy|png|picture)[^>]*[>\]]/i.test(flags),
    );
    const unknown = named.map((option) => option.attributeName()).filter((name) => !READ.includes(name));
    expect(unknown.filter((name) => !OUTPUT_OPTIONS.includes(name))).toEqual([]);
    expect(OUTPUT_OPTIONS.filter((name) => !unknown.includes(name))).toEqual([]);
  });

  it('files are opened, and given their names, in few places', () => {
    const folder = fileURLToPath(new URL('../../src/io/', import.meta.url));
    const using = (pattern: RegExp) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts') && pattern.test(readFileSync(join(folder, name), 'utf8')))
        .sort();
    expect(using(/\b(?:renameSync|rename|writeFileSync|writeFile|createWriteStream|copyFile\w*)\(/)).toEqual([
      'files.ts',
      'lock.ts',
      'web/download.ts',
    ]);
    expect(using(/\b(?:open|openSync|readFileSync|createReadStream)\(/)).toEqual([
      'files.ts',
      'lock.ts',
      'own-texts.ts',
      'process-facts.ts',
      'random-access.ts',
      'shipped-files.ts',
      'tar/members.ts',
      'web/download.ts',
    ]);
  });
});
