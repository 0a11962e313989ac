// What the engine is measured against. Each peer: (layers, inputShape, x) → a function that runs once, or a reason why not.
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { onnxModel } from './onnx-writer.mjs';
import { pythonPeer } from './python-peer.mjs';

const require = createRequire(import.meta.url);
const INSTALL = 'npm install --prefix test/bench (with ONNXRUNTIME_NODE_INSTALL=skip)';

async function optional(name) {
  try {
    return await import(name);
  } catch {
    return null;
  }
}

async function onnxPeer(packageName, layers, inputShape, x) {
  const ort = await optional(packageName);
  if (!ort) return `${packageName} is not installed: ${INSTALL}`;
  if (packageName === 'onnxruntime-web') ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(onnxModel(layers, inputShape), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  });
  const feeds = { x: new ort.Tensor('float32', x, [1, ...inputShape]) };
  return async () => (await session.run(feeds)).y.data;
}

async function tfjsPeer(layers, [C, H, W], x) {
  const tf = await optional('@tensorflow/tfjs-core');
  const wasm = await optional('@tensorflow/tfjs-backend-wasm');
  if (!tf || !wasm) return `tfjs is not installed: ${INSTALL}`;
  wasm.setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  wasm.setThreadsCount?.(1);
  if (!(await tf.setBackend('wasm'))) return 'the wasm backend of tfjs does not start in this Node';
  await tf.ready();
  const nhwc = new Float32Array(x.length);
  for (let c = 0; c < C; c++) for (let i = 0; i < H * W; i++) nhwc[i * C + c] = x[c * H * W + i];
  const input = tf.tensor4d(nhwc, [1, H, W, C]);
  const weights = layers.map(({ weight }) =>
    weight ? tf.transpose(tf.tensor4d(weight.data, weight.shape), [2, 3, 1, 0]) : null,
  );
  return async () => {
    const y = tf.tidy(() =>
      layers.reduce((t, { op, stride = 1, padding = 0, size }, i) => {
        if (op === 'relu') return tf.relu(t);
        if (op === 'max_pool') return tf.maxPool(t, size, stride, 'valid');
        return tf.conv2d(t, weights[i], stride, padding);
      }, input),
    );
    const data = await y.data();
    y.dispose();
    return data;
  };
}

export const ORT = ['onnxruntime-node', (...args) => onnxPeer('onnxruntime-node', ...args)];
export const ORT_WEB = ['onnxruntime-web wasm', (...args) => onnxPeer('onnxruntime-web', ...args)];
export const TFJS = ['tfjs wasm', tfjsPeer];
export const OPENCV = ['OpenCV filter2D', (...args) => pythonPeer('filter2d', ...args)];
export const SCIPY = ['SciPy fftconvolve', (...args) => pythonPeer('fftconvolve', ...args)];
