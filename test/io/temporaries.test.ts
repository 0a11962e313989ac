import { createHash } from 'node:crypto';
import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { finishTemporary, NAME_BYTES, sweepTemporaries, temporaryFor } from '../../src/io/temporaries.js';
import { inFolder } from '../cli/cnnviz.js';

const mark = (host: string) => createHash('sha256').update(host).digest('hex').slice(0, 8);
const name = (host: string, pid: number) => `.a.png.${mark(host)}.${pid}.0123456789ab.tmp`;
/** No system gives out this number. */
const DEAD = 2 ** 30;

describe('sweepTemporaries', () => {
  it('takes what dead processes of this machine left, and what anybody left an hour ago; nothing else', () =>
    inFolder(async (folder) => {
      const here = hostname();
      const [dead, alive] = [name(here, DEAD), name(here, process.ppid)];
      const [fresh, old] = [name('elsewhere', DEAD), name('elsewhere', DEAD + 1)];
      const others = ['a.png', '.hidden', '.a.png.tmp', `${name(here, DEAD)}.png`];
      for (const file of [dead, alive, fresh, old, ...others]) writeFileSync(join(folder, file), '');
      utimesSync(join(folder, old), 0, 0);
      expect(sweepTemporaries([folder, join(folder, 'none')])).toBe(2);
      expect(readdirSync(folder).sort()).toEqual([alive, fresh, ...others].sort());
    }));

  it('takes those of a process that is known to have ended, and never our own', () =>
    inFolder(async (folder) => {
      const own = temporaryFor(join(folder, 'b.png'));
      writeFileSync(own, '');
      writeFileSync(join(folder, name(hostname(), process.ppid)), '');
      expect(sweepTemporaries([folder], [process.ppid, process.pid])).toBe(1);
      expect(readdirSync(folder)).toEqual([basename(own)]);
      finishTemporary(own);
      expect(readdirSync(folder)).toEqual([]);
    }));
});

describe('temporaryFor', () => {
  it('fits the longest name a file system takes', () => {
    const long = temporaryFor(`/x/${'é'.repeat(120)}.png`);
    finishTemporary(long);
    expect(Buffer.byteLength(basename(long))).toBeLessThanOrEqual(NAME_BYTES);
    expect(long.startsWith('/x/.é')).toBe(true);
  });
});
