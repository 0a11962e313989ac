import { damaged, type Fields, type FileBytes, notRead } from './file-bytes.js';

/** What a message of an object header is about. Source: HDF5 File Format Specification 3.0, IV.A.2 */
export const MESSAGE = {
  dataspace: 1,
  linkInfo: 2,
  datatype: 3,
  oldFillValue: 4,
  fillValue: 5,
  link: 6,
  externalFiles: 7,
  layout: 8,
  filters: 11,
  attribute: 12,
  continuation: 16,
  symbolTable: 17,
  attributeInfo: 21,
} as const;
const LAST_KNOWN = 24;

/** One message of an object header. */
export interface Message {
  readonly type: number;
  readonly fields: Fields;
  /** Its data stands elsewhere in the file: a type that has a name of its own. */
  readonly isShared: boolean;
}

/** A chain of more blocks than this is no header that anybody writes. */
const MOST_BLOCKS = 4096;
const MOST_MESSAGES = 100_000;
const SHARED = 2;
const FAIL_IF_UNKNOWN = 0x80;

/** The first block of a header, and how its messages are told. */
interface Start {
  readonly block: Fields;
  /** Of version 2: with signatures and checksums. */
  readonly isNew: boolean;
  /** Each message has its number in the order of making. */
  readonly hasOrder: boolean;
}

/**
 * The messages of an object, of its continuation blocks too, in the order they stand.
 * Source: HDF5 File Format Specification 3.0, IV.A.1
 * @throws CnnvizError 'format' or 'unsupported'
 */
export function readObjectHeader(file: FileBytes, address: number): readonly Message[] {
  const [first] = file.fields(address, 1, 'object header').bytes;
  const start = first === 1 ? oldStart(file, address) : newStart(file, address);
  const messages: Message[] = [];
  const seen = new Set<number>([address]);
  const blocks = [start.block];
  for (const block of blocks) {
    for (const message of messagesOf(block, start)) {
      const { type, fields } = message;
      if (type === MESSAGE.continuation) blocks.push(continued(file, fields, start.isNew, seen));
      else messages.push(message);
      if (messages.length > MOST_MESSAGES) throw damaged(fields.place, `more than ${MOST_MESSAGES} messages`);
    }
  }
  return messages;
}

/** The messages of one block; less than the head of a message is left unused. */
function* messagesOf(block: Fields, { isNew, hasOrder }: Start): Iterable<Message> {
  const headBytes = isNew ? (hasOrder ? 6 : 4) : 8;
  while (block.left >= headBytes) {
    const [type, size, flags] = [isNew ? block.u8() : block.u16(), block.u16(), block.u8()];
    block.skip(headBytes - (isNew ? 4 : 5));
    const fields = block.part(size);
    if (type > LAST_KNOWN && flags & FAIL_IF_UNKNOWN) throw notRead(fields.place, `a message of kind ${type}`);
    if (type !== 0) yield { type, fields, isShared: (flags & SHARED) !== 0 };
  }
}

function continued(file: FileBytes, data: Fields, isNew: boolean, seen: Set<number>): Fields {
  const place = data.place;
  const address = data.requiredAddress('the rest of an object header');
  const length = data.length();
  if (seen.has(address)) throw damaged(place, 'an object header that continues in itself');
  seen.add(address);
  if (seen.size > MOST_BLOCKS) throw damaged(place, `an object header of more than ${MOST_BLOCKS} blocks`);
  const fields = file.fields(address, length, 'rest of an object header');
  if (!isNew) return fields;
  fields.expect('OCHK');
  return checked(fields);
}

/** The structure without its checksum, which is checked. */
function checked(fields: Fields): Fields {
  const start = fields.at;
  if (fields.left < 4) throw damaged(fields.place, 'no room for a checksum');
  fields.skip(fields.left - 4);
  fields.checkSum();
  fields.at = start;
  return fields.part(fields.left - 4);
}

function oldStart(file: FileBytes, address: number): Start {
  const head = file.fields(address, 16, 'object header');
  head.expectByte(1, 'object header of version');
  head.skip(7);
  const block = file.fields(address + 16, head.u32(), 'object header');
  return { block, isNew: false, hasOrder: false };
}

const HAS_ORDER = 4;
const HAS_PHASE = 16;
const HAS_TIMES = 32;
/** The longest head: signature, version, flags, four times, two counts, a size. */
const MOST_HEAD = 34;

function newStart(file: FileBytes, address: number): Start {
  const head = file.fields(address, Math.min(MOST_HEAD, file.source.size - address), 'object header');
  head.expect('OHDR');
  head.expectByte(2, 'object header of version');
  const flags = head.u8();
  if (flags & HAS_TIMES) head.skip(16);
  if (flags & HAS_PHASE) head.skip(4);
  const length = head.whole(1 << (flags & 3));
  const whole = file.fields(address, head.at + length + 4, 'object header');
  whole.skip(head.at);
  return { block: checked(whole), isNew: true, hasOrder: (flags & HAS_ORDER) !== 0 };
}
