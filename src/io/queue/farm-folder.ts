import { readFile, rm } from 'node:fs/promises';
import { writeAtomic } from '../files.js';
import { sha256 } from '../hash.js';
import { isStored, joinPath } from '../paths.js';

const MARKER = 'submission.json';

/** Where the finished jobs of a submission lie until all are done: below the folder its results go to. */
export function farmFolder(root: string, id: string): string {
  return joinPath(root, `.cnnviz-farm-${id}`);
}

/** Makes the folder, which shows a worker that the results' place is the one that was meant. @throws CnnvizError 'output' */
export async function makeFarmFolder(root: string, id: string): Promise<void> {
  await writeText(joinPath(farmFolder(root, id), MARKER), `${JSON.stringify({ submission: id })}\n`);
}

/** Whether this machine sees the folder of a submission. */
export async function seesFarmFolder(root: string, id: string): Promise<boolean> {
  const bytes = await bytesOf(joinPath(farmFolder(root, id), MARKER));
  return bytes?.toString('utf8').includes(`"${id}"`) ?? false;
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
  await writeAtomic(joinPath(farmFolder(root, id), name), bytes, { clobber: true });
  return { name, sha256: hash };
}

/** The lines of a job's file; null when it is gone, or is not what was written. */
export async function readJobFile(root: string, id: string, { name, sha256: hash }: JobFile): Promise<string[] | null> {
  const bytes = await bytesOf(joinPath(farmFolder(root, id), name));
  if (bytes === null || sha256(bytes) !== hash) return null;
  return bytes.toString('utf8').split('\n').slice(0, -1);
}

/** Takes the folder away, as far as it is ours to take: a woken worker may still write to it. */
export async function removeFarmFolder(root: string, id: string): Promise<void> {
  const folder = farmFolder(root, id);
  if (!isStored(root)) {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
    return;
  }
  const { addressOf, openStore } = await import('../remote/object-store.js');
  const { storedBelow } = await import('../places/stored-files.js');
  const store = await openStore();
  for (const address of (await storedBelow(folder)).keys()) {
    const { bucket, key } = addressOf(address);
    await store.remove(bucket, key);
  }
}

/** Null: there is no such file. @throws CnnvizError 'input' of a bucket that does not answer */
async function bytesOf(path: string): Promise<Buffer | null> {
  if (!isStored(path)) return readFile(path).catch(() => null);
  const parts = await (await import('../places/stored-files.js')).readStored(path);
  if (parts === null) return null;
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return Buffer.concat(all);
}

async function writeText(path: string, text: string): Promise<void> {
  await writeAtomic(path, new TextEncoder().encode(text), { clobber: true });
}
