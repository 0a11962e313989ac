import { createRequire } from 'node:module';
import { join } from 'node:path';
import { nodeProcess, ROOT } from '../processes.mjs';

const sharp = createRequire(import.meta.url)('sharp');

/** The main job on a 640×480 photograph, whole process, against the least a program with sharp can do. */
export const convCases = [2, 1].map((stride) => ({
  name: `conv 640×480 edge3x3 stride ${stride} vs. bare sharp`,
  goal: 1.5,
  async prepare(folder) {
    const photograph = join(folder, 'photograph.png');
    await sharp(join(ROOT, 'fixtures/images/coffee.png')).resize(640, 480, { fit: 'fill' }).png().toFile(photograph);
    const map = join(folder, `map-${stride}.png`);
    const options = ['--kernel', 'edge3x3', '--stride', String(stride), '-o', map];
    return {
      subject: nodeProcess('bin/cnnviz.js', 'conv', photograph, ...options),
      baseline: nodeProcess('test/bench/bare-sharp.cjs', photograph, join(folder, 'gray.png')),
    };
  },
}));
