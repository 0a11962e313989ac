import { readFault, readPart } from '../files.js';
import { readRemote } from '../remote/remote-bytes.js';
import { memberPath } from '../tar/member-path.js';
import type { Input } from './input.js';

/** A file that belongs to an image under its key. */
export interface Sidecar {
  /** What stands behind the key: .json, .cls, .txt */
  readonly ending: string;
  readonly bytes: number;
  /** @throws CnnvizError 'input' */
  read(): Promise<Uint8Array>;
}

/** What belongs to an image of an archive, by endings; none of any other image. */
export function sidecarsOf({ path, member, remote }: Input): Sidecar[] {
  return (member?.beside ?? []).map(({ ending, from, size }) => ({
    ending,
    bytes: size,
    read: () => (remote ? readRemote({ ...remote, range: { from, size } }, path) : readBeside(path, from, size)),
  }));
}

async function readBeside(path: string, from: number, size: number): Promise<Uint8Array> {
  try {
    return await readPart(memberPath(path)!.archive, from, size);
  } catch (error) {
    throw await readFault(path, error);
  }
}
