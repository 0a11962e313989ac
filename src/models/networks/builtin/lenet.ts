import type { LayerSpec } from '../spec.js';
import { conv, layer, linear } from './build.js';

/** LeNet-5 with plain average pools and a linear end: 61,706 parameters. Source: LeCun, Bottou, Bengio, Haffner 1998 */
export function lenet5Layers(): LayerSpec[] {
  const pool = (name: string) => layer('avg_pool', name, { kernel_size: 2, stride: 2 });
  return [
    conv('conv1', 1, 6, 5),
    layer('tanh', 'tanh1'),
    pool('pool1'),
    conv('conv2', 6, 16, 5),
    layer('tanh', 'tanh2'),
    pool('pool2'),
    conv('conv3', 16, 120, 5),
    layer('tanh', 'tanh3'),
    layer('flatten', 'flatten'),
    linear('fc1', 120, 84),
    layer('tanh', 'tanh4'),
    linear('fc2', 84, 10),
  ];
}

/**
 * The same sizes as networks are built today, with ReLU and max pools, for 28×28: 61,706 parameters. Its trained weights
 * ship (fixtures/make/digits_network.mjs).
 */
export function digitsLayers(): LayerSpec[] {
  const pool = (name: string) => layer('max_pool', name, { kernel_size: 2, stride: 2 });
  return [
    conv('conv1', 1, 6, 5, { padding: 2 }),
    layer('relu', 'relu1'),
    pool('pool1'),
    conv('conv2', 6, 16, 5),
    layer('relu', 'relu2'),
    pool('pool2'),
    layer('flatten', 'flatten'),
    linear('fc1', 400, 120),
    layer('relu', 'relu3'),
    linear('fc2', 120, 84),
    layer('relu', 'relu4'),
    linear('fc3', 84, 10),
  ];
}
