import { cnnviz } from '../engine.mjs';
import { OPENCV, ORT, ORT_WEB, SCIPY, TFJS } from '../peers.mjs';

/** Numbers in [0, 1) or [−0.1, 0.1), the same in every run. */
function numbers(shape, lo = 0, hi = 1) {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  let state = 12345;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    data[i] = lo + (state / 2 ** 32) * (hi - lo);
  }
  return data;
}
const weights = (...shape) => ({ data: numbers(shape, -0.1, 0.1), shape });
const conv = (shape, options) => ({ op: 'conv', weight: weights(...shape), ...options });
const relu = { op: 'relu' };
const pool = (size, stride) => ({ op: 'max_pool', size, stride });

/** goals: [peer, how many times faster, or null]. `nsAValue`: the goal of an element-wise layer. */
const one = (name, input, layers, goals, nsAValue = null) => ({
  name,
  async prepare() {
    const x = numbers(input);
    const net = layers();
    const own = await cnnviz(net, input);
    const peers = [];
    for (const [[peer, prepare], goal] of goals) peers.push({ peer, goal, run: await prepare(net, input, x) });
    const values = nsAValue === null ? {} : { values: { count: x.length, goal: nsAValue } };
    const output = () => own(x).data;
    return { run: () => own(x), output, flops: own.flops, algorithms: own.algorithms, ...values, peers };
  },
});

const ALEXNET = () => [
  conv([64, 3, 11, 11], { stride: 4, padding: 2 }),
  relu,
  pool(3, 2),
  conv([192, 64, 5, 5], { padding: 2 }),
  relu,
  pool(3, 2),
  conv([384, 192, 3, 3], { padding: 1 }),
  relu,
  conv([256, 384, 3, 3], { padding: 1 }),
  relu,
  conv([256, 256, 3, 3], { padding: 1 }),
  relu,
  pool(3, 2),
  conv([4096, 256, 6, 6]),
  relu,
  conv([4096, 4096, 1, 1]),
  relu,
  conv([1000, 4096, 1, 1]),
];

const large = (stride, goals) =>
  one(`70×70×3, 800×600, stride ${stride}`, [3, 600, 800], () => [conv([1, 3, 70, 70], { stride })], goals);

const threads = (name, input, layer) => ({
  name: `two threads: ${name}`,
  async prepare() {
    const x = numbers(input);
    const net = [layer()];
    const [two, single] = [await cnnviz(net, input, { threads: 2 }), await cnnviz(net, input)];
    const peers = [{ peer: 'own one thread', goal: 1.6, run: () => single(x) }];
    return { run: () => two(x), flops: two.flops, algorithms: two.algorithms, peers };
  },
});

/** The engine alone, in one process, weights loaded. */
export const engineCases = [
  one('3×3×3, 1 kernel, 640×480', [3, 480, 640], () => [conv([1, 3, 3, 3])], [[ORT, 4]]),
  one('3×3 gray, 640×480', [1, 480, 640], () => [conv([1, 1, 3, 3])], [[OPENCV, 0.7]]),
  one('3×3×3, 64 kernels, 640×480', [3, 480, 640], () => [conv([64, 3, 3, 3])], [[ORT, 1.5]]),
  large(1, [
    [ORT, 120],
    [OPENCV, 4],
    [SCIPY, 4],
  ]),
  large(2, [[ORT, 30]]),
  large(4, [[ORT, 8]]),
  large(8, [[ORT, 3]]),
  large(16, [[ORT, 3]]),
  one('3×3, 64→64, 112×112', [64, 112, 112], () => [conv([64, 64, 3, 3], { padding: 1 })], [[ORT, 1.1]]),
  one('AlexNet conv1', [3, 224, 224], () => [conv([64, 3, 11, 11], { stride: 4, padding: 2 })], [[ORT, 0.55]]),
  one('AlexNet conv2', [64, 27, 27], () => [conv([192, 64, 5, 5], { padding: 2 })], [[ORT, 0.75]]),
  one('AlexNet conv3', [192, 13, 13], () => [conv([384, 192, 3, 3], { padding: 1 })], [[ORT, 1]]),
  one('AlexNet conv4', [384, 13, 13], () => [conv([256, 384, 3, 3], { padding: 1 })], [[ORT, 0.85]]),
  one('AlexNet conv5', [256, 13, 13], () => [conv([256, 256, 3, 3], { padding: 1 })], [[ORT, 0.8]]),
  one('whole AlexNet', [3, 224, 224], ALEXNET, [
    [ORT, 0.6],
    [ORT_WEB, 1.6],
    [TFJS, 2],
  ]),
  one('max pool 3×3 stride 2, 64×112×112', [64, 112, 112], () => [pool(3, 2)], [[ORT, 1]]),
  one('max pool 2×2 stride 2, 64×112×112', [64, 112, 112], () => [pool(2, 2)], [[ORT, 1]]),
  ...['relu', 'sigmoid', 'silu', 'gelu', 'tanh'].map((op) =>
    one(`${op}, 0.8 M values`, [64, 112, 112], () => [{ op }], [[ORT, null]], 4),
  ),
  one('softmax, 12 × 197 rows of 197', [12, 197, 197], () => [{ op: 'softmax', axis: -1 }], [[ORT, null]], 4),
  one('softmax over 64 channels, 112×112', [64, 112, 112], () => [{ op: 'softmax', axis: 1 }], [[ORT, null]], 4),
  threads('3×3, 64→64, 112×112', [64, 112, 112], () => conv([64, 64, 3, 3], { padding: 1 })),
  threads('AlexNet conv1', [3, 224, 224], () => conv([64, 3, 11, 11], { stride: 4, padding: 2 })),
  threads('AlexNet conv2', [64, 27, 27], () => conv([192, 64, 5, 5], { padding: 2 })),
  threads('AlexNet conv4', [384, 13, 13], () => conv([256, 384, 3, 3], { padding: 1 })),
];
