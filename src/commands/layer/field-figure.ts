import type { FieldFacts } from '../../analysis/field.js';
import type { Image } from '../../core/image.js';
import type { Window } from '../../core/result.js';
import { formatNumber, groupDigits } from '../../core/text.js';
import { type Canvas, fillRect, type Rgb } from '../../draw/canvas.js';
import { applyColormap } from '../../draw/colormaps.js';
import { commonLevels, legend, type MapFigure, titledImage } from '../../draw/map-figure.js';
import { BESIDE, MARKED, type Mark, outlined, overlayPicture, swatchOf } from '../../draw/marks.js';
import { fitsNumberGrid, numberGrid } from '../../draw/number-grid.js';
import { FAINT, INK, imagePicture, type Part, planePicture, sideBySide, stacked, textPart } from '../../draw/part.js';
import { chooseFit, type Fit, fitWords, shortenMiddle } from '../../draw/text.js';

const BOX = 360;
const GAP = 18;
/** Where a field reaches beyond the image. */
const PADDING: Rgb = [204, 204, 200];
/** Of a pixel's readers: those that see it, and those that do not. */
const READS: Rgb = MARKED;
const READS_NOT: Rgb = [224, 224, 220];

/** The field of one position on the image, the piece it sees, and how many positions see each pixel. */
export function fieldFigure(field: FieldFacts, image: Image, title: string): MapFigure {
  const { at, inputSize, outSize, readers, full, window } = field;
  const fit = chooseFit(inputSize.x, inputSize.y, BOX, BOX);
  const marks = [...neighbourMarks(field), { window: full ?? window, rgb: MARKED }];
  const pixelMark: Mark[] = field.pixel ? [{ window: pixelWindow(field.pixel), rgb: BESIDE }] : [];
  const onImage = captioned(
    overlayPicture(image, fit, field.pixel ? [...marks.slice(-1), ...pixelMark] : marks),
    `input ${inputSize.x}×${inputSize.y}`,
    fitWords(fit),
  );
  const seen = captioned(seenPicture(field, image), `what (${at.x}, ${at.y}) sees`, seenWords(field));
  const counts = { width: inputSize.x, height: inputSize.y, values: Float32Array.from(readers) };
  const most = counts.values.reduce((a, b) => Math.max(a, b), 1);
  const { levels, scale, clipped } = commonLevels([counts], { kind: 'fixed', lo: 0, hi: most });
  const heat = captioned(
    fitsNumberGrid(counts)
      ? numberGrid(counts, applyColormap(levels[0], 'viridis'))
      : outlined(planePicture(counts, levels[0], 'viridis', fit), fit, pixelMark),
    `how many of the ${groupDigits(outSize.x * outSize.y)} fields see a pixel`,
    field.unread === 0 ? 'every pixel is seen' : `${groupDigits(field.unread)} pixels are seen by none`,
  );
  const readersPart = field.pixel === null ? [] : [readersPicture(field)];
  const figure = sideBySide([onImage, seen, heat, ...readersPart], GAP, 'top');
  const key = stacked([marksKey(field), legend('fields a pixel', scale, 'viridis', clipped)], 6, 'left');
  return { image: titledImage(title, factsLine(field), figure, key), scale, clipped };
}

/** The piece of the image a position sees, padding left out. */
export function fieldCrop(image: Image, { window }: FieldFacts): Image {
  const { channels } = image;
  const [width, height] = [window.x1 - window.x0 + 1, window.y1 - window.y0 + 1];
  const data = image.data.slice(0, width * height * channels);
  for (let row = 0; row < height; row++) {
    const from = ((window.y0 + row) * image.width + window.x0) * channels;
    data.set(image.data.subarray(from, from + width * channels), row * width * channels);
  }
  return { ...image, width, height, data };
}

/** The fields to the right and below, where there are such positions. */
function neighbourMarks({ at, outSize, stride, full }: FieldFacts): Mark[] {
  if (full === null || stride === null) return [];
  const marks: Mark[] = [];
  const moved = (x: number, y: number): Window => ({
    x0: full.x0 + x,
    x1: full.x1 + x,
    y0: full.y0 + y,
    y1: full.y1 + y,
  });
  if (at.x + 1 < outSize.x) marks.push({ window: moved(stride.x, 0), rgb: BESIDE });
  if (at.y + 1 < outSize.y) marks.push({ window: moved(0, stride.y), rgb: BESIDE });
  return marks;
}

function pixelWindow({ x, y }: { readonly x: number; readonly y: number }): Window {
  return { x0: x, x1: x, y0: y, y1: y };
}

/** The field enlarged, its padding shaded; pixels between dilated taps are shaded too. */
function seenPicture(field: FieldFacts, image: Image): Part {
  const { full, window, mask, inputSize } = field;
  const extent = full ?? window;
  const [width, height] = [extent.x1 - extent.x0 + 1, extent.y1 - extent.y0 + 1];
  const fit = chooseFit(width, height, BOX, BOX / 2);
  const piece = { width, height, channels: 3, depth: 8, data: new Uint8Array(width * height * 3) } as const;
  const step = image.depth === 8 ? 1 : 257;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [x, y] = [extent.x0 + column, extent.y0 + row];
      const inside = x >= 0 && y >= 0 && x < inputSize.x && y < inputSize.y;
      for (let c = 0; c < 3; c++) {
        const sample = () => image.data[(y * image.width + x) * image.channels + (image.channels === 1 ? 0 : c)] / step;
        const seen = inside && mask[y * inputSize.x + x] === 1;
        piece.data[3 * (row * width + column) + c] = seen ? Math.round(sample()) : PADDING[c];
      }
    }
  }
  return imagePicture(piece, fit);
}

function seenWords({ inPadding, window }: FieldFacts): string {
  const { left, top, right, bottom } = inPadding;
  const sides = Object.entries({ left, top, right, bottom }).filter(([, count]) => count > 0);
  if (sides.length === 0) return `x ${window.x0} to ${window.x1}, y ${window.y0} to ${window.y1}`;
  return `grey: padding, ${sides.map(([side, count]) => `${count} ${side}`).join(', ')}`;
}

/** The output's positions, those that see the pixel coloured. */
function readersPicture({ pixel, outSize }: FieldFacts): Part {
  const { mask, count, x, y } = pixel!;
  const data = new Uint8Array(mask.length * 3);
  mask.forEach((flag, i) => {
    data.set(flag === 1 ? READS : READS_NOT, 3 * i);
  });
  const fit = chooseFit(outSize.x, outSize.y, BOX, BOX);
  const image = { width: outSize.x, height: outSize.y, channels: 3, depth: 8, data } as const;
  return captioned(
    gridded(imagePicture(image, fit), fit, outSize.x, outSize.y),
    `${groupDigits(count)} of ${groupDigits(mask.length)} outputs see pixel (${x}, ${y})`,
    `output ${outSize.x}×${outSize.y}${fitWords(fit) === '' ? '' : `, ${fitWords(fit)}`}`,
  );
}

/** Lines between cells that are large enough. */
function gridded(picture: Part, { zoom }: Fit, columns: number, rows: number): Part {
  if (zoom < 8) return picture;
  const line = (canvas: Canvas, x: number, y: number, width: number, height: number) =>
    fillRect(canvas, x, y, width, height, [252, 252, 250]);
  return {
    ...picture,
    draw: (canvas, x, y) => {
      picture.draw(canvas, x, y);
      for (let c = 1; c < columns; c++) line(canvas, x + 1 + c * zoom, y + 1, 1, picture.height - 2);
      for (let r = 1; r < rows; r++) line(canvas, x + 1, y + 1 + r * zoom, picture.width - 2, 1);
    },
  };
}

function marksKey(field: FieldFacts): Part {
  const entry = (rgb: Rgb, words: string) => sideBySide([swatchOf(rgb), textPart(words, FAINT)], 5, 'top');
  const parts = [entry(MARKED, `the field of (${field.at.x}, ${field.at.y})`)];
  if (field.pixel) parts.push(entry(BESIDE, `pixel (${field.pixel.x}, ${field.pixel.y})`));
  else if (neighbourMarks(field).length > 0)
    parts.push(entry(BESIDE, 'the fields of its neighbours to the right and below'));
  return sideBySide(parts, 20, 'top');
}

function factsLine({ size, stride, overlap, skipped }: FieldFacts): string {
  if (size === null || stride === null || overlap === null || skipped === null) return 'fields of more than one shape';
  const pair = ({ x, y }: { x: number; y: number }) =>
    x === y ? formatNumber(x) : `${formatNumber(x)}×${formatNumber(y)}`;
  const meets =
    skipped.x > 0 || skipped.y > 0
      ? `${pair(skipped)} pixels between them are skipped`
      : `neighbours share ${pair(overlap)}`;
  return `fields of ${size.x}×${size.y} pixels, ${pair(stride)} apart: ${meets}`;
}

/** A picture over its captions, which may be wider. */
function captioned(picture: Part, ...lines: readonly string[]): Part {
  const texts = lines
    .filter((line) => line !== '')
    .map((line, i) => textPart(shortenMiddle(line, Math.max(picture.width, 300), 1), i === 0 ? INK : FAINT));
  return stacked([picture, ...texts], 4, 'left');
}
