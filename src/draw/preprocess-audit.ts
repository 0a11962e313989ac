import type { Image } from '../core/image.js';
import type { Area } from '../core/preprocess-geometry.js';
import type { StepFacts } from '../core/result.js';
import { formatNumber } from '../core/text.js';
import { type Canvas, type Rgb, strokeRect } from './canvas.js';
import { commonLevels, legend, type MapFigure, titledImage } from './map-figure.js';
import { FAINT, INK, imagePicture, type Part, planePicture, sideBySide, stacked, textPart } from './part.js';
import { chooseFit, type Fit, fitWords } from './text.js';

const GAP = 16;
/** Pictures are shrunk into squares of this side, and small ones enlarged up to it. */
const BOX = 320;
const PLANE_BOX = 224;
/** Around what the crop keeps: a colour that photographs seldom have. */
const CROP_FRAME: Rgb = [255, 0, 170];

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
}

/**
 * Each step of the preparation as a picture with its numbers: decoded, resized with the frame of the crop, cropped, and
 * below them each channel of the tensor, on one scale from the smallest to the largest value.
 */
export function preprocessAudit({ title, facts, steps, pictures, crop, values }: AuditedSteps): MapFigure {
  const cells = pictures.map((picture, i) => {
    const isBeforeCrop = crop !== null && i === pictures.length - 2;
    return stepCell(steps[i], picture, i + 1, isBeforeCrop ? crop : null);
  });
  const tensor = steps[steps.length - 1];
  const { width, height } = tensor;
  const planes = tensor.values.map(({ name }, c) => ({
    label: name,
    width,
    height,
    values: values.subarray(c * width * height, (c + 1) * width * height),
  }));
  const { levels, scale, clipped } = commonLevels(planes, { kind: 'minmax' });
  const fit = chooseFit(width, height, PLANE_BOX, PLANE_BOX);
  const channels = planes.map((plane, c) =>
    stacked([planePicture(plane, levels[c], 'gray', fit), ...channelLines(tensor, c)], 3, 'left'),
  );
  const head = textPart(stepTitle(tensor, steps.length, fit));
  const numbers = stacked([head, sideBySide(channels, GAP, 'top')], 6, 'left');
  const figure = stacked([sideBySide(cells, GAP, 'top'), numbers], GAP, 'left');
  return { image: titledImage(title, facts, figure, legend('', scale, 'gray', clipped)), scale, clipped };
}

/** One picture with its size above it and its channels below. */
function stepCell(step: StepFacts, picture: Image, number: number, crop: Area | null): Part {
  const fit = chooseFit(step.width, step.height, BOX, BOX);
  const drawn = crop ? withCropFrame(imagePicture(picture, fit), crop, fit) : imagePicture(picture, fit);
  const lines = step.values.flatMap((_, c) => channelLines(step, c));
  return stacked([textPart(stepTitle(step, number, fit)), drawn, ...lines], 4, 'left');
}

function stepTitle({ name, width, height }: StepFacts, number: number, fit: Fit): string {
  return [`${number} ${name} ${width}×${height}`, fitWords(fit)].filter(Boolean).join(', ');
}

function channelLines({ values }: StepFacts, c: number): Part[] {
  const { name, min, max, mean } = values[c];
  return [textPart(`${name} ${formatNumber(min)} … ${formatNumber(max)}, mean ${formatNumber(mean)}`, FAINT)];
}

/** Part of the frame that lies outside the picture, where zeros are added, is not drawn. */
function withCropFrame(part: Part, crop: Area, { zoom, shrink }: Fit): Part {
  const onPaper = (pixels: number) => Math.round((pixels * zoom) / shrink);
  const draw = (canvas: Canvas, x: number, y: number) => {
    part.draw(canvas, x, y);
    const left = Math.max(0, onPaper(crop.x));
    const top = Math.max(0, onPaper(crop.y));
    const right = Math.min(part.width - 2, onPaper(crop.x + crop.width));
    const bottom = Math.min(part.height - 2, onPaper(crop.y + crop.height));
    // two lines: a dark one keeps the bright one visible on any photograph
    strokeRect(canvas, x + 1 + left, y + 1 + top, right - left, bottom - top, CROP_FRAME);
    strokeRect(canvas, x + 2 + left, y + 2 + top, right - left - 2, bottom - top - 2, INK);
  };
  return { ...part, draw };
}
