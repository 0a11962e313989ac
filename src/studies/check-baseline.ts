import { atPlace, CnnvizError } from '../core/errors.js';
import type { Value } from '../core/values.js';
import { decodeSamples, readNote } from '../io/encode.js';
import { existingFile, readBytes } from '../io/files.js';
import type { Input } from '../io/inputs.js';
import { collisionKey, joinPath, safeName } from '../io/paths.js';
import { npyToValue, readNpy } from '../models/npy.js';
import { readMapPicture } from '../stages/read-map.js';
import type { StoredPicture } from './compare-plane.js';

/**
 * Where an image's baselines lie, as a folder below that of all: its tree and its whole name, so that a.jpg and a.png
 * have one each: sub/plane.png.
 */
export function folderOfImage({ relative, name, ext }: Input): string {
  return joinPath(relative, `${name}${ext}`).replaceAll('\\', '/');
}

/** The files one stage may have below its image's folder. */
export interface StageFiles {
  readonly npy: string;
  /** A picture a plane: conv/0.png, of several items conv/1.0.png. */
  readonly png: (label: string) => string;
}

/** conv.npy and conv/0.png … of every stage. @throws CnnvizError 'usage' when two stages would have one name */
export function filesOfStages(imageFolder: string, stages: readonly string[]): StageFiles[] {
  const taken = new Map<string, string>();
  return stages.map((stage) => {
    const base = `${imageFolder}/${safeName(stage)}`;
    const owner = taken.get(collisionKey(base));
    if (owner !== undefined) {
      throw new CnnvizError('usage', `${base}: the stages ${owner} and ${stage} would have one baseline`, {
        fix: 'leave one of them out with --layers',
      });
    }
    taken.set(collisionKey(base), stage);
    return { npy: `${base}.npy`, png: (label) => `${base}/${label}.png` };
  });
}

/** A stored array; null when there is none. @throws CnnvizError that names the file */
export async function readArrayBaseline(path: string): Promise<Value | null> {
  if (!(await existingFile(path))) return null;
  try {
    return npyToValue(readNpy(await readBytes(path)));
  } catch (error) {
    throw atPlace(path, error);
  }
}

/** A stored picture; null when there is none. @throws CnnvizError that names the file */
export async function readPictureBaseline(path: string): Promise<StoredPicture | null> {
  if (!(await existingFile(path))) return null;
  try {
    const bytes = await readBytes(path);
    if ((await readNote(bytes)) !== null) return await readMapPicture(bytes);
    const { width, height, depth, channels, data } = await decodeSamples(bytes);
    if (channels !== 1) {
      throw new CnnvizError('format', 'expected a grey picture, or one that carries its colour map', {
        fix: 'make it again with --update --format png',
      });
    }
    return { width, height, depth, levels: data, note: null };
  } catch (error) {
    throw atPlace(path, error);
  }
}
