import { closeSync, constants, openSync, readSync, type Stats, statSync } from 'node:fs';
import { checkRange, fillingSource } from '../core/bytes.js';
import { CnnvizError } from '../core/errors.js';
import { listTar, type TarList, type TarMember } from './tar.js';

/** A file in a tar archive, as its path says: photos.tar/cats/1.jpg */
interface MemberPath {
  readonly archive: string;
  readonly name: string;
}

interface KnownArchive {
  /** Of the file whose headers were read. */
  readonly stamp: string;
  readonly list: TarList;
  readonly byName: ReadonlyMap<string, TarMember>;
}

/** Archives that were read last: the headers of each are read once. */
const known = new Map<string, KnownArchive>();
const MOST_KNOWN = 16;

/** Whether a file is taken as an archive of images: by its name, as folders are. */
export function isTarName(path: string): boolean {
  return /\.tar$/i.test(path);
}

/** What a path means that leads into an archive; null for all others, such as one through a folder of such a name. */
export function memberPath(path: string): MemberPath | null {
  if (!/\.tar[\\/]/i.test(path)) return null;
  for (const { index } of path.matchAll(/\.tar(?=[\\/])/gi)) {
    const archive = path.slice(0, index + '.tar'.length);
    const facts = statSync(archive, { throwIfNoEntry: false });
    if (facts === undefined) return null;
    if (facts.isFile()) return { archive, name: path.slice(archive.length + 1) };
  }
  return null;
}

/** What lies in an archive. @throws what the system throws */
export function membersOf(archive: string): TarList {
  return archiveCalled(archive).list;
}

function archiveCalled(archive: string): KnownArchive {
  const stamp = stampOf(statSync(archive));
  const before = known.get(archive);
  if (before?.stamp === stamp) return before;
  const list = withFile(archive, (read, size) => listTar(fillingSource(size, read)));
  const one = { stamp, list, byName: new Map(list.members.map((member) => [member.name, member])) };
  known.delete(archive);
  known.set(archive, one);
  for (const oldest of known.keys()) if (known.size > MOST_KNOWN) known.delete(oldest);
  return one;
}

function stampOf({ dev, ino, size, mtimeMs }: Stats): string {
  return [dev, ino, size, mtimeMs].join();
}

/** The bytes of a member. @throws CnnvizError 'input', and what the system throws */
export function memberBytes({ archive, name }: MemberPath): Uint8Array {
  const { from, size } = memberCalled(archive, name);
  const bytes = new Uint8Array(size);
  withFile(archive, (read) => read(from, bytes));
  return bytes;
}

function memberCalled(archive: string, name: string): TarMember {
  const { list, byName } = archiveCalled(archive);
  const member = byName.get(name);
  if (member === undefined) {
    const behind = list.damage === null ? '' : `; it is damaged at ${list.damage}`;
    throw new CnnvizError('input', `${archive}/${name}: no such file in the archive${behind}`, {
      fix: `tar -tf ${archive} lists what is in it`,
    });
  }
  if (member.refused === null) return member;
  throw new CnnvizError('input', `${archive}/${name}: ${member.refused}`, { fix: REPACK });
}

/** What helps against a member that is not read. */
export const REPACK = 'unpack the archive, and name the folder';

type Read = (from: number, target: Uint8Array) => void;

function withFile<T>(archive: string, use: (read: Read, size: number) => T): T {
  const file = openSync(archive, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { size } = statSync(archive);
    return use((from, target) => {
      checkRange(size, from, target.length);
      for (let at = 0; at < target.length; ) {
        const count = readSync(file, target, at, target.length - at, from + at);
        if (count === 0) {
          throw new CnnvizError('input', `${archive}: became shorter while it was read`, { fix: 'try again' });
        }
        at += count;
      }
    }, size);
  } finally {
    closeSync(file);
  }
}
