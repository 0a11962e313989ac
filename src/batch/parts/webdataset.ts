import type { PartFormat, PartRow } from './part-format.js';

/** Samples of a tar archive: files of one key belong together, KEY.edge3x3.png and KEY.json. */
export const webdataset: PartFormat = { holdsOne: false, takesBeside: true, write };

/** What is told of a sample; of one that had such a file, it is in ours. */
const RECORD = '.json';

const BLOCK = 512;
/** The largest size in eleven octal digits. */
const MOST_OCTAL = 8 ** 11 - 1;

/**
 * A tar archive whose members belong to nobody and have no date.
 * Source: POSIX.1-2017, pax, "ustar Interchange Format"; github.com/webdataset/webdataset, base_plus_ext
 */
async function* write(rows: readonly PartRow[]): AsyncGenerator<Uint8Array> {
  for (const { key, path, sha256, files, beside, facts } of rows) {
    if (facts === null) continue;
    for (const file of files) yield* member(`${key}${file.ending}`, await file.read());
    const others = beside.filter(({ ending }) => ending !== RECORD);
    for (const { ending, bytes } of others) yield* member(`${key}${ending}`, bytes);
    const own = beside.find(({ ending }) => ending === RECORD);
    const record = { key, path, sha256, ...facts, ...(own && { source: parsed(own.bytes) }) };
    yield* member(`${key}${RECORD}`, new TextEncoder().encode(JSON.stringify(record)));
  }
  yield new Uint8Array(2 * BLOCK);
}

function* member(name: string, bytes: Uint8Array): Generator<Uint8Array> {
  const path = ustarPath(name);
  if (path === null || bytes.length > MOST_OCTAL) {
    const attributes = [
      ...(path === null ? [attribute('path', name)] : []),
      ...(bytes.length > MOST_OCTAL ? [attribute('size', String(bytes.length))] : []),
    ].join('');
    const text = new TextEncoder().encode(attributes);
    yield header('pax', '', text.length, 'x');
    yield* padded(text);
  }
  // readers that know no attributes find what fits
  const [short, prefix] = path ?? [new TextDecoder().decode(new TextEncoder().encode(name).subarray(-90)), ''];
  yield header(ascii(short), prefix, Math.min(bytes.length, MOST_OCTAL), '0');
  yield* padded(bytes);
}

function* padded(bytes: Uint8Array): Generator<Uint8Array> {
  yield bytes;
  yield new Uint8Array((BLOCK - (bytes.length % BLOCK)) % BLOCK);
}

function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '_');
}

/** A name in the header's two fields, of 100 and 155 bytes, parted at a slash; null when it does not fit. */
function ustarPath(name: string): readonly [name: string, prefix: string] | null {
  if (/[^\x20-\x7e]/.test(name)) return null;
  if (name.length <= 100) return [name, ''];
  const cut = name.indexOf('/', name.length - 101);
  return cut > 0 && cut <= 155 && cut < name.length - 1 ? [name.slice(cut + 1), name.slice(0, cut)] : null;
}

/** "30 path=…\n": the length counts itself. */
function attribute(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = new TextEncoder().encode(rest).length;
  let length = bytes + String(bytes).length;
  length = bytes + String(length).length;
  return `${length}${rest}`;
}

function header(name: string, prefix: string, size: number, type: 'x' | '0'): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (text: string, at: number): void => block.set(new TextEncoder().encode(text), at);
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');
  put(name, 0);
  put(`${octal(0o644, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0`, 100);
  put(`${octal(size, 11)}\0${octal(0, 11)}\0${' '.repeat(8)}${type}`, 124);
  put('ustar\x0000', 257);
  put(prefix, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${octal(sum, 6)}\0 `, 148);
  return block;
}

/** What a file says, or its text where that is no JSON. */
function parsed(bytes: Uint8Array): unknown {
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
