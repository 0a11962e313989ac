import type { ColormapName, ScaleRule } from '../../core/job.js';
import { type Canvas, type Rgb, strokeRect } from '../../draw/canvas.js';
import { applyColormap } from '../../draw/colormaps.js';
import { commonLevels, legend, type MapFigure, titledImage } from '../../draw/map-figure.js';
import { numberGrid } from '../../draw/number-grid.js';
import { FAINT, inGrid, type Part, type Plane, planePicture, sideBySide, stacked, textPart } from '../../draw/part.js';
import { chooseScale } from '../../draw/scale.js';
import { chooseFit, type Fit, fitWords } from '../../draw/text.js';

/** One plane of a stage as it was stored and as it came out. */
export interface ComparedPlane {
  readonly label: string;
  readonly width: number;
  readonly height: number;
  readonly expected: Float32Array;
  readonly got: Float32Array;
  /** The value to point at: its first difference. */
  readonly x: number;
  readonly y: number;
}

/** The area planes share, in pixels, and the bounds of one plane's side. */
const AREA = 0.9e6;
const SMALLEST_BOX = 64;
const LARGEST_BOX = 640;
const ZOOM_TO = 240;
const GAP = 16;
/** The cut-out around the first difference: at most so many values each way. */
const CUT = 3;
/** The ring around the first difference, in pixels of the picture beyond the value itself. */
const RING = 5;
const RING_INNER: Rgb = [255, 255, 255];
const RING_OUTER: Rgb = [214, 30, 40];

/**
 * Planes that differ as they were expected and as they came, on one common scale. A ring marks each plane's first
 * difference; the numbers around the very first stand beside. `planes` has at least one; `facts` is a line about them all.
 */
export function valuesPictures(
  title: string,
  facts: string,
  planes: readonly ComparedPlane[],
): { readonly expected: MapFigure; readonly got: MapFigure } {
  const expected = planes.map((plane) => plane.expected);
  const got = planes.map((plane) => plane.got);
  const common: ScaleRule = { kind: 'fixed', ...chooseScale([...expected, ...got], { kind: 'minmax' }) };
  const picture = (role: string, values: readonly Float32Array[]) =>
    rolePicture(`${title}: ${role}`, facts, planes, values, common, 'gray');
  return { expected: picture('expected', expected), got: picture('got', got) };
}

/** got − expected of the same planes, on a scale around zero: blue is less than expected, orange is more. */
export function differencePicture(title: string, facts: string, planes: readonly ComparedPlane[]): MapFigure {
  const differences = planes.map(({ expected, got }) => subtract(got, expected));
  return rolePicture(title, facts, planes, differences, { kind: 'symmetric' }, 'diverging');
}

/** got − expected; 0 where both are the same, be it NaN or infinite. */
function subtract(got: Float32Array, expected: Float32Array): Float32Array {
  const out = new Float32Array(got.length);
  for (let i = 0; i < out.length; i++) if (!Object.is(got[i], expected[i])) out[i] = got[i] - expected[i];
  return out;
}

function rolePicture(
  title: string,
  facts: string,
  places: readonly ComparedPlane[],
  values: readonly Float32Array[],
  rule: ScaleRule,
  colormap: ColormapName,
): MapFigure {
  const box = Math.min(LARGEST_BOX, Math.max(SMALLEST_BOX, Math.sqrt(AREA / places.length) - GAP));
  const fits = places.map(({ width, height }) => chooseFit(width, height, box, ZOOM_TO));
  const planes = places.map(({ width, height }, i) => ({ width, height, values: values[i] }));
  const { scale, clipped, levels } = commonLevels(planes, rule);
  const cells = planes.map((plane, i) => {
    const picture =
      rule.kind === 'symmetric'
        ? shrunkDifference(plane, fits[i], rule, scale.hi)
        : planePicture(plane, levels[i], colormap, fits[i]);
    const words = [places[i].label, fitWords(fits[i])].filter(Boolean).join(', ');
    const { zoom, shrink } = fits[i];
    const [left, top] = [places[i].x, places[i].y].map((at) => 1 + Math.floor(at / shrink) * zoom);
    return stacked([ringed(picture, left, top, zoom, RING), textPart(words, FAINT)], 3, 'left');
  });
  const cut = cutOut(planes[0], places[0]);
  const { levels: cutLevels } = commonLevels([cut.plane], { kind: 'fixed', ...scale });
  const grid = numberGrid(cut.plane, applyColormap(cutLevels[0], colormap));
  // cells are one pixel apart, in a frame of one pixel
  const step = (grid.width - 1) / cut.plane.width;
  const marked = ringed(grid, 1 + cut.column * step, 1 + cut.row * step, step - 1, 1);
  const numbers = stacked([marked, textPart(cut.words, FAINT)], 3, 'left');
  const figure = sideBySide([inGrid(cells, GAP), numbers], GAP, 'top');
  return { image: titledImage(title, facts, figure, legend('', scale, colormap, clipped)), scale, clipped };
}

/** A shrunk difference shows the largest of each box: a mean would wipe out a single value. */
function shrunkDifference(plane: Plane, fit: Fit, rule: ScaleRule, reach: number): Part {
  const small = strongest(plane, fit.shrink);
  const fixed: ScaleRule = rule.kind === 'symmetric' ? { kind: 'fixed', lo: -reach, hi: reach } : rule;
  const { levels } = commonLevels([small], fixed);
  return planePicture(small, levels[0], 'diverging', { zoom: fit.zoom, shrink: 1 });
}

/** Of every factor×factor box the value furthest from zero, the first of equals; NaN counts as furthest. */
function strongest({ width, height, values }: Plane, factor: number): Plane {
  const across = Math.ceil(width / factor);
  const down = Math.ceil(height / factor);
  const out = new Float32Array(across * down);
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.floor(y / factor) * across;
    for (let x = 0; x < width; x++, i++) {
      const o = row + Math.floor(x / factor);
      if (Math.abs(values[i]) > Math.abs(out[o]) || Number.isNaN(values[i])) out[o] = values[i];
    }
  }
  return { width: across, height: down, values: out };
}

/** A picture with a ring around a square of it, `room` pixels away. */
function ringed(picture: Part, x: number, y: number, side: number, room: number): Part {
  const draw = (canvas: Canvas, left: number, top: number) => {
    picture.draw(canvas, left, top);
    const ring = (wider: number, rgb: Rgb) =>
      strokeRect(canvas, left + x - wider, top + y - wider, side + 2 * wider, side + 2 * wider, rgb);
    ring(room, RING_OUTER);
    ring(room - 1, RING_INNER);
  };
  return { width: picture.width, height: picture.height, draw };
}

/** The values around the first difference, in its middle where the border allows. */
function cutOut({ width, height, values }: Plane, { x, y, label }: ComparedPlane) {
  const left = Math.max(0, Math.min(x - CUT, width - 2 * CUT - 1));
  const top = Math.max(0, Math.min(y - CUT, height - 2 * CUT - 1));
  const across = Math.min(width, 2 * CUT + 1);
  const down = Math.min(height, 2 * CUT + 1);
  const cut = new Float32Array(across * down);
  for (let row = 0; row < down; row++) {
    const from = (top + row) * width + left;
    cut.set(values.subarray(from, from + across), row * across);
  }
  const words = `${label}, x ${left} … ${left + across - 1}, y ${top} … ${top + down - 1}; first difference at (${x}, ${y})`;
  return { plane: { width: across, height: down, values: cut }, words, column: x - left, row: y - top };
}
