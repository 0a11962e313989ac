import { CnnvizError } from '../../core/errors.js';
import type { AxisReads, Explained, Families, Forward, LayerFamily, ShapeRule } from '../family.js';
import { imageShape, inRankOf, required, type Shape4 } from '../inputs.js';
import { copyStrided, movedBackward, strided } from '../moving.js';

/**
 * Numbers moved between channels and blocks of blockSize² places. depth_to_space: x [N, C·b², H, W] → [N, C, H·b, W·b];
 * space_to_depth the way back. 'CRD': the places of a block are neighbouring channels, as torch.nn.PixelShuffle has them;
 * 'DCR': the channels of a place are.
 * Source: onnx.ai, operators DepthToSpace and SpaceToDepth
 */
export interface BlocksLayer {
  readonly kind: 'depth_to_space' | 'space_to_depth';
  readonly blockSize: number;
  readonly mode: 'DCR' | 'CRD';
}

const blocksShape: ShapeRule<BlocksLayer> = ({ kind, blockSize: b }, inputs) => {
  const x = required(inputs, 0, 'x');
  if (!Number.isInteger(b) || b < 1) throw new CnnvizError('usage', `block size ${b}: expected a whole number from 1`);
  const [N, C, H, W] = imageShape(x.shape);
  const fits = kind === 'depth_to_space' ? C % (b * b) === 0 : H % b === 0 && W % b === 0;
  if (!fits) throw new CnnvizError('shape', `${kind} by blocks of ${b}×${b} does not fit [${x.shape.join(', ')}]`);
  const shape: Shape4 = kind === 'depth_to_space' ? [N, C / (b * b), H * b, W * b] : [N, C * b * b, H / b, W / b];
  return [{ dtype: x.dtype, shape: inRankOf(x, shape) }];
};

/** The output, row-major over `sides`, as steps through x. */
function movesOf({ kind, blockSize: b, mode }: BlocksLayer, shape: readonly number[]) {
  const [N, channels, height, width] = imageShape(shape);
  const plane = height * width;
  const image = channels * plane;
  if (kind === 'depth_to_space') {
    const C = channels / (b * b);
    const place = mode === 'DCR' ? C * plane : plane;
    const channel = mode === 'DCR' ? plane : b * b * plane;
    return { sides: [N, C, height, b, width, b], steps: [image, channel, width, b * place, 1, place] };
  }
  const [H, W] = [height / b, width / b];
  const places = { sides: [b, b], steps: [width, 1] };
  const own = { sides: [channels], steps: [plane] };
  const [first, second] = mode === 'DCR' ? [places, own] : [own, places];
  return {
    sides: [N, ...first.sides, ...second.sides, H, W],
    steps: [image, ...first.steps, ...second.steps, b * width, b],
  };
}

const blocksForward: Forward<BlocksLayer> = {
  rowWork(layer, [x]) {
    const { sides, steps } = movesOf(layer, x!.shape);
    return strided(0, sides, steps);
  },
  run(layer, [x], [y]) {
    const { sides, steps } = movesOf(layer, x!.shape);
    copyStrided(x!.data, 0, sides, steps, y.data);
  },
};

const explain: Explained<BlocksLayer> = {
  formula: () => 'taken from one place of x',
  terms(layer, { inputs: [x] }, index) {
    const { sides, steps } = movesOf(layer, x!);
    let [rest, at] = [index, 0];
    for (let axis = sides.length - 1; axis >= 0; axis--) {
      at += (rest % sides[axis]) * steps[axis];
      rest = Math.floor(rest / sides[axis]);
    }
    return [{ input: 0, index: at }];
  },
};

const BLOCKS_FAMILY: Omit<LayerFamily<BlocksLayer>, 'reads'> = {
  shape: blocksShape,
  forward: blocksForward,
  backward: movedBackward<BlocksLayer>(blocksForward),
  explain,
  words: ({ kind, blockSize, mode }) => `${kind} ${blockSize} ${mode}`,
  keepsSilence: true,
};

export const BLOCKS: Families<BlocksLayer> = {
  depth_to_space: {
    ...BLOCKS_FAMILY,
    reads({ blockSize: b }, { inputs: [x] }) {
      const [rows, columns] = x!.slice(-2).map((size): AxisReads => {
        const places = Array.from({ length: size * b }, (_, i) => [Math.floor(i / b)]);
        return { by: 'list', places, grid: { first: (1 / b - 1) / 2, step: 1 / b } };
      });
      return [rows, columns];
    },
  },
  space_to_depth: {
    ...BLOCKS_FAMILY,
    reads({ blockSize: b }, { inputs: [x] }) {
      const [rows, columns] = x!.slice(-2).map((size): AxisReads => {
        const axis = { size, kernel: b, stride: b, dilation: 1, padBefore: 0, padAfter: 0, out: size / b };
        return { by: 'window', axis, mode: 'zeros' };
      });
      return [rows, columns];
    },
  },
};
