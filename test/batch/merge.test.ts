import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { entryLine, headLine, type ManifestEntry, manifestName } from '../../src/batch/manifest.js';
import { mergeManifests } from '../../src/commands/batch/merge-manifests.js';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';

const entry = (input: string, error: ManifestEntry['error'] = null): ManifestEntry => ({
  input,
  sha256: 'ab',
  outputs: error === null ? [{ path: `${input}.png`, bytes: 3, sha256: 'cd' }] : [],
  error,
});

/** Writes the manifest of one of `count` shards, of `inputs` inputs among `total`. */
function writeShard(
  folder: string,
  [index, count]: [number, number],
  entries: readonly ManifestEntry[],
  total: number,
) {
  const shard = { index, count };
  const head = headLine({ command: 'c', shard, inputs: Math.ceil((total - index + 1) / count), total });
  writeFileSync(join(folder, manifestName(shard)), [head, ...entries.map(entryLine), ''].join('\n'));
}

const joined = (folder: string) =>
  readFileSync(join(folder, 'cnnviz-manifest.jsonl'), 'utf8')
    .split('\n')
    .slice(1, -1)
    .map((line) => (JSON.parse(line) as ManifestEntry).input);

describe('the joined manifest', () => {
  it('has the bytes that one run leaves, whatever the order of its inputs', () =>
    inFolder(async (cwd) => {
      const names = ['z.png', 'a.png', 'm.png', 'b.png', 'y.png', 'c.png', 'x.png'];
      for (const name of names) copyFileSync(join(IMAGES, 'five.png'), join(cwd, name));
      writeFileSync(join(cwd, 'list.txt'), `${names.join('\n')}\n`);
      const conv = ['conv', '--files-from', 'list.txt', '-k', 'edge3x3', '-j', '1', '-o'];
      await cnnviz([...conv, 'one'], { cwd });
      for (const i of [1, 2, 3]) await cnnviz([...conv, 'parts', '--shard', `${i}/3`], { cwd });
      const { code, stderr } = await cnnviz(['batch', 'merge', 'parts'], { cwd });
      expect(code, stderr).toBe(0);
      const [one, parts] = ['one', 'parts'].map((folder) =>
        readFileSync(join(cwd, folder, 'cnnviz-manifest.jsonl'), 'utf8'),
      );
      expect(parts).toBe(one);
    }));

  it('takes the last line of an input that a log has twice', () =>
    inFolder(async (folder) => {
      const failed = entry('c', { code: 'decode', message: 'c: torn' });
      writeShard(folder, [1, 2], [entry('a'), failed, entry('c')], 4);
      writeShard(folder, [2, 2], [entry('b'), entry('d')], 4);
      expect(await mergeManifests(folder)).toMatchObject({ written: 4, failed: [], missing: [], duplicates: [] });
      expect(joined(folder)).toEqual(['a', 'b', 'c', 'd']);
    }));

  it('is not written when an input or an output is in two shards, or a line is torn', () =>
    inFolder(async (folder) => {
      writeShard(folder, [1, 2], [entry('a'), entry('c')], 4);
      writeShard(folder, [2, 2], [entry('a'), { ...entry('d'), outputs: entry('c').outputs }], 4);
      expect(await mergeManifests(folder)).toMatchObject({ duplicates: ['a', 'a.png', 'c.png'], manifest: null });
      writeShard(folder, [2, 2], [entry('b'), entry('d')], 4);
      const path = join(folder, manifestName({ index: 2, count: 2 }));
      writeFileSync(path, readFileSync(path).subarray(0, -9));
      expect(await mergeManifests(folder)).toMatchObject({ missing: [{ shard: 2, inputs: 1 }], manifest: null });
    }));

  it('is made of many manifests, more than a process may have open', () =>
    inFolder(async (folder) => {
      const count = 1500;
      for (let i = 1; i <= count; i++) {
        writeShard(folder, [i, count], [entry(`${i}`), entry(`${i + count}`)], 2 * count);
      }
      expect(await mergeManifests(folder)).toMatchObject({ shards: count, written: 2 * count, failed: [] });
      expect(joined(folder)).toEqual(Array.from({ length: 2 * count }, (_, i) => `${i + 1}`));
    }));
});
