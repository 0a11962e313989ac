import { type ByteSource, memorySource } from '../core/bytes.js';
import { atPlace, CnnvizError, ofCommand } from '../core/errors.js';
import { shellWord } from '../core/text.js';
import { peekFolder } from '../io/folders.js';
import { joinPath } from '../io/paths.js';
import { peekFile } from '../io/random-access.js';
import { sniffFormat } from '../io/sniff.js';
import { foreignFolder } from '../models/foreign/index.js';
import { isHead } from '../models/is-head.js';
import { modelFormatOf } from '../models/model-formats.js';
import { isBuiltin, looksLikePrintedModel } from '../models/networks/index.js';
import { foreignWeights, readerOf } from '../models/weights/index.js';

/** What a file is by its bytes, whatever it is called, and the command that takes it. */
export interface FileKind {
  readonly kind: 'image' | 'array' | 'head' | 'model' | 'checkpoint' | 'network' | 'foreign';
  /** With an article: "an ONNX model". */
  readonly what: string;
  readonly fix: string;
}

/** A network file is told by its first lines. */
const TEXT_BYTES = 65_536;

/** @returns null for what is none of these @throws CnnvizError for an archive that is damaged */
function fileKind(path: string, source: ByteSource): FileKind | null {
  const name = path === '-' ? 'FILE' : path;
  const foreign = foreignWeights(source, name);
  if (foreign) return { kind: 'foreign', ...foreign };
  const start = source.read(0, Math.min(TEXT_BYTES, source.size));
  const format = sniffFormat(start);
  const asImage = `the network comes first: cnnviz run NET ${shellWord(name)}`;
  if (format === 'npy') return { kind: 'array', what: 'an array', fix: asImage };
  if (format !== null) return { kind: 'image', what: `an image (${format.toUpperCase()})`, fix: asImage };
  const run = (network: string) => `cnnviz run ${shellWord(network)} photo.jpg`;
  const model = modelFormatOf(source);
  if (model) return { kind: 'model', what: model.what, fix: run(name) };
  if (isHead(source)) return { kind: 'head', what: 'a head', fix: run(name) };
  if (readerOf(source)) return { kind: 'checkpoint', what: 'a checkpoint', fix: run(name) };
  const text = new TextDecoder('latin1').decode(start);
  if (looksLikePrintedModel(text)) return { kind: 'network', what: 'the text of print(model)', fix: run(name) };
  if (/^(layers\s*:|\s*\{[\s\S]*"layers"\s*:)/m.test(text))
    return { kind: 'network', what: 'a network file', fix: run(name) };
  return null;
}

/** What a model is called in a folder of its own. */
const IN_FOLDER = /^[^/]*\.(onnx|pth?|safetensors|keras|h5|tflite|pt2)$|^model\.json$/;
const MOST_TRIED = 20;

/** A folder in the place of a network: the model in it, or what program reads it; null for any other folder. */
export function folderKind(path: string): FileKind | null {
  const names = peekFolder(path);
  if (names === null) return null;
  for (const name of names.filter((one) => IN_FOLDER.test(one)).slice(0, MOST_TRIED)) {
    const model = joinPath(path, name);
    const kind = orNull(() => kindOfFile(model))?.kind;
    if (kind !== 'model' && kind !== 'checkpoint') continue;
    return { kind: 'foreign', what: `a folder with ${name} in it`, fix: `name the file: ${shellWord(model)}` };
  }
  const foreign = foreignFolder(names, path);
  return foreign && { kind: 'foreign', ...foreign };
}

/** The same of a file, or a folder, by its name; null also where there is none that can be looked into. @throws CnnvizError likewise */
export function kindOfFile(path: string): FileKind | null {
  const source = peekFile(path);
  if (!source) return folderKind(path);
  try {
    return fileKind(path, source);
  } finally {
    source.close();
  }
}

/** Whether a file is a head, which brings its own numbers and those of its network. */
export function isHeadFile(path: string): boolean {
  return orNull(() => kindOfFile(path))?.kind === 'head';
}

/** Null also for what is damaged: whoever reads it says why. */
export function orNull(find: () => FileKind | null): FileKind | null {
  try {
    return find();
  } catch (error) {
    if (error instanceof CnnvizError) return null;
    throw error;
  }
}

/** The same of bytes at hand; null also for what is damaged. */
export function kindOfBytes(path: string, bytes: Uint8Array): FileKind | null {
  return orNull(() => fileKind(path, memorySource(bytes)));
}

/** An error of a file the command itself names, with its name: when it cannot be used, the command is refused. */
export function refusalOf(path: string, error: unknown): unknown {
  return ofCommand(atPlace(path, error));
}

/** What is read of a file, or why not with its name: a network that cannot be read is a refusal of the command, not of one image. */
export function named<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw refusalOf(path, error);
  }
}

/** A head as a network's name: HEAD, or HEAD@FEATURES. */
export interface HeadName {
  readonly path: string;
  /** Behind the @: a checkpoint, or the network its features come from with or without one; null: as the head says. */
  readonly features: string | null;
}

/** A head and what stands behind its @: where its features come from. Null for any other network. */
export function headIn(network: string): HeadName | null {
  if (network.includes('|')) return null;
  for (let at = network.length; at > 0; at = network.lastIndexOf('@', at - 1)) {
    const path = network.slice(0, at);
    const kind = isBuiltin(path) ? null : namedKind(path);
    if (kind === 'head') return { path, features: at === network.length ? null : network.slice(at + 1) };
  }
  return null;
}

function namedKind(path: string): FileKind['kind'] | null {
  try {
    return kindOfFile(path)?.kind ?? null;
  } catch (error) {
    throw refusalOf(path, error);
  }
}
