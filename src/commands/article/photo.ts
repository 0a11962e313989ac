import { atPlace, CnnvizError } from '../../core/errors.js';
import type { Image } from '../../core/image.js';
import type { PatchRect } from '../../core/job.js';
import type { Tensor } from '../../core/tensor.js';
import { imageToTensor } from '../../engine/preprocess.js';
import { resizeBilinear } from '../../engine/resize.js';
import { decodeImage } from '../../io/decode.js';
import { readBytes } from '../../io/files.js';
import { baseName } from '../../io/paths.js';
import { patchKernel } from '../../models/kernel-weights.js';
import type { ArticlePhoto, NamedPatch } from './claim.js';
import type { Texts } from './language.js';

/** The photograph with its pixels. */
export interface OpenedPhoto {
  readonly photo: ArticlePhoto;
  readonly image: Image;
  /** [1, H, W] */
  readonly gray: Tensor;
}

/** A photograph's longer side is brought down to this: larger ones would only take longer. */
const LONGEST = 1200;
/** Three pieces of a fifth of the shorter side, and windows at stride 16, need some room. */
const SHORTEST = 40;
const LARGEST_PATCH = 70;

export const TEXTS = {
  plane: {
    panel: { en: 'the 6', zh: '数字 6' },
    wheel: { en: 'the wheel', zh: '机轮' },
    tail: { en: 'the tail', zh: '尾翼' },
  },
  piece: (number: number) => ({ en: `piece ${number}`, zh: `图像块 ${number}` }),
} satisfies Texts;

/** The drawing that ships: its pieces lie where its own file says, its biases are the article's. */
export async function openPlane(path: string, placesPath: string, maxPixels: number): Promise<OpenedPhoto> {
  const { image } = await decodeImage(await readBytes(path), { background: null, maxPixels });
  const places = JSON.parse(new TextDecoder().decode(await readBytes(placesPath)));
  const piece = (key: keyof typeof TEXTS.plane): NamedPatch => {
    const { x, y, w, h } = places[key];
    return { name: TEXTS.plane[key], rect: { x, y, width: w, height: h } };
  };
  return opened(image, {
    file: baseName(path),
    width: image.width,
    height: image.height,
    own: null,
    patches: [piece('panel'), piece('wheel'), piece('tail')],
    biases: [500, 0, -500, -1000],
  });
}

/**
 * A photograph of one's own, made smaller when it is large, with the three pieces that stand out most and biases of a
 * quarter and a half of the strongest one's response to itself.
 * @throws CnnvizError 'shape' when it is too small, or too much of one colour, to cut three pieces
 */
export async function openOwnPhoto(path: string, maxPixels: number): Promise<OpenedPhoto> {
  try {
    const { image: original } = await decodeImage(await readBytes(path), { background: null, maxPixels });
    const image = reduced(original);
    const { width, height } = image;
    const x = colours(image);
    const rects = distinctivePatches(x, Math.min(LARGEST_PATCH, Math.floor(Math.min(width, height) / 5)), 3);
    if (rects.length < 3) {
      throw new CnnvizError('shape', 'nearly one colour: fewer than three pieces of it stand out', {
        fix: 'give a photograph with something in it',
      });
    }
    const [first, second, third] = rects;
    const quarter = Number((energyOf(x, first) / 4).toPrecision(1));
    return opened(image, {
      file: 'photo.png',
      width,
      height,
      own: { name: baseName(path), width: original.width, height: original.height },
      patches: [named(1, second), named(2, first), named(3, third)],
      biases: [quarter, 0, -quarter, -2 * quarter],
    });
  } catch (error) {
    throw atPlace(path, error);
  }
}

function opened(image: Image, photo: ArticlePhoto): OpenedPhoto {
  return { photo, image, gray: imageToTensor(image, { pixels: 'unit', gray: true, normalize: null }) };
}

function reduced(image: Image): Image {
  const { width, height } = image;
  const [longer, shorter] = [Math.max(width, height), Math.min(width, height)];
  if (shorter < SHORTEST) {
    throw new CnnvizError('shape', `${width}×${height}: the article cuts pieces out of the photograph`, {
      fix: `give one of at least ${SHORTEST} pixels a side; cnnviz conv takes any`,
    });
  }
  const scale = Math.max(LONGEST / longer, SHORTEST / shorter);
  if (scale >= 1) return image;
  return resizeBilinear(image, Math.round(width * scale), Math.round(height * scale));
}

function colours(image: Image): Tensor {
  return imageToTensor(image, { pixels: 'unit', gray: false, normalize: null });
}

function named(number: number, rect: PatchRect): NamedPatch {
  return { name: TEXTS.piece(number), rect };
}

/** What the piece answers to itself: the sum of the squares of its zero-mean weights. */
function energyOf(x: Tensor, rect: PatchRect): number {
  return patchKernel(x, rect, 'zero-mean').data.reduce((sum, value) => sum + value * value, 0);
}

/**
 * The `count` squares of `side` pixels with the most structure: those of the highest energy Σ(x − mean)² where each
 * channel's own mean is taken away, so that plain colours, however strong, have none. One after the other, none
 * overlapping another; of equals the first in reading order. Fewer when no more fit, or when only flat ones are left.
 * x: [C, H, W]
 */
export function distinctivePatches(x: Tensor, side: number, count: number): PatchRect[] {
  const [, H, W] = x.shape;
  const energies = structureEnergies(x, side);
  const columns = W - side + 1;
  const found: PatchRect[] = [];
  while (found.length < count) {
    let best = 0;
    let at = -1;
    for (let y = 0; y + side <= H; y++) {
      const rivals = found.filter((rect) => Math.abs(rect.y - y) < side);
      for (let left = 0; left < columns; left++) {
        const energy = energies[y * columns + left];
        if (energy <= best || rivals.some((rect) => Math.abs(rect.x - left) < side)) continue;
        best = energy;
        at = y * columns + left;
      }
    }
    if (at < 0) break;
    found.push({ x: at % columns, y: Math.floor(at / columns), width: side, height: side });
  }
  return found;
}

/** The energy of the square at each position, [H − side + 1, W − side + 1]; what rounding leaves of a flat one is 0. */
function structureEnergies({ data, shape: [C, H, W] }: Tensor, side: number): Float64Array {
  const out = new Float64Array((H - side + 1) * (W - side + 1));
  const area = side * side;
  for (let c = 0; c < C; c++) {
    const plane = data.subarray(c * H * W, (c + 1) * H * W);
    const sums = integral(plane, H, W, (value) => value);
    const squares = integral(plane, H, W, (value) => value * value);
    for (let y = 0, o = 0; y + side <= H; y++) {
      for (let x = 0; x + side <= W; x++, o++) {
        const sum = inSquare(sums, W, x, y, side);
        const square = inSquare(squares, W, x, y, side);
        const energy = square - (sum * sum) / area;
        if (energy > FLAT * square) out[o] += energy;
      }
    }
  }
  return out;
}

/** Running sums of float64 lose less than this share. */
const FLAT = 1e-9;

/** Sums of everything above and left of each corner: [H + 1, W + 1]. */
function integral(plane: Float32Array, H: number, W: number, of: (value: number) => number): Float64Array {
  const out = new Float64Array((H + 1) * (W + 1));
  for (let y = 0; y < H; y++) {
    let row = 0;
    for (let x = 0; x < W; x++) {
      row += of(plane[y * W + x]);
      out[(y + 1) * (W + 1) + x + 1] = out[y * (W + 1) + x + 1] + row;
    }
  }
  return out;
}

function inSquare(sums: Float64Array, W: number, x: number, y: number, side: number): number {
  const [top, bottom] = [y * (W + 1), (y + side) * (W + 1)];
  return sums[bottom + x + side] - sums[bottom + x] - sums[top + x + side] + sums[top + x];
}
