import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentsOf } from '../faults/batch.js';
import { getObject, type TestBucket } from '../io/remote/bucket.js';

/** Copies what lies in the bucket to a folder, once the worker that joined the manifest has tidied up. */
export async function fetched(bucket: TestBucket, folder: string): Promise<Record<string, string>> {
  const keys = () => bucket.keys('results', 'out/');
  for (let waited = 0; waited < 100 && (await keys()).some((key) => key.includes('.cnnviz-farm-')); waited++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  for (const key of await keys()) {
    const path = join(folder, key.slice('out/'.length));
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, await getObject(bucket, key, 'results'));
  }
  return contentsOf(folder);
}
