import { memorySource } from '../../core/bytes.js';
import { atPlace, CnnvizError } from '../../core/errors.js';
import type { Training } from '../../engine/training/network/trainer.js';
import { existingFile, readOwnBytes, writeAtomic } from '../../io/files.js';
import { removeBelow } from '../../io/folders.js';
import { baseName, folderOf } from '../../io/paths.js';
import { readSafetensors, safetensorsReader, writeSafetensors } from '../../models/weights/safetensors.js';
import type { Numbers, Position, Standing } from './learn.js';

/** What a training must have in common with the one it goes on with, told by name. */
export type Fingerprint = Readonly<Record<string, string>>;

const FORMAT = 'cnnviz-training';

/** Where an unfinished training is kept: beside the network that it will write. */
export function stateFile(out: string): string {
  return `${out}.unfinished`;
}

/** Keeps all that the next step depends on. The same state gives the same bytes. */
export async function writeState(
  path: string,
  training: Training,
  { position, best }: Standing,
  fingerprint: Fingerprint,
): Promise<void> {
  const entries = [
    ...[...training.numbers].map(([name, data]) => ({ name: `now.${name}`, data })),
    ...training.moments.map(([name, data]) => ({ name: `optimizer.${name}`, data })),
    ...[...(best ?? [])].map(([name, data]) => ({ name: `best.${name}`, data })),
  ].map((one) => ({ ...one, shape: [one.data.length] }));
  const bytes = writeSafetensors(entries, {
    format: FORMAT,
    position: JSON.stringify(position),
    fingerprint: JSON.stringify(fingerprint),
  });
  await writeAtomic(path, bytes, { clobber: true, updates: true });
}

/**
 * Puts a training where an unfinished one stood; null when none is kept.
 * @throws CnnvizError 'usage' when that was begun otherwise, 'format' when the file is damaged
 */
export async function readState(path: string, training: Training, fingerprint: Fingerprint): Promise<Standing | null> {
  if (!(await existingFile(path))) return null;
  try {
    const source = memorySource(await readOwnBytes(path));
    if (!safetensorsReader.matches(source)) throw damaged();
    const { metadata, tensors } = readSafetensors(source);
    if (metadata.get('format') !== FORMAT) throw damaged();
    const before = JSON.parse(metadata.get('fingerprint')!) as Fingerprint;
    for (const [key, value] of Object.entries(fingerprint)) {
      if (before[key] === value) continue;
      const change = value.length > 40 ? `another ${key}` : `${key} ${before[key]}, not ${value}`;
      throw new CnnvizError('usage', `was begun with ${change}`, {
        fix: 'give the same words again with --resume, or leave --resume out to begin anew',
      });
    }
    const stored = new Map(tensors.map((one) => [one.name, one]));
    const take = (name: string, length: number): Float32Array => {
      const data = stored.get(name)?.load().data;
      if (!(data instanceof Float32Array) || data.length !== length) throw damaged();
      return data;
    };
    for (const [name, to] of training.numbers) to.set(take(`now.${name}`, to.length));
    for (const [name, to] of training.moments) to.set(take(`optimizer.${name}`, to.length));
    const position = JSON.parse(metadata.get('position')!, (key, value) =>
      key === 'loss' && value === null ? Number.POSITIVE_INFINITY : value,
    ) as Position;
    const best: Numbers | null =
      position.best.epoch === 0
        ? null
        : new Map([...training.numbers].map(([name, { length }]) => [name, take(`best.${name}`, length)]));
    return { position, best };
  } catch (error) {
    throw atPlace(path, error);
  }
}

function damaged(): CnnvizError {
  return new CnnvizError('format', 'not an unfinished training', { fix: 'leave --resume out to begin anew' });
}

/** Takes the kept state away: the training is finished. */
export async function removeState(path: string): Promise<void> {
  if (await existingFile(path)) await removeBelow(folderOf(path), baseName(path));
}
