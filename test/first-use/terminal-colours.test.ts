import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/main.js';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';
import { ESC, onTerminal, readable, sequencesOf, withPty } from '../cli/pty.js';

/** Every command that prints, as it is typed in a folder with the files that `beforeAll` puts there. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  conv: ['five.png', '-k', 'edge3x3', '-v', '--bias', '-1', '--relu'],
  sweep: ['five.png', '-k', 'edge3x3', '--stride', '1,2', '--bias', '0,-1', '--pool', 'max:9,none'],
  explain: ['five.png', '-k', 'edge3x3', '--padding', '1', '--relu', '--pool', 'max:2', '--at', '0,0', '-v'],
  animate: ['five.png', '-k', 'edge3x3', '--terminal', '--seconds', '0.5'],
  field: ['lenet5', 'bars17.png', '--layer', 'conv1', '--at', '1,1'],
  kernels: ['edge3x3', 'gaussian5'],
  plan: ['five.png', '-k', 'edge3x3'],
  read: ['map.png', '--at', '1,1'],
  run: ['lenet5', '--init', 'seed:1', 'bars17.png', '--layers', 'all', '-o', 'maps/', '-v'],
  summary: ['lenet5'],
  explore: ['five.png', '-k', 'edge3x3', '-o', 'page.html'],
  filters: ['lenet5', '--init', 'seed:1'],
  weights: ['w.npy'],
  compare: ['conv edge3x3 | relu', 'conv edge3x3 | leaky_relu', 'five.png'],
  doctor: ['lenet5', '--init', 'seed:1', 'bars17.png'],
  preprocess: ['five.png', '--resize', '4'],
  gradcam: ['lenet5', '--init', 'seed:1', 'bars17.png'],
  saliency: ['lenet5', '--init', 'seed:1', 'bars17.png'],
  occlude: ['lenet5', '--init', 'seed:1', 'bars17.png', '--size', '16', '--stride', '16'],
  ablate: ['lenet5', '--init', 'seed:1', 'bars17.png', '--layer', 'pool1'],
  top: ['lenet5', '--init', 'seed:1', 'bars17.png', '--layer', 'conv1'],
  'head train': ['photos', '-f', 'lenet5', '--init', 'seed:1', '-o', 'b.head', '--holdout', '0', '-v'],
  'head predict': ['a.head', 'five.png'],
  'head eval': ['a.head', 'photos'],
  'head features': ['five.png', '-f', 'lenet5', '--init', 'seed:1', '-o', 'f.npy'],
  train: ['flatten | linear out_features=10', '--data', 'digits:1', '--epochs', '1', '-o', 'small.safetensors', '-v'],
  check: ['five.png', '--pipe', 'conv outline3x3', '--baseline', 'base/'],
  diff: ['map.npy', 'other.npy'],
  'batch merge': ['shards'],
  demo: ['-o', 'demo'],
  article: ['-o', 'article', '--only', 'F5'],
  completion: ['bash'],
  get: ['--list'],
};

/** The styles of src/cli/styles.ts, and what a progress bar moves the cursor with. */
const OURS = /^\[(1|22|39|38;5;(243|130|27))m$|^[78]$|^\[\?(25|7)[lh]$|^\[[012]?[KJ]$|^\[\d*[AG]$/;

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cnnviz-test-'));
  for (const name of ['five.png', 'bars17.png']) {
    copyFileSync(join(IMAGES, name), join(folder, name));
    for (const copy of ['0.png', '1.png']) {
      mkdirSync(join(folder, 'photos', name), { recursive: true });
      copyFileSync(join(IMAGES, name), join(folder, 'photos', name, copy));
    }
  }
  const run = (...args: string[]) => cnnviz(args, { cwd: folder });
  await run('conv', 'five.png', '-k', 'edge3x3', '-o', 'map.png');
  await run('conv', 'five.png', '-k', 'edge3x3', '-o', 'map.npy');
  await run('conv', 'five.png', '-k', 'sobel-x', '-o', 'other.npy');
  await run('kernels', 'edge3x3', '-o', 'w.npy');
  await run('check', 'five.png', '--pipe', 'conv edge3x3', '--baseline', 'base/', '--update', '--force-update');
  await run('conv', 'photos', '-r', '-k', 'edge3x3', '-o', 'shards', '--shard', '1/1');
  await run('head', 'train', 'photos', '-f', 'lenet5', '--init', 'seed:1', '-o', 'a.head', '--holdout', '0');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('colours on a terminal (skipped where script of util-linux is not installed)', () => {
  it('every command is in the table', async () => {
    const leaves = (command: Command, path: string): string[] =>
      command.commands.length === 0
        ? [path]
        : command.commands.flatMap((one) => leaves(one, `${path} ${one.name()}`.trim()));
    // those of a farm need a queue, and print through the same terminal
    const all = leaves(await buildProgram(), '').filter((name) => !name.startsWith('farm '));
    expect(Object.keys(COMMANDS).sort()).toEqual(all.sort());
  });

  describe.each(Object.entries(COMMANDS))('%s', (name, args) => {
    withPty('writes no escape sequence but its own, and loses none', async () => {
      const { code, screen } = await onTerminal([...name.split(' '), ...args], { cwd: folder, columns: 200 });
      expect([0, 1], screen).toContain(code);
      expect(screen).not.toContain('\ufffd');
      expect(sequencesOf(screen).filter((sequence) => !OURS.test(sequence))).toEqual([]);
      expect(readable(screen)).not.toMatch(/[^\P{Cc}\n\r]/u);
    });
  });

  withPty('numbers below zero are blue and those above it orange, in explain and in animate', async () => {
    const why = ['explain', 'five.png', '-k', 'edge3x3', '--gray', '--at', '1,1'];
    for (const args of [why, ['animate', ...COMMANDS.animate]]) {
      const { screen } = await onTerminal(args, { cwd: folder, columns: 200 });
      expect(screen).toMatch(new RegExp(`${ESC}\\[38;5;27m *−1${ESC}\\[39m`));
      expect(screen).toMatch(new RegExp(`${ESC}\\[38;5;130m *1${ESC}\\[39m`));
    }
  });

  withPty('with 16 colours they are others, with NO_COLOR there are none', async () => {
    const args = ['explain', 'five.png', '-k', 'edge3x3', '--gray', '--at', '1,1'];
    const few = await onTerminal(args, { cwd: folder, columns: 200, env: { TERM: 'xterm' } });
    expect(sequencesOf(few.screen)).toEqual(['[1m', '[22m', '[31m', '[39m', '[94m']);
    const none = await onTerminal(args, { cwd: folder, columns: 200, env: { NO_COLOR: '1' } });
    expect(sequencesOf(none.screen)).toEqual([]);
    expect(readable(few.screen)).toBe(none.screen);
  });

  withPty("a stranger's escape sequences do not reach it, not even those that cnnviz writes itself", () =>
    inFolder(async (cwd) => {
      const name = '\u001b[1m\u001b[38;5;27mx\u001b]0;title\u0007\u009b2J.png';
      copyFileSync(join(IMAGES, 'five.png'), join(cwd, name));
      writeFileSync(join(cwd, 'lies\u001b[39m.png'), 'no picture');
      for (const args of [
        ['conv', name, '-k', 'edge3x3'],
        ['explain', name, '-k', 'edge3x3'],
        ['conv', 'lies\u001b[39m.png', '-k', 'edge3x3'],
      ]) {
        const { screen } = await onTerminal(args, { cwd, columns: 200 });
        expect(screen).toMatch(/\ufffd\[1m\ufffd\[38;5;27mx\ufffd\]0;title\ufffd\ufffd2J|lies\ufffd\[39m/);
        expect(sequencesOf(screen).filter((sequence) => !OURS.test(sequence))).toEqual([]);
        expect(readable(screen)).not.toMatch(/[^\P{Cc}\n\r]/u);
      }
    }),
  );
});
