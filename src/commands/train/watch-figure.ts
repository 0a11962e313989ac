import { plural } from '../../core/geometry.js';
import type { ColormapName } from '../../core/job.js';
import type { Scale } from '../../core/result.js';
import { formatNumber, groupDigits } from '../../core/text.js';
import { drawCurve, drawDot, plotPart, rangeOf, roundedUp } from '../../draw/axes.js';
import { commonLevels, type FigureLook, legend, titledScene } from '../../draw/figure.js';
import { chooseFit } from '../../draw/fit.js';
import { colourImage } from '../../draw/kernel-picture.js';
import { swatchOf } from '../../draw/marks.js';
import {
  boxed,
  imagePicture,
  inGrid,
  lineHeight,
  type Part,
  type Plane,
  planePicture,
  sideBySide,
  stacked,
  TYPE,
  textPart,
} from '../../draw/part.js';
import type { Marks, Paint, Point, Rgb, Scene } from '../../draw/scene/scene.js';
import { shortenMiddle, textWidth } from '../../draw/scene/typeface.js';
import type { HowRight, ShownLayer, Snapshot, Watched } from './watch-record.js';

const GAP = 32;
const KERNELS_WIDTH = 270;
const LARGEST_KERNEL = 84;
const SMALLEST_KERNEL = 10;
/** Of a kernel of more channels than three, so many are shown. */
const MOST_PLANES = 4;
const IMAGE_BOX = 140;
const MAP_BOX = 56;
const PLOT_WIDTH = 330;
const PLOT_HEIGHT = 170;
/** A name of a class may be this wide. */
const NAME_WIDTH = 190;
/** Told apart by brightness as well, on bright and on dark paper. */
const TRAINING: Rgb = [43, 110, 190];
const HELD_OUT: Rgb = [217, 105, 30];
/** A plot is at least as wide. */
const LEAST_PLOT = 320;

/** A watched training with the scales that all its frames share. */
export interface WatchFilm {
  readonly watched: Watched;
  readonly kernels: Levels;
  /** One for each layer that is shown. */
  readonly maps: readonly Levels[];
  readonly mostLoss: number;
}

/** Planes of every frame as levels of one scale: [frame][plane]. */
interface Levels {
  readonly levels: readonly (readonly Uint8Array[])[];
  readonly scale: Scale;
  readonly colormap: ColormapName;
}

/** A training that is to be drawn: every scale is found over all frames. */
export function filmOf(watched: Watched): WatchFilm {
  const { snapshots, kernelShape, layers } = watched;
  const [, , kH, kW] = kernelShape;
  const losses = snapshots.flatMap(({ training, heldOut }) => [training?.loss ?? 0, heldOut?.loss ?? 0]);
  return {
    watched,
    kernels: levelsOf(
      snapshots.map(({ kernels }) => kernels),
      [kH, kW],
      'symmetric',
    ),
    maps: layers.map(({ shape: [, H, W] }, i) =>
      levelsOf(
        snapshots.map(({ maps }) => maps[i]),
        [H, W],
        'minmax',
      ),
    ),
    mostLoss: roundedUp(Math.max(rangeOf(losses)[1], 1e-3)),
  };
}

function levelsOf(
  frames: readonly Float32Array[],
  [height, width]: readonly number[],
  kind: 'symmetric' | 'minmax',
): Levels {
  const size = height * width;
  const count = frames[0].length / size;
  const planes = frames.flatMap((values) =>
    Array.from(
      { length: count },
      (_, p): Plane => ({ width, height, values: values.subarray(p * size, (p + 1) * size) }),
    ),
  );
  const { levels, scale, colormap } = commonLevels(planes, { kind }, { signs: true });
  return { levels: frames.map((_, s) => levels.slice(s * count, (s + 1) * count)), scale, colormap };
}

/** One frame: the kernels, the maps of one image, loss and accuracy up to this step. All frames are of one size. */
export function watchFrame(film: WatchFilm, look: FigureLook, s: number): Scene {
  const { watched } = film;
  const { network, data } = watched;
  const { box } = look;
  const kernels = stacked([kernelsPart(film, box, s), imagePart(watched, box, s)], 16, 'left');
  const pictures = sideBySide([kernels, mapsPart(film, box, s)], GAP, 'top');
  const left = stacked([stepPart(watched, s), pictures], 16, 'left');
  const right = stacked([lossPlot(film, box, s), accuracyPlot(film, box, s)], 8, 'left');
  return titledScene(`${network} learns from ${data}`, '', sideBySide([left, right], GAP, 'top'), null, look);
}

/** Which step this is, and how right the network is then. */
function stepPart(watched: Watched, s: number): Part {
  const { snapshots } = watched;
  const words = snapshots.map((one) => stepWords(one, watched));
  const part = (line: number, i: number) => textPart(words[i][line], line === 0 ? 'name' : 'detail');
  const widest = (line: number) => Math.max(...words.map((_, i) => part(line, i).width));
  return stacked(
    [0, 1].map((line) => boxed(part(line, s), widest(line), part(line, s).height, 'left', 'top')),
    2,
    'left',
  );
}

/** "step 64 of 850", "epoch 1  ·  loss 0.42 in training, 0.38 held out" */
export function stepWords(
  { step, epoch, training, heldOut, isKept }: Snapshot,
  { steps }: Pick<Watched, 'steps'>,
): readonly [string, string] {
  const where = `step ${groupDigits(step)} of ${groupDigits(steps)}`;
  const losses = [
    ...(training ? [`${formatNumber(training.loss)} in training`] : []),
    ...(heldOut ? [`${formatNumber(heldOut.loss)} held out`] : []),
  ];
  const right = [
    ...(training ? [`${percent(training)} in training`] : []),
    ...(heldOut ? [`${percent(heldOut)} held out`] : []),
  ];
  const measured = losses.length === 0 ? [] : [`loss ${losses.join(', ')}`, `right ${right.join(', ')}`];
  const when = step === 0 ? 'before the first step' : `epoch ${epoch}`;
  return [isKept ? `${where}: these weights are kept` : where, [when, ...measured].join('  ·  ')];
}

/** "87.1 %" */
export function percent({ accuracy }: HowRight): string {
  return `${(100 * accuracy).toFixed(1)} %`;
}

function kernelsPart({ watched, kernels: { levels, scale, colormap } }: WatchFilm, box: number, s: number): Part {
  const { layer, kernelShape, shownKernels } = watched;
  const [M, C, kH, kW] = kernelShape;
  const isColour = C === 3;
  const planes = isColour ? 1 : Math.min(C, MOST_PLANES);
  const columns = Math.ceil(Math.sqrt(shownKernels * (planes > 1 ? 0.7 : 1.2)));
  const gap = 6;
  const room = (KERNELS_WIDTH * box - gap * (columns - 1)) / columns / planes;
  const side = Math.max(SMALLEST_KERNEL, Math.min(LARGEST_KERNEL * box, room));
  const fit = chooseFit(kW, kH, side, side);
  const cells = Array.from({ length: shownKernels }, (_, m) => {
    const own = levels[s].slice(m * C, (m + 1) * C);
    return isColour
      ? imagePicture(colourImage(own, kW, kH), fit)
      : sideBySide(
          own.slice(0, planes).map((plane) => planePicture({ width: kW, height: kH }, plane, colormap, fit)),
          2,
          'top',
        );
  });
  const some = [
    ...(shownKernels < M ? [`the first ${shownKernels} of them`] : []),
    ...(planes < C && !isColour ? [`${planes} of their ${C} channels`] : []),
  ];
  const zero = isColour ? 'mid-grey is zero, in every frame' : 'zero is white, in every frame';
  return stacked(
    [
      textPart(`${layer}: ${plural(M, 'kernel')} ${kW}×${kH}`, 'name'),
      ...(some.length > 0 ? [textPart(some.join(', '), 'detail')] : []),
      inGrid(cells, gap, columns),
      legend('', scale, isColour ? 'gray' : colormap, NOTHING_CLIPPED, Math.min(256, KERNELS_WIDTH * box)),
      textPart(zero, 'detail'),
    ],
    8,
    'left',
  );
}

const NOTHING_CLIPPED = { below: 0, above: 0, nan: 0, of: 0 };

function imagePart({ image, classes, snapshots }: Watched, box: number, s: number): Part {
  const { picture, label, of } = image;
  const nameOf = (k: number) => classes[k] ?? `output ${k}`;
  const said = snapshots.map((one) => shortened(`taken for ${nameOf(one.said)}`));
  const widest = Math.max(...said.map((text) => textPart(text).width));
  const fit = chooseFit(picture.width, picture.height, IMAGE_BOX * box, IMAGE_BOX * box);
  return stacked(
    [
      textPart(shortened(`${of} image: ${nameOf(label)}`), 'name'),
      imagePicture(picture, fit),
      boxed(textPart(said[s]), widest, lineHeight(TYPE.body), 'left', 'top'),
    ],
    8,
    'left',
  );
}

function shortened(text: string): string {
  return shortenMiddle(text, NAME_WIDTH, TYPE.name.size, TYPE.name.weight);
}

/** The maps of the image, a row for each layer. */
function mapsPart({ watched: { layers }, maps }: WatchFilm, box: number, s: number): Part {
  return stacked(
    layers.map((layer, i) => layerPart(layer, maps[i], box, s)),
    12,
    'left',
  );
}

function layerPart(
  { name, shape: [C, H, W], shown }: ShownLayer,
  { levels, scale, colormap }: Levels,
  box: number,
  s: number,
): Part {
  const fit = chooseFit(W, H, MAP_BOX * box, MAP_BOX * box);
  const pictures = levels[s].map((plane) => planePicture({ width: W, height: H }, plane, colormap, fit));
  const count = shown < C ? `the first ${shown} of ${C} maps ${W}×${H}` : `${plural(C, 'map')} ${W}×${H}`;
  const zero = colormap === 'diverging' ? ', zero is white' : scale.lo === 0 && scale.hi > 0 ? ', zero is black' : '';
  const range = `${formatNumber(scale.lo)} … ${formatNumber(scale.hi)}${zero}`;
  const head = [textPart(shortened(name), 'name'), textPart(`${count}, ${range}`, 'detail')];
  return stacked([stacked(head, 0, 'left'), sideBySide(pictures, 4, 'top')], 4, 'left');
}

/** Where a step stands on its axis: 0, then each power of two one further. */
function placeOfStep(step: number): number {
  return step === 0 ? 0 : 1 + Math.log2(step);
}

interface Curve {
  readonly paint: Paint;
  readonly of: (snapshot: Snapshot) => number | undefined;
}

function lossPlot(film: WatchFilm, box: number, s: number): Part {
  const curves: Curve[] = [
    { paint: TRAINING, of: ({ training }) => training?.loss },
    { paint: HELD_OUT, of: ({ heldOut }) => heldOut?.loss },
  ];
  return stepPlot(film, curves, 'mean loss', film.mostLoss, box, s);
}

function accuracyPlot(film: WatchFilm, box: number, s: number): Part {
  const share = (one: HowRight | null) => (one ? 100 * one.accuracy : undefined);
  const curves: Curve[] = [
    { paint: TRAINING, of: ({ training }) => share(training) },
    { paint: HELD_OUT, of: ({ heldOut }) => share(heldOut) },
  ];
  return stepPlot(film, curves, '% right', 100, box, s);
}

/** Curves over the steps so far, with dots at this one. */
function stepPlot(
  { watched }: WatchFilm,
  curves: readonly Curve[],
  yLabel: string,
  most: number,
  box: number,
  s: number,
): Part {
  const { snapshots, measured } = watched;
  const width = Math.max(LEAST_PLOT, PLOT_WIDTH * box);
  const places = snapshots.map(({ step }) => placeOfStep(step));
  const first = places[0];
  const last = Math.max(first + 1, ...places);
  const label = (place: number) => groupDigits(place === 0 ? 0 : 2 ** (place - 1));
  const room = width / (last - first);
  const widest = textWidth(label(Math.floor(last)), TYPE.detail.size) + 12;
  const every = Math.max(1, Math.ceil(widest / room));
  const count = Math.floor(last) - Math.ceil(first) + 1;
  const xTicks = Array.from({ length: Math.ceil(count / every) }, (_, i) => {
    const place = Math.ceil(first) + i * every;
    return [place, label(place)] as const;
  });
  return plotPart({
    width,
    height: PLOT_HEIGHT * box,
    x: [first, last],
    y: [0, most],
    xLabel: 'step (powers of two)',
    yLabel,
    xTicks,
    draw: (marks, place) => {
      nameCurves(marks, place(last, most), measured);
      for (const { paint, of } of curves) {
        const points = snapshots
          .slice(0, s + 1)
          .flatMap((one, i) => (one.isKept ? [] : [[places[i], of(one) ?? Number.NaN] as const]));
        drawCurve(marks, points, place, paint, 2.5);
      }
      for (const { paint, of } of curves) {
        const now = of(snapshots[s]);
        if (now !== undefined && Number.isFinite(now)) drawDot(marks, place(places[s], now), paint);
      }
    },
  });
}

/** Which curve is which, above the right end of a plot. */
function nameCurves(marks: Marks, [right, top]: Point, measured: number): void {
  const names: (readonly [Paint, string])[] = [
    [TRAINING, 'training'],
    ...(measured > 0 ? [[HELD_OUT, `held out (${groupDigits(measured)})`] as const] : []),
  ];
  const parts = names.map(([paint, words]) => sideBySide([swatchOf(paint), textPart(words, 'detail')], 6, 'middle'));
  const row = sideBySide(parts, 14, 'middle');
  row.draw(marks, right - row.width, top - lineHeight(TYPE.detail) - 8);
}
