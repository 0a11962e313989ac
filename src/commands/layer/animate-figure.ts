import type { ChannelTerms, WeightedStep } from '../../analysis/explain/explanation.js';
import { isUnfilled, type Scene, type SceneStep } from '../../analysis/scenes.js';
import type { Once } from '../../cli/animation.js';
import type { Image } from '../../core/image.js';
import type { Area } from '../../core/preprocess-geometry.js';
import type { Scale } from '../../core/result.js';
import { formatNumber, groupDigits } from '../../core/text.js';
import { applyColormap } from '../../draw/colormaps.js';
import { type FigureLook, legend, titledScene } from '../../draw/figure.js';
import { chooseFit, type Fit } from '../../draw/fit.js';
import { kernelPicture } from '../../draw/kernel-picture.js';
import { arrowPart, MARKED, outlined } from '../../draw/marks.js';
import { fitsNumberGrid, numberGrid } from '../../draw/number-grid.js';
import {
  boxed,
  captioned,
  imagePicture,
  lineHeight,
  type Part,
  type Plane,
  planePicture,
  sideBySide,
  stacked,
  TYPE,
  textPart,
  toLevels,
} from '../../draw/part.js';
import { chooseScale } from '../../draw/scale.js';
import { type Scene as Drawing, fillRect } from '../../draw/scene/scene.js';
import { textWidth } from '../../draw/scene/typeface.js';
import {
  channelTitle,
  MOST_CHANNELS,
  markCells,
  PADDED,
  patchGreys,
  patchPart,
  productPlanes,
  restOfChannels,
  shownChannels,
  termsRows,
  windowPart,
} from './terms-figure.js';

const GAP = 16;
const BOX = 360;
const KERNEL_BOX = 144;

/** What of the frames of a scene does not depend on how they are laid out. */
export interface Film {
  readonly scene: Scene;
  readonly title: string;
  readonly facts: string;
  readonly showsInputNumbers: boolean;
  readonly showsProducts: boolean;
  readonly showsMapNumbers: boolean;
  /** The channels of the input, and of the sums, that are drawn: the same in every frame. */
  readonly planes: Scene['input']['planes'];
  /** Planes whose cells are of one size. */
  readonly cells: readonly Plane[];
  /** The sums of all frames, for the width of their column. */
  readonly sums: readonly number[];
  readonly inputScale: Scale;
  readonly productScale: Scale;
  readonly mapScale: Scale;
  /** The greys of an input that is no picture, without its padding. */
  readonly inputLevels: Uint8Array;
  readonly mapLevels: Uint8Array;
  /** The widest line below the pictures: all frames have room for it. */
  readonly sumWidth: number;
}

/** A scene that is to be drawn. @param names of the input and of what slides over it: "five.png", "edge3x3" */
export function filmOf(scene: Scene, names: readonly [input: string, network: string]): Film {
  const { input, map, steps } = scene;
  const [kH, kW] = steps[0].explained.taps.size;
  const showsProducts = fitsNumberGrid({ width: kW, height: kH });
  const showsInputNumbers = fitsNumberGrid(input.planes[0]);
  const showsMapNumbers = fitsNumberGrid(map);
  const products = steps.flatMap(({ explained }) => productPlanes(explained));
  const shown = shownPlanes(scene);
  const numbered = [
    ...(showsInputNumbers ? input.planes : []),
    ...(showsMapNumbers ? [map] : []),
    ...(showsProducts ? products : []),
    ...(showsProducts ? kernelsOf(steps[0]) : []),
  ];
  const range = (all: readonly Plane[], kind: 'minmax' | 'symmetric') =>
    chooseScale(
      all.map(({ values }) => values),
      { kind },
    );
  const inputScale = range(input.planes, 'minmax');
  const mapScale = range([map], 'symmetric');
  const { size, weight } = TYPE.name;
  const places = map.width * map.height;
  const after = scene.after === null ? '' : `, then ${scene.after}`;
  return {
    scene,
    title: `${names[0]} through ${names[1]}, window by window`,
    facts: `${scene.name}: ${scene.words}${after}${places > steps.length ? `  ·  ${groupDigits(steps.length)} of ${groupDigits(places)} positions` : ''}`,
    showsInputNumbers,
    showsProducts,
    showsMapNumbers,
    planes: shown,
    cells: widestCells(numbered),
    sums: steps.flatMap(({ explained }) => (explained.step === 'weighted' ? sumsOf(explained, shown.length) : [])),
    inputScale,
    productScale: range(products, 'symmetric'),
    mapScale,
    inputLevels: input.picture || showsInputNumbers ? new Uint8Array() : toLevels(unpadded(input), inputScale),
    mapLevels: toLevels(map.values, mapScale),
    sumWidth: Math.max(...steps.map((step) => textWidth(sumWords(scene, step), size, weight))),
  };
}

/** One channel where all are equal, kernels too; else the first few. */
function shownPlanes({ input: { planes }, steps: [first] }: Scene): Scene['input']['planes'] {
  const { explained } = first;
  const kernels = explained.step === 'weighted' ? explained.channels : [];
  const equal = shownChannels(planes, ({ values }) => [values]).length === 1;
  const alike = kernels.length === 0 || shownChannels(kernels, ({ kernel }) => [kernel]).length === 1;
  return planes.slice(0, equal && alike ? 1 : MOST_CHANNELS);
}

function kernelsOf({ explained }: SceneStep): Plane[] {
  const [height, width] = explained.taps.size;
  return explained.step === 'weighted'
    ? explained.channels.map(({ kernel }) => ({ width, height, values: kernel }))
    : [];
}

function sumsOf({ channels, sum }: WeightedStep, shown: number): number[] {
  const own = channels.slice(0, shown).map((one) => one.sum);
  return channels.length === shown ? own : [...own, sum - own.reduce((a, b) => a + b, 0)];
}

/** The plane whose numbers need the widest cells: it stands for all, so that their texts are measured once. */
function widestCells(planes: readonly Plane[]): Plane[] {
  let widest: Plane[] = [];
  let most = 0;
  for (const plane of planes) {
    const { step } = numberGrid(plane, NO_COLOURS);
    if (step > most) [widest, most] = [[plane], step];
  }
  return widest;
}

const NO_COLOURS = new Uint8Array();

/** The frames of a film, one a step; every number in them is a step's. `once`: what is done with pictures that stay. */
export function filmFrames(film: Film, look: FigureLook, once: Once = (part) => part): (s: number) => Drawing {
  const { scene, inputLevels, mapLevels, mapScale, inputScale } = film;
  const { input, map } = scene;
  const box = BOX * look.box;
  const pictured = (
    { width, height }: { readonly width: number; readonly height: number },
    draw: (fit: Fit) => Part,
  ) => {
    const side = Math.max(width, height);
    const fit = side > box ? { zoom: 1, shrink: side / box } : chooseFit(width, height, box, box);
    return { fit, picture: once(draw(fit)) };
  };
  const { picture } = input;
  const shownInput = film.showsInputNumbers
    ? null
    : pictured(input, (fit) => (picture ? imagePicture(picture, fit) : planePicture(input, inputLevels, 'gray', fit)));
  const shownMap = film.showsMapNumbers ? null : pictured(map, (fit) => planePicture(map, mapLevels, 'diverging', fit));
  const key = once(
    sideBySide(
      [
        picture && !film.showsInputNumbers
          ? textPart(
              `${input.name}: its own pixels, ${formatNumber(inputScale.lo)} … ${formatNumber(inputScale.hi)}`,
              'detail',
            )
          : legend(input.name, inputScale, 'gray', NOTHING_CLIPPED),
        legend('output', mapScale, 'diverging', NOTHING_CLIPPED),
      ],
      32,
      'top',
    ),
  );
  return (s) => framePart(film, { shownInput, shownMap, key, look }, s);
}

interface Shown {
  readonly fit: Fit;
  readonly picture: Part;
}

/** What all frames of a film show, laid out. */
interface Stage {
  readonly shownInput: Shown | null;
  readonly shownMap: Shown | null;
  readonly key: Part;
  readonly look: FigureLook;
}

function framePart(film: Film, stage: Stage, s: number): Drawing {
  const { scene, title, facts, cells, productScale, sumWidth } = film;
  const { input, map, steps } = scene;
  const { shownInput, shownMap, key, look } = stage;
  const step = steps[s];
  const { explained } = step;
  const padding = input.planes[0].padding.includes(1) && film.showsInputNumbers ? ['blue-grey cells are padding'] : [];
  const left = captioned(inputPart(film, shownInput, step), [
    [input.name, `${input.width} × ${input.height}`],
    ...padding,
  ]);
  const middle =
    explained.step === 'weighted'
      ? weightedPart(film, explained, look.box)
      : windowPart(explained, productScale, cells, look.box);
  const right = captioned(mapPart(film, shownMap, step), [
    ['output', `${map.width} × ${map.height}`],
    `(${step.x}, ${step.y}) = ${formatNumber(step.value, 4)}`,
  ]);
  const figure = sideBySide([left, arrowPart(null, null), middle, arrowPart(null, null), right], GAP, 'middle');
  const counted = textPart(`step ${s + 1} of ${steps.length}`, 'detail');
  const sum = stacked([textPart(sumWords(scene, step), 'name'), counted], 4, 'left');
  const below = boxed(sum, sumWidth, lineHeight(TYPE.name), 'left', 'top');
  return titledScene(title, facts, stacked([figure, below], 24, 'left'), key, look);
}

const NOTHING_CLIPPED = { below: 0, above: 0, nan: 0, of: 0 };

/** The input's channels with the window on each. */
function inputPart({ scene, planes, cells, inputScale }: Film, shown: Shown | null, { explained }: SceneStep): Part {
  const { taps } = explained;
  if (shown) return outlined(shown.picture, shown.fit, [{ window: taps.window, paint: MARKED }]);
  const { input } = scene;
  const count = input.planes.length;
  const grids = planes.map((plane, c) => {
    const rgb = applyColormap(toLevels(plane.values, inputScale), 'gray');
    plane.padding.forEach((flag, i) => {
      if (flag === 1) rgb.set(PADDED, 3 * i);
    });
    const grid = numberGrid(plane, rgb, { among: cells });
    const rows = taps.rows.map((row) => row + input.padTop);
    const columns = taps.columns.map((column) => column + input.padLeft);
    const title = planes.length === count ? channelTitle(input.channels[c], input.isColour, count) : [];
    return stacked([...title, markCells(grid, grid.step, rows, columns)], 4, 'left');
  });
  return stacked([...grids, ...restOfChannels(planes.length, count)], 8, 'left');
}

function unpadded({ planes, padLeft, padTop, width, height }: Scene['input']): Float32Array {
  const [plane] = planes;
  const values = new Float32Array(width * height);
  for (let row = 0; row < height; row++) {
    const from = (row + padTop) * plane.width + padLeft;
    values.set(plane.values.subarray(from, from + width), row * width);
  }
  return values;
}

/** Patch, kernel and products of each channel, as numbers where they fit. */
function weightedPart(film: Film, explained: WeightedStep, box: number): Part {
  const { channels, taps } = explained;
  const [height, width] = taps.size;
  const patchRgb = patchColours(film, explained);
  if (!film.showsProducts) {
    const planes = channels.map(({ kernel }) => ({ width, height, values: kernel }));
    const { picture, size, range } = kernelPicture(planes, KERNEL_BOX * box);
    const [first] = channels;
    const patch = patchPart(taps, first.patch, patchRgb(first), [], KERNEL_BOX * box);
    const sign = textPart('×', { ...TYPE.title, weight: 'regular' });
    const fixed = { width: KERNEL_BOX };
    return sideBySide(
      [captioned(patch, ['patch'], fixed), sign, captioned(picture, ['kernel', size, range], fixed)],
      12,
      'top',
    );
  }
  return termsRows(explained, {
    isColour: film.scene.input.isColour,
    cells: film.cells,
    productScale: film.productScale,
    patchRgb,
    shown: channels.slice(0, film.planes.length),
    sums: film.sums,
    box,
  });
}

/** The colours of a patch: its own pixels where the layer reads an image, else the greys of its channel. */
function patchColours(
  { scene: { input }, inputScale }: Film,
  { taps }: WeightedStep,
): (channel: ChannelTerms) => Uint8Array {
  const { picture, width, height } = input;
  if (picture === null || picture.width !== width || picture.height !== height) return patchGreys(inputScale);
  const [kH, kW] = taps.size;
  const rgb = new Uint8Array(3 * kH * kW);
  for (let t = 0; t < kH * kW; t++) {
    if (taps.padding[t] === 0) rgb.set(pixelOf(picture, taps.rows[Math.floor(t / kW)], taps.columns[t % kW]), 3 * t);
  }
  return () => rgb;
}

function pixelOf({ width, channels, depth, data }: Image, row: number, column: number): [number, number, number] {
  const at = (row * width + column) * channels;
  const sample = (c: number) => Math.round(data[at + (channels === 1 ? 0 : c)] / (depth === 8 ? 1 : 257));
  return [sample(0), sample(1), sample(2)];
}

/** The map as far as it is filled. */
function mapPart({ scene, cells, mapLevels }: Film, shown: Shown | null, { place, x, y }: SceneStep): Part {
  const { map, region } = scene;
  if (shown === null) {
    const isBlank = (i: number) => isUnfilled({ map, region }, i, place);
    const grid = numberGrid(map, applyColormap(mapLevels, 'diverging'), { among: cells, isBlank });
    const unfilled = Array.from({ length: map.width * map.height }, (_, i) => i).filter(isBlank);
    const shaded: Part = {
      ...grid,
      draw: (marks, left, top) => {
        for (const i of unfilled) {
          const [column, row] = [i % map.width, Math.floor(i / map.width)];
          const side = grid.step - 2;
          fillRect(marks, left + 1 + column * grid.step, top + 1 + row * grid.step, side, side, 'hairline');
        }
        grid.draw(marks, left, top);
      },
    };
    return markCells(shaded, grid.step, [y], [x]);
  }
  const picture = covered(shown.picture, shown.fit, region, [x, y]);
  return outlined(picture, shown.fit, [{ window: { x0: x, x1: x, y0: y, y1: y }, paint: MARKED }]);
}

/** The picture of a plane with what of the region comes behind (column, row) covered. */
function covered(picture: Part, { zoom, shrink }: Fit, region: Area, [column, row]: readonly [number, number]): Part {
  const scale = zoom / shrink;
  return {
    ...picture,
    draw: (marks, x, y) => {
      picture.draw(marks, x, y);
      const [right, bottom] = [x + picture.width - 1, y + picture.height - 1];
      const first = x + 1 + Math.floor(region.x * scale);
      const end = Math.min(right, x + 1 + Math.ceil((region.x + region.width) * scale));
      const last = Math.min(bottom, y + 1 + Math.ceil((region.y + region.height) * scale));
      const top = y + 1 + Math.floor(row * scale);
      const below = Math.min(last, y + 1 + Math.ceil((row + 1) * scale));
      const left = Math.min(end, x + 1 + Math.ceil((column + 1) * scale));
      fillRect(marks, left, top, end - left, below - top, 'hairline');
      fillRect(marks, first, below, end - first, last - below, 'hairline');
    },
  };
}

/** "sum of products −1.29 + bias 0 = −1.29, relu → 0" */
function sumWords({ after }: Scene, { explained, value }: SceneStep): string {
  const result = formatNumber(explained.agreement.stored, 4);
  const then = after === null ? '' : `,  ${after} → ${formatNumber(value, 4)}`;
  if (explained.step === 'weighted') {
    const { channels, bias } = explained;
    const parts =
      channels.length > 1 && channels.length <= MOST_CHANNELS ? channels.map(({ sum }) => formatNumber(sum, 4)) : [];
    const sum = parts.length > 0 ? `${parts.join(' + ')}` : formatNumber(explained.sum, 4);
    const by = explained.agreement.same ? '' : ` (stored; ${explained.agreement.algorithm} rounds differently)`;
    return `sum of products ${sum}  + bias ${formatNumber(bias, 4)}  = ${result}${by}${then}`;
  }
  return `${explained.weights === null ? 'largest of the window' : 'sum of the window'} = ${result}${then}`;
}
