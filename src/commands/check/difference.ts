import type { ColormapName, ScaleRule } from '../../core/job.js';
import { applyColormap } from '../../draw/colormaps.js';
import { commonLevels, type FigureLook, legend, type MapFigure, titledScene } from '../../draw/figure.js';
import { chooseFit, type Fit, fitWords } from '../../draw/fit.js';
import { HALO, MARKED } from '../../draw/marks.js';
import { numberGrid } from '../../draw/number-grid.js';
import { captioned, inGrid, type Part, type Plane, planePicture, sideBySide } from '../../draw/part.js';
import { chooseScale } from '../../draw/scale.js';
import { type Marks, type Paint, strokeRect } from '../../draw/scene/scene.js';
import { FIXED_SPACE } from '../../draw/scene/typeface.js';

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

/** The area planes share, in points, and the bounds of one plane's side. */
const AREA = 0.9e6;
const SMALLEST_BOX = 64;
const LARGEST_BOX = 640;
const ZOOM_TO = 240;
const GAP = 16;
/** The cut-out around the first difference: at most so many values each way. */
const CUT = 3;
/** The ring around the first difference, in points beyond the value itself. */
const RING = 6;

/** A figure whose numbers are known, to be laid out. */
type Drawing = (look: FigureLook) => MapFigure;

/**
 * Planes that differ as they were expected and as they came, on one common scale. A ring marks each plane's first
 * difference; the numbers around the very first stand beside. `planes` has at least one; `facts` is a line about them all.
 */
export function valuesPictures(
  title: string,
  facts: string,
  planes: readonly ComparedPlane[],
): { readonly expected: Drawing; readonly got: Drawing } {
  const expected = planes.map((plane) => plane.expected);
  const got = planes.map((plane) => plane.got);
  const common: ScaleRule = { kind: 'fixed', ...chooseScale([...expected, ...got], { kind: 'minmax' }) };
  const picture = (role: string, values: readonly Float32Array[]) =>
    roleDrawing({ title: `${title}: ${role}`, facts, places: planes, values, rule: common, colormap: 'gray' });
  return { expected: picture('expected', expected), got: picture('got', got) };
}

/** got − expected of the same planes, on a scale around zero: blue is less than expected, orange is more. */
export function differencePicture(title: string, facts: string, planes: readonly ComparedPlane[]): Drawing {
  const values = planes.map(({ expected, got }) => subtract(got, expected));
  return roleDrawing({ title, facts, places: planes, values, rule: { kind: 'symmetric' }, colormap: 'diverging' });
}

/** got − expected; 0 where both are the same, be it NaN or infinite. */
function subtract(got: Float32Array, expected: Float32Array): Float32Array {
  const out = new Float32Array(got.length);
  for (let i = 0; i < out.length; i++) if (!Object.is(got[i], expected[i])) out[i] = got[i] - expected[i];
  return out;
}

interface RolePicture {
  readonly title: string;
  readonly facts: string;
  readonly places: readonly ComparedPlane[];
  /** Of each plane, what is drawn. */
  readonly values: readonly Float32Array[];
  readonly rule: ScaleRule;
  readonly colormap: ColormapName;
}

function roleDrawing({ title, facts, places, values, rule, colormap }: RolePicture): Drawing {
  const planes = places.map(({ width, height }, i) => ({ width, height, values: values[i] }));
  const { scale, clipped, levels } = commonLevels(planes, rule);
  const cut = cutOut(planes[0], places[0]);
  const { levels: cutLevels } = commonLevels([cut.plane], { kind: 'fixed', ...scale });
  const key = legend('', scale, colormap, clipped);
  return (look) => {
    const area = AREA * look.box * look.box;
    const box = Math.min(LARGEST_BOX * look.box, Math.max(SMALLEST_BOX, Math.sqrt(area / places.length) - GAP));
    const cells = planes.map((plane, i) => {
      const fit = chooseFit(plane.width, plane.height, box, Math.min(box, ZOOM_TO * look.box));
      const picture =
        rule.kind === 'symmetric'
          ? shrunkDifference(plane, fit, scale.hi)
          : planePicture(plane, levels[i], colormap, fit);
      const size = [`${plane.width} × ${plane.height}`, fitWords(fit)].filter(Boolean).join(', ');
      const { zoom, shrink } = fit;
      const [left, top] = [places[i].x, places[i].y].map((at) => 1 + Math.floor(at / shrink) * zoom);
      return captioned(ringed(picture, left, top, zoom, RING), [[places[i].label || 'values', size]]);
    });
    const grid = numberGrid(cut.plane, applyColormap(cutLevels[0], colormap));
    // the first cell begins a point inside, and there is paper between cells
    const { step } = grid;
    const marked = ringed(grid, 1 + cut.column * step, 1 + cut.row * step, step - 2, 2);
    const numbers = captioned(marked, [['around the first difference', cut.words]]);
    const figure = sideBySide([inGrid(cells, GAP + RING), numbers], 2 * GAP, 'top');
    return { scene: titledScene(title, facts, figure, key, look), scale, clipped };
  };
}

/** A shrunk difference shows the largest of each box: a mean would wipe out a single value. */
function shrunkDifference(plane: Plane, fit: Fit, reach: number): Part {
  const small = strongest(plane, fit.shrink);
  const { levels } = commonLevels([small], { kind: 'fixed', lo: 0 - reach, hi: reach });
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

/** A picture with a ring around a square of it, `room` points away; it may reach beyond the picture's edge. */
function ringed(picture: Part, x: number, y: number, side: number, room: number): Part {
  const draw = (marks: Marks, left: number, top: number) => {
    picture.draw(marks, left, top);
    const ring = (wider: number, paint: Paint, thick: number) =>
      strokeRect(marks, left + x - wider, top + y - wider, side + 2 * wider, side + 2 * wider, paint, thick);
    ring(room + 1, HALO, 1);
    ring(room, MARKED, 2);
    ring(room - 2, HALO, 1);
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
  const span = (axis: string, from: number, count: number) => [axis, from, '…', from + count - 1].join(FIXED_SPACE);
  const words = `${label} at (${x}, ${y}): ${span('x', left, across)}, ${span('y', top, down)}`;
  return { plane: { width: across, height: down, values: cut }, words, column: x - left, row: y - top };
}
