// What the engine is measured against. Each peer: (layers, inputShape, x) → a function that runs once, or a reason why not.
// It may have `output`: what it computes, to be compared; and `close`.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childPeer } from './child-peer.mjs';
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

/** onnxruntime-node in this process, on a model's bytes. */
export async function onnxNode(model, inputShape, x) {
  const ort = await optional('onnxruntime-node');
  if (!ort) return `onnxruntime-node is not installed: ${INSTALL}`;
  const session = await ort.InferenceSession.create(model, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  });
  const feeds = { x: new ort.Tensor('float32', x, [1, ...inputShape]) };
  const run = async () => (await session.run(feeds)).y.data;
  return Object.assign(run, { output: run, close: () => session.release() });
}

/** onnxruntime-web in a process of its own, on a model's file: WebAssembly and nothing native, or an error. */
export async function onnxWeb(model, inputShape, x) {
  if (!(await optional('onnxruntime-web'))) return `onnxruntime-web is not installed: ${INSTALL}`;
  const folder = mkdtempSync(join(tmpdir(), 'cnnviz-peer-'));
  const [input, out] = ['x.bin', 'y.bin'].map((name) => join(folder, name));
  writeFileSync(input, new Uint8Array(x.buffer, x.byteOffset, x.byteLength));
  const script = fileURLToPath(new URL('onnx-web-peer.mjs', import.meta.url));
  const child = await childPeer(process.execPath, [script, model, input, [1, ...inputShape].join()]);
  if (child === null) throw new Error(`onnxruntime-web does not start: node ${script} ${model} ${input} …`);
  const said = JSON.parse(child.said);
  if (said.native.length > 0 || said.compiled.length === 0) {
    throw new Error(`this is not the WebAssembly of onnxruntime-web: ${child.said}`);
  }
  const output = async () => {
    await child.ask(`save ${out}`);
    const bytes = readFileSync(out);
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  };
  const close = () => {
    child.stop();
    rmSync(folder, { recursive: true });
  };
  return Object.assign(() => child.run(), { output, close, said });
}

async function onnxWebOfLayers(layers, inputShape, x) {
  const folder = mkdtempSync(join(tmpdir(), 'cnnviz-peer-'));
  const model = join(folder, 'model.onnx');
  writeFileSync(model, onnxModel(layers, inputShape));
  const peer = await onnxWeb(model, inputShape, x);
  rmSync(folder, { recursive: true });
  return peer;
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

export const ORT = ['onnxruntime-node', (layers, shape, x) => onnxNode(onnxModel(layers, shape), shape, x)];
export const ORT_WEB = ['onnxruntime-web wasm', onnxWebOfLayers];
export const TFJS = ['tfjs wasm', tfjsPeer];
export const OPENCV = ['OpenCV filter2D', (...args) => pythonPeer('filter2d', ...args)];
export const SCIPY = ['SciPy fftconvolve', (...args) => pythonPeer('fftconvolve', ...args)];
