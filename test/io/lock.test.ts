import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { LockHeld, takeLock } from '../../src/io/lock.js';
import { processStart } from '../../src/io/process-facts.js';
import { takeLeftAway } from '../../src/io/temporaries.js';
import { inFolder } from '../cli/cnnviz.js';

afterEach(takeLeftAway);

/** A lock as another process would have left it. */
function plant(path: string, owner: object | string, ageSeconds = 0): void {
  writeFileSync(path, typeof owner === 'string' ? owner : JSON.stringify(owner));
  const then = Date.now() / 1000 - ageSeconds;
  utimesSync(path, then, then);
}

const alive = { pid: process.ppid, host: hostname(), start: processStart(process.ppid) };
/** No system gives out this number. */
const dead = { pid: 2 ** 30, host: hostname(), start: null };

describe('takeLock', () => {
  it('makes the folder, and leaves nothing when it is released', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'a/b/lock');
      const lock = takeLock(path);
      expect(lock.takenOver).toBe(false);
      expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid, host: hostname() });
      lock.release();
      expect(readdirSync(join(folder, 'a/b'))).toEqual([]);
    }));

  it.each([
    ['a process that runs', alive, 0],
    ['a process that runs, however long it has been silent', alive, 3600],
    ['another machine', { ...dead, host: 'elsewhere' }, 5],
    ['somebody whose text cannot be read, if it is fresh', '{"pid"', 5],
  ])('is refused while %s holds it', (_, owner, age) =>
    inFolder(async (folder) => {
      plant(join(folder, 'lock'), owner, age);
      const before = readFileSync(join(folder, 'lock'), 'utf8');
      expect(() => takeLock(join(folder, 'lock'))).toThrow(LockHeld);
      expect(readFileSync(join(folder, 'lock'), 'utf8')).toBe(before);
      expect(readdirSync(folder)).toEqual(['lock']);
    }),
  );

  it.each([
    ['a process that is gone', dead, 0],
    ['an earlier process of the same number', { ...alive, start: '1' }, 0],
    ['an earlier process of our own number', { pid: process.pid, host: hostname(), start: null }, 0],
    ['another machine, silent for two minutes', { ...dead, host: 'elsewhere' }, 120],
    ['somebody whose text cannot be read, two minutes old', '', 120],
  ])('takes over the lock of %s', (_, owner, age) =>
    inFolder(async (folder) => {
      plant(join(folder, 'lock'), owner, age);
      const lock = takeLock(join(folder, 'lock'));
      expect(lock.takenOver).toBe(true);
      lock.release();
      expect(readdirSync(folder)).toEqual([]);
    }),
  );

  it('does not release a lock that somebody else has taken over', () =>
    inFolder(async (folder) => {
      const lock = takeLock(join(folder, 'lock'));
      plant(join(folder, 'lock'), alive);
      lock.release();
      expect(existsSync(join(folder, 'lock'))).toBe(true);
    }));
});
