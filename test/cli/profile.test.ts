import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunProfile } from '../../src/core/profile.js';
import { cnnviz, IMAGES, inFolder } from './cnnviz.js';

const sharp = createRequire(import.meta.url)('sharp');
const [plane, five] = ['plane.png', 'five.png'].map((name) => join(IMAGES, name));
const PIPE = 'conv edge3x3 stride=2 | relu | max_pool 2';

describe('--profile', () => {
  it('is a table on stderr; stdout and what is written stay as they are', () =>
    inFolder(async (cwd) => {
      const args = ['run', PIPE, plane, '-o', 'a.npy'];
      const plain = await cnnviz(args, { cwd });
      const bytes = readFileSync(join(cwd, 'a.npy'));
      const profiled = await cnnviz([...args, '--profile'], { cwd });
      expect([profiled.code, profiled.stdout.replace('replaced', '   wrote')]).toEqual([
        0,
        plain.stdout.replace('wrote', '   wrote'),
      ]);
      expect(readFileSync(join(cwd, 'a.npy'))).toEqual(bytes);
      expect(plain.stderr).toBe('');
      const [title, conv, pool, total, kinds] = profiled.stderr.split('\n');
      expect(title).toMatch(/^ layer +computed by +ms +share +GFLOP\/s +result +memory +with$/);
      expect(conv).toMatch(/^ conv +conv direct +[\d.]+ +[\d.]+ % +[\d.]+ +1×1×299×399 +477 kB +relu fused$/);
      expect(pool).toMatch(/^ max_pool +max_pool +[\d.]+ +[\d.]+ % +1×1×149×199 +119 kB$/);
      expect(total).toMatch(/^ [\d.]+ ms in 2 layers, [\d.]+ GFLOP\/s; before them [\d.]+ ms for memory and weights$/);
      expect(kinds).toMatch(/^ (conv direct|max_pool) [\d.]+ % \(1\), (conv direct|max_pool) [\d.]+ % \(1\)$/);
    }));

  it('is a key of --json, and nothing on stderr', () =>
    inFolder(async (cwd) => {
      const { code, stdout, stderr } = await cnnviz(['run', PIPE, plane, '--json', '--profile'], { cwd });
      expect([code, stderr]).toEqual([0, '']);
      const { profile } = JSON.parse(stdout) as { profile: RunProfile };
      expect(profile.layers.map(({ layer, kind, runs }) => [layer, kind, runs])).toEqual([
        ['conv', 'conv', 1],
        ['max_pool', 'max_pool', 1],
      ]);
      expect(profile.layers[0].with).toEqual([{ layer: 'relu', kind: 'relu', how: 'fused' }]);
      expect(profile.layers.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(100, 9);
      expect(JSON.parse((await cnnviz(['run', PIPE, plane, '--json'], { cwd })).stdout)).not.toHaveProperty('profile');
    }));

  it('adds up what worker processes took', () =>
    inFolder(async (cwd) => {
      const images = [0, 1, 2, 3].map((i) => {
        const name = join(cwd, `${i}.png`);
        writeFileSync(name, readFileSync(five));
        return name;
      });
      for (const args of [
        ['conv', ...images, '-k', 'edge3x3', '-j', '2'],
        ['run', 'conv edge3x3', ...images],
      ]) {
        const { code, stdout } = await cnnviz([...args, '-o', 'out/', '--json', '--profile'], { cwd });
        const { profile } = JSON.parse(stdout) as { profile: RunProfile };
        expect([code, profile.layers.map(({ layer, runs }) => [layer, runs])]).toEqual([0, [['conv', 4]]]);
        expect(profile.packMs).toBeGreaterThan(0);
      }
    }));

  it('tells of both networks of a comparison', () =>
    inFolder(async (cwd) => {
      const { stdout } = await cnnviz(['compare', 'conv edge3x3', PIPE, plane, '--json', '--profile'], { cwd });
      const { profile } = JSON.parse(stdout) as { profile: RunProfile };
      expect([...new Set(profile.layers.map(({ part }) => part))]).toEqual(['conv edge3x3', PIPE]);
    }));

  it.each(['png', 'svg'])('=FILE.%s is also a picture, with the command in its metadata', (ending) =>
    inFolder(async (cwd) => {
      const name = `times.${ending}`;
      const args = ['run', PIPE, plane, '-o', 'out/', `--profile=${name}`, '--theme', 'dark', '--layers', 'all'];
      const { code, stderr } = await cnnviz(args, { cwd });
      expect([code, stderr.trimEnd().split('\n').at(-1)]).toEqual([0, `wrote ${name}`]);
      const { width, height } = await sharp(join(cwd, name)).metadata();
      expect(Math.min(width, height)).toBeGreaterThan(100);
      const read = await cnnviz(['read', '--recipe', name], { cwd });
      expect(read.stdout).toBe(`cnnviz run '${PIPE}' plane.png --layers all --profile=${name} --theme dark\n`);
    }),
  );

  it.each([
    ['--profile=x.bmp', /drawn as \.png or \.svg\n {2}fix: --profile for the table/],
    ['--profile=', /drawn as \.png or \.svg/],
    ['--profile=-', /expected a name, not standard output\n {2}fix: --profile=profile\.png/],
    ['--profile=in.png', /in\.png: would replace the input in\.png/],
    ['--profile=out.png', /out\.png: two results would have this name/],
  ])('%s is refused before any work', (flag, message) =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'in.png'), readFileSync(five));
      const { code, stdout, stderr } = await cnnviz(['conv', 'in.png', '-k', 'edge3x3', '-o', 'out.png', flag], {
        cwd,
      });
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(message);
    }),
  );

  it('does not replace a picture with --no-clobber', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'times.png'), 'mine');
      const args = ['conv', five, '-k', 'edge3x3', '-o', 'out.png', '--no-clobber', '--profile=times.png'];
      const { code, stderr } = await cnnviz(args, { cwd });
      expect([code, readFileSync(join(cwd, 'times.png'), 'utf8')]).toEqual([2, 'mine']);
      expect(stderr).toContain('times.png: exists already');
    }));

  it('does not take the next word for a picture', () =>
    inFolder(async (cwd) => {
      const { code, stderr } = await cnnviz(['run', '--profile', PIPE, five, '-o', 'a.npy'], { cwd });
      expect([code, stderr]).toEqual([0, expect.stringContaining('conv direct')]);
    }));
});
