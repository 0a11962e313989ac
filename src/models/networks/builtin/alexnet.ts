import type { LayerSpec } from '../spec.js';
import { conv, layer, linear } from './build.js';

const pool = (name: string) => layer('max_pool', name, { kernel_size: 3, stride: 2 });

/** torchvision's alexnet. Source: torchvision/models/alexnet.py; Krizhevsky 2014 */
export function alexnetLayers(): LayerSpec[] {
  return [
    conv('features.0', 3, 64, 11, { stride: 4, padding: 2 }),
    layer('relu', 'features.1'),
    pool('features.2'),
    conv('features.3', 64, 192, 5, { padding: 2 }),
    layer('relu', 'features.4'),
    pool('features.5'),
    conv('features.6', 192, 384, 3, { padding: 1 }),
    layer('relu', 'features.7'),
    conv('features.8', 384, 256, 3, { padding: 1 }),
    layer('relu', 'features.9'),
    conv('features.10', 256, 256, 3, { padding: 1 }),
    layer('relu', 'features.11'),
    pool('features.12'),
    layer('adaptive_avg_pool', 'avgpool', { output_size: 6 }),
    layer('flatten', 'flatten'),
    layer('dropout', 'classifier.0'),
    linear('classifier.1', 9216, 4096),
    layer('relu', 'classifier.2'),
    layer('dropout', 'classifier.3'),
    linear('classifier.4', 4096, 4096),
    layer('relu', 'classifier.5'),
    linear('classifier.6', 4096, 1000),
  ];
}

/** The two-group network of the paper, with Caffe's names. Source: Krizhevsky, Sutskever, Hinton 2012; bvlc_alexnet */
export function alexnet2012Layers(): LayerSpec[] {
  const norm = (name: string) => layer('lrn', name, { size: 5, alpha: 1e-4, beta: 0.75, k: 2 });
  return [
    conv('conv1', 3, 96, 11, { stride: 4 }),
    layer('relu', 'relu1'),
    norm('norm1'),
    pool('pool1'),
    conv('conv2', 96, 256, 5, { padding: 2, groups: 2 }),
    layer('relu', 'relu2'),
    norm('norm2'),
    pool('pool2'),
    conv('conv3', 256, 384, 3, { padding: 1 }),
    layer('relu', 'relu3'),
    conv('conv4', 384, 384, 3, { padding: 1, groups: 2 }),
    layer('relu', 'relu4'),
    conv('conv5', 384, 256, 3, { padding: 1, groups: 2 }),
    layer('relu', 'relu5'),
    pool('pool5'),
    layer('flatten', 'flatten'),
    linear('fc6', 9216, 4096),
    layer('relu', 'relu6'),
    layer('dropout', 'drop6'),
    linear('fc7', 4096, 4096),
    layer('relu', 'relu7'),
    layer('dropout', 'drop7'),
    linear('fc8', 4096, 1000),
  ];
}
