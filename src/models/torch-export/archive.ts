import type { ByteSource } from '../../core/bytes.js';
import { atPlace, CnnvizError } from '../../core/errors.js';
import { checkTotal, tensorFrom } from '../weights/pytorch/storages.js';
import type { StorageValue, TensorValue } from '../weights/pytorch/values.js';
import { pytorchReader } from '../weights/pytorch.js';
import type { WeightTensor } from '../weights/weight-file.js';
import { readZip, type ZipEntry } from '../weights/zip.js';
import { damaged, fieldsOf, listOf, nameOf, own, unionOf } from './json-fields.js';
import { NEWER_MARK, OLDER_PROGRAM } from './looks-like-torch-export.js';
import { metaOf } from './program.js';

/** What torch.export.save wrote. Programs are read when they are asked for. */
export interface Archive {
  readonly program: () => unknown;
  /** The state_dict. */
  readonly state: readonly WeightTensor[];
  /** What the state_dict does not have: constants, buffers that are not kept. */
  readonly constants: readonly WeightTensor[];
}

type Entries = ReadonlyMap<string, ZipEntry>;

const MOST_JSON = 64 * 2 ** 20;

/** @throws CnnvizError 'format' or 'unsupported' with the entry */
export function openArchive(source: ByteSource): Archive {
  const entries = readZip(source);
  return entries.has(OLDER_PROGRAM) ? olderArchive(entries) : newerArchive(entries, source.size);
}

function entryOf(entries: Entries, name: string): ZipEntry {
  const entry = entries.get(name);
  if (entry) return entry;
  throw new CnnvizError('format', `an exported program without ${name}`, { fix: 'export it again' });
}

function withTexts(json: string): string {
  return json.replace(/([:[,] ?)(-?Infinity|NaN)(?=[,\]}])/g, '$1"$2"');
}

function jsonOf(entries: Entries, name: string): unknown {
  const entry = entryOf(entries, name);
  if (entry.size > MOST_JSON) throw damaged(name, `${entry.size} bytes: expected at most ${MOST_JSON}`);
  const text = new TextDecoder().decode(entry.open().read(0, entry.size));
  try {
    // Python writes numbers without end as JSON has none; a text that looks so is of no operator's
    return JSON.parse(/[:[,] ?(?:-?Infinity|NaN)\b/.test(text) ? withTexts(text) : text);
  } catch (cause) {
    throw damaged(name, `not JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** PyTorch 2.6 and its neighbours: a checkpoint for the state_dict, another for constants. */
function olderArchive(entries: Entries): Archive {
  if (entries.has('serialized_state_dict.json')) {
    throw new CnnvizError('unsupported', 'an exported program of PyTorch 2.1 or 2.2: expected one of 2.6 or later', {
      fix: 'export it with PyTorch 2.6 or later: torch.export.save(torch.export.export(model, (x,)), "model.pt2")',
    });
  }
  const checkpoint = (name: string): readonly WeightTensor[] => {
    const opened = entryOf(entries, name).open();
    try {
      if (!pytorchReader.matches(opened)) throw damaged(name, 'expected what torch.save writes');
      return pytorchReader.read(opened, { name: 'tensor', beside: null }).tensors;
    } catch (error) {
      throw atPlace(name, error);
    }
  };
  return {
    program: () => jsonOf(entries, OLDER_PROGRAM),
    state: checkpoint('serialized_state_dict.pt'),
    constants: checkpoint('serialized_constants.pt'),
  };
}

/** PyTorch 2.8 and later: one folder, the numbers of each storage in an entry of their own. */
function newerArchive(entries: Entries, fileBytes: number): Archive {
  const folder = [...entries.keys()].map((name) => NEWER_MARK.exec(name)?.[1]).find((name) => name !== undefined)!;
  const text = (name: string): string => {
    const entry = entryOf(entries, `${folder}/${name}`);
    return entry.size > 16 ? '' : new TextDecoder().decode(entry.open().read(0, entry.size)).trim();
  };
  const [format, version] = [text('archive_format'), text('archive_version')];
  if (format !== 'pt2' || version !== '0') {
    throw new CnnvizError('unsupported', `an archive "${format}" of version ${version}: expected pt2 of version 0`, {
      fix: 'export it again: torch.export.save(torch.export.export(model, (x,)), "model.pt2")',
    });
  }
  const programs = [...entries.keys()].filter((name) => name.startsWith(`${folder}/models/`));
  if (programs.length !== 1 || !programs[0].endsWith('.json')) {
    throw new CnnvizError('unsupported', `an archive of ${programs.length} exported programs: expected one`, {
      fix: 'save each alone with torch.export.save',
    });
  }
  const order = text('byteorder');
  if (order !== 'little' && order !== 'big') throw damaged('byteorder', `expected little or big, got ${order}`);
  const name = programs[0].slice(`${folder}/models/`.length, -'.json'.length);
  const kept = (kind: string): readonly WeightTensor[] =>
    storedTensors(entries, `${folder}/data/${kind}/`, `${name}_${kind}_config.json`, order === 'little', fileBytes);
  return { program: () => jsonOf(entries, programs[0]), state: kept('weights'), constants: kept('constants') };
}

function storedTensors(
  entries: Entries,
  folder: string,
  config: string,
  littleEndian: boolean,
  fileBytes: number,
): readonly WeightTensor[] {
  const listed = Object.entries(fieldsOf(own(fieldsOf(jsonOf(entries, folder + config), config), 'config'), config));
  const tensors = listed.map(([name, value]) => {
    const place = `tensor "${name}"`;
    const fields = fieldsOf(value, place);
    if (own(fields, 'use_pickle') !== false) {
      throw new CnnvizError('unsupported', `${place} is pickled, and reading it would run code`, {
        fix: 'export a model whose parameters are plain tensors',
      });
    }
    const entry = entryOf(entries, folder + nameOf(own(fields, 'path_name'), place));
    return { name, entry, tensor: tensorOf(own(fields, 'tensor_meta'), entry, place) };
  });
  checkTotal(tensors, fileBytes);
  return tensors.map(({ name, entry, tensor }) =>
    tensorFrom(name, tensor, { source: entry.open(), start: 0, bytes: entry.size }, { littleEndian }),
  );
}

/** A plain, strided tensor in a storage. Source: torch/_export/serde/schema.py, TensorMeta */
function tensorOf(meta: unknown, { name, size }: ZipEntry, place: string): TensorValue {
  const { stored, sides } = metaOf(meta, place);
  const fields = fieldsOf(meta, place);
  // Layout.Strided
  if (stored === null || own(fields, 'layout') !== 7) {
    throw new CnnvizError('unsupported', `${place}: a type of numbers, or a layout, that is not read`);
  }
  const whole = (value: unknown): number => {
    const [tag, number] = unionOf(value, place);
    if (tag === 'as_int' && Number.isSafeInteger(number) && (number as number) >= 0) return number as number;
    throw damaged(place, 'strides and offset: expected whole numbers');
  };
  const shape = sides.map((side) => {
    if (side === null) throw damaged(place, 'a side without a size');
    return side;
  });
  const stride = listOf(own(fields, 'strides'), place).map(whole);
  if (stride.length !== shape.length) throw damaged(place, `${shape.length} sides and ${stride.length} strides`);
  const storage: StorageValue = { kind: 'storage', key: name, stored, count: size, view: null };
  return { kind: 'tensor', storage, stored, offset: whole(own(fields, 'storage_offset')), shape, stride };
}
