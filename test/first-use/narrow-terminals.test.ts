import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { textWidth } from '../../src/core/text.js';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';
import { linesOf, onTerminal, withPty } from '../cli/pty.js';

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cnnviz-test-'));
  for (const name of ['five.png', 'bars17.png']) copyFileSync(join(IMAGES, name), join(folder, name));
  await cnnviz(['kernels', 'edge3x3', '-o', 'w.npy'], { cwd: folder });
  const pipe = ['check', 'five.png', '--pipe', 'conv edge3x3 | relu', '--baseline', 'base/'];
  await cnnviz([...pipe, '--update', '--force-update'], { cwd: folder });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The words of a text; stacked tables repeat titles, a broken command has backslashes. */
const wordsOf = (text: string) => text.split(/\s+/).filter((word) => word !== '' && word !== '\\');

const COMMANDS: readonly (readonly string[])[] = [
  ['--help'],
  ['sweep', '--help'],
  ['head', 'train', '--help'],
  ['conv', 'bars17.png', '-k', 'edge3x3', '--bias', '-1', '--relu', '-v'],
  ['run', 'lenet5', '--init', 'seed:1', 'bars17.png', '--layers', 'all', '-o', 'maps/'],
  ['summary', 'lenet5'],
  ['summary', 'alexnet', '--diff', 'alexnet-2012'],
  ['kernels'],
  ['kernels', 'gaussian5'],
  ['sweep', 'bars17.png', '-k', 'edge3x3', '--stride', '1,2', '--bias', '0,-1', '--pool', 'max:99,none'],
  ['explain', 'bars17.png', '-k', 'edge3x3', '--gray', '--relu', '--pool', 'max:2', '--at', '3,4'],
  ['plan', 'bars17.png', '-k', 'edge3x3'],
  ['weights', 'w.npy'],
  ['compare', 'conv edge3x3 | relu', 'conv edge3x3 | leaky_relu', 'five.png'],
  ['check', 'five.png', '--pipe', 'conv outline3x3 | relu', '--baseline', 'base/'],
  ['preprocess', 'five.png', '--resize', '4'],
];

describe('on a terminal narrower than its text (skipped where script of util-linux is not installed)', () => {
  describe.each([
    { columns: 60, commands: COMMANDS },
    { columns: 40, commands: COMMANDS.filter(([name]) => /^(--help|sweep|summary|explain|plan)$/.test(name)) },
  ])('of $columns columns', ({ columns, commands }) => {
    withPty.each(commands.map((args) => [args.join(' '), args] as const))('%s has no word broken', async (_, args) => {
      const { screen } = await onTerminal(args, { cwd: folder, columns });
      const piped = await cnnviz([...args], { cwd: folder });
      const known = new Set(wordsOf(`${piped.stdout} ${piped.stderr}`));
      const lines = linesOf(screen);
      const strange = (words: string[]) => words.filter((word) => !known.has(word));
      // times and what a second run replaces are others; titles of stacked tables and of blocks below each other are new
      const added = /^(sum|×|=|\d+|ms\)|wrote|replaced)$/;
      expect(strange(wordsOf(lines.join(' '))).filter((word) => !added.test(word))).toEqual([]);
      for (const line of lines.filter((one) => textWidth(one) > columns)) expect(wordsOf(line)).toHaveLength(1);
    });
  });

  withPty('what fits is as it is in a pipe', async () => {
    for (const args of [
      ['summary', 'lenet5'],
      ['explain', 'five.png', '-k', 'edge3x3', '--gray', '--at', '1,1'],
      ['kernels'],
    ]) {
      const { screen } = await onTerminal(args, { cwd: folder, columns: 200 });
      const piped = await cnnviz(args, { cwd: folder });
      expect(linesOf(screen)).toEqual(piped.stdout.split('\n').filter((line) => line !== ''));
    }
  });

  withPty('a table that does not fit has a block for each row, every number beside its title', async () => {
    const { screen } = await onTerminal(['summary', 'lenet5'], { cwd: folder, columns: 60 });
    expect(linesOf(screen).slice(0, 4)).toEqual([
      'lenet5  input 1×32×32',
      ' conv1  conv 5×5',
      '     output 6×28×28   params 156   MACs 117,600   field 5',
      '       stride 1   centre 2',
    ]);
  });

  withPty('patch, kernel and products stand below each other when they do not fit beside each other', async () => {
    const args = ['explain', 'five.png', '-k', 'edge3x3', '--gray', '--at', '1,1'];
    const { screen } = await onTerminal(args, { cwd: folder, columns: 40 });
    const lines = linesOf(screen);
    const start = lines.findIndex((line) => line.includes('patch'));
    expect(lines.slice(start, start + 13)).toEqual([
      ' ch 0  patch',
      '       0.235 0.471 0.706',
      '       0.235 0.471 0.706',
      '       0.784 0.353 0.235',
      '       × kernel',
      '        1  0 −1',
      '        1  0 −1',
      '        1  0 −1',
      '       = products',
      '        0.235      0 −0.706',
      '        0.235      0 −0.706',
      '        0.784      0 −0.235',
      '       sum −0.3921569',
    ]);
  });

  withPty('a kernel too wide even for that has its largest products listed', async () => {
    const args = ['explain', 'bars17.png', '--patch', '2,2,11,11', '--gray', '--at', '3,4'];
    const { screen } = await onTerminal(args, { cwd: folder, columns: 60 });
    expect(screen).toContain('largest of 121 products');
    expect(Math.max(...linesOf(screen).map(textWidth))).toBeLessThanOrEqual(60);
  });

  withPty('letters of two cells count twice, in file names too', () =>
    inFolder(async (cwd) => {
      copyFileSync(join(IMAGES, 'five.png'), join(cwd, '图像卷积神经网络测试图.png'));
      const { screen } = await onTerminal(['conv', '图像卷积神经网络测试图.png', '-k', 'edge3x3'], {
        cwd,
        columns: 40,
      });
      const lines = linesOf(screen);
      expect(lines.filter((line) => textWidth(line) > 40 && wordsOf(line).length > 1)).toEqual([]);
      expect(lines.slice(0, 2)).toEqual(['图像卷积神经网络测试图.png', expect.stringMatching(/^ {2}5×5/)]);
    }),
  );

  withPty('a frame of animate takes the place of the one before it, wrapped lines included', async () => {
    const args = ['animate', 'five.png', '-k', 'edge3x3', '--gray', '--terminal', '--seconds', '0.5'];
    const { screen } = await onTerminal(args, { cwd: folder, columns: 40 });
    const frames = screen.split(/(?=\p{Cc}\[\d+A)/u);
    expect(frames.length).toBeGreaterThan(2);
    for (const [f, frame] of frames.entries()) {
      if (f === 0) continue;
      const up = Number(/\[(\d+)A/.exec(frame)![1]);
      expect(up).toBe(frames[f - 1].split('\n').length - 1);
    }
  });
});
