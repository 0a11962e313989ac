import { shapeOf } from '../../analysis/kept-run.js';
import { chooseLayers } from '../../analysis/layer-choice.js';
import { inputWithoutImage } from '../../analysis/prepare/input-without-image.js';
import { measureValues } from '../../analysis/values.js';
import { CnnvizError } from '../../core/errors.js';
import { plural } from '../../core/geometry.js';
import type { ColormapName, NetworkRequest } from '../../core/job.js';
import type { DrawingNote } from '../../core/note.js';
import type { ValueFacts } from '../../core/result.js';
import { sizeOf, tensor } from '../../core/tensor.js';
import { formatNumber } from '../../core/text.js';
import { toFloat32 } from '../../core/values.js';
import { VERSION } from '../../core/version.js';
import { commonLevels, type FigureLook, legend, type MapFigure, titledScene } from '../../draw/figure.js';
import { chooseFit } from '../../draw/fit.js';
import { colourImage } from '../../draw/kernel-picture.js';
import { imagePicture, inGrid, type Plane, planePicture, sideBySide, stacked, textPart } from '../../draw/part.js';
import { writeNpy } from '../../models/npy.js';
import { encodeFigure, type FigureFile } from '../../run/figure.js';
import { openNetwork } from '../../run/network.js';

/** First and last kernel, both included. */
export type KernelRange = readonly [first: number, last: number];

/** The kernels of one convolution of a network. */
export interface NetworkFilters {
  readonly network: string;
  readonly layer: string;
  /** [M, C/groups, kH, kW] */
  readonly shape: readonly number[];
  readonly data: Float32Array;
  /** Facts of each kernel. */
  readonly kernels: readonly ValueFacts[];
}

/**
 * The kernels of the convolutions that names and globs mean; of the first when none are given.
 * @throws CnnvizError 'usage' when nothing matches or a layer has no kernels
 */
export async function networkFilters(
  request: NetworkRequest,
  patterns: readonly string[],
  size: readonly number[] | null,
): Promise<NetworkFilters[]> {
  const opened = await openNetwork(request);
  const input = inputWithoutImage(opened, size, [3, 224, 224]);
  const { shaped } = shapeOf(opened, { info: input, x: null });
  const convs = shaped.model.nodes.filter(({ layer }) => layer.kind === 'conv');
  if (convs.length === 0) throw new CnnvizError('usage', `${opened.name} has no convolutions`);
  const wanted =
    patterns.length === 0
      ? convs.slice(0, 1)
      : chooseLayers(shaped, patterns).flatMap(({ node }) => (node?.layer.kind === 'conv' ? [node] : []));
  if (wanted.length === 0) {
    throw new CnnvizError('usage', `--layers ${patterns.join(',')}: no convolution among them`, {
      fix: `convolutions: ${convs
        .slice(0, 8)
        .map(({ name }) => name)
        .join(', ')}`,
    });
  }
  return wanted.map(({ name, inputs }) => {
    const weight = shaped.known(inputs[1]!);
    if (!weight) throw new CnnvizError('unsupported', `${name}: its kernels are computed from the input`);
    const data = toFloat32(weight.data);
    const per = sizeOf(weight.shape.slice(1));
    const kernels = Array.from({ length: weight.shape[0] }, (_, m) =>
      measureValues(data.subarray(m * per, (m + 1) * per)),
    );
    return { network: opened.name, layer: name, shape: weight.shape, data, kernels };
  });
}

/** How a sheet is drawn and written. `args`: the command that makes it, but for where it goes. */
interface FiltersFile {
  readonly range: KernelRange | null;
  readonly colormap: ColormapName;
  readonly args: readonly string[];
  readonly alt: string;
  readonly file: FigureFile;
}

/** The kernels as a labelled sheet, with the command that makes it. */
export function drawFilters(
  { network, layer, shape, data }: NetworkFilters,
  { range, colormap, args, alt, file }: FiltersFile,
): Promise<Uint8Array> {
  const noteOf = ({ scale: { lo, hi } }: MapFigure): DrawingNote => ({
    cnnviz: VERSION,
    picture: 'filters',
    alt,
    lo,
    hi,
    args,
  });
  const drawn = { title: `The kernels of ${layer}`, facts: network, shape, data, range, colormap };
  return encodeFigure((look) => filtersSheet({ ...drawn, look }), noteOf, file);
}

/** Those of the numbers that are meant. @throws CnnvizError 'usage' when there are none of these numbers */
export function kernelsIn(all: NetworkFilters, range: KernelRange | null): NetworkFilters {
  const [M, ...sides] = all.shape;
  const [first, last] = range ?? [0, M - 1];
  checkRange(first, last, M);
  const size = sizeOf(sides);
  return {
    ...all,
    shape: [last + 1 - first, ...sides],
    data: all.data.subarray(first * size, (last + 1) * size),
    kernels: all.kernels.slice(first, last + 1),
  };
}

/** As .npy, [M, C/groups, kH, kW]. */
export function kernelNumbers({ shape, data }: NetworkFilters): Uint8Array {
  return writeNpy(tensor(data, shape));
}

function checkRange(first: number, last: number, M: number): void {
  if (first <= last && last < M) return;
  throw new CnnvizError('usage', `--kernels ${first}-${last}: there are ${plural(M, 'kernel')}, counted from 0`);
}

/** "64 kernels 11×11×3, −0.3 … 0.3" */
export function filtersWords({ shape: [M, C, kH, kW], kernels }: NetworkFilters): string {
  const lo = Math.min(...kernels.map(({ min }) => min));
  const hi = Math.max(...kernels.map(({ max }) => max));
  return `${plural(M, 'kernel')} ${kW}×${kH}×${C}, ${formatNumber(lo)} … ${formatNumber(hi)}`;
}

/** The kernels of one convolution. */
interface DrawnFilters {
  readonly title: string;
  /** What the line below the title begins with. */
  readonly facts: string;
  /** [M, C/groups, kH, kW] */
  readonly shape: readonly number[];
  readonly data: Float32Array;
  /** Null: as many as fit. */
  readonly range: KernelRange | null;
  readonly colormap: ColormapName;
  readonly look: FigureLook;
}

/** So many planes of a kernel stand side by side, more of them in a square. */
const MOST_IN_ROW = 16;
/** Planes on one sheet, if nobody says which. */
const MOST_PLANES = 1024;
const GAP = 12;
const AREA = 9e5;
const LARGEST_BOX = 96;
const SMALLEST_BOX = 10;
/** Planes of one kernel are this far apart, in points. */
const SEAM = 2;

/**
 * Kernels as a labelled sheet on one scale around zero: three channels as colours (mid-grey is 0 in each), others
 * plane by plane, side by side.
 * @throws CnnvizError 'usage' when the range lies outside
 */
export function filtersSheet({ title, facts, shape, data, range, colormap, look }: DrawnFilters): MapFigure {
  const [M, C, kH, kW] = shape;
  const isColour = C === 3;
  const perKernel = isColour ? 1 : C;
  const fitting = Math.max(1, Math.floor(MOST_PLANES / perKernel));
  const [first, last] = range ?? [0, Math.min(M, fitting) - 1];
  checkRange(first, last, M);
  const size = C * kH * kW;
  const planes: Plane[][] = [];
  for (let m = first; m <= last; m++) {
    planes.push(
      Array.from({ length: C }, (_, c) => {
        const start = m * size + c * kH * kW;
        return { width: kW, height: kH, values: data.subarray(start, start + kH * kW) };
      }),
    );
  }
  const { levels, scale, clipped } = commonLevels(planes.flat(), { kind: 'symmetric' });
  const count = last - first + 1;
  const area = Math.sqrt((AREA * look.box * look.box) / (count * perKernel));
  const box = Math.min(LARGEST_BOX * look.box, Math.max(SMALLEST_BOX, area - GAP));
  const fit = chooseFit(kW, kH, box, box);
  const cells = planes.map((channels, i) => {
    const own = levels.slice(i * C, (i + 1) * C);
    const pictures = isColour
      ? [imagePicture(colourImage(own, kW, kH), fit)]
      : channels.map((plane, c) => planePicture(plane, own[c], colormap, fit));
    const picture =
      pictures.length <= MOST_IN_ROW
        ? sideBySide(pictures, SEAM, 'top')
        : inGrid(pictures, SEAM, Math.ceil(Math.sqrt(pictures.length)));
    return stacked([picture, textPart(String(first + i), 'detail')], 2, 'left');
  });
  const what = count === M ? plural(M, 'kernel') : `kernels ${first}–${last} of ${M}`;
  const how = isColour ? 'red, green and blue as colours, mid-grey is 0' : `${plural(C, 'plane')} each`;
  const words = [facts, `${what}, ${kW}×${kH}×${C}`, how, 'one scale for all'].filter(Boolean).join('  ·  ');
  const key = legend('', scale, isColour ? 'gray' : colormap, clipped);
  return { scene: titledScene(title, words, inGrid(cells, GAP), key, look), scale, clipped };
}
