import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { command, nodeProcess, ROOT } from '../processes.mjs';

const sharp = createRequire(import.meta.url)('sharp');
const isThere = (program) => spawnSync(program, ['--version']).error === undefined;
const needs = (program, debian, run) => (isThere(program) ? run : `needs ${program} (Debian's ${debian})`);
const EDGE = '-1,-1,-1,-1,8,-1,-1,-1,-1';

const OPENCV = `import sys, cv2, numpy
x = cv2.imread(sys.argv[1]).astype(numpy.float32) / 255
k = numpy.float32([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
y = sum(cv2.filter2D(x[:, :, c], -1, k) for c in range(3))
cv2.imwrite(sys.argv[2], cv2.normalize(y, None, 0, 255, cv2.NORM_MINMAX).astype(numpy.uint8))`;

/** A whole process from image file to PNG: goal, and whether it is the greatest ratio or the least speed-up. */
const whole = (name, size, ending, stride, bareGoal, others) => ({
  name,
  async prepare(folder) {
    const photograph = join(folder, `photograph-${size[0]}.${ending}`);
    const [width, height] = size;
    const image = sharp(join(ROOT, 'fixtures/images/coffee.png')).resize(width, height, { fit: 'fill' });
    await (ending === 'jpg' ? image.jpeg({ quality: 90 }) : image.png()).toFile(photograph);
    const out = join(folder, 'out.png');
    const options = ['--kernel', 'edge3x3', '--stride', String(stride), '-q', '-o', join(folder, 'map.png')];
    const mask = join(folder, 'mask.mat');
    const bare = {
      peer: 'bare sharp',
      goal: 1 / bareGoal,
      run: nodeProcess('test/bench/bare-sharp.cjs', photograph, out),
    };
    const peers = {
      sharp: () => ({
        peer: 'sharp convolve',
        goal: 1.1,
        run: nodeProcess('test/bench/sharp-convolve.cjs', photograph, out),
      }),
      vips: () => {
        spawnSync('sh', ['-c', `printf '3 3\\n-1 -1 -1\\n-1 8 -1\\n-1 -1 -1\\n' > ${mask}`]);
        return {
          peer: 'vips conv',
          goal: 1,
          run: needs('vips', 'libvips-tools', command('vips', 'conv', photograph, out, mask)),
        };
      },
      gm: () => ({
        peer: 'GraphicsMagick',
        goal: 1,
        run: needs('gm', 'graphicsmagick', command('gm', 'convert', photograph, '-convolve', EDGE, out)),
      }),
      magick: () => ({
        peer: 'ImageMagick',
        goal: 1,
        run: needs(
          'convert',
          'imagemagick',
          command('convert', photograph, '-morphology', 'Convolve', `3x3:${EDGE}`, out),
        ),
      }),
      opencv: () => ({
        peer: 'python + OpenCV',
        goal: 1,
        run: needs('/usr/bin/python3', 'python3-opencv', command('/usr/bin/python3', '-c', OPENCV, photograph, out)),
      }),
    };
    return {
      run: nodeProcess('bin/cnnviz.js', 'conv', photograph, ...options),
      peers: [bare, ...others.map((one) => peers[one]())],
    };
  },
});

/** Whole processes: what a user waits for. */
export const processCases = [
  whole('process: 640×480 PNG, stride 2', [640, 480], 'png', 2, 1.5, ['vips', 'opencv']),
  whole('process: 640×480 PNG, stride 1', [640, 480], 'png', 1, 1.5, ['vips', 'opencv']),
  whole('process: 12 MP JPEG, stride 1', [4000, 3000], 'jpg', 1, 1 / 0.97, ['sharp', 'vips', 'gm', 'magick', 'opencv']),
  {
    name: 'process: --help',
    async prepare() {
      return {
        run: nodeProcess('bin/cnnviz.js', '--help'),
        peers: [{ peer: 'node -e 0', goal: 1 / 1.8, run: nodeProcess('-e', '0') }],
      };
    },
  },
];
