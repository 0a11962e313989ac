import type { Input } from '../io/inputs.js';
import { tagOfInput } from '../io/remote/same-input.js';
import { type ManifestEntry, plainReason } from './manifest.js';
import type { WorkDone } from './work.js';

/** What a manifest says of an input that is settled. `outputs`: the files that tell of it, below the manifest's folder. */
export function settledEntry(
  input: Input,
  { sha256, error }: WorkDone,
  outputs: ManifestEntry['outputs'],
): ManifestEntry {
  return {
    input: input.path,
    sha256,
    etag: sha256 === null ? undefined : tagOfInput(input),
    outputs,
    error: error && { code: error.code, message: plainReason(error) },
  };
}
