import type { Image } from '../core/image.js';
import type { Area } from '../core/preprocess-geometry.js';
import type { StepFacts } from '../core/result.js';
import { formatNumber } from '../core/text.js';
import { commonLevels, type FigureLook, legend, type MapFigure, titledScene } from './figure.js';
import { chooseFit, type Fit, fitWords } from './fit.js';
import { type Rect, withFrames } from './marks.js';
import { imagePicture, type Part, planePicture, sideBySide, stacked, textPart } from './part.js';

const GAP = 16;
/** Pictures are shrunk into squares of this side, and small ones enlarged up to it. */
const BOX = 320;
const PLANE_BOX = 224;

/** The steps of one image: pictures while samples are whole, then the numbers the network reads. */
interface AuditedSteps {
  readonly title: string;
  readonly facts: string;
  /** Every step; the last is the tensor. */
  readonly steps: readonly StepFacts[];
  /** One for each step but the last. */
  readonly pictures: readonly Image[];
  /** Where the crop lies in the picture before it; null when nothing is cropped. */
  readonly crop: Area | null;
  /** [C, H, W], float32: the last step. */
  readonly values: Float32Array;
  readonly look: FigureLook;
}

/**
 * Each step of the preparation as a picture with its numbers: decoded, resized with the frame of the crop, cropped, and
 * below them each channel of the tensor, on one scale from the smallest to the largest value.
 */
export function preprocessAudit({ title, facts, steps, pictures, crop, values, look }: AuditedSteps): MapFigure {
  const cells = pictures.map((picture, i) => {
    const isBeforeCrop = crop !== null && i === pictures.length - 2;
    return stepCell(steps[i], picture, i + 1, isBeforeCrop ? crop : null, BOX * look.box);
  });
  const tensor = steps[steps.length - 1];
  const { width, height } = tensor;
  const planes = tensor.values.map(({ name }, c) => ({
    label: name,
    width,
    height,
    values: values.subarray(c * width * height, (c + 1) * width * height),
  }));
  const { levels, scale, clipped, colormap } = commonLevels(planes, { kind: 'minmax' });
  const box = PLANE_BOX * look.box;
  const fit = chooseFit(width, height, box, box);
  const channels = planes.map((plane, c) =>
    stacked([planePicture(plane, levels[c], 'gray', fit), ...channelLines(tensor, c)], 3, 'left'),
  );
  const head = textPart(stepTitle(tensor, steps.length, fit), 'name');
  const numbers = stacked([head, sideBySide(channels, GAP, 'top')], 6, 'left');
  const figure = stacked([sideBySide(cells, GAP, 'top'), numbers], GAP, 'left');
  return {
    scene: titledScene(title, facts, figure, legend('', scale, colormap, clipped), look),
    scale,
    clipped,
  };
}

/** One picture with its size above it and its channels below. */
function stepCell(step: StepFacts, picture: Image, number: number, crop: Rect | null, box: number): Part {
  const fit = chooseFit(step.width, step.height, box, box);
  const drawn = withFrames(imagePicture(picture, fit), crop ? [crop] : [], fit);
  const lines = step.values.flatMap((_, c) => channelLines(step, c));
  return stacked([textPart(stepTitle(step, number, fit), 'name'), drawn, ...lines], 4, 'left');
}

function stepTitle({ name, width, height }: StepFacts, number: number, fit: Fit): string {
  return [`${number} ${name} ${width} × ${height}`, fitWords(fit)].filter(Boolean).join(', ');
}

function channelLines({ values }: StepFacts, c: number): Part[] {
  const { name, min, max, mean } = values[c];
  return [textPart(`${name} ${formatNumber(min)} … ${formatNumber(max)}, mean ${formatNumber(mean)}`, 'detail')];
}
