import type { Image } from '../core/image.js';
import { applyColormap } from './colormaps.js';
import { chooseFit } from './fit.js';
import { fitsNumberGrid, numberGrid } from './number-grid.js';
import { FAINT, inGrid, onPaper, type Part, stacked, textPart } from './part.js';
import { type Plane, planePicture, toLevels } from './pictures.js';
import { chooseScale } from './scale.js';

export interface DrawableKernel {
  readonly name: string;
  /** [kH][kW] */
  readonly rows: readonly (readonly number[])[];
  /** The numbers are written multiplied by this, and it is said. */
  readonly divisor?: number;
}

/** Kernels as cells with their numbers, side by side: blue below zero, white zero, orange above; each its own range. */
export function drawKernels(kernels: readonly DrawableKernel[]): Image {
  const parts = kernels.map(({ name, rows, divisor = 1 }) => {
    const plane = { width: rows[0].length, height: rows.length, values: Float32Array.from(rows.flat()) };
    const size = `${plane.width}×${plane.height}${divisor === 1 ? '' : `, each number ÷ ${divisor}`}`;
    return stacked([textPart(name), kernelPlane(plane, divisor), textPart(size, FAINT)], 4);
  });
  const columns = Math.max(1, Math.ceil(Math.sqrt(kernels.length * 1.3)));
  const about = textPart('blue: negative   white: 0   orange: positive', FAINT);
  return onPaper(stacked([inGrid(parts, Math.min(columns, parts.length), 18, 18), about], 14), 14);
}

/** One plane of a kernel: numbers in cells when it is small, else a picture; zero is white either way. */
export function kernelPlane(plane: Plane, divisor = 1): Part {
  const scale = chooseScale([plane.values], { kind: 'symmetric' });
  const levels = toLevels(plane.values, scale);
  if (fitsNumberGrid(plane)) return numberGrid(plane, applyColormap(levels, 'diverging'), divisor);
  return planePicture(plane, levels, 'diverging', chooseFit(plane.width, plane.height, 160, 160));
}
