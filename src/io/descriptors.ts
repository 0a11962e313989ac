import { fstatSync, type Stats, statSync } from 'node:fs';
import { Socket } from 'node:net';
import { CnnvizError } from '../core/errors.js';
import { formatBytes, inputName } from '../core/text.js';

/** '-', and names that mean something else in every process: /dev/stdin, and the /dev/fd/63 that a shell makes of <(…). */
const OWN_FILES = /^(?:-|\/dev\/(?:std(?:in|out|err)|fd\/\d+)|\/proc\/(?:thread-)?self\/fd\/\d+)$/;

/** What is read from them: a pipe can be read once, and may be named twice. */
const read = new Map<number, Promise<Uint8Array>>();

let mostBytes = 2e9;
let isTerminal: (descriptor: number) => boolean = () => false;

/** How much is read of a pipe at most, and who knows a terminal (and tells the person there what is awaited). */
export function limitPipes(maxBytes: number, terminal: (descriptor: number) => boolean): void {
  mostBytes = maxBytes;
  isTerminal = terminal;
}

/** Whether a name is one of this process alone. */
export function isOwnFile(path: string): boolean {
  return OWN_FILES.test(path);
}

/** Whether a name is standard input, or an open file of this process that is no regular file: read once, from its beginning to its end. */
export function isPipe(path: string): boolean {
  if (path === '-') return true;
  if (!isOwnFile(path)) return false;
  const facts = factsOf(descriptorOf(path));
  return facts !== null && !facts.isFile() && !facts.isDirectory();
}

/** Whether a word is what a shell makes of <(…), or another open file of this process by its path. */
export function isOwnPath(word: string): boolean {
  return word !== '-' && isOwnFile(word);
}

/**
 * All bytes of a pipe, to the limit. The main thread never waits for them: signals arrive.
 * @throws CnnvizError 'input' for devices and more than the limit
 */
export function readPipe(path: string): Promise<Uint8Array> {
  const descriptor = descriptorOf(path);
  const known = read.get(descriptor) ?? readAll(path, descriptor);
  read.set(descriptor, known);
  return known;
}

async function readAll(path: string, descriptor: number): Promise<Uint8Array> {
  const name = inputName(path);
  const facts = factsOf(descriptor);
  if (facts === null) throw new CnnvizError('input', `${name}: is not open`, { fix: 'name a file' });
  const isStream = facts.isFIFO() || facts.isSocket() || isNull(facts);
  if (!isStream && !isTerminal(descriptor)) refuseOtherThanFile(name, facts);
  const stream = descriptor === 0 ? process.stdin : openStream(name, descriptor);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > mostBytes) {
      throw new CnnvizError('input', `${name}: more than ${formatBytes(mostBytes)}, the most that is read of a pipe`, {
        fix: 'save it to a file and name that; or --max-bytes allows more',
      });
    }
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks);
}

/** Not every open file is a pipe that can be listened to: Node has some of its own. */
function openStream(name: string, fd: number): Socket {
  try {
    return new Socket({ fd, readable: true, writable: false });
  } catch (cause) {
    throw new CnnvizError('input', `${name}: cannot be read`, { fix: 'name a file', cause });
  }
}

/** /dev/fd/63 → 63 */
function descriptorOf(path: string): number {
  const std = ['in', 'out', 'err'].findIndex((name) => path === `/dev/std${name}`);
  return path === '-' ? 0 : std >= 0 ? std : Number(/\d+$/.exec(path));
}

function factsOf(descriptor: number): Stats | null {
  try {
    return fstatSync(descriptor);
  } catch {
    return null;
  }
}

/** Nothing to read is no danger. */
function isNull({ rdev }: Stats): boolean {
  return statSync('/dev/null', { throwIfNoEntry: false })?.rdev === rdev;
}

type Kind = Pick<Stats, 'isFile' | 'isDirectory' | 'isFIFO' | 'isSocket' | 'isCharacterDevice' | 'isBlockDevice'>;

/** What stands under a name where a file is expected: "a device"; null for a file. */
export function otherThanFile(facts: Kind): string | null {
  if (facts.isFile()) return null;
  if (facts.isDirectory()) return 'a folder';
  if (facts.isFIFO()) return 'a FIFO (a named pipe)';
  if (facts.isSocket()) return 'a socket';
  return facts.isCharacterDevice() || facts.isBlockDevice() ? 'a device' : 'something else';
}

/** Refuses what is no file before anything is read of it: a device may never end, a FIFO may never begin. @throws CnnvizError 'input' */
export function refuseOtherThanFile(path: string, facts: Kind): void {
  const kind = otherThanFile(facts);
  if (kind === null) return;
  if (kind === 'a folder') throw new CnnvizError('input', `${path}: is a folder`, { fix: 'name the file' });
  throw new CnnvizError('input', `${path}: ${kind}, not a file`, { fix: 'name a file; save it to one first' });
}
