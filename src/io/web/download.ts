import { createHash, type Hash } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { basename, dirname } from 'node:path';
import { CnnvizError } from '../../core/errors.js';
import { formatBytes, groupDigits } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import { makeFolder, writeFault } from '../files.js';
import { LockHeld, takeLock } from '../lock.js';
import { type Answered, ask, webFault } from './request.js';

/** A file of the web, and what it must be. */
export interface Wanted {
  readonly address: URL;
  /** Its final name. */
  readonly path: string;
  /** SHA-256 in hexadecimal, or the digits it begins with. */
  readonly sha256: string;
  /** Its size, and by how much that may be off; null when nobody says. */
  readonly size: { readonly bytes: number; readonly off: number } | null;
  /** More than this is never taken. */
  readonly mostBytes: number;
  /** Whether a file of its final name may be replaced. */
  readonly clobber: boolean;
}

/** How it is fetched. */
export interface Fetching {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A server that is silent for so long is given up. */
  readonly silenceMs: number;
  /** Bytes that are there, and how many there will be, when the server says so; between pieces of work. */
  readonly progress: (done: number, total: number | null) => Promise<void>;
}

/** What was fetched. */
export interface Fetched {
  readonly bytes: number;
  readonly sha256: string;
  /** Bytes that an earlier attempt had left. */
  readonly resumed: number;
}

/** What an unfinished file is the beginning of. */
interface Beginning {
  readonly address: string;
  /** Its ETag, or when it was last modified: tells it from a later file of the same address. */
  readonly validator: string;
  readonly total: number;
}

/** Why a folder cannot be written to is told by `writeFault`; what to do about it is this. */
const OTHER_FOLDER = 'free some space, or name another folder: CNNVIZ_CACHE=FOLDER';

/**
 * Fetches a file so that it appears under its name whole and with the right hash, or not at all. What is there of it lies
 * in NAME.part until then, also after a broken connection or Ctrl-C, and the next attempt asks for the rest only. Nothing
 * of it is looked into.
 * @throws CnnvizError 'output' for what may go better another time, 'input' for a file that is another
 */
export async function download(wanted: Wanted, fetching: Fetching): Promise<Fetched> {
  const { path } = wanted;
  const folder = dirname(path);
  const lock = lockOf(path);
  try {
    const fetched = await fetchPart(wanted, fetching);
    try {
      if (wanted.clobber) renameSync(partOf(path), path);
      else {
        linkSync(partOf(path), path);
        rmSync(partOf(path));
      }
      syncFolder(folder);
    } catch (error) {
      throw inCache(path, error);
    }
    forget(path);
    return fetched;
  } finally {
    lock.release();
  }
}

function lockOf(path: string) {
  try {
    makeFolder(dirname(path));
    return takeLock(`${path}.lock`);
  } catch (error) {
    if (!(error instanceof LockHeld)) throw inCache(path, error);
    throw new CnnvizError('output', `${basename(path)}: another command is fetching it`, {
      fix: `wait for it; if there is none, remove ${path}.lock`,
    });
  }
}

const partOf = (path: string) => `${path}.part`;
const beginningOf = (path: string) => `${path}.part.json`;

/** The whole file under the name of its part, on the disk, with the right hash. */
async function fetchPart(wanted: Wanted, fetching: Fetching): Promise<Fetched> {
  const { path, address } = wanted;
  const before = earlierPart(path, address);
  const hash = createHash('sha256');
  const file = opened(path);
  try {
    let at = before === null ? 0 : await hashPart(file, hash, before.size);
    const resumed = at;
    if (before === null || at < before.total) {
      const answer = await askFrom(address, fetching, before, at);
      const goesOn = answer.response.statusCode === 206;
      if (!goesOn) at = 0;
      const own = goesOn ? hash : createHash('sha256');
      if (at === 0) ftruncateSync(file, 0);
      at = await receive(wanted, fetching, answer, { file, hash: own, at });
      fsyncSync(file);
      return { ...checked(wanted, at, own.digest('hex')), resumed: goesOn ? resumed : 0 };
    }
    return { ...checked(wanted, at, hash.digest('hex')), resumed };
  } finally {
    // nothing has come: then nothing is to be seen
    if (fstatSync(file).size === 0) rmSync(partOf(path), { force: true });
    closeSync(file);
  }
}

/** @throws CnnvizError 'input' when it is not the file that is wanted; then nothing of it stays */
function checked({ path, address, sha256 }: Wanted, bytes: number, found: string): Omit<Fetched, 'resumed'> {
  if (found.startsWith(sha256)) return { bytes, sha256: found };
  rmSync(partOf(path), { force: true });
  forget(path);
  const begins = sha256.length < 64 ? 'its SHA-256 begins with' : 'its SHA-256 is';
  throw new CnnvizError(
    'input',
    `${basename(path)}: ${begins} ${found.slice(0, sha256.length)}, expected ${sha256}: it is damaged or another file`,
    { fix: `nothing of it was kept; try again, and if it stays so, do not trust ${address.host}` },
  );
}

/** What an earlier attempt left of this address; null when there is nothing that can be gone on with. */
function earlierPart(path: string, address: URL): (Beginning & { readonly size: number }) | null {
  const size = statSync(partOf(path), { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return null;
  try {
    const { address: from, validator, total } = JSON.parse(readFileSync(beginningOf(path), 'utf8'));
    const isOurs = from === address.href && typeof validator === 'string' && Number.isSafeInteger(total);
    return isOurs && size <= total ? { address: from, validator, total, size } : null;
  } catch {
    return null; // not noted, or half written: it begins anew
  }
}

function forget(path: string): void {
  rmSync(beginningOf(path), { force: true });
}

function opened(path: string): number {
  try {
    return openSync(partOf(path), 'a+');
  } catch (error) {
    throw inCache(path, error);
  }
}

const PORTION_BYTES = 1 << 20;

async function hashPart(file: number, hash: Hash, size: number): Promise<number> {
  const portion = new Uint8Array(PORTION_BYTES);
  for (let at = 0; at < size; ) {
    const read = readSync(file, portion, 0, Math.min(portion.length, size - at), at);
    if (read === 0) return at;
    hash.update(portion.subarray(0, read));
    at += read;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return size;
}

/** Asks for the rest of what is there, or for all. @throws CnnvizError for any answer but a file */
async function askFrom(address: URL, fetching: Fetching, before: Beginning | null, at: number): Promise<Answered> {
  const { env, silenceMs } = fetching;
  const rest = before === null ? {} : { range: `bytes=${at}-`, 'if-range': before.validator };
  const headers = { 'user-agent': `cnnviz/${VERSION}`, 'accept-encoding': 'identity', ...rest };
  const answer = await ask({ address, headers, env, silenceMs });
  const { statusCode: status = 0, headers: said } = answer.response;
  const isRest =
    status === 206 && before !== null && said['content-range'] === `bytes ${at}-${before.total - 1}/${before.total}`;
  if (status === 200 || isRest) return answer;
  answer.response.destroy();
  // 416, or another part than was asked for
  if (before !== null && (status === 416 || status === 206)) return askFrom(address, fetching, null, 0);
  throw refusedWith(answer.address, status);
}

function refusedWith(address: URL, status: number): CnnvizError {
  const place = `${address.host}${address.pathname}`;
  if (status === 404 || status === 410) {
    return new CnnvizError('input', `${place}: no such file there (${status})`, {
      fix: 'check the address; if it is that of a built-in network, the file has moved: a newer version may know where to',
    });
  }
  if (status === 429 || status >= 500) {
    return new CnnvizError('output', `${place}: the server cannot serve it now (${status})`, {
      fix: 'try again later',
    });
  }
  const fix =
    status === 407
      ? 'the proxy wants a name and a password: http_proxy=http://NAME:PASSWORD@HOST:PORT'
      : 'check the address, or fetch the file in another way';
  return new CnnvizError('input', `${place}: refused (${status})`, { fix });
}

/** Where bytes go. */
interface Sink {
  readonly file: number;
  readonly hash: Hash;
  /** How many are there already. */
  readonly at: number;
}

/** Writes a body behind what is there. @returns how many bytes there are then @throws CnnvizError when it is too long or breaks off */
async function receive(wanted: Wanted, { progress }: Fetching, answer: Answered, sink: Sink): Promise<number> {
  const { response, address } = answer;
  const total = totalOf(wanted, answer, sink.at);
  const canGoOn = noteBeginning(wanted, response, total, sink.at);
  let { at } = sink;
  try {
    await progress(at, total);
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      at += chunk.length;
      if (at > (total ?? mostOf(wanted))) throw tooLong(wanted, address);
      sink.hash.update(chunk);
      writeAll(wanted, sink.file, chunk);
      await progress(at, total);
    }
  } catch (error) {
    throw brokenAt(address, at, total, canGoOn, error);
  } finally {
    response.destroy();
  }
  return at;
}

const mostOf = ({ size, mostBytes }: Wanted) => (size === null ? mostBytes : size.bytes + size.off);

/** How long the file will be, as the server says; null: it does not. @throws CnnvizError when that cannot be right, or the disk is too small */
function totalOf(wanted: Wanted, { response, address }: Answered, at: number): number | null {
  const { size, path } = wanted;
  const encoding = response.headers['content-encoding'] ?? 'identity';
  const text = response.headers['content-length'];
  const fault = (what: string, fix: string): never => {
    response.destroy();
    throw new CnnvizError('input', `${address.host}: ${what}`, { fix });
  };
  if (encoding !== 'identity') fault(`the answer is packed (${encoding}), which was not asked for`, ANOTHER_ANSWER);
  if (text === undefined) return null;
  const total = at + Number(text);
  if (size !== null && Math.abs(total - size.bytes) > size.off) {
    fault(
      `${basename(path)} has ${groupDigits(total)} bytes there, expected ${groupDigits(size.bytes)}`,
      ANOTHER_ANSWER,
    );
  }
  if (total > wanted.mostBytes) {
    fault(`${basename(path)} has ${formatBytes(total)}, more than ${formatBytes(wanted.mostBytes)}`, LARGER);
  }
  const { bavail, bsize } = statfsSync(dirname(path));
  if (total - at <= bavail * bsize) return total;
  response.destroy();
  throw new CnnvizError(
    'output',
    `${dirname(path)}: ${formatBytes(total - at)} are still to come, and ${formatBytes(bavail * bsize)} are free`,
    { fix: OTHER_FOLDER },
  );
}

const LARGER = 'if that is right, allow more: --max-bytes 4G';
const ANOTHER_ANSWER =
  'a proxy or a sign-in page may answer in its place: try in another network, or fetch the file in another way';

/** Notes what the part is the beginning of. @returns whether a later attempt can go on with it */
function noteBeginning(
  { path, address }: Wanted,
  { headers }: IncomingMessage,
  total: number | null,
  at: number,
): boolean {
  const { etag = '', 'last-modified': modified } = headers;
  // a weak tag does not promise the same bytes. Source: RFC 9110, 13.1.5
  const validator = etag !== '' && !etag.startsWith('W/') ? etag : modified;
  if (at > 0) return true;
  forget(path);
  if (validator === undefined || total === null) return false;
  const beginning: Beginning = { address: address.href, validator, total };
  try {
    writeFileSync(beginningOf(path), JSON.stringify(beginning));
  } catch (error) {
    throw inCache(path, error);
  }
  return true;
}

function writeAll({ path }: Wanted, file: number, chunk: Uint8Array): void {
  try {
    for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at, chunk.length - at);
  } catch (error) {
    throw inCache(path, error);
  }
}

function tooLong(wanted: Wanted, { host }: URL): CnnvizError {
  const { path, size } = wanted;
  rmSync(partOf(path), { force: true });
  forget(path);
  return new CnnvizError('input', `${host}: sends more than ${groupDigits(mostOf(wanted))} bytes`, {
    fix: size === null ? LARGER : ANOTHER_ANSWER,
  });
}

/** A connection that broke off, with what is there. */
function brokenAt(address: URL, at: number, total: number | null, canGoOn: boolean, error: unknown): unknown {
  const fault = webFault(address, error);
  if (!(fault instanceof CnnvizError) || error instanceof CnnvizError) return fault;
  const of = total === null ? '' : ` of ${formatBytes(total)}`;
  return new CnnvizError(fault.code, `${fault.message}, after ${formatBytes(at)}${of}`, {
    fix: canGoOn ? 'run the same command again: it goes on from there' : fault.fix!,
    cause: error,
  });
}

/** Why the cache cannot be written; what to do is not what `-o` would do. */
function inCache(path: string, error: unknown): unknown {
  const fault = error instanceof CnnvizError ? error : writeFault(path, error);
  if (!(fault instanceof CnnvizError) || fault.code !== 'output') return fault;
  return new CnnvizError(fault.code, fault.message, { fix: OTHER_FOLDER, cause: error });
}

/** A rename is on the disk when its folder is; Windows opens no folders. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const file = openSync(folder, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
