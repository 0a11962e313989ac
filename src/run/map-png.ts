import { joinedBytes, viewOf } from '../core/bytes.js';
import { crc32 } from '../core/crc32.js';
import type { Image } from '../core/image.js';
import { deflate } from '../engine/deflate/deflate.js';
import { ASCII, IMAGE_DESCRIPTION, toAscii } from '../io/encode.js';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const [GREY, RGB] = [0, 2];
const NO_FILTER = 0;
const IDAT = new TextEncoder().encode('IDAT');

/** What is written at once. */
const PART_BYTES = 2 ** 18;

/** A picture whose samples are made where they are asked for. */
export interface DrawnSamples extends Pick<Image, 'width' | 'height' | 'channels' | 'depth'> {
  /** Puts its bytes from that one on, row by row, as many as there is room for; of 16 bits the upper one first. */
  put(target: Uint8Array, from: number): void;
}

/** An image that is there. */
export function samplesOf({ width, height, channels, depth, data }: Image): DrawnSamples {
  const bytes = depth === 8 ? (data as Uint8Array) : bigEndian(data as Uint16Array);
  return {
    width,
    height,
    channels,
    depth,
    put: (target, from) => target.set(bytes.subarray(from, from + target.length)),
  };
}

/**
 * A PNG of exactly these samples, as io/encode.ts writes it, `note` in its EXIF ImageDescription. For maps, which are many and
 * noisy: our own deflate takes a third of the time of libvips' for 1 to 5 % more bytes, and gives the same ones everywhere.
 * It comes in parts, each good until the next is asked for: neither its samples nor its bytes are ever in memory together.
 * Source: www.w3.org/TR/png-3
 */
export function* mapPng(samples: DrawnSamples, note: string): Generator<Uint8Array> {
  const { width, height, channels, depth } = samples;
  const header = new Uint8Array(13);
  const view = viewOf(header);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([depth, channels === 1 ? GREY : RGB], 8);
  const rowBytes = (width * channels * depth) / 8;
  const size = height * (1 + rowBytes);
  const part = new Part();
  yield* part.add(SIGNATURE, ...chunk('IHDR', header));
  if (note !== '') yield* part.add(...chunk('eXIf', describing(toAscii(note))));
  for (const { bytes, crc } of deflate(size, (target, from) => putRows(samples, rowBytes, target, from), 'IDAT')) {
    yield* part.add(numberBytes(bytes.length), IDAT, bytes, numberBytes(crc));
  }
  yield* part.add(...chunk('IEND', new Uint8Array(0)));
  yield part.bytes;
}

/** A part of a file: small pieces go together, so that few are written. */
class Part {
  readonly #room = new Uint8Array(PART_BYTES);
  #length = 0;

  /** Takes pieces; what has no room any more is given out, and then those that are larger than any part. */
  *add(...pieces: readonly Uint8Array[]): Generator<Uint8Array> {
    for (const piece of pieces) {
      if (this.#length + piece.length > PART_BYTES) {
        yield this.bytes;
        this.#length = 0;
      }
      if (piece.length > PART_BYTES) yield piece;
      else {
        this.#room.set(piece, this.#length);
        this.#length += piece.length;
      }
    }
  }

  get bytes(): Uint8Array {
    return this.#room.subarray(0, this.#length);
  }
}

/** Samples of 16 bits, the upper one first. */
function bigEndian(samples: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * 2);
  for (let i = 0; i < samples.length; i++) {
    bytes[2 * i] = samples[i] >>> 8;
    bytes[2 * i + 1] = samples[i];
  }
  return bytes;
}

/** Fills `target` with rows as a PNG has them, each behind the number of its filter, from that byte of them on. */
function putRows(samples: DrawnSamples, rowBytes: number, target: Uint8Array, from: number): void {
  const stride = 1 + rowBytes;
  const first = Math.floor(from / stride);
  const sampleFrom = first * rowBytes + Math.max(0, (from % stride) - 1);
  const end = from + target.length;
  const sampleEnd = Math.floor(end / stride) * rowBytes + Math.max(0, (end % stride) - 1);
  // drawn in one go at the end, and moved to where they belong row by row
  const drawn = target.subarray(target.length - (sampleEnd - sampleFrom));
  samples.put(drawn, sampleFrom);
  for (let at = 0, next = target.length - drawn.length; at < target.length; ) {
    const within = (from + at) % stride;
    if (within === 0) target[at++] = NO_FILTER;
    const length = Math.min(rowBytes - Math.max(0, within - 1), target.length - at);
    if (at !== next) target.copyWithin(at, next, next + length);
    at += length;
    next += length;
  }
}

/** A chunk: its length, its name, its bytes, their check sum. */
function chunk(name: string, bytes: Uint8Array): Uint8Array[] {
  const named = joinedBytes([new TextEncoder().encode(name), bytes]);
  return [numberBytes(bytes.length), named, numberBytes(crc32(named))];
}

/** Four bytes, the uppermost first. */
function numberBytes(number: number): Uint8Array {
  return Uint8Array.of(number >>> 24, number >>> 16, number >>> 8, number);
}

/** EXIF with one entry, ImageDescription. Source: TIFF 6.0, section 2 */
function describing(text: string): Uint8Array {
  const value = new TextEncoder().encode(`${text}\0`);
  const exif = new Uint8Array(26 + value.length);
  const view = viewOf(exif);
  exif.set([0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0]);
  view.setUint16(10, IMAGE_DESCRIPTION, true);
  view.setUint16(12, ASCII, true);
  view.setUint32(14, value.length, true);
  // so few that they stand in the entry itself, or where they stand
  const isShort = value.length <= 4;
  if (!isShort) view.setUint32(18, 26, true);
  exif.set(value, isShort ? 18 : 26);
  return isShort ? exif.subarray(0, 26) : exif;
}
