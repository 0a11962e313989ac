import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomic } from '../files.js';
import { sha256 } from '../hash.js';

const MARKER = 'submission.json';

/** Where the finished jobs of a submission lie until all are done: below the folder its results go to. */
export function farmFolder(root: string, id: string): string {
  return join(root, `.cnnviz-farm-${id}`);
}

/** Makes the folder, which shows a worker that the results' place is the one that was meant. @throws CnnvizError 'output' */
export async function makeFarmFolder(root: string, id: string): Promise<void> {
  await writeText(join(farmFolder(root, id), MARKER), `${JSON.stringify({ submission: id })}\n`);
}

/** Whether this machine sees the folder of a submission. */
export async function seesFarmFolder(root: string, id: string): Promise<boolean> {
  const text = await readFile(join(farmFolder(root, id), MARKER), 'utf8').catch(() => '');
  return text.includes(`"${id}"`);
}

/** What a job left: the name of its file begins with its number, and says what is in it. */
export interface JobFile {
  readonly name: string;
  readonly sha256: string;
}

/** Writes what a job left. Two that did the same job write the same file, or files of two names. @throws CnnvizError 'output' */
export async function writeJobFile(root: string, id: string, job: number, lines: readonly string[]): Promise<JobFile> {
  const bytes = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(''));
  const hash = sha256(bytes);
  const name = `${String(job).padStart(7, '0')}.${hash.slice(0, 16)}.jsonl`;
  await writeAtomic(join(farmFolder(root, id), name), bytes, { clobber: true });
  return { name, sha256: hash };
}

/** The lines of a job's file; null when it is gone, or is not what was written. */
export async function readJobFile(root: string, id: string, { name, sha256: hash }: JobFile): Promise<string[] | null> {
  const bytes = await readFile(join(farmFolder(root, id), name)).catch(() => null);
  if (bytes === null || sha256(bytes) !== hash) return null;
  return bytes.toString('utf8').split('\n').slice(0, -1);
}

/** Takes the folder away, as far as it is ours to take: a woken worker may still write to it. */
export async function removeFarmFolder(root: string, id: string): Promise<void> {
  await rm(farmFolder(root, id), { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
}

async function writeText(path: string, text: string): Promise<void> {
  await writeAtomic(path, new TextEncoder().encode(text), { clobber: true });
}
