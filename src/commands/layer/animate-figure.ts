import type { WeightedStep } from '../../analysis/explain/explanation.js';
import type { Scene, SceneStep } from '../../analysis/scenes.js';
import type { Image } from '../../core/image.js';
import type { Scale } from '../../core/result.js';
import { formatNumber, groupDigits } from '../../core/text.js';
import { createCanvas, fillRect, type Rgb, toImage } from '../../draw/canvas.js';
import { applyColormap } from '../../draw/colormaps.js';
import { kernelPicture } from '../../draw/kernel-picture.js';
import { legend } from '../../draw/map-figure.js';
import { MARKED, outlined } from '../../draw/marks.js';
import { fitsNumberGrid, numberGrid } from '../../draw/number-grid.js';
import {
  FAINT,
  INK,
  imagePicture,
  PAPER,
  type Part,
  type Plane,
  planePicture,
  sideBySide,
  stacked,
  textPart,
  toLevels,
} from '../../draw/part.js';
import { chooseScale } from '../../draw/scale.js';
import { chooseFit, type Fit, shortenMiddle } from '../../draw/text.js';
import {
  channelTitle,
  MOST_CHANNELS,
  markCells,
  PADDED,
  productPlanes,
  restOfChannels,
  shownChannels,
  termsRows,
  windowPart,
} from './terms-figure.js';

const MARGIN = 16;
const GAP = 14;
const BOX = 340;
const KERNEL_BOX = 130;
const UNFILLED: Rgb = [236, 236, 232];
const CAPTION = 300;

/** The pictures of a scene, one a step, all of one size; every number in them is a step's. */
export function* sceneFrames(scene: Scene, title: string): Generator<Image> {
  const look = lookOf(scene);
  const parts = scene.steps.map((step, s) => framePart(scene, look, step, s, title));
  const width = Math.max(...parts.map((part) => part.width)) + 2 * MARGIN;
  const height = Math.max(...parts.map((part) => part.height)) + 2 * MARGIN;
  for (const part of parts) {
    const canvas = createCanvas(width, height, PAPER);
    part.draw(canvas, MARGIN, MARGIN);
    yield toImage(canvas);
  }
}

/** Pictures brought to the size of the largest, on paper. */
export function onOneSize(frames: readonly Image[]): Image[] {
  const width = Math.max(...frames.map((frame) => frame.width));
  const height = Math.max(...frames.map((frame) => frame.height));
  return frames.map((frame) => {
    if (frame.width === width && frame.height === height) return frame;
    const canvas = createCanvas(width, height, PAPER);
    for (let row = 0; row < frame.height; row++) {
      canvas.data.set(frame.data.subarray(row * frame.width * 3, (row + 1) * frame.width * 3), row * width * 3);
    }
    return toImage(canvas);
  });
}

/** What all frames of a scene share. */
interface Look {
  readonly showsInputNumbers: boolean;
  readonly showsProducts: boolean;
  readonly showsMapNumbers: boolean;
  /** Planes whose cells are of one size. */
  readonly cells: readonly Plane[];
  readonly inputScale: Scale;
  readonly productScale: Scale;
  readonly mapScale: Scale;
  /** What is the same in every frame of planes too large for numbers. */
  readonly inputPicture: Shown | null;
  readonly mapLevels: Uint8Array;
  readonly mapPicture: Shown | null;
  readonly paddingWords: string;
}

interface Shown {
  readonly fit: Fit;
  readonly picture: Part;
}

function lookOf({ input, map, steps }: Scene): Look {
  const shownInput = (scale: Scale): Shown => {
    const { width, height, picture } = input;
    const fit = chooseFit(width, height, BOX, BOX);
    const levels = () => toLevels(unpadded(input), scale);
    return { fit, picture: picture ? imagePicture(picture, fit) : planePicture(input, levels(), 'gray', fit) };
  };
  const shownMap = (levels: Uint8Array): Shown => {
    const fit = chooseFit(map.width, map.height, BOX, BOX);
    return { fit, picture: planePicture(map, levels, 'diverging', fit) };
  };
  const [kH, kW] = steps[0].explained.taps.size;
  const showsProducts = fitsNumberGrid({ width: kW, height: kH });
  const showsInputNumbers = fitsNumberGrid(input.planes[0]);
  const showsMapNumbers = fitsNumberGrid(map);
  const products = steps.flatMap(({ explained }) => productPlanes(explained));
  const planes = [
    ...(showsInputNumbers ? input.planes : []),
    ...(showsMapNumbers ? [map] : []),
    ...(showsProducts ? products : []),
  ];
  const range = (all: readonly Plane[], kind: 'minmax' | 'symmetric') =>
    chooseScale(
      all.map(({ values }) => values),
      { kind },
    );
  const inputScale = range(input.planes, 'minmax');
  const mapScale = range([map], 'symmetric');
  const mapLevels = toLevels(map.values, mapScale);
  return {
    showsInputNumbers,
    showsProducts,
    showsMapNumbers,
    cells: planes,
    inputScale,
    productScale: range(products, 'symmetric'),
    mapScale,
    inputPicture: showsInputNumbers ? null : shownInput(inputScale),
    mapLevels,
    mapPicture: showsMapNumbers ? null : shownMap(mapLevels),
    paddingWords: input.planes[0].padding.includes(1) ? 'blue-grey cells are padding' : '',
  };
}

function framePart(scene: Scene, look: Look, step: SceneStep, s: number, title: string): Part {
  const { input, map, steps } = scene;
  const { explained } = step;
  const head = textPart(shortenMiddle(title, 2 * BOX + 200, 2), INK, 2);
  const every =
    map.width * map.height > steps.length ? `, ${groupDigits(map.width * map.height)} positions in all` : '';
  const facts = textPart(
    `${scene.name}: ${scene.words}${scene.after === null ? '' : `, then ${scene.after}`}   step ${s + 1} of ${steps.length}${every}`,
    FAINT,
  );
  const left = captioned(
    inputPart(scene, look, step),
    `${input.name} ${input.width}×${input.height}`,
    look.paddingWords,
  );
  const middle =
    explained.step === 'weighted'
      ? weightedPart(scene, look, explained)
      : windowPart(explained, look.productScale, look.cells);
  const right = captioned(
    mapPart(scene, look, step),
    `output ${map.width}×${map.height}`,
    `(${step.x}, ${step.y}) = ${formatNumber(step.value, 4)}`,
  );
  const arrow = textPart('▸', INK, 3);
  const figure = sideBySide([left, arrow, middle, arrow, right], GAP, 'middle');
  const key = sideBySide(
    [
      legend(input.name, look.inputScale, 'gray', NOTHING_CLIPPED),
      legend('output', look.mapScale, 'diverging', NOTHING_CLIPPED),
    ],
    24,
    'top',
  );
  return stacked([head, facts, figure, sumPart(scene, step), key], 10, 'left');
}

const NOTHING_CLIPPED = { below: 0, above: 0, nan: 0 };

/** The input's channels with the window on each. */
function inputPart({ input }: Scene, look: Look, { explained }: SceneStep): Part {
  const { taps } = explained;
  if (look.inputPicture) {
    const { picture, fit } = look.inputPicture;
    return outlined(picture, fit, [{ window: taps.window, rgb: MARKED }]);
  }
  const { planes, channels, isColour } = input;
  const shown = shownChannels(planes, ({ values }) => [values]);
  const grids = shown.map((plane, c) => {
    const rgb = applyColormap(toLevels(plane.values, look.inputScale), 'gray');
    plane.padding.forEach((flag, i) => {
      if (flag === 1) rgb.set(PADDED, 3 * i);
    });
    const grid = numberGrid(plane, rgb, { among: look.cells });
    const rows = taps.rows.map((row) => row + input.padTop);
    const columns = taps.columns.map((column) => column + input.padLeft);
    const title = shown.length === planes.length ? channelTitle(channels[c], isColour, planes.length) : [];
    return stacked([...title, markCells(grid, grid.step, rows, columns)], 3, 'left');
  });
  return stacked([...grids, ...restOfChannels(shown.length, planes.length)], 8, 'left');
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

/** Kernel and products of each channel, as numbers where they fit. */
function weightedPart(scene: Scene, look: Look, explained: WeightedStep): Part {
  const { channels, taps } = explained;
  const [height, width] = taps.size;
  if (!look.showsProducts) {
    const planes = channels.map(({ kernel }) => ({ width, height, values: kernel }));
    const { picture, size, range } = kernelPicture(planes, KERNEL_BOX);
    return captioned(picture, `kernel ${size}`, range);
  }
  return termsRows(explained, {
    isColour: scene.input.isColour,
    cells: look.cells,
    productScale: look.productScale,
    patchScale: null,
  });
}

/** The map as far as it is filled. */
function mapPart({ map }: Scene, look: Look, { place, x, y }: SceneStep): Part {
  if (look.mapPicture === null) {
    const grid = numberGrid(map, applyColormap(look.mapLevels, 'diverging'), {
      among: look.cells,
      isBlank: (i) => i > place,
    });
    return markCells(grid, grid.step, [y], [x]);
  }
  const { fit } = look.mapPicture;
  const picture = covered(look.mapPicture.picture, fit, map, place);
  return outlined(picture, fit, [{ window: { x0: x, x1: x, y0: y, y1: y }, rgb: MARKED }]);
}

/** The picture of a plane with everything behind `place` covered. */
function covered(picture: Part, { zoom, shrink }: Fit, { width }: Plane, place: number): Part {
  const [row, column] = [Math.floor(place / width), place % width];
  const scale = zoom / shrink;
  return {
    ...picture,
    draw: (canvas, x, y) => {
      picture.draw(canvas, x, y);
      const [right, bottom] = [x + picture.width - 1, y + picture.height - 1];
      const top = y + 1 + Math.floor(row * scale);
      const below = Math.min(bottom, y + 1 + Math.ceil((row + 1) * scale));
      const left = Math.min(right, x + 1 + Math.ceil((column + 1) * scale));
      fillRect(canvas, left, top, right - left, below - top, UNFILLED);
      fillRect(canvas, x + 1, below, picture.width - 2, bottom - below, UNFILLED);
    },
  };
}

/** "sum −1.29 + bias 0 = −1.29, relu → 0" */
function sumPart({ after }: Scene, { explained, value }: SceneStep): Part {
  const result = formatNumber(explained.agreement.stored, 4);
  const then = after === null ? '' : `   ${after} → ${formatNumber(value, 4)}`;
  if (explained.step === 'weighted') {
    const { channels, bias } = explained;
    const parts =
      channels.length > 1 && channels.length <= MOST_CHANNELS ? channels.map(({ sum }) => formatNumber(sum, 4)) : [];
    const sum = parts.length > 0 ? `${parts.join(' + ')}` : formatNumber(explained.sum, 4);
    const by = explained.agreement.same ? '' : ` (stored; ${explained.agreement.algorithm} rounds differently)`;
    return textPart(`sum of products ${sum}   + bias ${formatNumber(bias, 4)}   = ${result}${by}${then}`, INK);
  }
  return textPart(
    `${explained.weights === null ? 'largest of the window' : 'sum of the window'} = ${result}${then}`,
    INK,
  );
}

/** A part over its captions; a fixed width keeps all frames of one size. */
function captioned(part: Part, ...lines: readonly string[]): Part {
  const texts = lines
    .filter((line) => line !== '')
    .map((line, i) => textPart(shortenMiddle(line, CAPTION, 1), i === 0 ? INK : FAINT));
  return stacked([part, ...texts], 4, 'left');
}
