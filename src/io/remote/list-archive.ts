import { readTar, type TarList } from '../tar/list-tar.js';

/** An archive that is read by range. */
export interface ArchiveBytes {
  readonly size: number;
  read(from: number, length: number): Promise<Uint8Array>;
}

/** Two headers that are no further apart are read in one go: asking again takes longer. */
const NEAR = 2 ** 20;
const [FEWEST, MOST] = [16 * 2 ** 10, 16 * 2 ** 20];

/**
 * The files in an archive that is far away. How much is read beyond a header follows how far headers have been apart: a
 * shard of small images is read from its beginning to its end, of one with large files little but headers.
 */
export async function listRemoteTar({ size, read }: ArchiveBytes): Promise<TarList> {
  const reading = readTar(size);
  let window: { readonly from: number; readonly bytes: Uint8Array } = { from: 0, bytes: new Uint8Array(0) };
  let ahead = FEWEST;
  for (let step = reading.next(); ; ) {
    if (step.done) return step.value;
    const { from, length } = step.value;
    const end = window.from + window.bytes.length;
    if (from < window.from || from + length > end) {
      ahead = from - end <= NEAR ? Math.min(MOST, ahead * 2) : FEWEST;
      window = { from, bytes: await read(from, Math.min(size - from, Math.max(length, ahead))) };
    }
    step = reading.next(window.bytes.subarray(from - window.from, from - window.from + length));
  }
}
