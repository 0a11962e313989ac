import { CnnvizError } from '../../core/errors.js';
import type { Image } from '../../core/image.js';
import { formatNumber } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import { applyColormap } from '../../draw/colormaps.js';
import { legend } from '../../draw/map-figure.js';
import { fitsNumberGrid, numberGrid } from '../../draw/number-grid.js';
import { FAINT, INK, inGrid, onPaper, type Part, planePicture, stacked, textPart, toLevels } from '../../draw/part.js';
import { chooseScale } from '../../draw/scale.js';
import { chooseFit } from '../../draw/text.js';
import { encodePng } from '../../io/encode.js';

/** The drawing as a PNG that carries the command it is made by. @param isAll all built-in kernels, which needs no names */
export function encodeKernels(kernels: readonly NamedKernel[], isAll: boolean): Promise<Uint8Array> {
  const names = kernels.map(({ name }) => name);
  const note = { cnnviz: VERSION, picture: 'kernels', kernels: names, args: ['kernels', ...(isAll ? [] : names)] };
  return encodePng(drawKernels(kernels), JSON.stringify(note));
}

/** A 2-D kernel to draw. `divisor`: the cells show its numbers multiplied by it, the caption says "÷ divisor". */
interface NamedKernel {
  readonly name: string;
  /** [kH][kW] */
  readonly rows: readonly (readonly number[])[];
  readonly divisor?: number;
}

const MARGIN = 16;
const NOTHING_CLIPPED = { below: 0, above: 0, nan: 0, of: 0 };

/**
 * Kernels as cells with their numbers: negative blue, positive orange, zero white. Each has its own scale: its largest number, negative or positive, is the darkest blue or orange.
 * @throws CnnvizError 'shape' when there is none, or one is empty or ragged
 */
export function drawKernels(kernels: readonly NamedKernel[]): Image {
  if (kernels.length === 0) throw new CnnvizError('shape', 'a sheet of kernels needs at least one');
  const tiles = inGrid(kernels.map(kernelTile), 20);
  const [{ rows }] = kernels;
  const values = Float32Array.from(rows.flat());
  const key =
    kernels.length === 1
      ? legend('', chooseScale([values], { kind: 'symmetric' }), 'diverging', NOTHING_CLIPPED)
      : textPart('blue: negative · orange: positive · each kernel has its own scale', FAINT);
  return onPaper(stacked([tiles, key], 14, 'left'), MARGIN);
}

function kernelTile({ name, rows, divisor = 1 }: NamedKernel): Part {
  const height = rows.length;
  const width = rows[0]?.length ?? 0;
  if (width === 0 || rows.some((row) => row.length !== width)) {
    throw new CnnvizError(
      'shape',
      `kernel ${name}: expected rows of one length, got ${rows.map((row) => row.length).join(', ')}`,
    );
  }
  const plane = { width, height, values: Float32Array.from(rows.flat()) };
  const levels = toLevels(plane.values, chooseScale([plane.values], { kind: 'symmetric' }));
  const picture = fitsNumberGrid(plane)
    ? numberGrid(plane, applyColormap(levels, 'diverging'), { divisor })
    : planePicture(plane, levels, 'diverging', chooseFit(width, height, 200, 200));
  const note = divisor === 1 ? `${width}×${height}` : `${width}×${height}, every number ÷ ${formatNumber(divisor)}`;
  return stacked([textPart(name, INK), picture, textPart(note, FAINT)], 4, 'left');
}
