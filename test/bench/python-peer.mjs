import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import ndarray from 'ndarray';
import { encodeNpy } from '../../dist/index.js';

const children = new Set();

/** A Python process that stays; the time is taken inside it, so starting and talking are not counted. */
export async function pythonPeer(kind, layers, inputShape, x) {
  const folder = mkdtempSync(join(tmpdir(), 'cnnviz-peer-'));
  const [{ weight }] = layers;
  writeFileSync(join(folder, 'x.npy'), encodeNpy(ndarray(x, inputShape)));
  writeFileSync(join(folder, 'w.npy'), encodeNpy(ndarray(weight.data, weight.shape)));
  const script = fileURLToPath(new URL('python-peer.py', import.meta.url));
  const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
  const child = spawn('/usr/bin/python3', [script, kind, folder], { stdio: ['pipe', 'pipe', 'ignore'], env });
  children.add(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value } = await lines.next();
  if (value !== 'ready') return `needs Debian's python3-numpy, python3-opencv and python3-scipy`;
  return async () => {
    child.stdin.write('run\n');
    return { ms: Number((await lines.next()).value) * 1000 };
  };
}

export function stopPython() {
  for (const child of children) child.kill();
  children.clear();
}
