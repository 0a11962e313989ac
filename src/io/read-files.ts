import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { CnnvizError } from '../core/errors.js';
import { isOwnFile, isOwnPath, otherThanFile } from './descriptors.js';
import { isStored } from './paths.js';
import { memberPath } from './tar/member-path.js';

/** What a command reads, as far as it is known; null: nobody keeps a record, as in a program that uses the library. */
interface Record {
  /** Files by the names they were given. */
  readonly names: Set<string>;
  /** Those that were not looked at yet: many commands replace nothing, and then nobody has to. */
  unseen: string[];
  /** The names of each file, by its identity. */
  readonly seen: Map<string, string[]>;
}

let record: Record | null = null;
let isGrowing = false;

/** From now on files that are read are on record, and no output may replace them. Once for each process of a command. */
export function guardReadFiles(): void {
  record = { names: new Set(), unseen: [], seen: new Map() };
  isGrowing = true;
}

/** In a worker process, once its task is open: inputs are its parent's to guard, and a record of them would only grow. */
export function endRecord(): void {
  isGrowing = false;
}

/** Takes a file on record as one that must not be replaced. */
export function noteRead(path: string): void {
  if (record === null || !isGrowing || isOwnFile(path)) return;
  // of a file in an archive the archive: that is what could be replaced
  const file = memberPath(path)?.archive ?? path;
  if (record.names.has(file)) return;
  record.names.add(file);
  record.unseen.push(file);
}

/** What two names of one file have in common; null when nothing has this name. Links are followed. */
export function fileIdentity(path: string): string | null {
  // an object is no file of this machine, whatever folder may have such a name
  if (isStored(path)) return null;
  try {
    const member = memberPath(path);
    if (member) return `${fileIdentity(member.archive)}/${member.name}`;
    const facts = statSync(standing(path), { bigint: true, throwIfNoEntry: false });
    return facts ? `${facts.dev}:${facts.ino}` : null;
  } catch {
    return null; // not ours to see: whoever opens it says why
  }
}

/** The same place without ".." behind folders that do not exist yet: writing there would make them. */
function standing(path: string): string {
  return /(?:^|[\\/])\.\.(?:[\\/]|$)/.test(path) && !existsSync(path) ? resolve(path) : path;
}

/**
 * Refuses to write where that would replace a file that this command reads, by whatever name or link, or something that
 * is no file. `updates`: the file may have been read under this very name, to be made anew.
 * @throws CnnvizError 'usage'
 */
export function guardOutput(path: string, updates = false): void {
  refuseDevice(path);
  const identity = record === null ? null : fileIdentity(path);
  if (record === null || identity === null) return;
  for (const name of record.unseen) {
    const own = fileIdentity(name);
    if (own !== null) record.seen.set(own, [...(record.seen.get(own) ?? []), name]);
  }
  record.unseen = [];
  const isSelf = (name: string) => updates && resolve(name) === resolve(path);
  // the number of a file that is gone may have been given to another
  const reader = record.seen.get(identity)?.find((name) => !isSelf(name) && fileIdentity(name) === identity);
  if (reader !== undefined) throw wouldReplace(path, reader);
}

export function wouldReplace(path: string, reader: string): CnnvizError {
  return new CnnvizError('usage', `${path}: would replace the input ${reader}`, {
    fix: 'choose another place for the result',
    scope: 'command',
  });
}

/** Renaming onto a device or a FIFO would take it away. @throws CnnvizError 'usage' */
function refuseDevice(path: string): void {
  const kind = isOwnPath(path) ? 'an open file' : kindOf(path);
  if (kind === null || kind === 'a file' || kind === 'a folder') return;
  throw new CnnvizError('usage', `${path}: ${kind}, not a place for a file`, { fix: 'name a file', scope: 'command' });
}

/** "a file", "a folder", "a device"; null when nothing has this name, or none that can be seen. */
export function kindOf(path: string): string | null {
  if (isStored(path)) return null;
  try {
    const facts = statSync(standing(path), { throwIfNoEntry: false });
    return facts ? (otherThanFile(facts) ?? 'a file') : null;
  } catch {
    return null; // writing there says why
  }
}

/** How long a file is; null when there is none. */
export function sizeOf(path: string): number | null {
  try {
    const facts = statSync(path, { throwIfNoEntry: false });
    return facts?.isFile() ? facts.size : null;
  } catch {
    return null; // not ours to see
  }
}
