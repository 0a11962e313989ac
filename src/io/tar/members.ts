import { closeSync, constants, openSync, readSync, type Stats, statSync } from 'node:fs';
import { checkRange, fillingSource } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import { listTar, type TarList, type TarMember } from './list-tar.js';
import type { MemberPath } from './member-path.js';

interface KnownArchive {
  /** Of the file whose headers were read. */
  readonly stamp: string;
  readonly list: TarList;
  readonly byName: ReadonlyMap<string, TarMember>;
}

/** Archives that were read last: the headers of each are read once. */
const known = new Map<string, KnownArchive>();
const MOST_KNOWN = 16;

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
