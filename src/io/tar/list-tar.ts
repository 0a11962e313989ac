import type { ByteSource } from '../../core/bytes.js';
import { hiddenIn, nameRefusal } from './member-name.js';

/** A file in an archive: where its bytes are, or why it has none that are read. */
export interface TarMember {
  /** With '/' between its parts, without "./" in front. */
  readonly name: string;
  readonly from: number;
  readonly size: number;
  /** Null: it can be read. */
  readonly refused: string | null;
  /** What a small file for people says: the class of an image. */
  readonly text?: string;
}

/** What is in an archive, by name, in its order; folders and hidden files are left out. */
export interface TarList {
  readonly members: ReadonlyMap<string, TarMember>;
  /** Where the archive stops making sense, and why: what stands behind is not known. Null: it is whole. */
  readonly damage: string | null;
}

const BLOCK = 512;
/** Names and attributes in front of a member; a longer header is none that an archiver writes. */
const MOST_ATTRIBUTE_BYTES = 1 << 16;

/** What a member is, by its type flag; what is not here holds no bytes of its own. */
const OTHER_KINDS: Readonly<Record<string, string>> = {
  '1': 'a hard link, which is not followed',
  '2': 'a symbolic link, which is not followed',
  '3': 'a device',
  '4': 'a device',
  '6': 'a FIFO (a named pipe)',
  S: 'stored as a sparse file',
  M: 'a part of a file that begins in another archive',
};
const FILES = new Set(['0', '\0', '7']);
const ATTRIBUTES = new Set(['x', 'g', 'L', 'K']);

/** A header said something that cannot be. */
class Damage extends Error {}

/** Bytes of an archive that are to be read. */
export interface WantedBytes {
  readonly from: number;
  readonly length: number;
}

/** Says which bytes it needs next, and is given them. */
type Reading<T> = Generator<WantedBytes, T, Uint8Array>;

/** The files in an archive on this machine. */
export function listTar(source: ByteSource): TarList {
  const reading = readTar(source.size);
  let step = reading.next();
  while (!step.done) step = reading.next(source.read(step.value.from, step.value.length));
  return step.value;
}

/**
 * The files in a tar archive of so many bytes, from its headers alone, wherever it is. Nothing of it is unpacked, so a name
 * can lead nowhere; members whose names could are refused all the same, for results are named after them.
 * Source: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Interchange Format"; GNU tar manual, "Basic Tar Format"
 */
export function* readTar(size: number): Reading<TarList> {
  const members = new Map<string, TarMember>();
  try {
    for (let at = 0, next = yield* nextMember(size, at); next !== null; next = yield* nextMember(size, at)) {
      at = next.end;
      const { member } = next;
      if (member === null) continue;
      const isTwin = members.has(member.name);
      members.set(member.name, isTwin ? { ...member, refused: TWIN } : yield* withText(member));
    }
  } catch (error) {
    if (!(error instanceof Damage)) throw error;
    return { members, damage: error.message };
  }
  return { members, damage: null };
}

/** The class of an image is a number or a few words. */
const MOST_TEXT_BYTES = 100;

function* withText(member: TarMember): Reading<TarMember> {
  const { name, from, size, refused } = member;
  if (refused !== null || !name.endsWith('.cls') || size === 0 || size > MOST_TEXT_BYTES) return member;
  return { ...member, text: new TextDecoder().decode(yield { from, length: size }).trim() };
}

/** Which of them is meant is not ours to say. */
const TWIN = 'two members of the archive have this name';

interface Attributes {
  path?: string;
  size?: number;
  isSparse?: boolean;
}

interface Header {
  readonly type: string;
  readonly name: string;
  readonly size: number;
}

/** The member whose headers begin at a byte, and where the next begins; a null member is none to read. Null: the end. */
function* nextMember(
  whole: number,
  start: number,
): Reading<{ readonly member: TarMember | null; readonly end: number } | null> {
  const attributes: Attributes = {};
  for (let at = start; ; ) {
    if (at === whole) {
      if (at === start) return null;
      throw new Damage(`byte ${at}: ends behind the attributes of a member`);
    }
    if (at + BLOCK > whole) throw new Damage(`byte ${at}: ends within a header`);
    const header = headerOf(yield { from: at, length: BLOCK }, at);
    if (header === null) return null;
    const from = at + BLOCK;
    if (!ATTRIBUTES.has(header.type)) {
      const size = holdsBytes(header.type) ? (attributes.size ?? header.size) : 0;
      const end = from + Math.ceil(size / BLOCK) * BLOCK;
      if (from + size > whole) {
        throw new Damage(`byte ${at}: a member of ${size} bytes, and ${whole - from} are left`);
      }
      // the last one may lack its padding
      return { member: memberOf(header, attributes, from, size), end: Math.min(end, whole) };
    }
    if (header.size > MOST_ATTRIBUTE_BYTES) {
      throw new Damage(`byte ${at}: attributes of ${header.size} bytes: expected at most ${MOST_ATTRIBUTE_BYTES}`);
    }
    if (from + header.size > whole) throw new Damage(`byte ${at}: ends within the attributes of a member`);
    readAttributes(yield { from, length: header.size }, header.type, at, attributes);
    at = Math.min(from + Math.ceil(header.size / BLOCK) * BLOCK, whole);
  }
}

/** Links and folders may say a size that nothing stands for. */
function holdsBytes(type: string): boolean {
  return !['1', '2', '3', '4', '5', '6'].includes(type);
}

function memberOf(
  { type, name: short }: Header,
  { path, isSparse }: Attributes,
  from: number,
  size: number,
): TarMember | null {
  const name = (path ?? short).replace(/^(?:\.\/+)+/, '');
  if (type === '5' || name === '' || name.endsWith('/')) return null;
  if (hiddenIn(name)) return null;
  if (!FILES.has(type) && OTHER_KINDS[type] === undefined) return null;
  return { name, from, size, refused: refusalOf(type, name, isSparse === true) };
}

function refusalOf(type: string, name: string, isSparse: boolean): string | null {
  const refused = nameRefusal(name, 'archive');
  if (refused !== null) return refused;
  if (isSparse) return OTHER_KINDS.S;
  return FILES.has(type) ? null : OTHER_KINDS[type];
}

/** Null: the blocks of zeros that end an archive. */
function headerOf(block: Uint8Array, at: number): Header | null {
  if (block.every((byte) => byte === 0)) return null;
  if (octal(block, 148, 8, at, 'checksum') !== checksumOf(block)) {
    throw new Damage(`byte ${at}: no header of a member: its checksum is wrong`);
  }
  const isUstar = text(block, 257, 5) === 'ustar';
  // GNU's own format has other fields in the place of the prefix
  const prefix = isUstar && block[262] === 0 ? text(block, 345, 155) : '';
  const name = text(block, 0, 100);
  return {
    type: String.fromCharCode(block[156]),
    name: prefix === '' ? name : `${prefix}/${name}`,
    size: sizeOf(block, at),
  };
}

/** The sum of all bytes, those of the checksum itself as spaces. */
function checksumOf(block: Uint8Array): number {
  return block.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 0x20 : byte), 0);
}

/** In octal digits; of 8 GiB and more in GNU's base 256. */
function sizeOf(block: Uint8Array, at: number): number {
  if ((block[124] & 0x80) === 0) return octal(block, 124, 12, at, 'size');
  const size = block.subarray(125, 136).reduce((sum, byte) => sum * 256 + byte, block[124] & 0x7f);
  if (Number.isSafeInteger(size)) return size;
  throw new Damage(`byte ${at}: a size beyond all files`);
}

function octal(block: Uint8Array, from: number, length: number, at: number, what: string): number {
  const digits = text(block, from, length).trim();
  if (/^[0-7]*$/.test(digits)) return Number.parseInt(digits || '0', 8);
  throw new Damage(`byte ${at}: no header of a member: its ${what} is no number`);
}

/** A field up to its NUL. What is no UTF-8 is marked, as in a folder. */
function text(block: Uint8Array, from: number, length: number): string {
  const field = block.subarray(from, from + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/** Takes what a member's attributes say of its name and its bytes. */
function readAttributes(bytes: Uint8Array, type: string, at: number, attributes: Attributes): void {
  // of links alone, or of all members, whose names and sizes it cannot say
  if (type === 'K' || type === 'g') return;
  if (type === 'L') {
    attributes.path = text(bytes, 0, bytes.length);
    return;
  }
  for (let from = 0; from < bytes.length; ) {
    const space = bytes.indexOf(0x20, from);
    const digits = space < 0 ? '' : text(bytes, from, space - from);
    const length = /^[1-9]\d{0,6}$/.test(digits) ? Number(digits) : 0;
    const end = from + length;
    if (length < digits.length + 3 || end > bytes.length || bytes[end - 1] !== 0x0a) {
      throw new Damage(`byte ${at}: attributes that are no lines of key=value`);
    }
    const [, key = '', value = ''] =
      /^([^=]*)=([\s\S]*)$/.exec(new TextDecoder().decode(bytes.subarray(space + 1, end - 1))) ?? [];
    takeAttribute(key, value, at, attributes);
    from = end;
  }
}

function takeAttribute(key: string, value: string, at: number, attributes: Attributes): void {
  if (key === 'path') attributes.path = value;
  if (key.startsWith('GNU.sparse.')) attributes.isSparse = true;
  if (key !== 'size') return;
  const size = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(size)) throw new Damage(`byte ${at}: the size "${value.slice(0, 20)}"`);
  attributes.size = size;
}
