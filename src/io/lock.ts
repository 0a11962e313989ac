import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { CnnvizError } from '../core/errors.js';
import { refuseOtherThanFile } from './descriptors.js';
import { makeFolder, writeFault } from './files.js';
import { processLives, processStart } from './process-facts.js';
import { finishTemporary, forgetLeft, noteLeft, temporaryFor } from './temporaries.js';

/** A lock says every few seconds that its owner lives, for machines that cannot see the process. */
const HEARTBEAT_MS = 5000;
const SILENT_MS = 12 * HEARTBEAT_MS;

/** Who holds a lock. */
interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Tells a process from a later one of the same number; null where the system does not say. */
  readonly start: string | null;
}

export interface Lock {
  /** What a dead run left behind was taken over. */
  readonly takenOver: boolean;
  /** Gives the lock back; synchronous, for signal handlers. */
  release(): void;
}

/** Another run holds the lock. */
export class LockHeld extends CnnvizError {}

/**
 * Takes the lock of that name: one run at a time. A lock whose process is gone, or on another machine was silent for
 * a minute, is taken over.
 * @throws LockHeld when another run holds it, CnnvizError 'output' when it cannot be written
 */
export function takeLock(path: string): Lock {
  const self: Owner = { pid: process.pid, host: hostname(), start: processStart(process.pid) };
  const text = `${JSON.stringify(self)}\n`;
  let takenOver = false;
  for (let attempt = 0; ; attempt++) {
    try {
      createWhole(path, text);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw writeFault(dirname(path), error);
      if (attempt === 3 || !removeStale(path)) throw heldBy(path);
      takenOver = true;
    }
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    try {
      utimesSync(path, now, now);
    } catch {
      // gone with its folder: the next write will say so
    }
  }, HEARTBEAT_MS);
  heartbeat.unref();
  const lock: Lock = {
    takenOver,
    release() {
      clearInterval(heartbeat);
      if (textOf(path) === text) rmSync(path, { force: true });
      forgetLeft(lock);
    },
  };
  noteLeft(lock, lock.release);
  return lock;
}

/** The lock appears with its text in it, or fails with EEXIST. */
function createWhole(path: string, text: string): void {
  makeFolder(dirname(path));
  const temporary = temporaryFor(path);
  try {
    writeFileSync(temporary, text);
    linkSync(temporary, path);
  } finally {
    finishTemporary(temporary);
  }
}

/** Removes the lock if its owner is gone; false when it is held. Of two that try, one removes it. */
function removeStale(path: string): boolean {
  const text = textOf(path);
  if (text === null) return true;
  if (!isStale(path, text)) return false;
  const aside = temporaryFor(path);
  try {
    renameSync(path, aside);
    const isSame = textOf(aside) === text;
    // between reading and renaming another run had taken it over: it gets its lock back
    if (!isSame) linkSync(aside, path);
    return isSame;
  } catch {
    return true; // another run was faster: its lock is the next one we meet
  } finally {
    finishTemporary(aside);
  }
}

function isStale(path: string, text: string): boolean {
  const owner = ownerOf(text);
  const silentMs = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  if (owner === null || owner.host !== hostname()) return silentMs > SILENT_MS;
  if (owner.pid === process.pid) return true;
  return !processLives(owner.pid) || (owner.start !== null && owner.start !== processStart(owner.pid));
}

function ownerOf(text: string): Owner | null {
  try {
    const { pid, host, start } = JSON.parse(text);
    return Number.isInteger(pid) && typeof host === 'string' ? { pid, host, start: start ?? null } : null;
  } catch {
    return null;
  }
}

function heldBy(path: string): LockHeld {
  const owner = ownerOf(textOf(path) ?? '');
  const who = owner === null ? '' : ` (process ${owner.pid}${owner.host === hostname() ? '' : ` on ${owner.host}`})`;
  return new LockHeld('output', `${dirname(path)}: another run is writing here${who}`, {
    fix: `wait for it, write to another folder, or share the work with --shard; if it is gone, remove ${path}`,
  });
}

function textOf(path: string): string | null {
  try {
    refuseOtherThanFile(path, statSync(path));
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
