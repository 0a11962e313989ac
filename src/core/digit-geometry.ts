import type { Area, Point, PreprocessPlan, Size } from './preprocess-geometry.js';

/** The side of the square in the middle of MNIST's images that the ink is fitted into. */
const INK_SIDE = 20;

/** The size of a digit's box in MNIST: its longer side 20. */
export function fitDigit({ width, height }: Size): Size {
  const factor = INK_SIDE / Math.max(width, height);
  const sideOf = (length: number) => Math.max(1, Math.round(length * factor));
  return { width: sideOf(width), height: sideOf(height) };
}

/** A digit's box, brought to `resized`, put into `side` so that its centre of mass lies in the middle, as far as it fits. */
export function planDigit(
  original: Size,
  from: Area,
  { width, height }: Size,
  mass: Point,
  side: Size,
): PreprocessPlan {
  const begin = (room: number, centre: number, size: number) => {
    const first = Math.round(room / 2 - centre);
    return 0 - Math.min(room - size, Math.max(0, first));
  };
  const crop = { x: begin(side.width, mass.x, width), y: begin(side.height, mass.y, height), ...side };
  return { original, from, resized: { width, height }, crop };
}
