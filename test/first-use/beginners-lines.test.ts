import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';

/** What only the engine knows: algorithms, operations, times, and how a minimum is found. */
const ENGINE =
  /\b(direct|gemm|winograd\dx\d|fft|separable|linear: linear|depthwise|pointwise|same bits|L-BFGS|frozen weights|sha256)\b|MACs?\b|\d (ms|s)\)/;

const LINES: readonly { args: readonly string[]; withFlag: RegExp }[] = [
  { args: ['conv', 'bars17.png', '-k', 'edge3x3', '--relu'], withFlag: /\(direct, [\d.]+ k?MAC, \d+ ms\)/ },
  {
    args: ['run', 'lenet5', '--init', 'seed:1', 'bars17.png', '--layers', 'all', '-o', 'maps/'],
    withFlag: /\(conv: \w+\)/,
  },
  { args: ['sweep', 'bars17.png', '-k', 'edge3x3', '--stride', '1,2'], withFlag: / MACs / },
  { args: ['sweep', 'bars17.png', '-k', 'edge3x3', '--bias', '0,-1'], withFlag: /each 15×15 for [\d,]+ MACs/ },
  {
    args: ['explain', 'bars17.png', '-k', 'edge3x3', '--gray', '--relu', '--at', '3,3'],
    withFlag: /: the same value \(same bits, direct\)/,
  },
  { args: ['animate', 'five.png', '-k', 'edge3x3', '--gray', '--terminal'], withFlag: /\(same bits, direct\)/ },
  {
    args: ['head', 'train', 'photos', '-f', 'lenet5', '--init', 'seed:1', '-o', 'b.head'],
    withFlag: /frozen weights before [0-9a-f]{64}[\s\S]*L-BFGS: \d+/,
  },
];

/** Two images, and a folder of two classes. */
async function inClassroom(use: (cwd: string) => Promise<void>): Promise<void> {
  await inFolder(async (cwd) => {
    for (const name of ['five.png', 'bars17.png']) {
      copyFileSync(join(IMAGES, name), join(cwd, name));
      mkdirSync(join(cwd, 'photos', name), { recursive: true });
      for (const copy of ['0.png', '1.png']) copyFileSync(join(IMAGES, name), join(cwd, 'photos', name, copy));
    }
    await use(cwd);
  });
}

describe("a beginner's lines", () => {
  it.each(LINES.map((line) => [line.args.join(' '), line] as const))(
    'have no words of the engine but with -v: %s',
    (_, { args, withFlag }) =>
      inClassroom(async (cwd) => {
        const plain = await cnnviz([...args], { cwd });
        expect(plain.code, plain.stderr).toBe(0);
        expect(plain.stdout).not.toMatch(ENGINE);
        const told = await cnnviz([...args, '-v'], { cwd });
        expect(told.stdout).toMatch(ENGINE);
        expect(told.stdout).toMatch(withFlag);
        expect((await cnnviz([...args, '--verbose'], { cwd })).code).toBe(0);
      }),
  );

  it('say how far two values are apart and how far rounding may take them, in plain words', () =>
    inClassroom(async (cwd) => {
      copyFileSync(join(IMAGES, 'chelsea.png'), join(cwd, 'cat.png'));
      const args = ['explain', 'cat.png', '-k', 'scharr-x', '--algorithm', 'winograd4x3'];
      // among some places there is one where the two ways of adding up differ
      for (let x = 40; x < 60; x++) {
        const { stdout } = await cnnviz([...args, '--at', `${x},77`], { cwd });
        if (stdout.includes('the same value')) continue;
        expect(stdout).toMatch(/stored [\d.−]+: differs by [\d.]+e−\d+, rounding may take up to [\d.e−]+\n/);
        return;
      }
      expect.unreachable('no value differs');
    }));

  it('have the keys of --json as ever, with -v and without', () =>
    inClassroom(async (cwd) => {
      const args = ['conv', 'bars17.png', '-k', 'edge3x3', '--json'];
      const [plain, told] = [await cnnviz(args, { cwd }), await cnnviz([...args, '-v'], { cwd })];
      const [one, other] = [plain, told].map(({ stdout }) =>
        JSON.parse(stdout.replace(/"engineMs": [\d.]+/g, '"engineMs": 0').replace(/\s*"replaced": true,/g, '')),
      );
      expect(other).toEqual(one);
      expect(plain.stdout).toContain('"algorithm": "direct"');
    }));

  it('plan and summary are about cost: operations stay', () =>
    inClassroom(async (cwd) => {
      expect((await cnnviz(['plan', 'five.png', '-k', 'edge3x3'], { cwd })).stdout).toContain('MACs');
      expect((await cnnviz(['summary', 'lenet5'], { cwd })).stdout).toContain('MACs');
    }));
});

describe('a second run over *.png', () => {
  it('says that an image has the name of an earlier result, and its fix works', () =>
    inFolder(async (cwd) => {
      for (const name of ['five.png', 'bars17.png']) copyFileSync(join(IMAGES, name), join(cwd, name));
      const again = () =>
        cnnviz(['conv', ...readdirSync(cwd).filter((name) => name.endsWith('.png')), '-k', 'edge3x3'], { cwd });
      expect((await again()).code).toBe(0);
      const { code, stderr } = await again();
      expect([code, stderr]).toEqual([
        2,
        'cnnviz: bars17.edge3x3.png: would replace the input bars17.edge3x3.png, which has the name of an earlier result for bars17.png\n' +
          '  fix: put the results into a folder of their own: -o maps/\n',
      ]);
      const fixed = await cnnviz(
        ['conv', 'bars17.png', 'bars17.edge3x3.png', 'five.png', '-k', 'edge3x3', '-o', 'maps/'],
        { cwd },
      );
      expect(fixed.code).toBe(0);
    }));
});

describe('help', () => {
  it.each([
    ['help head train', /^Usage: cnnviz head train /m],
    ['help batch merge', /^Usage: cnnviz batch merge /m],
    ['head help train', /^Usage: cnnviz head train /m],
    ['batch help merge', /^Usage: cnnviz batch merge /m],
    ['help head', /^Usage: cnnviz head /m],
    ['head help', /^Usage: cnnviz head /m],
    ['help conv', /^Usage: cnnviz conv /m],
    ['help conv --help', /^Usage: cnnviz conv /m],
    ['help help', /^Usage: cnnviz \[options\] \[command\]/m],
    ['help', /^Usage: cnnviz \[options\] \[command\]/m],
  ])('%s shows the help of that command', async (line, usage) => {
    const { code, stdout } = await cnnviz(line.split(' '));
    expect([code, stdout]).toEqual([0, expect.stringMatching(usage)]);
    expect(stdout).toMatch(/^Examples:\n {2}cnnviz /);
  });

  it.each([
    ['help kernel', 'cnnviz has no command "kernel"', 'did you mean kernels? cnnviz help kernels'],
    ['help nosuch', 'cnnviz has no command "nosuch"', 'cnnviz help lists what there is'],
    ['help head trian', 'cnnviz head has no command "trian"', 'did you mean train? cnnviz help head train'],
    ['head help nosuch', 'cnnviz head has no command "nosuch"', 'cnnviz help head lists what there is'],
    ['help conv photo.jpg', 'cnnviz conv has no command "photo.jpg"', 'cnnviz help conv lists what there is'],
  ])('%s is refused with a command that works', async (line, what, fix) => {
    const { code, stdout, stderr } = await cnnviz(line.split(' '));
    expect([code, stdout, stderr]).toEqual([2, '', `cnnviz: help: ${what}\n  fix: ${fix}\n`]);
    const typed = /cnnviz (help(?: [a-z]+)*?)(?: lists|$)/.exec(fix)![1];
    expect((await cnnviz(typed.split(' '))).code).toBe(0);
  });

  it('the usual flags of a command with many come first, each once', async () => {
    const { stdout } = await cnnviz(['conv', '--help']);
    expect(stdout).toMatch(/\nCommon:\n {2}-k, --kernel .*(\n {4}.*)*\n {2}--stride /);
    expect(stdout.indexOf('Common:')).toBeLessThan(stdout.indexOf('Kernels:'));
    expect(stdout.match(/^ {2}--stride /gm)).toHaveLength(1);
  });

  it('the list of commands has one or two lines for each', async () => {
    const { stdout } = await cnnviz(['--help']);
    expect(stdout.split('\n').length).toBeLessThan(70);
  });
});

describe('progress in a log', () => {
  it('has no line for what is done in seconds', () =>
    inClassroom(async (cwd) => {
      writeFileSync(join(cwd, 'broken.png'), 'no');
      for (const args of [
        ['conv', 'five.png', 'bars17.png', '-k', 'edge3x3', '-o', 'maps/'],
        ['head', 'train', 'photos', '-f', 'lenet5', '--init', 'seed:1', '-o', 'a.head'],
        ['sweep', 'bars17.png', '-k', 'edge3x3', '--stride', '1,2'],
      ]) {
        const { stderr } = await cnnviz(args, { cwd });
        expect(stderr).not.toMatch(/ %|ETA|\d\/\d/);
      }
      rmSync(join(cwd, 'broken.png'));
    }));
});
