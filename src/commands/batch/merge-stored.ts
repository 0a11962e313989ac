import { manifestName, shardOfName } from '../../batch/manifest.js';
import { CnnvizError } from '../../core/errors.js';
import { writeAtomicParts } from '../../io/files.js';
import { readPortions } from '../../io/own-texts.js';
import { joinPath, relativePath } from '../../io/paths.js';
import { openStaging } from '../../io/places/staging-folder.js';
import { readStored, storedBelow, writeStored } from '../../io/places/stored-files.js';
import { type MergeResult, mergeManifests } from './merge-manifests.js';

/**
 * The same for shards that wrote to a bucket: their manifests are fetched and joined here, and what they make is put there.
 * @throws CnnvizError as mergeManifests does, and 'input' when the bucket cannot be read
 */
export async function mergeStored(address: string): Promise<MergeResult> {
  const sizes = await storedBelow(address);
  const staging = openStaging(null);
  try {
    for (const place of sizes.keys()) {
      const name = relativePath(address, place);
      if (shardOfName(name) === undefined) continue;
      const bytes = await readStored(place);
      if (bytes !== null) await writeAtomicParts(joinPath(staging.path, name), bytes, { clobber: true });
    }
    const found = await mergeManifests(staging.path, (path) => sizes.get(joinPath(address, path)) ?? null);
    if (found.manifest === null) return { ...found, folder: address };
    const manifest = joinPath(address, manifestName(null));
    await writeStored(manifest, readPortions(found.manifest), true);
    return { ...found, folder: address, manifest };
  } catch (error) {
    throw told(error, staging.path, address);
  } finally {
    staging.close();
  }
}

/** What went wrong with a copy went wrong with what it is a copy of. */
function told(error: unknown, path: string, address: string): unknown {
  if (!(error instanceof CnnvizError) || !error.message.includes(path)) return error;
  const { code, fix, scope } = error;
  const message = error.message.replaceAll(path, address.replace(/\/+$/, ''));
  return new CnnvizError(code, message, { scope, cause: error, ...(fix !== undefined && { fix }) });
}
