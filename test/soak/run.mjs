// npm run soak [-- --count 10000 --jobs 2]: many images of every kind in one batch. Memory and open files of the command
// and its workers are sampled; a line is fitted to them after the first fifth. Exit 1 when memory grows by 1 MB or more
// for 1,000 images, or files stay open. Linux only: it reads /proc.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '10000' }, jobs: { type: 'string', default: '2' } },
});
const count = Number(values.count);
const root = fileURLToPath(new URL('../../', import.meta.url));
const sharp = createRequire(import.meta.url)('sharp');
const SAMPLE_MS = 250;
const WARM_UP = 0.2;
const MOST_MB = 1;
const PAGE = 4096;

/** Photographs, crops, greys, transparency, 16 bits, broken files: in every format, in several sizes. */
async function makeKinds() {
  const kinds = [];
  for (const name of ['coffee.png', 'chelsea.png', 'rocket.jpg', 'brick.png', 'plane.png']) {
    const path = join(root, 'fixtures/images', name);
    for (const [width, height] of [
      [320, 240],
      [201, 333],
      [64, 48],
    ]) {
      const image = () => sharp(path).resize(width, height, { fit: 'cover' });
      kinds.push(['.jpg', await image().jpeg().toBuffer()]);
      kinds.push(['.png', await image().png().toBuffer()]);
      kinds.push(['.webp', await image().webp().toBuffer()]);
      kinds.push(['.tif', await image().tiff().toBuffer()]);
      kinds.push(['.gif', await image().gif().toBuffer()]);
      kinds.push(['.png', await image().ensureAlpha(0.5).png().toBuffer()]);
      kinds.push(['.png', await image().toColourspace('rgb16').png().toBuffer()]);
      kinds.push(['.png', await image().grayscale().toColourspace('b-w').png().toBuffer()]);
    }
  }
  const [, whole] = kinds[0];
  kinds.push(['.jpg', whole.subarray(0, whole.length / 2)], ['.png', Buffer.from('<!DOCTYPE html>')]);
  return kinds;
}

function textOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function factsOf(pid) {
  const pages = Number(textOf(`/proc/${pid}/statm`).split(' ')[1] ?? 0);
  let files = 0;
  try {
    files = readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    // it has just ended
  }
  return { mb: (pages * PAGE) / 1e6, files };
}

/** The slope of a line through (x, y), by least squares. */
function slope(points) {
  const n = points.length;
  const [mx, my] = [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / n);
  const [xy, xx] = points.reduce(([a, b], [x, y]) => [a + (x - mx) * (y - my), b + (x - mx) ** 2], [0, 0]);
  return xy / xx;
}

const folder = mkdtempSync(join(tmpdir(), 'cnnviz-soak-'));
try {
  const kinds = await makeKinds();
  for (let i = 0; i < count; i++) {
    const [ending, bytes] = kinds[i % kinds.length];
    const below = join(folder, 'in', String(i % 100).padStart(2, '0'));
    if (i < 100) mkdirSync(below, { recursive: true });
    writeFileSync(join(below, `${String(i).padStart(6, '0')}${ending}`), bytes);
  }
  const args = ['bin/cnnviz.js', 'conv', join(folder, 'in'), '-r', '-k', 'edge3x3', '-o', join(folder, 'out')];
  const child = spawn(process.execPath, [...args, '-j', values.jobs, '--jsonl'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let done = 0;
  child.stdout.on('data', (chunk) => {
    for (const byte of chunk) if (byte === 10) done++;
  });
  const samples = [];
  const start = performance.now();
  const timer = setInterval(() => {
    const workers = textOf(`/proc/${child.pid}/task/${child.pid}/children`).split(' ').filter(Boolean);
    const [parent, ...others] = [child.pid, ...workers].map(factsOf);
    const [mb, files] = ['mb', 'files'].map((key) => others.reduce((sum, facts) => sum + facts[key], 0));
    samples.push({ done, parent: parent.mb, workers: mb, files: parent.files + files });
  }, SAMPLE_MS);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(timer);
  const seconds = (performance.now() - start) / 1000;
  const warm = samples.filter((sample) => sample.done > count * WARM_UP && sample.done < count);
  const perThousand = (key) => 1000 * slope(warm.map((sample) => [sample.done, sample[key]]));
  const most = (key) => Math.max(...samples.map((sample) => sample[key]));
  console.log(`${done} images in ${seconds.toFixed(0)} s (${(done / seconds).toFixed(0)}/s), exit ${code}`);
  console.log(`${warm.length} samples after the first ${100 * WARM_UP} %`);
  let failed = done !== count || code !== 1;
  for (const key of ['parent', 'workers']) {
    const grows = perThousand(key);
    failed ||= grows >= MOST_MB;
    console.log(
      `memory of ${key}: ${grows >= 0 ? '+' : ''}${grows.toFixed(3)} MB for 1,000 images, peak ${most(key).toFixed(0)} MB`,
    );
  }
  const files = perThousand('files');
  failed ||= files > 0.1;
  console.log(`open files: ${files.toFixed(4)} more for 1,000 images, at most ${most('files')}`);
  process.exitCode = failed ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true });
}
