// A JavaScript peer at the training of training.mjs: node train-peer.mjs KIND FOLDER BATCH RATE MOMENTUM, KIND being
// convnetjs, tfjs-cpu, tfjs-wasm (as published: its wasm backend has no gradient of a convolution's weights, which is told
// after "ready") or tfjs-wasm-conv (that gradient by the backend's own convolution, as a patient user would write it). It
// answers "run N" with the seconds of N steps, and "save FILE" by writing its weights.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

const require = createRequire(import.meta.url);
const [kind, folder, ...settings] = process.argv.slice(2);
const [batch, rate, momentum] = settings.map(Number);
const read = (name) => {
  const { buffer, byteOffset, byteLength } = readFileSync(join(folder, name));
  return buffer.slice(byteOffset, byteOffset + byteLength);
};
const images = new Float32Array(read('images.bin'));
const labels = new Int32Array(read('labels.bin'));
const numbers = new Float32Array(read('weights.bin'));
const shapes = JSON.parse(readFileSync(join(folder, 'weights.json')));
const perEpoch = Math.floor(labels.length / batch);
const SIDE = 28;
const PIXELS = SIDE * SIDE;
/** What `flatten` reads: [16, 5, 5] in torch, [5, 5, 16] here. */
const [MAPS, PLACES] = [16, 25];

let at = 0;
const first = shapes.map(({ name, shape }) => {
  const size = shape.reduce((a, b) => a * b, 1);
  at += size;
  return { name, shape, data: numbers.subarray(at - size, at) };
});

/** Where each number of a parameter here stands in torch's order. */
function placesOf(name, shape) {
  const order = [];
  if (shape.length === 4) {
    const [M, C, kH, kW] = shape;
    // [M, kH, kW, C]
    for (let m = 0; m < M; m++) {
      for (let k = 0; k < kH * kW; k++) for (let c = 0; c < C; c++) order.push((m * C + c) * kH * kW + k);
    }
    return order;
  }
  const size = shape.reduce((a, b) => a * b, 1);
  if (name !== 'fc1.weight') return Array.from({ length: size }, (_, i) => i);
  for (let m = 0; m < shape[0]; m++) {
    for (let p = 0; p < PLACES; p++) for (let c = 0; c < MAPS; c++) order.push(m * MAPS * PLACES + c * PLACES + p);
  }
  return order;
}

const parameters = first.map(({ name, shape, data }) => {
  const places = placesOf(name, shape);
  return { name, shape, places, here: Float32Array.from(places, (place) => data[place]) };
});

/** Weights in this program's order → one array in torch's. */
function inTorchOrder(all) {
  const out = new Float32Array(numbers.length);
  let from = 0;
  for (const [i, { places }] of parameters.entries()) {
    for (const [k, place] of places.entries()) out[from + place] = all[i][k];
    from += places.length;
  }
  return out;
}

function convnet() {
  const convnetjs = require('convnetjs');
  const net = new convnetjs.Net();
  const conv = (filters, pad) => ({ type: 'conv', sx: 5, filters, stride: 1, pad, activation: 'relu' });
  const pool = { type: 'pool', sx: 2, stride: 2 };
  const full = (num_neurons) => ({ type: 'fc', num_neurons, activation: 'relu' });
  net.makeLayers([
    { type: 'input', out_sx: SIDE, out_sy: SIDE, out_depth: 1 },
    conv(6, 2),
    pool,
    conv(16, 0),
    pool,
    full(120),
    full(84),
    { type: 'softmax', num_classes: 10 },
  ]);
  const learnt = net.layers.filter(({ filters }) => filters !== undefined);
  for (const [l, { filters, biases }] of learnt.entries()) {
    const [weight, bias] = [parameters[2 * l].here, parameters[2 * l + 1].here];
    const size = weight.length / filters.length;
    for (const [m, { w }] of filters.entries()) for (let i = 0; i < size; i++) w[i] = weight[m * size + i];
    for (const [m, value] of bias.entries()) biases.w[m] = value;
  }
  const trainer = new convnetjs.Trainer(net, {
    method: 'sgd',
    learning_rate: rate,
    momentum,
    batch_size: batch,
    l2_decay: 0,
    l1_decay: 0,
  });
  const inputs = Array.from(labels, (_, n) => {
    const vol = new convnetjs.Vol(SIDE, SIDE, 1, 0);
    for (let i = 0; i < PIXELS; i++) vol.w[i] = images[n * PIXELS + i];
    return vol;
  });
  return {
    step(b) {
      for (let n = b * batch; n < (b + 1) * batch; n++) trainer.train(inputs[n], labels[n]);
    },
    weights: () => learnt.flatMap(({ filters, biases }) => [filters.flatMap(({ w }) => [...w]), [...biases.w]]),
  };
}

/** dW[kH, kW, C, M] as a convolution: x's channels are its images, its images its channels, dy its kernels. */
function weightGradientByConvolution(tf) {
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs: { x, dy }, attrs: { pad, strides } }) => {
      if ([strides].flat().some((stride) => stride !== 1)) throw new Error('only stride 1 is needed here');
      return tf.tidy(() => {
        const turned = tf.transpose(x, [3, 1, 2, 0]);
        const kernels = tf.transpose(dy, [1, 2, 0, 3]);
        return tf.transpose(tf.conv2d(turned, kernels, 1, pad), [1, 2, 0, 3]);
      });
    },
  });
}

async function tensorflow() {
  // with all gradients and the cpu backend
  const tf = require('@tensorflow/tfjs');
  if (kind !== 'tfjs-cpu') {
    const wasm = require('@tensorflow/tfjs-backend-wasm');
    wasm.setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  }
  const backend = kind === 'tfjs-cpu' ? 'cpu' : 'wasm';
  if (!(await tf.setBackend(backend))) throw new Error(`the ${backend} backend does not start`);
  await tf.ready();
  if (kind === 'tfjs-wasm-conv') weightGradientByConvolution(tf);
  // [M, kH, kW, C] → [kH, kW, C, M]; [M, D] → [D, M]
  const variables = parameters.map(({ shape, here }) => {
    if (shape.length === 1) return tf.variable(tf.tensor1d(here));
    const stored = shape.length === 2 ? shape : [shape[0], shape[2], shape[3], shape[1]];
    return tf.variable(tf.transpose(tf.tensor(here, stored), shape.length === 2 ? [1, 0] : [1, 2, 3, 0]));
  });
  const [w1, b1, w2, b2, w3, b3, w4, b4, w5, b5] = variables;
  const batches = Array.from({ length: perEpoch }, (_, b) => ({
    x: tf.tensor4d(images.slice(b * batch * PIXELS, (b + 1) * batch * PIXELS), [batch, SIDE, SIDE, 1]),
    y: tf.oneHot(tf.tensor1d(labels.slice(b * batch, (b + 1) * batch), 'int32'), 10),
  }));
  const layer = (x, w, b, pad) => tf.maxPool(tf.relu(tf.add(tf.conv2d(x, w, 1, pad), b)), 2, 2, 'valid');
  const scores = (x) => {
    const maps = layer(layer(x, w1, b1, 2), w2, b2, 'valid');
    const hidden = tf.relu(tf.add(tf.matMul(tf.reshape(maps, [batch, MAPS * PLACES]), w3), b3));
    return tf.add(tf.matMul(tf.relu(tf.add(tf.matMul(hidden, w4), b4)), w5), b5);
  };
  const optimizer = tf.train.momentum(rate, momentum);
  return {
    step(b) {
      const { x, y } = batches[b];
      optimizer.minimize(() => tf.losses.softmaxCrossEntropy(y, scores(x)));
    },
    weights: () =>
      variables.map((one) => {
        if (one.rank === 1) return one.dataSync();
        return tf.tidy(() => tf.transpose(one, one.rank === 2 ? [1, 0] : [3, 0, 1, 2]).dataSync());
      }),
  };
}

let done = 0;
const training = kind === 'convnetjs' ? convnet() : await tensorflow();
const steps = (count) => {
  for (let i = 0; i < count; i++) {
    training.step(done % perEpoch);
    done++;
  }
};
let missing = null;
if (kind === 'tfjs-wasm') {
  try {
    steps(1);
  } catch (error) {
    missing = error.message.split('\n')[0];
  }
}
console.log(`ready${JSON.stringify({ missing })}`);
for await (const line of createInterface({ input: process.stdin })) {
  const [word, what] = line.split(' ');
  if (word === 'run') {
    const start = performance.now();
    steps(Number(what));
    console.log((performance.now() - start) / 1000);
  } else {
    const all = inTorchOrder(training.weights());
    writeFileSync(what, new Uint8Array(all.buffer));
    console.log('saved');
  }
}
