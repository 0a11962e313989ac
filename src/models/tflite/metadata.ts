import { type ByteSource, windowOf } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import type { ImagePreset } from '../../core/job.js';
import type { ReadContext } from '../weights/weight-file.js';
import { readZip } from '../weights/zip.js';
import { type Flatbuffer, openFlatbuffer, type Table } from './flatbuffer.js';
import type { TfliteModel } from './schema.js';

/** What the metadata of a file, or a list of names beside it, say of what it reads and gives. */
export interface Told {
  readonly classes: readonly string[] | null;
  readonly preset: ImagePreset | null;
  readonly notes: readonly string[];
}

const METADATA = 'TFLITE_METADATA';
/** Lists of names are small. */
const MOST_BYTES = 2 ** 20;
/** Source: tensorflow/lite/schema metadata_schema.fbs, ProcessUnitOptions, AssociatedFileType */
const [NORMALIZATION, TENSOR_AXIS_LABELS] = [1, 2];

/** Mean and deviation that pixels 0 … 255 are normalised by; one number for all channels, or one for each. */
interface Normalization {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/**
 * The classes and the preparation a file itself tells: its metadata, and the lists of names in the zip behind its tables;
 * else labels.txt or labelmap.txt beside it. What is damaged there is left out, and said: the network is whole without it.
 */
export function toldOf(file: Flatbuffer, model: TfliteModel, context: ReadContext): Told {
  const notes: string[] = [];
  const attempt = <T>(what: string, read: () => T): T | null => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof CnnvizError)) throw error;
      notes.push(`${what} is left out: ${error.message}`);
      return null;
    }
  };
  const bytes = model.metadata.get(METADATA);
  const metadata = bytes
    ? attempt('its metadata', () => openFlatbuffer(windowOf(file.source, bytes.from, bytes.count)))
    : null;
  const count = classCount(model);
  const names = metadata && attempt('its list of classes', () => associated(file.source, metadata));
  const classes = names ?? labelsBeside(context);
  const norm = metadata && attempt('its normalisation', () => normalization(metadata));
  const isSame = classes === null || count === null || classes.length === count;
  if (!isSame) notes.push(`${classes.length} names of classes for ${count} outputs: they are left out`);
  const preset = norm && presetOf(norm, model);
  if (preset)
    notes.push(`pixels are prepared as its metadata says: (x − ${norm.mean.join(', ')}) / ${norm.std.join(', ')}`);
  return { classes: isSame ? classes : null, preset: preset ?? null, notes };
}

/** The last side of the first output; null for one that is no list of scores. */
function classCount({ graph }: TfliteModel): number | null {
  const [first] = graph.outputs;
  const shape = first === undefined ? [] : graph.tensors[first].shape;
  return shape.length === 2 ? shape[1] : null;
}

/** The first subgraph's tensors that metadata speaks of: field 2 inputs, field 3 outputs. */
function tensorsOf(file: Flatbuffer, field: 2 | 3): readonly Table[] {
  const [graph] = file.tables(file.root(), 3);
  return graph ? file.tables(graph, field) : [];
}

/** The names in the associated file of the first output that has one of labels. */
function associated(source: ByteSource, metadata: Flatbuffer): string[] | null {
  for (const tensor of tensorsOf(metadata, 3)) {
    for (const file of metadata.tables(tensor, 6)) {
      const name = metadata.text(file, 0);
      if (name === null || metadata.scalar(file, 2, 'int8', 0) !== TENSOR_AXIS_LABELS) continue;
      const entry = readZip(source).get(name);
      if (!entry) throw new CnnvizError('format', `no file "${name}" in it`);
      if (entry.size > MOST_BYTES) throw new CnnvizError('format', `"${name}" of ${entry.size} bytes`);
      return namesIn(entry.open());
    }
  }
  return null;
}

function normalization(metadata: Flatbuffer): Normalization | null {
  for (const tensor of tensorsOf(metadata, 2)) {
    for (const unit of metadata.tables(tensor, 4)) {
      if (metadata.scalar(unit, 0, 'uint8', 0) !== NORMALIZATION) continue;
      const options = metadata.table(unit, 1);
      if (!options) continue;
      const [mean, std] = [0, 1].map((field) => metadata.numbers(options, field, 'float32'));
      const isSound = [...mean, ...std].every(Number.isFinite) && std.every((one) => one !== 0);
      if (!isSound || mean.length === 0 || mean.length !== std.length) {
        throw new CnnvizError('format', `mean ${mean.join(', ')}, std ${std.join(', ')}`);
      }
      return { mean, std };
    }
  }
  return null;
}

/** Floating point images [N, H, W, C] of a size, prepared so; null for all others. */
function presetOf({ mean, std }: Normalization, { graph }: TfliteModel): ImagePreset | null {
  const [input, ...more] = graph.inputs.map((index) => graph.tensors[index]);
  if (!input || more.length > 0 || input.type !== 'float32' || input.shape.length !== 4) return null;
  const [, height, width, channels] = input.shape;
  if (channels !== 1 && channels !== 3) return null;
  if (mean.length !== 1 && mean.length !== channels) return null;
  const each = (list: readonly number[]) => Array.from({ length: channels }, (_, i) => list[list.length === 1 ? 0 : i]);
  return {
    geometry: { resize: [height, width], crop: null },
    preprocess: { pixels: '255', gray: channels === 1, normalize: { mean: each(mean), std: each(std) } },
  };
}

/** A name a line; numbers in front of all of them, as Teachable Machine writes them, fall away. */
function namesIn(source: ByteSource): string[] {
  const lines = new TextDecoder()
    .decode(source.read(0, source.size))
    .replace(/(\r?\n)+$/, '')
    .split(/\r?\n/);
  const isNumbered = lines.every((line, i) => line.startsWith(`${i} `));
  return isNumbered ? lines.map((line, i) => line.slice(`${i} `.length)) : lines;
}

/** labels.txt or labelmap.txt beside the file; null: there is none. */
function labelsBeside({ beside }: ReadContext): string[] | null {
  if (beside === null) return null;
  for (const name of ['labels.txt', 'labelmap.txt']) {
    try {
      const source = beside(name);
      if (source.size > 0 && source.size <= MOST_BYTES) return namesIn(source);
    } catch (error) {
      if (!(error instanceof CnnvizError)) throw error;
    }
  }
  return null;
}
