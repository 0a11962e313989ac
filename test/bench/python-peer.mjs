import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ndarray from 'ndarray';
import { encodeNpy } from '../../dist/index.js';
import { childPeer } from './child-peer.mjs';

/** One convolution by OpenCV or SciPy. */
export async function pythonPeer(kind, layers, inputShape, x) {
  const folder = mkdtempSync(join(tmpdir(), 'cnnviz-peer-'));
  const [{ weight }] = layers;
  writeFileSync(join(folder, 'x.npy'), encodeNpy(ndarray(x, inputShape)));
  writeFileSync(join(folder, 'w.npy'), encodeNpy(ndarray(weight.data, weight.shape)));
  const script = fileURLToPath(new URL('python-peer.py', import.meta.url));
  const env = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
  const child = await childPeer('/usr/bin/python3', [script, kind, folder], env);
  return child?.run ?? `needs Debian's python3-numpy, python3-opencv and python3-scipy`;
}
