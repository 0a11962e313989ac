import { CnnvizError } from '../../core/errors.js';
import { isStored, isWeb } from '../paths.js';
import { type ArchiveBytes, listRemoteTar } from '../remote/list-archive.js';
import { openStore } from '../remote/object-store.js';
import { factsOf, readRemote } from '../remote/remote-bytes.js';
import { addressOf, addressTo, type StoredObject } from '../remote/stored.js';
import { hiddenIn, nameRefusal } from '../tar/member-name.js';
import { isTarName } from '../tar/member-path.js';
import { archiveInputs } from './archive-inputs.js';
import { byCodeUnits, type Input, isImageName } from './input.js';
import { remoteImage, remoteInput } from './remote-input.js';

/**
 * What an address means that is typed: an image, an archive, a file in an archive, or what lies below a prefix of a bucket.
 * One that leads to nothing stays, to fail as an input later.
 * @throws CnnvizError when a bucket cannot be listed
 */
export async function findRemote(address: string, recursive: boolean): Promise<Input[]> {
  if (!isStored(address)) return findNamed(address);
  const { bucket, key } = addressOf(address);
  if (key === '' || key.endsWith('/')) return inBucket(bucket, key, recursive);
  if (isImageName(key) || isTarName(key)) return findNamed(address);
  const store = await openStore();
  if ((await store.head(bucket, key)) !== null) return findNamed(address);
  const below = await inBucket(bucket, `${key}/`, recursive);
  return below.length > 0 ? below : findNamed(address);
}

/** What an address means that stands in a list: one image, an archive, or a file in an archive. */
export async function findNamed(address: string): Promise<Input[]> {
  const image = remoteImage(address);
  if (image.unreadable !== undefined) return [image];
  if (isTarName(pathOf(address))) return inArchive(image);
  const inner = innerPath(address);
  if (inner !== null) {
    const members = await inArchive(remoteImage(inner.archive));
    const own = members.find(({ path }) => path === image.path);
    // a folder may have such a name, too
    if (own !== undefined) return [{ ...own, relative: '' }];
  }
  return withHeads([image]);
}

/** What an address leads to, without its query. */
function pathOf(address: string): string {
  return isWeb(address) ? address.replace(/[?#].*$/s, '') : address;
}

/** The archive that an address leads into: s3://bucket/shard.tar/cats/1.jpg */
function innerPath(address: string): { readonly archive: string } | null {
  const path = pathOf(address);
  const at = path.search(/\.tar\//i);
  return at < 0 ? null : { archive: path.slice(0, at + 4) + address.slice(path.length) };
}

/** The images below a prefix, as a folder's. */
async function inBucket(bucket: string, prefix: string, recursive: boolean): Promise<Input[]> {
  const store = await openStore();
  const objects: StoredObject[] = [];
  for await (const object of store.list(bucket, prefix, { recursive })) {
    const name = object.key.slice(prefix.length);
    if (!hiddenIn(name) && (isImageName(name) || isTarName(name))) objects.push(object);
  }
  const twins = twinsAmong(objects);
  const found: Input[] = [];
  // a folder's own order: what lies in "a" before "a.jpg"
  for (const object of objects.sort((a, b) => byCodeUnits(partwise(a.key), partwise(b.key)))) {
    const { key, size, etag } = object;
    const name = key.slice(prefix.length);
    const refused = twins.has(key) ? TWIN : (nameRefusal(name, 'bucket') ?? emptyPart(name));
    const input = remoteInput(addressTo(bucket, key), refused === null ? folderOfKey(name) : '', { size, etag });
    if (refused !== null) found.push({ ...input, unreadable: { why: refused, fix: RENAME } });
    else if (isTarName(key)) for (const one of await inArchive(input)) found.push(one);
    else found.push(input);
  }
  return withHeads(found);
}

const TWIN = 'two keys would be one file on some file systems';
const RENAME = 'copy the object to another key';

function emptyPart(name: string): string | null {
  return name.split('/').includes('') ? 'its key has an empty part' : null;
}

function folderOfKey(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('/')));
}

function partwise(key: string): string {
  return key.replaceAll('/', '\0');
}

/** Keys that differ only in case, or in how accents are composed: all of them. */
function twinsAmong(objects: readonly StoredObject[]): ReadonlySet<string> {
  const seen = new Map<string, string>();
  const twins = new Set<string>();
  for (const { key } of objects) {
    const alike = key.normalize('NFC').toLowerCase();
    const other = seen.get(alike);
    if (other === undefined) seen.set(alike, key);
    else twins.add(other).add(key);
  }
  return twins;
}

/** Archives that were listed last: names of files in one may stand in a list one by one. */
const known = new Map<string, Promise<Input[]>>();
const MOST_KNOWN = 16;

/** The images of an archive, listed by its headers alone. */
function inArchive(archive: Input): Promise<Input[]> {
  const id = `${archive.remote!.address}\n${archive.relative}`;
  const found = known.get(id) ?? listArchive(archive);
  known.delete(id);
  known.set(id, found);
  for (const oldest of known.keys()) if (known.size > MOST_KNOWN) known.delete(oldest);
  return found;
}

async function listArchive(archive: Input): Promise<Input[]> {
  const remote = archive.remote!;
  try {
    const { size, etag } = remote.size === null ? await factsOf(remote, archive.path) : remote;
    const whole = { address: remote.address, size, etag };
    const bytes: ArchiveBytes = {
      size: size!,
      read: (from, length) => readRemote({ ...whole, range: { from, size: length } }, archive.path),
    };
    const list = await listRemoteTar(bytes);
    const found = archiveInputs(list, archive, (member, relative) => ({
      ...remoteInput(memberAddress(archive.remote!.address, member.name), relative, whole),
      remote: { ...whole, range: { from: member.from, size: member.size } },
    }));
    return await withHeads(found);
  } catch (error) {
    if (!(error instanceof CnnvizError) || error.scope === 'command') throw error;
    const why = error.message.replace(`${archive.path}: `, '');
    return [{ ...archive, unreadable: { why, fix: error.fix ?? 'check the address' } }];
  }
}

/** How a file in an archive is called: s3://bucket/shard.tar/cats/1.jpg, https://host/shard.tar/cats/my%20cat.jpg?v=2 */
function memberAddress(archive: string, name: string): string {
  if (!isWeb(archive)) return `${archive}/${name}`;
  const path = pathOf(archive);
  return `${path}/${name.split('/').map(encodeURIComponent).join('/')}${archive.slice(path.length)}`;
}

/** An array's header is a hundred bytes or so; with names of fields it may be longer. */
const HEAD_BYTES = 1024;
const HEADS_AT_ONCE = 8;

/** Arrays with their first bytes: how many items they hold decides how results are called, before anything is read. */
async function withHeads(inputs: readonly Input[]): Promise<Input[]> {
  const found = [...inputs];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < found.length) {
      const index = next++;
      const input = found[index];
      const { remote, unreadable } = input;
      if (remote === undefined || remote.head !== undefined || unreadable || input.ext.toLowerCase() !== '.npy')
        continue;
      try {
        const { from, size } = remote.range ?? {
          from: 0,
          size: remote.size ?? (await factsOf(remote, input.path)).size,
        };
        const head = await readRemote({ ...remote, range: { from, size: Math.min(size, HEAD_BYTES) } }, input.path);
        found[index] = { ...input, remote: { ...remote, head: Buffer.from(head).toString('base64') } };
      } catch (error) {
        // it fails again, by name, when it is read
        if (!(error instanceof CnnvizError) || error.scope === 'command') throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: HEADS_AT_ONCE }, lane));
  return found;
}
