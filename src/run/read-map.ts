import { CnnvizError } from '../core/errors.js';
import { maxSample } from '../core/image.js';
import type { ColormapName } from '../core/job.js';
import type { MapNote } from '../core/note.js';
import { type Tensor, tensor } from '../core/tensor.js';
import { shorten } from '../core/text.js';
import { COLORMAPS, colourLevel } from '../draw/colormaps.js';
import { levelValue } from '../draw/scale.js';
import { decodeSamples, readNote } from '../io/encode.js';
import { readBytes } from '../io/files.js';
import { sniffFormat } from '../io/sniff.js';
import { npyToTensor, readNpy } from '../models/npy.js';

/** A feature map read back. */
export interface ReadMap {
  /** [oH, oW] from a PNG; an array keeps its shape. */
  readonly values: Tensor;
  /** How far a value may be from the one that was written: half a grey step; 0 for an array. */
  readonly halfStep: number;
  readonly depth: 8 | 16 | 32;
  /** Null for an array. */
  readonly note: MapNote | null;
}

/** Values and recipe of a PNG that cnnviz wrote, or the numbers of a .npy file. */
export async function readMap(path: string): Promise<ReadMap> {
  const bytes = await readBytes(path);
  const format = sniffFormat(bytes);
  if (format === 'npy' || path.toLowerCase().endsWith('.npy')) {
    return { values: npyToTensor(readNpy(bytes)), halfStep: 0, depth: 32, note: null };
  }
  if (format !== 'png')
    throw new CnnvizError('format', 'expected a PNG or .npy file', { fix: 'read a map that cnnviz wrote' });
  const { note, width, height, depth, levels } = await readMapPicture(bytes);
  const scale = { lo: note.lo, hi: note.hi };
  const values = new Float32Array(width * height);
  for (let i = 0; i < values.length; i++) values[i] = levelValue(levels[i], scale, depth);
  return { values: tensor(values, [height, width]), halfStep: (note.hi - note.lo) / maxSample(depth) / 2, depth, note };
}

/** What every picture of cnnviz says of itself: at least the command that makes it again, but for where it goes. */
interface Recipe {
  readonly args: readonly string[];
}

/**
 * The note of a picture: PNG, WebP, GIF or SVG; null for an array.
 * @throws CnnvizError 'format' when it is no picture of cnnviz
 */
export async function readRecipe(path: string): Promise<Recipe | null> {
  const bytes = await readBytes(path);
  if (sniffFormat(bytes) === 'npy' || path.toLowerCase().endsWith('.npy')) return null;
  const note = noteFrom(await readNote(bytes));
  if (isRecipe(note)) return note;
  throw new CnnvizError('format', 'the metadata is not that of a picture by cnnviz', { fix: DROPPED });
}

/** The greys of a map's picture, and what it says of itself. */
export interface MapPicture {
  readonly width: number;
  readonly height: number;
  readonly depth: 8 | 16;
  /** [height, width]; those of a coloured map are taken back from its colours. */
  readonly levels: Uint8Array | Uint16Array;
  readonly note: MapNote;
}

/** Greys and note of a PNG that cnnviz wrote. @throws CnnvizError 'format' when it carries no scale */
export async function readMapPicture(bytes: Uint8Array): Promise<MapPicture> {
  const note = parseNote(await readNote(bytes));
  const { width, height, depth, channels, data } = await decodeSamples(bytes);
  return { width, height, depth, levels: channels === 1 ? data : coloursToLevels(data, note.colormap), note };
}

const DROPPED =
  'only maps that cnnviz wrote carry their scale; an editor that saved the file again may have dropped it';

function noteFrom(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch (cause) {
    throw new CnnvizError('format', 'no scale in the metadata: cnnviz did not write this picture', {
      fix: DROPPED,
      cause,
    });
  }
}

function parseNote(text: string | null): MapNote {
  const note = noteFrom(text);
  const { picture } = fieldsOf(note);
  if (typeof picture === 'string') {
    throw new CnnvizError('unsupported', `this is a ${shorten(picture, 40)}: a labelled picture, not a map`, {
      fix: 'read single maps: run the same command without --sheet and --strip',
    });
  }
  if (!isMapNote(note)) throw new CnnvizError('format', 'the metadata is not that of a cnnviz map', { fix: DROPPED });
  return note;
}

/** Anybody can write metadata: what says it is a map, or a kind of picture, must be one. */
function isRecipe(note: unknown): note is Recipe {
  const { args, map, picture } = fieldsOf(note);
  if (map !== undefined) return isMapNote(note);
  return (picture === undefined || typeof picture === 'string') && areWords(args);
}

function areWords(args: unknown): args is readonly string[] {
  return Array.isArray(args) && args.length > 0 && args.every((arg) => typeof arg === 'string');
}

/** What `read` and `diff` use of a note has the type it is used as: anybody can write metadata. */
function isMapNote(note: unknown): note is MapNote {
  const { lo, hi, colormap, clipped, map, input, args } = fieldsOf(note);
  const { below, above, nan } = fieldsOf(clipped);
  return (
    typeof lo === 'number' &&
    typeof hi === 'number' &&
    lo <= hi &&
    Number.isFinite(hi - lo) &&
    areWords(args) &&
    typeof colormap === 'string' &&
    Object.hasOwn(COLORMAPS, colormap) &&
    [below, above, nan].every((count) => Number.isSafeInteger(count) && (count as number) >= 0) &&
    typeof map === 'string' &&
    typeof fieldsOf(input).name === 'string'
  );
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function coloursToLevels(data: Uint8Array | Uint16Array, colormap: string): Uint8Array {
  const levels = new Uint8Array(data.length / 3);
  for (let i = 0; i < levels.length; i++) {
    const level = colourLevel(colormap as ColormapName, data[3 * i], data[3 * i + 1], data[3 * i + 2]);
    if (level === null) {
      throw new CnnvizError('format', `pixel ${i} has a colour that is not in the colour map ${colormap}`, {
        fix: 'the picture was changed after cnnviz wrote it',
      });
    }
    levels[i] = level;
  }
  return levels;
}
