import { readFileSync } from 'node:fs';
import { planTape } from '../../../../src/engine/training/network/plan-tape.js';
import type { DescentSettings } from '../../../../src/engine/training/network/share.js';
import type { Tape } from '../../../../src/engine/training/network/tape.js';
import { openTraining, type Training, type TrainingNeeds } from '../../../../src/engine/training/network/trainer.js';
import { inferShapes } from '../../../../src/layers/infer.js';
import { bindNetwork } from '../../../../src/models/networks/index.js';
import { parseNetworkFile } from '../../../../src/models/networks/network-file.js';

/** What PyTorch found: fixtures/make/train_torch.py. */
interface Followed {
  readonly losses: readonly number[];
  readonly running: Readonly<Record<string, readonly number[]>>;
  readonly evaluated: number;
}

export interface Case {
  readonly name: string;
  readonly loss: number;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
  readonly sgd: Followed;
  readonly adam: Followed;
}

interface Witness {
  readonly sgd: { readonly lr: number; readonly momentum: number; readonly weight_decay: number };
  readonly adam: { readonly lr: number; readonly weight_decay: number };
  readonly cases: readonly Case[];
}

export const WITNESS: Witness = JSON.parse(
  readFileSync(new URL('../../../../fixtures/expected/torch/training.json', import.meta.url), 'utf8'),
);

export const [IMAGES, BATCH, ODD] = [48, 12, 13];

interface Net {
  readonly input: readonly [number, number, number];
  readonly classes: number;
  readonly layers: readonly object[];
}

const conv = (name: string, out_channels: number, kernel_size: number | number[], more: object = {}) => ({
  type: 'conv',
  name,
  out_channels,
  kernel_size,
  ...more,
});
const linear = (name: string, out_features: number, more: object = {}) => ({
  type: 'linear',
  name,
  out_features,
  ...more,
});

/** The networks of train_torch.py. */
export const NETS: Readonly<Record<string, Net>> = {
  plain: {
    input: [2, 9, 8],
    classes: 4,
    layers: [
      conv('conv1', 5, 3, { padding: 1 }),
      { type: 'leaky_relu', name: 'act1', negative_slope: 0.1 },
      { type: 'max_pool', name: 'pool1', kernel_size: 3, stride: 2, padding: 1 },
      conv('conv2', 7, [3, 2], { stride: [2, 1], padding: [1, 0] }),
      { type: 'tanh', name: 'act2' },
      { type: 'avg_pool', name: 'pool2', kernel_size: 2, stride: 1, padding: 1 },
      { type: 'flatten', name: 'flat' },
      linear('fc1', 9),
      { type: 'sigmoid', name: 'act3' },
      { type: 'dropout', name: 'drop', p: 0 },
      linear('fc2', 4),
    ],
  },
  norms: {
    input: [1, 8, 8],
    classes: 5,
    layers: [
      conv('conv1', 4, 3, { bias: false }),
      { type: 'batch_norm', name: 'bn1' },
      { type: 'relu', name: 'act1' },
      conv('conv2', 6, 3, { dilation: 2, groups: 2 }),
      { type: 'batch_norm', name: 'bn2', momentum: 0.3, eps: 0.001 },
      { type: 'relu', name: 'act2' },
      { type: 'flatten', name: 'flat' },
      linear('fc1', 8),
      { type: 'batch_norm', name: 'bn3' },
      { type: 'gelu', name: 'act3' },
      linear('fc2', 5),
    ],
  },
  branches: {
    input: [3, 7, 7],
    classes: 3,
    layers: [
      conv('stem', 6, 3, { padding: 1 }),
      { type: 'relu', name: 'act', from: 'stem' },
      conv('deep', 6, 3, { padding: 1, groups: 6, bias: false, from: 'act' }),
      { type: 'batch_norm', name: 'bn', from: 'deep' },
      { type: 'add', name: 'sum', from: ['bn', 'act'] },
      conv('wide', 4, 1, { from: 'sum' }),
      { type: 'concat', name: 'all', from: ['wide', 'sum'], dim: 1 },
      { type: 'adaptive_max_pool', name: 'max', output_size: [2, 3], from: 'all' },
      { type: 'adaptive_avg_pool', name: 'mean', output_size: 2, from: 'all' },
      { type: 'flatten', name: 'flat1', from: 'max' },
      { type: 'flatten', name: 'flat2', from: 'mean' },
      { type: 'concat', name: 'both', from: ['flat1', 'flat2'], dim: 1 },
      linear('out', 3, { from: 'both' }),
    ],
  },
};

/** A network of layers as training runs it; every parameter is learnt. */
export function tapeOf(input: readonly number[], layers: readonly object[], learns = (_: string) => true): Tape {
  const spec = parseNetworkFile(JSON.stringify({ input, layers }), 'net.json');
  const bound = { dtype: 'float32', shape: [8, ...input] } as const;
  const { model } = bindNetwork(spec, bound, { kind: 'none' }, new Map());
  const shaped = inferShapes(model, new Map([['input', { ...bound, value: null }]]));
  return planTape(shaped, new Set([...model.constants.keys()].filter(learns)));
}

/** 32-bit linear congruential generator of Numerical Recipes, its upper 24 bits. */
export function numbers(seed: number): { next: () => number; unit: () => number } {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 8;
  };
  return { next, unit: () => next() / 2 ** 24 };
}

export interface Made {
  readonly training: Training;
  /** The images of the next step. */
  readonly some: () => Int32Array;
}

export const PLAIN_SETTINGS: DescentSettings = {
  optimizer: 'sgd',
  momentum: 0,
  weightDecay: 0,
  batch: ODD,
  seed: 1,
  augment: { shift: false, flip: false },
};

/** The network, weights and images of train_torch.py. */
export function made(
  name: string,
  settings: Partial<DescentSettings> = {},
  more: Partial<Pick<TrainingNeeds, 'team' | 'kind'>> = {},
): Made {
  const { input, classes, layers } = NETS[name];
  const tape = tapeOf(input, layers);
  const random = numbers(7);
  const weights = new Map<string, Float32Array>();
  for (const { name: own, shape, floats } of tape.parameters) {
    const limit = 1.5 / Math.sqrt(shape.length > 1 ? floats / shape[0] : 4);
    const half = shape.length > 1 ? 1 : 0.5;
    weights.set(
      own,
      Float32Array.from({ length: floats }, () => limit * (2 * random.unit() - 1) * half),
    );
  }
  const [C, H, W] = input;
  const data = new Uint8Array(IMAGES * C * H * W);
  const labels = new Int32Array(IMAGES);
  for (let n = 0, at = 0; n < IMAGES; n++) {
    labels[n] = random.next() % classes;
    for (let c = 0; c < C; c++) {
      for (let i = 0; i < H; i++) {
        for (let j = 0; j < W; j++) data[at++] = (random.next() % 160) + (i % classes === labels[n] ? 90 : 0);
      }
    }
  }
  const tables = Float32Array.from({ length: C * 256 }, (_, i) => (i % 256) / 255);
  const training = openTraining({
    tape,
    images: { data, tables, labels },
    settings: { ...PLAIN_SETTINGS, ...settings },
    team: null,
    ...more,
  });
  for (const [own, values] of weights) training.numbers.get(own)!.set(values);
  for (const { name: own, role } of tape.buffers) training.numbers.get(own)!.fill(role === 'running_var' ? 1 : 0);
  return { training, some: () => Int32Array.from({ length: BATCH }, () => random.next() % IMAGES) };
}

/** The largest difference, as a share of the largest number that is expected. */
export function worst(found: ArrayLike<number>, expected: readonly number[]): number {
  const largest = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(found[i] - value))) / largest;
}
