import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { processLives } from './process-facts.js';

/** What would stay if this process died now, temporary files and locks, and how each is taken away. */
const things = new Map<unknown, () => void>();

let tell: (() => void) | null = null;

/** This would be left behind, from now on. `takeAway`: synchronous, for signal handlers. */
export function noteLeft(thing: unknown, takeAway: () => void): void {
  things.set(thing, takeAway);
  tell?.();
}

/** It is gone, or has become what was wanted. */
export function forgetLeft(thing: unknown): void {
  if (things.delete(thing)) tell?.();
}

export function isAnythingLeft(): boolean {
  return things.size > 0;
}

/** Takes all of it away; synchronous, for signal handlers. */
export function takeLeftAway(): void {
  for (const takeAway of [...things.values()]) takeAway();
}

/** Calls `listener` whenever that may have changed. */
export function whenLeftChanges(listener: () => void): void {
  tell = listener;
}

/** Signals that came before this call have been delivered when it resolves: the loop has been where it looks for them. */
export async function signalsDelivered(): Promise<void> {
  // the first may come before the loop looks, the second cannot
  for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** A file name may have this many bytes on common file systems. */
export const NAME_BYTES = 255;

/** A temporary file this old belongs to nobody, whichever machine made it. */
const ABANDONED_MS = 3_600_000;

/** .NAME.HOST.PID.RANDOM.tmp: the host is a hash, for folders that several machines write to. */
const PATTERN = /^\..*\.([0-9a-f]{8})\.(\d+)\.[0-9a-f]{12}\.tmp$/s;

/** Temporary files of this process that are not yet renamed. */
const unfinished = new Set<string>();

/** A new temporary name beside `path`, noted as unfinished. */
export function temporaryFor(path: string): string {
  const suffix = `.${hostMark()}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`;
  const temporary = join(dirname(path), `.${cutToBytes(basename(path), NAME_BYTES - suffix.length - 1)}${suffix}`);
  unfinished.add(temporary);
  noteLeft(temporary, () => finishTemporary(temporary));
  return temporary;
}

/** The temporary file has its final name, or is not wanted any more: nothing of it stays. */
export function finishTemporary(temporary: string): void {
  if (unfinished.delete(temporary)) remove(temporary);
  forgetLeft(temporary);
}

/** Removes what is not finished; synchronous, for signal handlers. */
export function removeTemporaries(): void {
  for (const temporary of unfinished) finishTemporary(temporary);
}

/**
 * Removes what dead processes of this machine left in these folders, and what anybody left an hour ago. Those of
 * `dead` are known to have ended. To be called before this process writes. @returns how many files went
 */
export function sweepTemporaries(folders: Iterable<string>, dead: readonly number[] = []): number {
  const mark = hostMark();
  let swept = 0;
  for (const folder of folders) {
    for (const name of namesIn(folder)) {
      const [, host, pid] = PATTERN.exec(name) ?? [];
      if (host === undefined) continue;
      const path = join(folder, name);
      const isOwnMachine = host === mark;
      const isDead = isOwnMachine && (dead.includes(Number(pid)) || !processLives(Number(pid)));
      if (unfinished.has(path) || !(isDead || isAbandoned(path))) continue;
      remove(path);
      swept++;
    }
  }
  return swept;
}

function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // not ours to take away
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // not made yet, or not ours to read: then nothing of ours is in it
  }
}

function isAbandoned(path: string): boolean {
  const facts = statSync(path, { throwIfNoEntry: false });
  return facts !== undefined && Date.now() - facts.mtimeMs > ABANDONED_MS;
}

let mark: string | null = null;

function hostMark(): string {
  mark ??= createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
  return mark;
}

function cutToBytes(text: string, bytes: number): string {
  let cut = text;
  while (Buffer.byteLength(cut) > bytes) cut = cut.slice(0, -1);
  return cut;
}
