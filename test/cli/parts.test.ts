import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/core/bytes.js';
import { readZip } from '../../src/models/weights/zip.js';
import { cnnviz, IMAGES, inFolder } from './cnnviz.js';

const withImages = (use: (cwd: string) => Promise<void>): Promise<void> =>
  inFolder(async (cwd) => {
    mkdirSync(join(cwd, 'in'));
    for (const name of ['a.png', 'b.png']) copyFileSync(join(IMAGES, 'five.png'), join(cwd, 'in', name));
    await use(cwd);
  });

describe('--format of many in one file', () => {
  it('gathers tensors, layers and maps; -n says where each would be', () =>
    withImages(async (cwd) => {
      const npz = ['--format', 'npz', '-o'];
      const lines = [
        [
          ['preprocess', 'in', '--resize', '8', '--crop', '8'],
          ['a.input.npy', 'b.input.npy'],
        ],
        [
          ['run', 'conv edge3x3 | relu', 'in', '--layers', 'all'],
          ['a.conv.npy', 'a.relu.npy', 'b.conv.npy', 'b.relu.npy'],
        ],
        [
          ['conv', 'in', '-k', 'edge3x3'],
          ['a.edge3x3.npy', 'b.edge3x3.npy'],
        ],
      ] as const;
      for (const [args, names] of lines) {
        const planned = await cnnviz([...args, ...npz, args[0], '-n'], { cwd });
        expect(planned.stdout).toContain(`would write ${args[0]}/part-00000.npz/${names[0]}\n`);
        expect(existsSync(join(cwd, args[0]))).toBe(false);
        const { code, stdout } = await cnnviz([...args, ...npz, args[0]], { cwd });
        expect([code, stdout]).toEqual([0, expect.stringContaining(`${args[0]}/part-00000.npz/${names[0]}`)]);
        const part = readFileSync(join(cwd, args[0], 'part-00000.npz'));
        expect([...readZip(memorySource(part)).keys()]).toEqual(names);
      }
    }));

  it.each([
    [['conv', 'in', '-k', 'edge3x3', '--format', 'npz'], 2, /^cnnviz: --format npz writes parts.* need a folder\n/],
    [
      ['conv', 'in', '-k', 'edge3x3', '--part-size', '9', '-o', 'out'],
      2,
      /^cnnviz: --part-size is for files that hold/,
    ],
    [['conv', 'in', '-k', 'edge3x3', '--format', 'npz', '-o', 'out', '--show'], 2, /^cnnviz: --show shows pictures/],
    [
      ['conv', 'in', '-k', 'edge3x3', '--format', 'npz', '-o', 'x.npy'],
      2,
      /^cnnviz: --format npz writes parts.* need a folder/,
    ],
    [
      ['run', 'conv edge3x3 | relu', 'in', '--layers', 'all', '--format', 'parquet', '-o', 'out'],
      2,
      /^cnnviz: in\/[ab]\.png: 2 arrays are made of it: a row of --format parquet holds one\n {2}fix: name one layer/,
    ],
    [
      ['preprocess', 'in', '--format', 'svg', '-o', 'out'],
      2,
      /^cnnviz: --format svg: the tensor is written as numbers/,
    ],
  ] as const)('%j is refused by name', (args, code, words) =>
    withImages(async (cwd) => {
      const run = await cnnviz([...args], { cwd });
      expect([run.code, run.stderr]).toEqual([code, expect.stringMatching(words)]);
    }),
  );

  it('replaces no part where nothing may be replaced, and leaves parts alone that are there', () =>
    withImages(async (cwd) => {
      const args = ['conv', 'in', '-k', 'edge3x3', '--format', 'webdataset', '--part-size', '1', '-o', 'out', '--json'];
      await cnnviz(args, { cwd });
      const refused = await cnnviz([...args, '--no-clobber'], { cwd });
      expect([refused.code, refused.stderr]).toEqual([
        2,
        expect.stringMatching(/^cnnviz: out\/part-00000\.tar: exists/),
      ]);
      const skipped = await cnnviz([...args, '--skip-existing'], { cwd });
      expect(JSON.parse(skipped.stdout)).toMatchObject({ done: 0, skipped: 2 });
      expect(JSON.parse((await cnnviz([...args, '--resume'], { cwd })).stdout)).toMatchObject({ done: 2, skipped: 0 });
    }));
});
