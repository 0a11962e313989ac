import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onnxModel } from '../onnx-writer.mjs';
import { nodeProcess, ROOT } from '../processes.mjs';

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
  const header = {};
  const chunks = [];
  let at = 0;
  const put = (name, shape, data) => {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    header[name] = { dtype: 'F32', shape, data_offsets: [at, at + bytes.length] };
    chunks.push(bytes);
    at += bytes.length;
  };
  for (const [name, shape, options = {}] of ALEXNET) {
    if (name === 'pool') {
      layers.push({ op: 'max_pool', size: 3, stride: 2 });
      continue;
    }
    const data = numbers(shape.reduce((a, b) => a * b, 1));
    const isLinear = name.startsWith('classifier');
    put(`${name}.weight`, isLinear ? [shape[0], shape[1] * shape[2] * shape[3]] : shape, data);
    put(`${name}.bias`, [shape[0]], new Float32Array(shape[0]));
    layers.push({ op: 'conv', weight: { data, shape }, ...options });
    if (name !== 'classifier.6') layers.push({ op: 'relu' });
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(join(folder, 'alexnet.safetensors'), Buffer.concat([length, text, ...chunks]));
  writeFileSync(join(folder, 'alexnet.onnx'), onnxModel(layers, [3, 224, 224]));
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
];
