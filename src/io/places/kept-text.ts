import { join } from 'node:path';
import { readOwnBytes, writeAtomicParts } from '../files.js';
import { takeLock } from '../lock.js';
import { isStored } from '../paths.js';
import { sweepTemporaries } from '../temporaries.js';
import { openStaging } from './staging-folder.js';

/** A text that grows while it is kept, where it may be read and appended to. */
export interface KeptText {
  /** Its file on this machine. */
  readonly path: string;
  /** A lock that a dead run left was taken over. */
  readonly takenOver: boolean;
  /** Brings what there is now to its place. @throws CnnvizError 'output' */
  publish(): Promise<void>;
  /** Gives it up; synchronous, for signal handlers. */
  release(): void;
}

/** Nothing of a text is in its bucket for longer than that, or than this share of the time it takes to put it there. */
const [PUBLISH_MS, SHARE] = [30_000, 20];

/**
 * Takes a text to keep. In a folder it is a file with a lock beside it. In a bucket, which knows no locks and no appending,
 * it is a copy that is put there now and then, whole.
 * @param lost called when it can no longer be put there
 * @throws LockHeld when another run keeps it, CnnvizError 'output' when it cannot be written
 */
export async function keepText(place: string, lost: (error: unknown) => void): Promise<KeptText> {
  if (!isStored(place)) {
    const { takenOver, release } = takeLock(`${place}.lock`);
    return { path: place, takenOver, publish: async () => {}, release };
  }
  const { readStored, writeStored } = await import('./stored-files.js');
  const staging = openStaging(null);
  sweepTemporaries([join(staging.path, '..')]);
  const path = join(staging.path, place.slice(place.lastIndexOf('/') + 1));
  try {
    const before = await readStored(place);
    if (before !== null) await writeAtomicParts(path, before, { clobber: true });
  } catch (error) {
    staging.close();
    throw error;
  }
  let timer: NodeJS.Timeout | undefined;
  let putting: Promise<void> = Promise.resolve();
  const put = (): Promise<void> => {
    putting = putting.then(async () => writeStored(place, [await readOwnBytes(path)], true));
    return putting;
  };
  const wait = (ms: number): void => {
    timer = setTimeout(async () => {
      const start = performance.now();
      try {
        await put();
        wait(Math.max(PUBLISH_MS, SHARE * (performance.now() - start)));
      } catch (error) {
        lost(error);
      }
    }, ms);
    timer.unref();
  };
  wait(PUBLISH_MS);
  return {
    path,
    takenOver: false,
    async publish() {
      clearTimeout(timer);
      await put();
    },
    release() {
      clearTimeout(timer);
      staging.close();
    },
  };
}
