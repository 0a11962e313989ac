import type { ByteSource } from '../core/bytes.js';
import { CnnvizError } from '../core/errors.js';
import type { ModelFileReader, ModelFormat } from './model-file.js';
import type { ReadContext } from './weights/weight-file.js';
import { peekZip, type ZipEntry } from './weights/zip.js';

/** The one network among the files of a zip archive, as Teachable Machine hands them out. */
interface ZippedModel {
  readonly entry: ZipEntry;
  /** The files of its folder, by their names there. */
  readonly beside: ReadonlyMap<string, ZipEntry>;
}

/** Of formats besides TensorFlow.js the labels tell that a network was handed out: other archives keep their refusals. */
const LABELS = 'labels.txt';

/** Null also for an archive of several networks, and for a damaged one: whoever reads that says why. */
function modelIn(source: ByteSource): ZippedModel | null {
  const entries = [...(peekZip(source)?.values() ?? [])];
  const files = entries.filter(({ name }) => !/(^|\/)(__MACOSX|\.[^/]*)(\/|$)|\/$/.test(name));
  const models = files.filter(({ name }) => /(^|\/)model\.json$|\.(h5|tflite)$/i.test(name));
  if (models.length !== 1) return null;
  const [entry] = models;
  const folder = entry.name.slice(0, entry.name.lastIndexOf('/') + 1);
  const own = files.filter(({ name }) => name.startsWith(folder));
  const beside = new Map(own.map((file) => [file.name.slice(folder.length), file]));
  return entry.name.endsWith('.json') || beside.has(LABELS) ? { entry, beside } : null;
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof CnnvizError) return null;
    throw error;
  }
}

/** A format whose file, called so, is the one network in a zip archive, its other files beside it there. */
export function zipped(inner: ModelFormat, called: RegExp): ModelFormat {
  return {
    format: inner.format,
    what: 'a zip archive with one network in it',
    matches(source) {
      const found = modelIn(source);
      if (!found || !called.test(found.entry.name)) return false;
      return orNull(() => inner.matches(found.entry.open())) ?? false;
    },
    load: async () => readerIn(await inner.load()),
  };
}

function readerIn(reader: ModelFileReader): ModelFileReader {
  const inside = <T>(read: (source: ByteSource, context: ReadContext) => T) => {
    return (source: ByteSource, context: ReadContext): T => {
      const { entry, beside } = modelIn(source)!;
      return read(entry.open(), { ...context, beside: (name) => open(beside, name) });
    };
  };
  return { readModel: inside(reader.readModel), readWeights: inside(reader.readWeights) };
}

function open(files: ReadonlyMap<string, ZipEntry>, name: string): ByteSource {
  const file = files.get(name.replace(/^(\.\/)+/, ''));
  if (file) return file.open();
  throw new CnnvizError('format', `external data "${name}": no such file in the archive`, {
    fix: 'make the archive again, with all files of the model',
  });
}
