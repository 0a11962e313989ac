import { atPlace, CnnvizError } from '../../core/errors.js';
import type { DecodeJob, ImagePreset } from '../../core/job.js';
import { nearestName } from '../../core/names.js';
import { groupDigits } from '../../core/text.js';
import type { Value } from '../../core/values.js';
import { decodeImage } from '../../io/decode.js';
import { existingFile, readBytes } from '../../io/files.js';
import { listFolder } from '../../io/find/folder.js';
import { isFolder } from '../../io/folders.js';
import { isGzip, unpackGzip } from '../../io/gunzip.js';
import { findLabelledImages } from '../../io/labelled-images.js';
import { baseName, folderOf, joinPath } from '../../io/paths.js';
import { openFile } from '../../io/random-access.js';
import { DIGIT_SIDE, drawDigit } from '../../models/drawn-digits.js';
import { isIdx, readIdx } from '../../models/idx.js';
import { npzReader } from '../../models/weights/npz.js';
import { isZip } from '../../models/weights/zip.js';
import { placedDigits, type RawImages, storeArrays } from './array-data.js';
import { openImageStore, type StoredImages } from './image-store.js';

/** What is learnt from, and what came with it to measure on. */
export interface TrainingData {
  readonly train: StoredImages;
  readonly test: StoredImages | null;
  /** Names by number. */
  readonly classes: readonly string[];
  readonly notes: readonly string[];
  /** Images that could not be read. */
  readonly failed: number;
}

/** How images are read. */
export interface ImageReading {
  readonly preset: ImagePreset;
  readonly decode: DecodeJob;
}

/** What is told on the way. */
export interface DataEvents {
  readonly images: (done: number, total: number, failed: number) => Promise<void>;
  readonly failure: (error: unknown) => void;
}

/** Unpacked, an IDX file is at most this large: 2 million images of 28×28. */
const MOST_IDX = 2 ** 31 - 1;
/** Pictures that digits:SEED draws to learn from, and to measure on. */
export const DRAWN = { train: 6000, test: 1000 } as const;

/**
 * Opens a data set: digits:SEED, a folder with a sub-folder for each class, a folder or a file of IDX arrays (MNIST's), or
 * an .npz file with x_train, y_train (and x_test, y_test), or x and y. Everything is read once.
 * @throws CnnvizError with the place's name
 */
export async function openTrainingData(place: string, job: ImageReading, events: DataEvents): Promise<TrainingData> {
  const drawn = /^digits(?::(\d{1,15}))?$/.exec(place);
  if (drawn && !(await existingFile(place)) && !(await isFolder(place)))
    return drawnDigits(Number(drawn[1] ?? 1), job, events);
  if (await isFolder(place)) {
    const arrays = await idxOfFolder(place);
    return arrays ? fromArrays(arrays, job, events) : fromFolder(place, job, events);
  }
  if (/^digits\b/.test(place)) {
    throw new CnnvizError('usage', `${place}: expected a whole number from 0 behind digits:`, { fix: 'digits:1' });
  }
  const source = await openFile(place);
  if (isZip(source)) {
    const arrays = arraysOfNpz(place, source);
    return fromArrays(arrays, job, events);
  }
  source.close();
  return fromArrays(await idxBeside(place), job, events);
}

async function drawnDigits(seed: number, { preset }: ImageReading, { images }: DataEvents): Promise<TrainingData> {
  const total = DRAWN.train + DRAWN.test;
  const stores = [DRAWN.train, DRAWN.test].map((most) => openImageStore(placedDigits(preset), most));
  for (let index = 0; index < total; index++) {
    const data = drawDigit(seed, index);
    const store = stores[index < DRAWN.train ? 0 : 1];
    store.add({ width: DIGIT_SIDE, height: DIGIT_SIDE, channels: 1, depth: 8, data }, index % 10, `digit ${index}`);
    if (index % 200 === 199) await images(index + 1, total, 0);
  }
  const [train, test] = stores.map((store) => store.finish());
  return { train, test, classes: numbered(10), notes: [], failed: 0 };
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, k) => String(k));
}

async function fromFolder(folder: string, { preset, decode }: ImageReading, events: DataEvents): Promise<TrainingData> {
  const found = await findLabelledImages({ folder, csv: null });
  const { inputs, labels, notes } = found;
  let classes = found.classes;
  const store = openImageStore(preset, inputs.length);
  const used = new Set<string>();
  let failed = 0;
  for (const [i, { path }] of inputs.entries()) {
    try {
      const { image } = await decodeImage(await readBytes(path), decode, null, true);
      store.add(image, classes.indexOf(labels[i]), path);
      used.add(labels[i]);
    } catch (error) {
      if (!(error instanceof CnnvizError) || error.scope === 'command') throw error;
      failed++;
      events.failure(atPlace(path, error));
    }
    await events.images(i + 1, inputs.length, failed);
  }
  const train = store.finish();
  const gone = classes.filter((one) => !used.has(one));
  const kept = classes.filter((one) => used.has(one));
  const renumbered = train.labels.map((label) => kept.indexOf(classes[label]));
  classes = kept;
  const lost = gone.map((one) => `no image of "${one}" could be used: the class is left out`);
  return { train: { ...train, labels: renumbered }, test: null, classes, notes: [...notes, ...lost], failed };
}

interface Arrays {
  readonly train: RawImages;
  readonly test: RawImages | null;
}

async function fromArrays(
  { train, test }: Arrays,
  { preset }: ImageReading,
  { images }: DataEvents,
): Promise<TrainingData> {
  const counts = [train, test].map((one) => one?.images.shape[0] ?? 0);
  const total = counts[0] + counts[1];
  const learnt = await storeArrays(train, preset, (done) => images(done, total, 0));
  const measured = test ? await storeArrays(test, preset, (done) => images(counts[0] + done, total, 0)) : null;
  const last = [...learnt.labels].reduce((most, label) => Math.max(most, label), 0);
  const beyond = measured?.labels.find((label) => label > last);
  if (beyond !== undefined) {
    throw new CnnvizError(
      'usage',
      `${test!.labelsName}: an image has the class ${beyond}, which none has to learn from`,
    );
  }
  const classes = numbered(last + 1);
  const has = new Set(learnt.labels);
  const empty = classes.filter((_, k) => !has.has(k));
  if (empty.length > 0 && empty.length > last / 2) {
    throw new CnnvizError(
      'usage',
      `${train.labelsName}: ${groupDigits(empty.length)} of the classes 0 … ${last} have no image`,
      { fix: 'number the classes from 0 on, without gaps' },
    );
  }
  const notes =
    empty.length === 0 ? [] : [`no image of the ${empty.length === 1 ? 'class' : 'classes'} ${empty.join(', ')}`];
  return { train: learnt, test: measured, classes, notes, failed: 0 };
}

/** MNIST's names, packed or not, with - or . between their parts. */
const IDX_NAME = /^(train|t10k|test)[-._](images|labels)[-._]idx[13][-._]ubyte(\.gz)?$/i;

/** The arrays of a folder that holds MNIST's files, as they were fetched; null when it holds none. */
async function idxOfFolder(folder: string): Promise<Arrays | null> {
  const files = new Map<string, string>();
  for (const path of await listFolder(folder)) {
    const match = IDX_NAME.exec(baseName(path));
    if (!match) continue;
    const [, part, what] = match.map((one) => one?.toLowerCase());
    files.set(`${part === 'train' ? 'train' : 'test'} ${what}`, joinPath(folder, baseName(path)));
  }
  if (files.size === 0) return null;
  const [images, labels] = [files.get('train images'), files.get('train labels')];
  if (!images || !labels) {
    const missing = images ? 'labels-idx1' : 'images-idx3';
    throw new CnnvizError(
      'usage',
      `${folder}: train-${missing}-ubyte is missing beside ${[...files.values()].map(baseName).join(', ')}`,
    );
  }
  const [testImages, testLabels] = [files.get('test images'), files.get('test labels')];
  return {
    train: await idxPair(images, labels),
    test: testImages && testLabels ? await idxPair(testImages, testLabels) : null,
  };
}

/** A file of images, with its labels beside it. */
async function idxBeside(path: string): Promise<Arrays> {
  const own = baseName(path);
  const labels = own.replace(/images/i, 'labels').replace(/idx3/i, 'idx1');
  const names = [labels, labels.replace(/\.gz$/i, ''), `${labels}.gz`].map((name) => joinPath(folderOf(path), name));
  const images = await readIdxFile(path);
  for (const beside of labels === own ? [] : names) {
    if (!(await existingFile(beside))) continue;
    return { train: { name: path, images, labelsName: beside, labels: await readIdxFile(beside) }, test: null };
  }
  throw new CnnvizError('usage', `${path}: no file of its classes beside it`, {
    fix: 'name a folder that holds train-images-idx3-ubyte and train-labels-idx1-ubyte',
  });
}

async function idxPair(images: string, labels: string): Promise<RawImages> {
  return { name: images, images: await readIdxFile(images), labelsName: labels, labels: await readIdxFile(labels) };
}

async function readIdxFile(path: string): Promise<Value> {
  const bytes = await readBytes(path);
  try {
    const unpacked = isGzip(bytes) ? await unpackGzip(bytes, MOST_IDX) : bytes;
    if (!isIdx(unpacked)) {
      throw new CnnvizError('usage', 'no data set: neither an IDX file nor an .npz', {
        fix: 'a folder with a sub-folder for each class, MNIST’s files, FILE.npz with x_train and y_train, or digits:1',
      });
    }
    const { shape, data } = readIdx(unpacked);
    return { dtype: 'uint8', shape, data };
  } catch (error) {
    throw atPlace(path, error);
  }
}

/** The names that arrays go by. */
const NPZ_NAMES = [
  ['x_train', 'y_train'],
  ['x', 'y'],
  ['images', 'labels'],
  ['data', 'labels'],
] as const;

function arraysOfNpz(path: string, source: Parameters<typeof npzReader.read>[0]): Arrays {
  try {
    const { tensors } = npzReader.read(source, { name: path, beside: null });
    const find = (name: string) => tensors.find((one) => one.name.toLowerCase() === name);
    const pair = (x: string, y: string): RawImages | null => {
      const [images, labels] = [find(x), find(y)];
      if (!images || !labels) return null;
      return { name: `${path}: ${x}`, images: images.load(), labelsName: `${path}: ${y}`, labels: labels.load() };
    };
    for (const [x, y] of NPZ_NAMES) {
      const train = pair(x, y);
      if (train) return { train, test: x === 'x_train' ? pair('x_test', 'y_test') : null };
    }
    const names = tensors.map((one) => one.name);
    const near = names.map((name) => nearestName(name, ['x_train', 'y_train'])).find((one) => one !== null);
    throw new CnnvizError('usage', `holds ${names.join(', ') || 'nothing'}: expected x_train and y_train, or x and y`, {
      fix: `numpy.savez(${JSON.stringify(baseName(path))}, x_train=x, y_train=y)${near ? `; is one of them ${near}?` : ''}`,
    });
  } catch (error) {
    throw atPlace(path, error);
  }
}
