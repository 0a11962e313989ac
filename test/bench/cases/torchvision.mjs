import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cnnvizOnnx } from '../engine.mjs';
import { onnxNode, onnxWeb } from '../peers.mjs';
import { ROOT } from '../processes.mjs';

/** Networks of torchvision, in the order of the table; the mean of the ratios is over all but AlexNet. */
export const NETWORKS = [
  'resnet18',
  'resnet50',
  'mobilenet_v2',
  'mobilenet_v3_small',
  'efficientnet_b0',
  'densenet121',
  'shufflenet_v2_x1_0',
  'squeezenet1_0',
  'convnext_tiny',
  'vit_b_16',
  'alexnet',
];
const SHAPE = [3, 224, 224];
const PYTHON = '/usr/bin/python3';

const hasTorchvision = () => spawnSync(PYTHON, ['-c', 'import torchvision']).status === 0;

/** Numbers in [−1, 1), the same in every run. */
function image() {
  const x = new Float32Array(SHAPE.reduce((a, b) => a * b));
  let state = 1;
  for (let i = 0; i < x.length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    x[i] = state / 2 ** 31 - 1;
  }
  return x;
}

/** One forward pass in one thread, weights loaded; outputs are compared with those of each peer. */
const network = (name) => ({
  name: `networks: ${name}`,
  network: name,
  // some take seconds a run
  effort: { warmUps: 2, fewest: 5 },
  // side by side in one round, so that all times of a row belong together
  together: true,
  async prepare(folder) {
    const kept = process.env.CNNVIZ_BENCH_NETWORKS;
    const own = kept ?? join(folder, 'networks');
    const file = join(own, `${name}.onnx`);
    if (!existsSync(file)) {
      if (!hasTorchvision()) return `needs ${PYTHON} with torchvision (Debian's python3-torchvision)`;
      mkdirSync(own, { recursive: true });
      const script = join(ROOT, 'fixtures/make/bench_networks_torchvision.py');
      const { status, stderr } = spawnSync(PYTHON, [script, own, name], { encoding: 'utf8' });
      if (status !== 0) throw new Error(`${script} ${own} ${name}: exit ${status}\n${stderr}`);
    }
    const bytes = readFileSync(file);
    const x = image();
    const run = cnnvizOnnx(bytes, SHAPE);
    const peers = [
      { peer: 'onnxruntime-node', goal: name === 'alexnet' ? 0.6 : 0.18, run: await onnxNode(bytes, SHAPE, x) },
      { peer: 'onnxruntime-web wasm', goal: 1.6, run: await onnxWeb(file, SHAPE, x) },
    ];
    const close = () => {
      run.close();
      if (kept === undefined) rmSync(file);
    };
    return { run: () => run(x), output: () => run(x).data, flops: run.flops, peers, close };
  },
});

export const torchvisionCases = NETWORKS.map(network);

/** What the rows of the networks say together: [what, goal, value, whose]. `rows`: of run.mjs. */
export function networkSummary(rows) {
  const own = rows.filter((row) => row.network !== undefined && row.network !== 'alexnet');
  return [
    { peer: 'onnxruntime-node', mean: 0.3, least: 0.18 },
    { peer: 'onnxruntime-web wasm', mean: null, least: 1.6 },
  ].flatMap(({ peer, mean, least }) => {
    const found = own.filter((row) => row.peer === peer);
    if (found.length === 0) return [];
    const geometric = Math.exp(found.reduce((sum, { ratio }) => sum + Math.log(ratio.best), 0) / found.length);
    const slowest = found.reduce((a, b) => (b.ratio.best < a.ratio.best ? b : a));
    return [
      { what: `geometric mean of ${found.length} networks against ${peer}`, value: geometric, goal: mean },
      { what: `smallest ratio against ${peer}: ${slowest.network}`, value: slowest.ratio.best, goal: least },
    ];
  });
}
