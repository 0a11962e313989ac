import type { ByteSource } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import { type ByteOrder, STORED_TYPES } from './float-types.js';
import { collectTensors } from './pytorch/collect.js';
import { isLegacy, readLegacy } from './pytorch/legacy.js';
import { unpickle } from './pytorch/pickle.js';
import { checkTotal, type StorageBytes, storageOf, tensorFrom } from './pytorch/storages.js';
import type { StorageValue } from './pytorch/values.js';
import type { ReadContext, WeightFile, WeightReader } from './weight-file.js';
import { readZip, type ZipEntry } from './zip.js';

const MAX_PICKLE = 64 * 2 ** 20;

/** A zip archive with data.pkl in its one folder, the legacy stream, or the tar of the first releases. */
function matches(source: ByteSource): boolean {
  if (source.size < 4) return false;
  const [a, b, c, d] = source.read(0, 4);
  if (a === 0x50 && b === 0x4b && c === 3 && d === 4) return pickleEntry(readZip(source)) !== null;
  return isLegacy(source) || isTar(source);
}

/** What torch.save put into a tar. */
const TAR_ENTRIES = ['sys_info', 'pickle', 'storages', 'tensors'];

function isTar(source: ByteSource): boolean {
  if (source.size < 512 || String.fromCharCode(...source.read(257, 5)) !== 'ustar') return false;
  const [first] = String.fromCharCode(...source.read(0, 100)).split('\0');
  return first === '' || TAR_ENTRIES.includes(first);
}

function pickleEntry(entries: ReadonlyMap<string, ZipEntry>): ZipEntry | null {
  for (const entry of entries.values()) if (/^[^/]+\/data\.pkl$/.test(entry.name)) return entry;
  return null;
}

function read(source: ByteSource, context: ReadContext): WeightFile {
  if (isTar(source)) {
    throw new CnnvizError('unsupported', 'a checkpoint in the tar format of the first PyTorch releases', {
      fix: "convert it where you trust it: torch.save(torch.load('old.pth'), 'new.pth')",
    });
  }
  return isLegacy(source) ? readLegacy(source, context) : readArchive(source, context);
}

function readArchive(source: ByteSource, { name }: ReadContext): WeightFile {
  const entries = readZip(source);
  const pickle = pickleEntry(entries)!;
  if (pickle.size > MAX_PICKLE) {
    throw new CnnvizError('format', `${pickle.name}: ${pickle.size} bytes: expected at most ${MAX_PICKLE}`);
  }
  const folder = pickle.name.slice(0, -'data.pkl'.length);
  const order = byteOrder(entries.get(`${folder}byteorder`));
  const opened = pickle.open();
  const offset = pickle.compressed ? 0 : pickle.start;
  const { value } = unpickle(opened.read(0, opened.size), 0, offset, (id) => storageOf(id, false));
  const { tensors, notes } = collectTensors(value, name);
  checkTotal(tensors, source.size);
  // a storage is opened once, however many tensors lie in it: it may be compressed
  const places = new Map<string, StorageBytes>();
  return {
    format: 'pytorch',
    tensors: tensors.map(({ name: own, tensor }) => {
      const { key, stored, count } = tensor.storage;
      const id = `${key} ${stored} ${count}`;
      const place = places.get(id) ?? storageBytes(entries, folder, tensor.storage, own);
      places.set(id, place);
      return tensorFrom(own, tensor, place, order);
    }),
    notes,
  };
}

function byteOrder(entry: ZipEntry | undefined): ByteOrder {
  if (!entry) return { littleEndian: true };
  const text = entry.size > 16 ? '' : new TextDecoder().decode(entry.open().read(0, entry.size)).trim();
  if (text !== 'little' && text !== 'big') {
    throw new CnnvizError('format', `${entry.name}: expected little or big, got ${JSON.stringify(text)}`);
  }
  return { littleEndian: text === 'little' };
}

/** The entry of a storage, which must be exactly as large as the pickle says. */
function storageBytes(
  entries: ReadonlyMap<string, ZipEntry>,
  folder: string,
  { key, stored, count }: StorageValue,
  tensor: string,
): StorageBytes {
  const entry = entries.get(`${folder}data/${key}`);
  if (!entry) throw new CnnvizError('format', `tensor "${tensor}": its storage data/${key} is missing`);
  const expected = count * (stored === null ? 1 : STORED_TYPES[stored].itemBytes);
  if (entry.size !== expected) {
    throw new CnnvizError(
      'format',
      `tensor "${tensor}": its storage data/${key} has ${entry.size} bytes, ${count} numbers need ${expected}`,
      { fix: 'the checkpoint is damaged or was tampered with' },
    );
  }
  return { source: entry.open(), start: 0, bytes: entry.size };
}

/** PyTorch checkpoints (.pth, .pt): zip archives and the legacy stream. Source: torch/serialization.py */
export const pytorchReader: WeightReader = { format: 'pytorch', matches, read };
