import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withHelpAsFlag } from '../../src/cli/help.js';
import { buildProgram } from '../../src/cli/main.js';
import { writeFiles } from '../first-use/command-grammar.js';
import { inFolder } from './cnnviz.js';
import { warmProcess } from './warm-process.js';

/** What is the same for every command that has the flag. */
type Promised =
  | 'a file' // -o FILE writes it; --no-clobber then refuses
  | 'a folder' // -o FOLDER/ -q writes below it and prints nothing
  | 'stdout' // -o - gives the bytes of the file, and nothing else
  | 'an ending' // a wrong one is refused before the inputs are looked for
  | 'json' // one document on stdout, on stderr only notes and progress; no file is written
  | 'quiet' // nothing printed
  | 'alt' // a sentence
  | 'profile'; // --profile tells of layers on stderr, stdout stays as it is

interface Row {
  /** Its words up to the first that is its own. */
  readonly name: string;
  /** A command line that works. */
  readonly line: readonly string[];
  /** A file that it can write. */
  readonly file?: string;
  /** What its bytes on stdout begin with, where they are not those of the file. */
  readonly stdout?: string;
  /** What it needs besides where no -o is given. */
  readonly needs?: readonly string[];
  /** It does not end with 0: what `diff` finds. */
  readonly code?: number;
  /** What it writes is a folder: there is no one file. */
  readonly folder?: true;
  /** --json does not keep it from writing. */
  readonly writes?: true;
  /** What it does not hold yet, or need not hold, with the reason. */
  readonly but?: Partial<Record<Promised, string>>;
}

const NET = ['net.yaml', '--init', 'seed:1'];
const KERNEL = ['-k', 'edge3x3'];
const PIPE = 'conv edge3x3 | relu';
/** Hundreds of commands run in one process; none takes nearly as long. */
const HANG_MS = 120_000;
const ROWS: readonly Row[] = [
  { name: 'conv', line: ['bars.png', ...KERNEL], file: 'x.png', writes: true },
  {
    name: 'sweep',
    line: ['bars.png', ...KERNEL, '--stride', '1,2'],
    file: 'x.png',
    writes: true,
  },
  { name: 'explain', line: ['bars.png', ...KERNEL, '--at', '1,1'], file: 'x.png' },
  { name: 'animate', line: ['five.png', ...KERNEL], file: 'x.gif' },
  { name: 'field', line: ['bars.png', ...KERNEL, '--at', '1,1'], file: 'x.png' },
  { name: 'kernels', line: ['edge3x3'], file: 'x.png' },
  { name: 'plan', line: ['bars.png', ...KERNEL] },
  { name: 'read', line: ['map.png'], file: 'x.npy' },
  {
    name: 'run',
    line: [...NET, 'bars.png', '--layers', 'relu'],
    file: 'x.png',
  },
  {
    name: 'summary',
    line: ['net.yaml'],
    file: 'x.png',
  },
  { name: 'explore', line: [PIPE, 'bars.png'], file: 'x.html', writes: true },
  { name: 'filters', line: [...NET], file: 'x.png' },
  { name: 'get', line: ['--list'] },
  {
    name: 'weights',
    line: ['net.safetensors', '--tensor', '0.weight'],
    file: 'x.npy',
    needs: ['-o', 'tensor.npy'],
    but: { json: '--json lists the file, --tensor writes an array: one or the other' },
  },
  { name: 'compare', line: [PIPE, `${PIPE} | relu`, 'bars.png'] },
  { name: 'doctor', line: [PIPE, 'bars.png'] },
  {
    name: 'preprocess',
    line: ['bars.png', '--resize', '16'],
    file: 'x.npy',
    writes: true,
    but: { alt: 'an array is no picture' },
  },
  { name: 'gradcam', line: [...NET, 'bars.png', '--class', '1'], file: 'x.png' },
  {
    name: 'saliency',
    line: [...NET, 'bars.png', '--class', '1'],
    file: 'x.png',
  },
  {
    name: 'occlude',
    line: [...NET, 'bars.png', '--size', '8', '--stride', '8'],
    file: 'x.png',
  },
  {
    name: 'ablate',
    line: [...NET, 'bars.png', '--layer', 'relu', '--count', '2'],
    file: 'x.png',
  },
  {
    name: 'top',
    line: [...NET, 'bars.png', 'five.png', '--layer', 'relu', '--channel', '0'],
    file: 'x.png',
  },
  {
    name: 'train',
    line: [
      'conv out_channels=2 kernel_size=7 stride=5 | relu | flatten | linear out_features=10',
      '--data',
      'digits:1',
      '--epochs',
      '1',
    ],
    file: 'x.safetensors',
    writes: true,
    but: { alt: 'it draws only with --watch' },
  },
  {
    name: 'head train',
    line: ['--csv', 'labels.csv', '--features', 'net.yaml', '--init', 'seed:1', '--holdout', '0'],
    file: 'x.head',
    writes: true,
  },
  { name: 'head predict', line: ['my.head', 'bars.png'] },
  { name: 'head eval', line: ['my.head', '--csv', 'labels.csv'] },
  {
    name: 'head features',
    line: ['bars.png', '--features', 'net.yaml', '--init', 'seed:1'],
    file: 'x.npy',
    stdout: 'path,',
    needs: ['-o', 'features.npy'],
    writes: true,
  },
  { name: 'check', line: ['bars.png', '--pipe', PIPE, '-b', 'base'] },
  { name: 'diff', line: ['map.png', 'other.png'], file: 'x.png', code: 1 },
  { name: 'batch merge', line: ['shards'] },
  { name: 'demo', line: [], folder: true },
  { name: 'article', line: ['--only', 'F3'], folder: true, writes: true },
  { name: 'completion', line: ['bash'], but: { quiet: 'the script is what stdout carries' } },
];

/** Notes, and how far a long command is. */
const NOTES = /^(?:note: .*|.*\d+ of \d+.*|)$/;
const SIGNATURES: Readonly<Record<string, string>> = {
  '.png': '\u0089PNG',
  '.npy': '\u0093NUMPY',
  '.gif': 'GIF89a',
  '.html': '<!doctype html>',
};
const tree = commandsOf(await buildProgram(), []);

/** Every command that does something, by its full name. */
function commandsOf(command: Command, path: readonly string[]): Map<string, Command> {
  return new Map(
    command.commands.flatMap((one): [string, Command][] => {
      const own = [...path, one.name()];
      return one.commands.length > 0 ? [...commandsOf(one, own)] : [[own.join(' '), one]];
    }),
  );
}

function has({ name }: Row, long: string): boolean {
  return tree.get(name)!.options.some((option) => option.long === long);
}

/** Rows that can hold a promise, but for those with a reason. */
function holds(promise: Promised, can: (row: Row) => boolean): Row[] {
  return ROWS.filter((row) => can(row) && row.but?.[promise] === undefined);
}

const endingOf = (file: string) => file.slice(file.lastIndexOf('.'));

describe('what is the same for every command', () => {
  let folder = '';
  const warm = warmProcess(HANG_MS);
  const cnnviz = async (args: readonly string[], cwd: string) => {
    const answer = await warm.run(args, cwd);
    if (answer === null)
      throw new Error(`cnnviz ${args.join(' ')} ended its process, or took longer than ${HANG_MS} ms`);
    return { ...answer, bytes: Buffer.from(answer.base64, 'base64') };
  };
  const run = (row: Row, more: readonly string[], cwd = folder) =>
    cnnviz([...row.name.split(' '), ...row.line, ...more], cwd);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cnnviz-frame-'));
    writeFiles(folder);
    const first = async (...args: string[]) => {
      const { code, stderr } = await cnnviz(args, folder);
      expect([args[0], code, stderr]).toEqual([args[0], 0, expect.anything()]);
    };
    await first('conv', 'five.png', ...KERNEL, '-o', 'map.png');
    await first('conv', 'five.png', '-k', 'outline3x3', '-o', 'other.png');
    await first('head', 'train', ...ROWS.find(({ name }) => name === 'head train')!.line, '-o', 'my.head');
    await first('check', 'bars.png', '--pipe', PIPE, '-b', 'base', '--update');
    await first('conv', 'five.png', 'bars.png', ...KERNEL, '-o', 'shards', '--shard', '1/1');
  });
  afterAll(() => {
    warm.end();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is held by a table with a line for every command', () => {
    // those of a farm need a queue: test/farm/commands.test.ts
    const all = [...tree.keys()].filter((name) => !name.startsWith('farm '));
    expect(ROWS.map(({ name }) => name).sort()).toEqual(all.sort());
    const files = ROWS.filter((row) => has(row, '--out')).filter(({ file, folder: only }) => !file && !only);
    expect(files.map(({ name }) => name)).toEqual([]);
  });

  it.each(ROWS)('help $name is $name --help', async ({ name }) => {
    const words = name.split(' ');
    expect(withHelpAsFlag(await buildProgram(), ['help', ...words])).toEqual([...words, '--help']);
    const [first, ...rest] = words;
    if (rest.length > 0)
      expect(withHelpAsFlag(await buildProgram(), [first, 'help', ...rest])).toEqual([...words, '--help']);
  });

  it('help of a command below another prints its flags', async () => {
    const { code, stdout } = await cnnviz(['help', 'head', 'train'], folder);
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: cnnviz head train');
  });

  it.each(holds('a file', ({ file }) => file !== undefined))('$name -o FILE writes it once', async (row) => {
    const file = `once-${row.name.replace(' ', '-')}${endingOf(row.file!)}`;
    const { code, stdout, stderr } = await run(row, ['-o', file]);
    expect([code, stderr]).toEqual([row.code ?? 0, expect.anything()]);
    expect(stdout).toContain(`wrote ${file}`);
    const path = join(folder, file);
    const before = [statSync(path).mtimeMs, readFileSync(path)];
    const again = await run(row, ['-o', file, '--no-clobber']);
    expect([again.code, again.stdout]).toEqual([2, '']);
    expect(again.stderr).toContain(`${file}: exists already, and --no-clobber was given\n  fix: `);
    expect([statSync(path).mtimeMs, readFileSync(path)]).toEqual(before);
  });

  it.each(holds('a folder', (row) => has(row, '--out')))(
    '$name -o FOLDER/ -q writes there, in silence',
    async (row) => {
      const place = `${row.name.replace(' ', '-')}-folder`;
      const { code, stdout, stderr } = await run(row, ['-o', `${place}/`, '-q']);
      expect([code, stdout, stderr]).toEqual([row.code ?? 0, '', '']);
      expect(readdirSync(join(folder, place)).length).toBeGreaterThan(0);
    },
  );

  it.each(holds('stdout', ({ file }) => file !== undefined))('$name -o - gives bytes alone', async (row) => {
    const { code, bytes, stderr } = await run(row, ['-o', '-']);
    expect([code, stderr]).toEqual([row.code ?? 0, expect.anything()]);
    const signature = row.stdout ?? SIGNATURES[endingOf(row.file!)];
    if (signature) expect(bytes.subarray(0, signature.length).toString('latin1')).toBe(signature);
    else expect(bytes.length).toBeGreaterThan(100);
    const both = has(row, '--json') ? await run(row, ['-o', '-', '--json']) : null;
    if (both)
      expect([both.code, both.stderr]).toEqual([2, expect.stringMatching(/stdout can carry .*--json.*, not both/)]);
  });

  it.each(holds('stdout', (row) => row.folder === true))('$name -o - is refused: it writes a folder', async (row) => {
    const { code, stdout, stderr } = await run(row, ['-o', '-']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/folder of files[\s\S]*fix: -o FOLDER\//);
  });

  it.each(holds('an ending', (row) => has(row, '--out')))(
    '$name -o x.bmp is refused, though no input is there',
    async (row) => {
      await inFolder(async (empty) => {
        const { code, stdout, stderr } = await run(row, ['-o', 'x.bmp'], empty);
        expect([code, stdout]).toEqual([2, '']);
        expect(stderr).toMatch(
          row.folder ? /x\.bmp: .* a folder of files/ : /x\.bmp: .* is written as \..*, not \.bmp\n {2}fix: -o /,
        );
        expect(readdirSync(empty)).toEqual([]);
      });
    },
  );

  it.each(holds('json', (row) => has(row, '--json')))('$name --json is one document', async (row) => {
    const before = readdirSync(folder);
    const { code, stdout, stderr } = await run(row, ['--json', ...(row.needs ?? [])]);
    expect([code, stderr]).toEqual([row.code ?? 0, expect.anything()]);
    expect(typeof JSON.parse(stdout)).toBe('object');
    for (const line of stderr.split('\n')) expect(line).toMatch(NOTES);
    if (!row.writes) expect(readdirSync(folder)).toEqual(before);
    if (!row.file) return;
    const file = `json-${row.name.replace(' ', '-')}${endingOf(row.file)}`;
    const written = await run(row, ['--json', '-o', file]);
    JSON.parse(written.stdout);
    for (const line of written.stderr.split('\n')) expect(line).toMatch(NOTES);
    expect(existsSync(join(folder, file))).toBe(true);
  });

  it.each(holds('quiet', () => true))('$name -q prints nothing', async (row) => {
    const { code, stdout, stderr } = await run(row, [...(row.folder ? ['-o', 'quiet'] : (row.needs ?? [])), '-q']);
    expect([code, stdout, stderr]).toEqual([row.code ?? 0, '', '']);
  });

  it('a command has --profile when it runs the engine', () => {
    const without = ROWS.filter((row) => !has(row, '--profile')).map(({ name }) => name);
    // these compute no layer, or are made of other commands; train's steps are no session's, explore's layers the page's
    expect(without).toEqual([
      ...['field', 'kernels', 'plan', 'read', 'summary', 'explore', 'filters', 'get', 'weights', 'preprocess', 'train'],
      ...['diff', 'batch merge', 'demo', 'article', 'completion'],
    ]);
  });

  it.each(holds('profile', (row) => has(row, '--profile')))('$name --profile tells of its layers', async (row) => {
    const place = row.file ? ['-o', `profile-${row.name.replace(' ', '-')}${endingOf(row.file)}`] : [];
    await run(row, place);
    const plain = await run(row, place);
    const { code, stdout, stderr } = await run(row, [...place, '--profile']);
    // a head is kept with its features: none is computed anew
    const told = /^ [\d.,]+ ms in \d+ layers?(, [\d.]+ GFLOP\/s)?; before them [\d.]+ ms for memory and weights$/m;
    expect([code, stdout]).toEqual([plain.code, plain.stdout]);
    expect(stderr).toMatch(row.name === 'head train' ? /^profile: no layer was computed$/m : told);
  });

  it.each(holds('alt', (row) => has(row, '--alt')))('$name --alt prints a sentence', async (row) => {
    const { code, stdout } = await run(row, ['--alt', '-o', `alt-${row.name}${endingOf(row.file!)}`]);
    expect(code).toBe(row.code ?? 0);
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^\S.{20,}\.$/);
  });
});
