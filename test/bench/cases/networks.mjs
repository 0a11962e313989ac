import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onnxModel } from '../onnx-writer.mjs';
import { nodeProcess, ROOT } from '../processes.mjs';
import { writeSafetensors } from '../safetensors.mjs';

/** Numbers in [−0.01, 0.01), the same in every run. */
function numbers(size) {
  const data = new Float32Array(size);
  let state = 12345;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    data[i] = (state / 2 ** 32 - 0.5) / 50;
  }
  return data;
}

const ALEXNET = [
  ['features.0', [64, 3, 11, 11], { stride: 4, padding: 2 }],
  ['pool'],
  ['features.3', [192, 64, 5, 5], { padding: 2 }],
  ['pool'],
  ['features.6', [384, 192, 3, 3], { padding: 1 }],
  ['features.8', [256, 384, 3, 3], { padding: 1 }],
  ['features.10', [256, 256, 3, 3], { padding: 1 }],
  ['pool'],
  ['classifier.1', [4096, 256, 6, 6]],
  ['classifier.4', [4096, 4096, 1, 1]],
  ['classifier.6', [1000, 4096, 1, 1]],
];

/** The same numbers as a safetensors file for cnnviz and as an ONNX model for the peer: 244 MB each. */
function writeAlexnet(folder) {
  const layers = [];
  const tensors = [];
  for (const [name, shape, options = {}] of ALEXNET) {
    if (name === 'pool') {
      layers.push({ op: 'max_pool', size: 3, stride: 2 });
      continue;
    }
    const data = numbers(shape.reduce((a, b) => a * b, 1));
    const isLinear = name.startsWith('classifier');
    tensors.push([`${name}.weight`, isLinear ? [shape[0], shape[1] * shape[2] * shape[3]] : shape, data]);
    tensors.push([`${name}.bias`, [shape[0]], new Float32Array(shape[0])]);
    layers.push({ op: 'conv', weight: { data, shape }, ...options });
    if (name !== 'classifier.6') layers.push({ op: 'relu' });
  }
  writeSafetensors(join(folder, 'alexnet.safetensors'), tensors);
  writeFileSync(join(folder, 'alexnet.onnx'), onnxModel(layers, [3, 224, 224]));
}

const SIDE = 224;
const PATCH = 32;
const STRIDE = 16;

/** The image that `npy` holds, covered at each place of the grid in turn: what occlude spares its user. */
function writeCovered(folder) {
  const plane = SIDE * SIDE;
  const x = numbers(3 * plane).map((value) => value * 100);
  const save = (name, data) => {
    const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3, ${SIDE}, ${SIDE}), }`;
    const text = `${header.padEnd(117)}\n`;
    const head = Buffer.from(`\x93NUMPY\x01\x00\x76\x00${text}`, 'latin1');
    writeFileSync(join(folder, name), Buffer.concat([head, Buffer.from(data.buffer)]));
    return join(folder, name);
  };
  const covered = [];
  for (let top = 0; top <= SIDE - PATCH; top += STRIDE) {
    for (let left = 0; left <= SIDE - PATCH; left += STRIDE) {
      const data = x.slice();
      for (let c = 0; c < 3; c++) {
        for (let row = top; row < top + PATCH; row++) {
          const at = c * plane + row * SIDE + left;
          data.fill(0, at, at + PATCH);
        }
      }
      covered.push(save(`covered-${covered.length}.npy`, data));
    }
  }
  return { image: save('image.npy', x), covered };
}

const peer = join(ROOT, 'test/bench/node_modules/onnxruntime-node');

/** Whole processes that run a network once: what an engineer waits for. */
export const networkCases = [
  {
    name: 'process: AlexNet, 244 MB of weights, one image',
    async prepare(folder) {
      writeAlexnet(folder);
      const image = join(ROOT, 'fixtures/images/chelsea.png');
      const run = ['bin/cnnviz.js', 'run', 'alexnet', '--weights', join(folder, 'alexnet.safetensors'), image, '-q'];
      const other = ['test/bench/onnx-process.cjs', join(folder, 'alexnet.onnx'), image];
      return {
        run: nodeProcess(...run),
        peers: [
          {
            peer: 'node + onnxruntime-node + sharp',
            goal: 1,
            run: existsSync(peer)
              ? nodeProcess(...other)
              : 'onnxruntime-node is not installed: npm install --prefix test/bench',
          },
        ],
      };
    },
  },
  {
    name: 'process: occlusion of a 224×224 image, AlexNet, 169 patches at stride 16',
    async prepare(folder) {
      writeAlexnet(folder);
      const { image, covered } = writeCovered(folder);
      const weights = ['--weights', join(folder, 'alexnet.safetensors'), '-j', '1', '-q'];
      const out = join(folder, 'drop.npy');
      const grid = ['--size', String(PATCH), '--stride', String(STRIDE), '--fill', '0', '-o', out];
      return {
        run: nodeProcess('bin/cnnviz.js', 'occlude', 'alexnet', image, ...grid, ...weights),
        peers: [
          {
            peer: 'cnnviz run on the 169 covered images',
            // at most 60 % of the time of naive repetition
            goal: 1 / 0.6,
            run: nodeProcess('bin/cnnviz.js', 'run', 'alexnet', ...covered, ...weights),
          },
        ],
      };
    },
  },
];
