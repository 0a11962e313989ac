// The engine from its sources, for cases that need a whole network in one session.
import { fromSources } from './from-sources.mjs';

const {
  Session,
  importOnnx,
  memorySource,
  planModel,
  readOnnx,
  runAllSync,
  runSync,
  sequential,
  tensor,
  tensorConstant,
  threadTeam,
  useWide,
} = await fromSources(
  'engine',
  `export { Session } from './src/engine/session.js';
      export { runAllSync, runSync } from './src/engine/execute.js';
      export { planModel } from './src/engine/plan.js';
      export { threadTeam } from './src/run/threads.js';
      export { useWide } from './src/run/wide.js';
      export { sequential, tensorConstant } from './src/layers/model.js';
      export { memorySource } from './src/core/bytes.js';
      export { tensor } from './src/core/tensor.js';
      export { importOnnx } from './src/models/onnx/import.js';
      export { readOnnx } from './src/models/onnx/proto.js';`,
);

// CNNVIZ_WIDE=1 measures vectors of 256 bits, as it does with every command
if (process.env.CNNVIZ_WIDE === '1') useWide();

/** An ONNX model with one input of this shape, without N → a function that runs it and gives its one output. */
export function cnnvizOnnx(bytes, inputShape) {
  const model = importOnnx(readOnnx(memorySource(new Uint8Array(bytes)), null));
  const [{ name }] = model.inputs;
  const shape = [1, ...inputShape];
  const inputs = new Map([[name, { dtype: 'float32', shape, value: null }]]);
  const plan = planModel(model, inputs, { exact: false, algorithm: null });
  const session = new Session(plan);
  const run = (data) => runAllSync(session, new Map([[name, { data, shape, dtype: 'float32' }]])).get(plan.kept[0]);
  return Object.assign(run, { flops: 2 * plan.macs, close: () => session.close() });
}

/**
 * Layers as plain data, as onnx-writer.mjs reads them too → a function that runs them on one input.
 * { op: 'conv', weight: {data, shape}, stride, padding } · { op: 'max_pool', size, stride } ·
 * { op: 'relu', 'sigmoid', 'silu', 'gelu' or 'tanh' } · { op: 'softmax', axis }
 */
export async function cnnviz(layers, inputShape, { threads = 1 } = {}) {
  if (threads > 1) await startThreads(threads);
  return cnnvizOn(threadTeam(threads), layers, inputShape);
}

function cnnvizOn(team, layers, inputShape) {
  const model = sequential(
    layers.map((one, i) => {
      const weight = one.weight && tensorConstant(tensor(one.weight.data, one.weight.shape));
      return { name: String(i), layer: layerOf(one), parameters: weight ? [[`${i}.weight`, weight]] : [] };
    }),
  );
  const plan = planModel(model, [1, ...inputShape], { exact: false, algorithm: null });
  const session = new Session(plan, { team });
  const out = new Float32Array(plan.shaped.infos.get(plan.kept[0]).shape.reduce((a, b) => a * b, 1));
  const run = (x) => runSync(session, { data: x, shape: inputShape }, out);
  run.flops = 2 * plan.macs;
  run.algorithms = plan.steps.map((step) => step.algorithm?.name).filter(Boolean);
  return run;
}

/** A team starts with the first convolution that is long enough to wait for it: here it shall run before the timing. */
async function startThreads(count) {
  const team = threadTeam(count);
  if (team.isRunning) return;
  const long = { op: 'conv', weight: { data: new Float32Array(64 * 64 * 9), shape: [64, 64, 3, 3] } };
  const run = cnnvizOn(team, [long], [64, 800, 800]);
  run(new Float32Array(64 * 800 * 800));
  if (!team.isRunning) throw new Error('the long convolution did not start the threads');
  await new Promise((resolve) => setTimeout(resolve, 500));
}

function layerOf({ op, stride = 1, padding = 0, size, groups = 1, axis = -1 }) {
  const pair = (value) => [value, value];
  switch (op) {
    case 'conv':
      return {
        kind: 'conv',
        stride: pair(stride),
        padding,
        paddingMode: 'zeros',
        dilation: [1, 1],
        groups,
      };
    case 'relu':
    case 'sigmoid':
    case 'silu':
    case 'gelu':
    case 'tanh':
      return { kind: 'activation', name: op, parameters: [] };
    case 'softmax':
      return { kind: 'softmax', dim: axis };
    default:
      return {
        kind: 'max_pool',
        kernelSize: pair(size),
        stride: pair(stride),
        pads: [0, 0, 0, 0],
        dilation: [1, 1],
        ceilMode: false,
      };
  }
}
