import { describe, expect, it } from 'vitest';
import {
  entryLine,
  headLine,
  type ManifestEntry,
  manifestName,
  readManifest,
  shardOfName,
} from '../../src/batch/manifest.js';

const head = { command: 'c0ffee', shard: { index: 2, count: 3 }, inputs: 2, total: 6 };
const entry = (input: string, sha256: string): ManifestEntry => ({
  input,
  sha256,
  outputs: [{ path: 'a.png', bytes: 3, sha256: 'ab' }],
  error: null,
});

describe('a manifest', () => {
  it('gives back what was written; of two entries for an input the last counts', () => {
    const lines = [headLine(head), ...[entry('a', '1'), entry('b', '2'), entry('a', '3')].map(entryLine)];
    const manifest = readManifest(lines)!;
    expect(manifest.head).toEqual(head);
    expect([...manifest.entries.values()]).toEqual([entry('b', '2'), entry('a', '3')]);
  });

  it.each([
    ['torn', (line: string) => line.slice(0, -5)],
    ['not an entry', () => '{"input": 7}'],
    ['of another kind', () => '[1, 2]'],
    ['with a path that is none', (line: string) => line.replace('"a.png"', '5')],
    ['with a size that is none', (line: string) => line.replace('"bytes":3', '"bytes":-3')],
  ])('leaves out a line that is %s', (_, spoil) => {
    const lines = [headLine(head), entryLine(entry('a', '1')), spoil(entryLine(entry('b', '2')))];
    expect([...readManifest(lines)!.entries.keys()]).toEqual(['a']);
  });

  it.each([
    ['nothing', ''],
    ['an entry', entryLine(entry('a', '1'))],
    ['another form', headLine(head).replace('"manifest":1', '"manifest":2')],
  ])('is none when it begins with %s', (_, line) => expect(readManifest([line])).toBeNull());

  it('has the shard in its name', () => {
    for (const shard of [null, { index: 12, count: 40 }]) expect(shardOfName(manifestName(shard))).toEqual(shard);
    expect(shardOfName('cnnviz-manifest.jsonl.lock')).toBeUndefined();
    expect(shardOfName('a.png')).toBeUndefined();
  });
});
