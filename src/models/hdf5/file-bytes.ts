import { type ByteSource, viewOf, windowOf } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import { lookup3 } from './lookup3.js';

/** The error of a file that breaks the format at a byte. */
export function damaged(at: number, what: string, cause?: unknown): CnnvizError {
  return new CnnvizError('format', `not a sound HDF5 file: byte ${at}: ${what}`, {
    fix: 'the file is cut off or damaged: save or copy it again',
    cause,
  });
}

/** The error of what the format allows and Keras never writes. */
export function notRead(at: number, what: string): CnnvizError {
  return new CnnvizError('unsupported', `HDF5 file: byte ${at}: ${what}`, {
    fix: 'save it again with Keras or h5py, as they do without options: model.save("model.keras")',
  });
}

/** All structures together may be read this many times the file over, and this many bytes more: a loop ends here. */
const MOST_TIMES = 16;
const MOST_BYTES = 4 * 2 ** 20;

/** The bytes of an HDF5 file from its superblock on: addresses count from there. */
export class FileBytes {
  readonly source: ByteSource;
  /** Where the superblock stands: behind a user block, where there is one. */
  readonly base: number;
  /** How many bytes an address and a length take. */
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  #left: number;

  constructor(whole: ByteSource, base: number, offsetBytes: number, lengthBytes: number) {
    this.source = windowOf(whole, base, whole.size - base);
    this.base = base;
    this.offsetBytes = offsetBytes;
    this.lengthBytes = lengthBytes;
    this.#left = MOST_BYTES + MOST_TIMES * whole.size;
  }

  /** @throws CnnvizError 'format' unless `length` bytes from an address on are there */
  check(address: number, length: number, what: string): void {
    if (Number.isSafeInteger(length) && length >= 0 && address + length <= this.source.size) return;
    throw damaged(
      this.base + address,
      `${what} of ${length} bytes, where ${Math.max(0, this.source.size - address)} are left`,
    );
  }

  /** The fields of a structure. @throws CnnvizError 'format' when it reaches outside, or when too much was read by now */
  fields(address: number, length: number, what: string): Fields {
    this.check(address, length, what);
    this.#left -= length;
    if (this.#left < 0) throw damaged(this.base + address, `${what}: its structures are read over and over`);
    return new Fields(this, Uint8Array.from(this.source.read(address, length)), address);
  }
}

/** The fields of one structure, one after another. Numbers are little-endian. */
export class Fields {
  readonly file: FileBytes;
  readonly bytes: Uint8Array;
  /** Where the structure lies. */
  readonly address: number;
  readonly #view: DataView;
  at = 0;

  constructor(file: FileBytes, bytes: Uint8Array, address: number) {
    this.file = file;
    this.bytes = bytes;
    this.address = address;
    this.#view = viewOf(bytes);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  /** Where the next field lies in the file. */
  get place(): number {
    return this.file.base + this.address + this.at;
  }

  #next(length: number): number {
    if (length > this.left) throw damaged(this.place, `a field of ${length} bytes, where ${this.left} are left`);
    this.at += length;
    return this.at - length;
  }

  u8(): number {
    return this.#view.getUint8(this.#next(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#next(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#next(4), true);
  }

  /** A whole number of 1 … 8 bytes. @throws CnnvizError 'format' beyond 2^53 */
  whole(length: number): number {
    const place = this.place;
    const start = this.#next(length);
    let value = 0;
    for (let i = length - 1; i >= 0; i--) value = value * 256 + this.bytes[start + i];
    if (Number.isSafeInteger(value)) return value;
    throw damaged(place, `the number ${value}: expected at most 2^53`);
  }

  length(): number {
    return this.whole(this.file.lengthBytes);
  }

  /** An address, or null where all its bits are set: there is none. */
  addressOrNone(): number | null {
    const { offsetBytes } = this.file;
    const place = this.place;
    const start = this.#next(offsetBytes);
    if (this.bytes.subarray(start, start + offsetBytes).every((byte) => byte === 255)) return null;
    this.at = start;
    const address = this.whole(offsetBytes);
    if (address < this.file.source.size) return address;
    throw damaged(place, `the address ${address}, in a file of ${this.file.source.size} bytes`);
  }

  /** @throws CnnvizError 'format' when there is none */
  requiredAddress(what: string): number {
    const place = this.place;
    const address = this.addressOrNone();
    if (address === null) throw damaged(place, `no address of ${what}`);
    return address;
  }

  skip(length: number): void {
    this.#next(length);
  }

  /** The next bytes as fields of their own. */
  part(length: number): Fields {
    const start = this.#next(length);
    return new Fields(this.file, this.bytes.subarray(start, start + length), this.address + start);
  }

  /** A signature of ASCII letters. @throws CnnvizError 'format' when anything else stands there */
  expect(signature: string): void {
    const place = this.place;
    const start = this.#next(signature.length);
    const found = String.fromCharCode(...this.bytes.subarray(start, start + signature.length));
    if (found !== signature) throw damaged(place, `expected "${signature}", got ${JSON.stringify(found)}`);
  }

  /** A version or a constant. @throws CnnvizError 'format' when it is another */
  expectByte(expected: number, what: string): void {
    const place = this.place;
    const found = this.u8();
    if (found !== expected) throw damaged(place, `${what} ${found}: expected ${expected}`);
  }

  /** The checksum that ends the structure, over all bytes before it. @throws CnnvizError 'format' when it does not fit */
  checkSum(): void {
    const [place, end] = [this.place, this.at];
    const told = this.u32();
    if (lookup3(this.bytes.subarray(0, end)) !== told)
      throw damaged(place, 'a structure that does not fit its checksum');
  }

  /** A checksum that stands within its structure: all of it counts, the sum itself as zeros. @throws likewise */
  checkInnerSum(): void {
    const [place, start] = [this.place, this.at];
    const told = this.u32();
    const whole = Uint8Array.from(this.bytes).fill(0, start, this.at);
    if (lookup3(whole) !== told) throw damaged(place, 'a structure that does not fit its checksum');
  }

  /** UTF-8, up to the first zero. @throws CnnvizError 'format' when it is none */
  text(length: number): string {
    const place = this.place;
    return textOf(this.part(length).bytes, place);
  }
}

/** UTF-8, up to the first zero. @throws CnnvizError 'format' when it is none */
export function textOf(bytes: Uint8Array, place: number): string {
  const end = bytes.indexOf(0);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(end < 0 ? bytes : bytes.subarray(0, end));
  } catch (cause) {
    throw damaged(place, 'a text that is not UTF-8', cause);
  }
}
