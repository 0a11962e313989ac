import { closeSync, fstatSync, readSync } from 'node:fs';
import { type ByteSource, checkRange, fillingSource } from '../core/bytes.js';
import { CnnvizError } from '../core/errors.js';
import { refuseOtherThanFile } from './descriptors.js';

/** An open file, read where it is asked for. */
export interface FileSource extends ByteSource {
  readonly path: string;
  close(): void;
}

/** readSync takes at most this much at a time. */
const MOST_AT_ONCE = 2 ** 30;

/** A regular file that is open; anything else is closed and refused. @throws CnnvizError 'input' */
export function sourceOf(path: string, file: number): FileSource {
  const facts = fstatSync(file);
  if (!facts.isFile()) closeSync(file);
  refuseOtherThanFile(path, facts);
  const { size } = facts;
  const readInto = (from: number, target: Uint8Array): void => {
    checkRange(size, from, target.length);
    for (let at = 0; at < target.length; ) {
      const read = readSync(file, target, at, Math.min(MOST_AT_ONCE, target.length - at), from + at);
      if (read === 0) {
        throw new CnnvizError('input', `${path}: became shorter while it was read`, { fix: 'try again' });
      }
      at += read;
    }
  };
  return { path, ...fillingSource(size, readInto), close: () => closeSync(file) };
}
