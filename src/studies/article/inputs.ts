import type { Image } from '../../core/image.js';

/** A small network of one's own, as T5 runs it. */
export const NET_YAML = `# A small network of your own: change a line and run it again. cnnviz summary net.yaml shows what it costs.
name: mine
input: [3, 96, 96] # C, H, W
preprocess: { resize: 96, crop: 96, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }
layers:
  - { type: conv, name: conv1, out_channels: 16, kernel_size: 5, stride: 2, padding: 2 }
  - relu
  - max_pool 2
  - { type: conv, name: conv2, out_channels: 32, kernel_size: 3, padding: 1 }
  - relu
  - adaptive_avg_pool 4
  - flatten
  - { type: linear, name: classify, out_features: 10 }
`;

/** One white pixel in the middle of 5×5 black ones. */
export function impulseImage(): Image {
  const data = new Uint8Array(25);
  data[12] = 255;
  return { width: 5, height: 5, channels: 1, depth: 8, data };
}
