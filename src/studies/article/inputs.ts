import type { Image } from '../../core/image.js';
import { cropImage } from '../../engine/crop.js';

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

/** Tiles in a row, and rows, of each half of the photograph. */
const TILES = [6, 2] as const;

/** The photograph's upper and lower half, cut into twelve tiles each: two classes to tell apart. */
export function halves(image: Image): { readonly file: string; readonly image: Image }[] {
  const [columns, rows] = TILES;
  const width = Math.floor(image.width / columns);
  const height = Math.floor(image.height / (2 * rows));
  return ['top', 'bottom'].flatMap((half, h) =>
    Array.from({ length: columns * rows }, (_, i) => {
      const x = (i % columns) * width;
      const y = (h * rows + Math.floor(i / columns)) * height;
      return { file: `halves/${half}/${i + 1}.png`, image: cropImage(image, { x, y, width, height }) };
    }),
  );
}
