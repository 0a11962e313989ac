import { CnnvizError } from '../../core/errors.js';
import { type PartsJob, partKey, partName } from '../../core/part.js';
import type { Input } from '../../io/inputs.js';
import { collisionKey } from '../../io/paths.js';
import { partOf, type Shard } from '../shard.js';

/**
 * The inputs in the order of their parts, each with the part that its results go to. A part holds so many inputs in a row of
 * the sorted list, and those of an archive stand in parts of its own, in the folder of its name: what a part holds depends on
 * the list alone, not on shards or machines.
 * @throws CnnvizError 'usage' when two results would have one name
 */
export function inParts(inputs: readonly Input[], { format, size }: PartsJob): Input[] {
  const groups = new Map<string, Input[]>();
  for (const input of inputs.toSorted(byPath)) {
    const { archive = '' } = input;
    const group = groups.get(archive);
    if (group) group.push(input);
    else groups.set(archive, [input]);
  }
  return [...groups].flatMap(([folder, group]) => {
    if (format !== 'parquet') refuseTwins(group, format);
    return group.map((input, i) => ({
      ...input,
      part: [folder, partName(Math.floor(i / size), format)].filter(Boolean).join('/'),
    }));
  });
}

function byPath({ path: a }: Input, { path: b }: Input): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Two inputs of one name, on any file system that a part may be unpacked to. */
function refuseTwins(group: readonly Input[], format: PartsJob['format']): void {
  const owners = new Map<string, Input>();
  for (const input of group) {
    if (input.unreadable !== undefined) continue;
    const key = partKey(input, format);
    const twin = owners.get(collisionKey(key));
    if (twin !== undefined) {
      throw new CnnvizError('usage', `${key}: two results would have this name: ${twin.path} and ${input.path}`, {
        fix: 'name the folder above them, with -r, or rename one; --format parquet takes both, a row for each',
      });
    }
    owners.set(collisionKey(key), input);
  }
}

/** The inputs of each part, in their order. */
export function partsOf(inputs: readonly Input[]): ReadonlyMap<string, readonly Input[]> {
  const parts = new Map<string, Input[]>();
  for (const input of inputs) {
    const part = input.part!;
    const own = parts.get(part);
    if (own) own.push(input);
    else parts.set(part, [input]);
  }
  return parts;
}

/** A shard's inputs: those of every n-th part. */
export function shardOfParts(inputs: readonly Input[], shard: Shard): Input[] {
  return partOf([...partsOf(inputs).values()], shard).flat();
}
