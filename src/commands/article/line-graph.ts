import type { ActivationName } from '../../core/job.js';
import { formatNumber } from '../../core/text.js';
import { drawCurve, drawDot, plotPart, rangeOf } from '../../draw/axes.js';
import { type FigureLook, titledScene } from '../../draw/figure.js';
import { swatchOf } from '../../draw/marks.js';
import { sideBySide, stacked, textPart } from '../../draw/part.js';
import type { Rgb, Scene } from '../../draw/scene/scene.js';
import { activate } from '../../layers/activation.js';

const WIDTH = 480;
const HEIGHT = 300;
/** Told apart with every common colour blindness (Okabe and Ito), the darkest first. */
const COLOURS: readonly Rgb[] = [
  [0, 114, 178],
  [213, 94, 0],
  [0, 158, 115],
  [204, 121, 167],
  [230, 159, 0],
  [86, 180, 233],
];

interface Curve {
  readonly label: string;
  /** (x, y) from left to right; straight lines between them. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Places to point at, such as a knee. */
  readonly marks: readonly (readonly [x: number, y: number])[];
}

interface LineGraph {
  readonly title: string;
  readonly facts: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly curves: readonly Curve[];
}

/** Curves over one pair of axes, each with its name and colour beside them; lines at zero, marks as dots. */
export function lineGraph(graph: LineGraph, look: FigureLook): { readonly scene: Scene } {
  const { title, facts, xLabel, yLabel, curves } = graph;
  const names = curves.map(({ label, marks }, i) => {
    const where = marks.map(([x, y]) => `(${formatNumber(x)}, ${formatNumber(y)})`).join(' ');
    const words = [textPart(label, 'name'), ...(where === '' ? [] : [textPart(`knee at ${where}`, 'detail')])];
    return sideBySide([swatchOf(COLOURS[i % COLOURS.length]), stacked(words, 2, 'left')], 8, 'top');
  });
  const points = curves.flatMap((curve) => curve.points);
  const plot = plotPart({
    width: WIDTH * look.box,
    height: HEIGHT * look.box,
    x: rangeOf(points.map(([x]) => x)),
    y: rangeOf(points.map(([, y]) => y)),
    xLabel,
    yLabel,
    draw: (marks, place) => {
      for (const [i, curve] of curves.entries()) {
        const colour = COLOURS[i % COLOURS.length];
        drawCurve(marks, curve.points, place, colour, 2.5);
        for (const [x, y] of curve.marks) drawDot(marks, place(x, y), colour, 5);
      }
    },
  });
  const body = sideBySide([plot, stacked(names, 16, 'left')], 32, 'middle');
  return { scene: titledScene(title, facts, body, null, look) };
}

/** Between the two ends; a multiple of the whole numbers that knees usually lie at. */
const SAMPLES = 240;

/** An activation as a graph, with the values it was drawn from. */
interface ActivationGraph {
  readonly scene: Scene;
  /** One for each bias; of relu its mark is the knee, at x = −bias. */
  readonly curves: readonly Curve[];
}

/**
 * activation(x + bias) over `reach` on either side of zero, a curve for each bias. Every value is the engine's own.
 * The knee of relu is found among the values: the last x at which it is still 0.
 */
export function activationGraph(
  name: ActivationName,
  biases: readonly number[],
  reach: number,
  look: FigureLook,
): ActivationGraph {
  const curves = biases.map((bias): Curve => {
    const xs = sampled(reach, -bias);
    const sums = Float32Array.from(xs, (x) => x + bias);
    const ys = new Float32Array(sums.length);
    activate(name, [], sums, ys);
    const points = xs.map((x, i) => [x, ys[i]] as const);
    const knee = name === 'relu' ? points.findLast(([, y]) => y === 0) : undefined;
    return { label: `bias ${formatNumber(bias)}`, points, marks: knee && points.some(([, y]) => y > 0) ? [knee] : [] };
  });
  const formula = name === 'relu' ? 'max(0, x + bias)' : `${name}(x + bias)`;
  const facts = name === 'relu' ? '0 up to the knee at x = −bias, then x + bias' : '';
  return { ...lineGraph({ title: formula, facts, xLabel: 'x', yLabel: 'y', curves }, look), curves };
}

/** Even steps from −reach to reach, and the place of interest among them. */
function sampled(reach: number, place: number): number[] {
  const steps = Array.from({ length: SAMPLES + 1 }, (_, i) => reach * ((2 * i) / SAMPLES - 1));
  const all = Math.abs(place) <= reach && !steps.includes(place) ? [...steps, place] : steps;
  return all.sort((a, b) => a - b);
}
