import { mkdirSync, rmSync, utimesSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFault, writeFault } from '../files.js';
import { finishTemporary, temporaryFor } from '../temporaries.js';

/** What is touched less often belongs to nobody, for whoever tidies up. */
const TOUCH_MS = 60_000;

/** A folder for what is on its way to its place. It is gone when this process is, or with the next run. */
export interface StagingFolder {
  readonly path: string;
  close(): void;
}

/** Makes one in a folder; null: in the system's own for such things. @throws CnnvizError 'output' */
export function openStaging(folder: string | null): StagingFolder {
  const path = temporaryFor(join(folder ?? tmpdir(), 'cnnviz-parts'));
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    finishTemporary(path);
    throw writeFault(folder ?? tmpdir(), error);
  }
  const touch = setInterval(() => {
    const now = new Date();
    try {
      utimesSync(path, now, now);
    } catch {
      // gone: the next write into it says so
    }
  }, TOUCH_MS);
  touch.unref();
  return {
    path,
    close() {
      clearInterval(touch);
      finishTemporary(path);
    },
  };
}

/** A file that a process of ours has put there. @throws CnnvizError 'input' */
export async function readStaged(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw await readFault(path, error);
  }
}

/** Takes away what has reached its place. */
export function discardStaged(path: string): void {
  rmSync(path, { force: true });
}
