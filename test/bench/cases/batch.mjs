import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { command, nodeProcess, ROOT } from '../processes.mjs';
import { writeSafetensors } from '../safetensors.mjs';

const sharp = createRequire(import.meta.url)('sharp');
const COUNT = 200;
const isThere = (program) => spawnSync(program, ['--version']).error === undefined;
const needs = (program, debian, run) => (isThere(program) ? run : `needs ${program} (Debian's ${debian})`);

/** Photographs of 1000×750: crops of those in fixtures/images, the same in every run. */
async function makePhotographs(folder, count) {
  mkdirSync(folder, { recursive: true });
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state / 2 ** 32;
  };
  const sources = ['coffee.png', 'chelsea.png', 'rocket.jpg', 'brick.png'].map((name) =>
    join(ROOT, 'fixtures/images', name),
  );
  for (let i = 0; i < count; i++) {
    const { width, height } = await sharp(sources[i % sources.length]).metadata();
    const [w, h] = [width, height].map((side) => Math.floor(side * (0.6 + 0.4 * random())));
    const [left, top] = [Math.floor((width - w) * random()), Math.floor((height - h) * random())];
    await sharp(sources[i % sources.length])
      .extract({ left, top, width: w, height: h })
      .resize(1000, 750, { fit: 'fill' })
      .jpeg({ quality: 90 })
      .toFile(join(folder, `${String(i).padStart(3, '0')}.jpg`));
  }
}

const OPENCV = `import sys, os, cv2, numpy
from multiprocessing import Pool
source, out = sys.argv[1:]
k = numpy.float32([[1, 0, -1]] * 3)
cv2.setNumThreads(1)
def one(name):
    x = cv2.imread(os.path.join(source, name)).astype(numpy.float32) / 255
    y = sum(cv2.filter2D(x[:, :, c], -1, k) for c in range(3))
    cv2.imwrite(os.path.join(out, name[:-4] + '.png'), cv2.normalize(y, None, 0, 255, cv2.NORM_MINMAX).astype(numpy.uint8))
if __name__ == '__main__':
    with Pool(2) as pool: pool.map(one, sorted(os.listdir(source)), chunksize=5)`;

/** Made-up weights of resnet18: small numbers, and variances that are none of them zero. */
function writeResnet(path) {
  const { resnet18 } = JSON.parse(readFileSync(join(ROOT, 'fixtures/models/networks/torchvision.json'), 'utf8'));
  let state = 1;
  const tensors = Object.entries(resnet18).map(([name, shape]) => {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    const [lo, width] = name.endsWith('running_var') ? [0.8, 0.4] : [-0.05, 0.1];
    for (let i = 0; i < data.length; i++) {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      data[i] = lo + (width * state) / 2 ** 32;
    }
    return [name, shape, data];
  });
  writeSafetensors(path, tensors);
}

const PHOTOGRAPHS = 40;

/** A folder of photographs on two cores, whole runs: what a script waits for. */
export const batchCases = [
  {
    name: `batch: ${COUNT} JPEGs of 1000×750, edge3x3 → PNG, 2 cores`,
    async prepare(folder) {
      const photographs = join(folder, 'photographs');
      await makePhotographs(photographs, COUNT);
      const out = join(folder, 'batch-out');
      mkdirSync(out);
      writeFileSync(join(folder, 'edge.mat'), '3 3 1 0\n1 0 -1\n1 0 -1\n1 0 -1\n');
      writeFileSync(join(folder, 'sum.mat'), '3 1 1 0\n1 1 1\n');
      const vips = `vips conv {} ${folder}/{/.}.v ${folder}/edge.mat && vips recomb ${folder}/{/.}.v ${out}/{/.}.png ${folder}/sum.mat && rm ${folder}/{/.}.v`;
      const edge = '1,0,-1,1,0,-1,1,0,-1';
      const bare = (level) => ({
        peer: `bare sharp, 2 in flight, PNG level ${level}`,
        goal: level === 2 ? 0.95 : 1,
        run: nodeProcess('test/bench/bare-batch.cjs', photographs, out, String(level)),
      });
      return {
        run: nodeProcess('bin/cnnviz.js', 'conv', photographs, '-k', 'edge3x3', '-o', out, '-j', '2', '-q'),
        peers: [
          bare(2),
          bare(6),
          {
            peer: 'python + OpenCV, 2 processes',
            goal: 1,
            run: needs(
              '/usr/bin/python3',
              'python3-opencv',
              command('/usr/bin/python3', '-c', OPENCV, photographs, out),
            ),
          },
          {
            peer: 'GNU parallel + vips',
            goal: 1,
            run: needs('parallel', 'parallel', () =>
              command('sh', '-c', `ls ${photographs}/*.jpg | parallel -j2 '${vips}'`)(),
            ),
          },
          {
            peer: 'ImageMagick mogrify',
            goal: 1,
            run: needs('mogrify', 'imagemagick', () => {
              const files = readdirSync(photographs).map((name) => join(photographs, name));
              command('mogrify', '-path', out, '-format', 'png', '-colorspace', 'Gray', '-convolve', edge, ...files)();
            }),
          },
        ],
      };
    },
  },
  {
    name: `batch: run resnet18 over ${PHOTOGRAPHS} photographs, 2 cores`,
    async prepare(folder) {
      const photographs = join(folder, 'forty');
      await makePhotographs(photographs, PHOTOGRAPHS);
      const weights = join(folder, 'resnet18.safetensors');
      writeResnet(weights);
      const run = (jobs) =>
        nodeProcess(
          ...['bin/cnnviz.js', 'run', 'resnet18', photographs, '--weights', weights],
          ...['-o', join(folder, `forty-${jobs}`), '-j', String(jobs), '-q'],
        );
      return { run: run(2), peers: [{ peer: 'own, one core', goal: 1.8, run: run(1) }] };
    },
  },
];
