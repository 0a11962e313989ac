import { CnnvizError } from '../../core/errors.js';
import { plural } from '../../core/geometry.js';
import { formatNumber } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import { type FigureLook, legend, titledScene } from '../../draw/figure.js';
import { chooseFit } from '../../draw/fit.js';
import { numbersOrPicture } from '../../draw/number-grid.js';
import { captioned, inGrid, type Part, textPart, toLevels } from '../../draw/part.js';
import { chooseScale } from '../../draw/scale.js';
import type { Scene } from '../../draw/scene/scene.js';
import { encodeFigure, type FigureFile } from '../../run/figure.js';

/** The drawing that carries the command it is made by. @param isAll all built-in kernels, which needs no names */
export function encodeKernels(
  kernels: readonly NamedKernel[],
  isAll: boolean,
  alt: string,
  file: FigureFile,
): Promise<Uint8Array> {
  const names = kernels.map(({ name }) => name);
  const args = ['kernels', ...(isAll ? [] : names)];
  const note = { cnnviz: VERSION, picture: 'kernels', kernels: names, alt, args };
  return encodeFigure(
    (look) => drawKernels(kernels, look),
    () => note,
    file,
  );
}

/** A 2-D kernel to draw. `divisor`: the cells show its numbers multiplied by it, the caption says "÷ divisor". */
interface NamedKernel {
  readonly name: string;
  /** [kH][kW] */
  readonly rows: readonly (readonly number[])[];
  readonly divisor?: number;
  /** What it answers to. */
  readonly reads?: string;
}

const BOX = 200;
const NOTHING_CLIPPED = { below: 0, above: 0, nan: 0, of: 0 };

/**
 * Kernels as cells with their numbers: negative blue, positive orange, zero white. Each has its own scale: its largest number, negative or positive, is the darkest blue or orange.
 * @throws CnnvizError 'shape' when there is none, or one is empty or ragged
 */
export function drawKernels(kernels: readonly NamedKernel[], look: FigureLook): { readonly scene: Scene } {
  if (kernels.length === 0) throw new CnnvizError('shape', 'a sheet of kernels needs at least one');
  const tiles = inGrid(
    kernels.map((kernel) => kernelTile(kernel, look.box, kernels.length > 1)),
    32,
  );
  const [{ name, rows, reads = '' }] = kernels;
  const isOne = kernels.length === 1;
  const values = Float32Array.from(rows.flat());
  const key = isOne
    ? legend('', chooseScale([values], { kind: 'symmetric' }), 'diverging', NOTHING_CLIPPED)
    : textPart('blue: negative, orange: positive; each kernel has its own scale', 'detail');
  const title = isOne ? `The kernel ${name}` : `${plural(kernels.length, 'kernel')} and their numbers`;
  const facts = isOne ? reads : 'the numbers that are slid over an image, multiplied and summed';
  return { scene: titledScene(title, facts, tiles, key, look) };
}

function kernelTile({ name, rows, divisor = 1, reads = '' }: NamedKernel, box: number, saysMore: boolean): Part {
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
  const fit = chooseFit(width, height, BOX * box, BOX * box);
  const picture = numbersOrPicture(plane, levels, 'diverging', fit, { divisor });
  const shared = divisor === 1 ? [] : [`every number ÷ ${formatNumber(divisor)}`];
  return captioned(picture, [[name, `${width} × ${height}`], ...shared, ...(saysMore && reads !== '' ? [reads] : [])]);
}
