import { constants, openSync, type Stats, statSync } from 'node:fs';
import type { ByteSource } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import { shellWord } from '../../core/text.js';
import { refuseOtherThanFile } from '../descriptors.js';
import { sourceOf } from '../file-source.js';
import { listTar, type TarList, type TarMember } from './list-tar.js';
import { REPACK } from './member-name.js';
import type { MemberPath } from './member-path.js';

interface KnownArchive {
  /** Of the file whose headers were read. */
  readonly stamp: string;
  readonly list: TarList;
}

/** Archives that were read last: the headers of each are read once. */
const known = new Map<string, KnownArchive>();
const MOST_KNOWN = 16;

/** What lies in an archive. @throws CnnvizError 'input', and what the system throws */
export function membersOf(archive: string): TarList {
  const facts = statSync(archive);
  refuseOtherThanFile(archive, facts);
  const stamp = stampOf(facts);
  const before = known.get(archive);
  if (before?.stamp === stamp) return before.list;
  const list = withFile(archive, listTar);
  known.delete(archive);
  known.set(archive, { stamp, list });
  for (const oldest of known.keys()) if (known.size > MOST_KNOWN) known.delete(oldest);
  return list;
}

function stampOf({ dev, ino, size, mtimeMs }: Stats): string {
  return [dev, ino, size, mtimeMs].join();
}

/** The bytes of a member. @throws CnnvizError 'input', and what the system throws */
export function memberBytes({ archive, name }: MemberPath): Uint8Array {
  const { from, size } = memberCalled(archive, name);
  return withFile(archive, (source) => source.read(from, size));
}

function memberCalled(archive: string, name: string): TarMember {
  const { members, damage } = membersOf(archive);
  const member = members.get(name);
  if (member === undefined) {
    const behind = damage === null ? '' : `; it is damaged at ${damage}`;
    throw new CnnvizError('input', `${archive}/${name}: no such file in the archive${behind}`, {
      fix: `tar -tf ${shellWord(archive)} lists what is in it`,
    });
  }
  if (member.refused === null) return member;
  throw new CnnvizError('input', `${archive}/${name}: ${member.refused}`, { fix: REPACK });
}

function withFile<T>(archive: string, use: (source: ByteSource) => T): T {
  const source = sourceOf(archive, openSync(archive, constants.O_RDONLY | constants.O_NONBLOCK));
  try {
    return use(source);
  } finally {
    source.close();
  }
}
