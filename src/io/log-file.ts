import { closeSync, openSync, writeSync } from 'node:fs';
import { readFault, withRegular, writeAtomic, writeFault } from './files.js';

/** A text file that only grows, line by line; a line is on its way to the disk when `append` returns. */
export interface LogFile {
  append(line: string): void;
  close(): void;
}

/** Writes the file anew with these lines, whole or not at all. @throws CnnvizError 'output' */
export async function writeLines(path: string, lines: readonly string[]): Promise<void> {
  const text = lines.map((line) => `${line}\n`).join('');
  await writeAtomic(path, new TextEncoder().encode(text), { clobber: true });
}

/** Opens the file to append to. @throws CnnvizError 'output' */
export function openLog(path: string): LogFile {
  let file: number | null;
  try {
    file = openSync(path, 'a');
  } catch (error) {
    throw writeFault(path, error);
  }
  return {
    append(line) {
      const bytes = new TextEncoder().encode(`${line}\n`);
      try {
        for (let at = 0; at < bytes.length; ) at += writeSync(file!, bytes, at);
      } catch (error) {
        throw writeFault(path, error);
      }
    },
    close() {
      if (file !== null) closeSync(file);
      file = null;
    },
  };
}

/** The lines of a file that were written to their end; null when there is no such file. @throws CnnvizError 'input' */
export async function readLines(path: string): Promise<string[] | null> {
  let text: string;
  try {
    text = await withRegular(path, (file) => file.readFile('utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw await readFault(path, error);
  }
  return text.split('\n').slice(0, -1);
}
