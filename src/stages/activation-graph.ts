import { formatNumber } from '../core/format.js';
import type { Image } from '../core/image.js';
import type { ActivationName } from '../core/layers.js';
import { activate } from '../engine/activations.js';
import { type Curve, lineGraph } from '../figures/line-graph.js';

/** Between the two ends; a multiple of the whole numbers that knees usually lie at. */
const SAMPLES = 240;

/** An activation as a graph, with the values it was drawn from. */
export interface ActivationGraph {
  readonly image: Image;
  /** One for each bias; of relu its mark is the knee, at x = −bias. */
  readonly curves: readonly Curve[];
}

/**
 * activation(x + bias) over `reach` on either side of zero, a curve for each bias. Every value is the engine's own.
 * The knee of relu is found among the values: the last x at which it is still 0.
 */
export function activationGraph(name: ActivationName, biases: readonly number[], reach: number): ActivationGraph {
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
  return { image: lineGraph({ title: formula, facts, xLabel: 'x', yLabel: 'y', curves }), curves };
}

/** Even steps from −reach to reach, and the place of interest among them. */
function sampled(reach: number, place: number): number[] {
  const steps = Array.from({ length: SAMPLES + 1 }, (_, i) => reach * ((2 * i) / SAMPLES - 1));
  const all = Math.abs(place) <= reach && !steps.includes(place) ? [...steps, place] : steps;
  return all.sort((a, b) => a - b);
}
