import type { FieldFacts } from '../../analysis/field.js';
import type { Image } from '../../core/image.js';
import type { ClippedOf, Scale, Window } from '../../core/result.js';
import { formatNumber, groupDigits } from '../../core/text.js';
import { applyColormap } from '../../draw/colormaps.js';
import { commonLevels, type FigureLook, legend, type MapFigure, titledScene } from '../../draw/figure.js';
import { chooseFit, type Fit, fitWords } from '../../draw/fit.js';
import { BESIDE, MARKED, type Mark, outlined, overlayPicture, swatchOf } from '../../draw/marks.js';
import { fitsNumberGrid, numberGrid } from '../../draw/number-grid.js';
import {
  captioned,
  imagePicture,
  inGrid,
  type Part,
  type Plane,
  planePicture,
  sideBySide,
  stacked,
  textPart,
} from '../../draw/part.js';
import { fillRect, type Marks, type Paint, type Rgb } from '../../draw/scene/scene.js';

const BOX = 456;
/** A small piece is enlarged to at most this side. */
const PIECE_BOX = 240;
const GAP = 32;
/** Where a field reaches beyond the image. */
const PADDING: Rgb = [204, 204, 200];
/** Of a pixel's readers: those that see it, and those that do not. */
const READS: Rgb = [194, 24, 91];
const READS_NOT: Rgb = [224, 224, 220];

/** A field with everything of its figure that does not depend on how it is laid out. */
interface DrawnField {
  readonly field: FieldFacts;
  readonly image: Image;
  /** "dog.jpg" */
  readonly name: string;
  /** The piece it sees. */
  readonly piece: Image;
  /** How many fields see each pixel. */
  readonly counts: Plane;
  readonly levels: Uint8Array;
  readonly scale: Scale;
  readonly clipped: ClippedOf;
}

/** What is drawn of a field of an image named `name`. */
export function drawnField(field: FieldFacts, image: Image, name: string): DrawnField {
  const { inputSize, readers } = field;
  const counts = { width: inputSize.x, height: inputSize.y, values: Float32Array.from(readers) };
  const most = counts.values.reduce((a, b) => Math.max(a, b), 1);
  const { levels, scale, clipped } = commonLevels([counts], { kind: 'fixed', lo: 0, hi: most });
  return { field, image, name, piece: seenPiece(field, image), counts, levels: levels[0], scale, clipped };
}

/** The field of one position on the image, the piece it sees, and how many positions see each pixel. */
export function fieldFigure(drawn: DrawnField, look: FigureLook): MapFigure {
  const { field, image, name, piece, counts, levels, scale, clipped } = drawn;
  const { at, inputSize, outSize, full, window } = field;
  const box = BOX * look.box;
  const fit = chooseFit(inputSize.x, inputSize.y, box, box);
  const size = `${inputSize.x} × ${inputSize.y}`;
  const marks = [...neighbourMarks(field), { window: full ?? window, paint: MARKED }];
  const pixelMark: Mark[] = field.pixel ? [{ window: pixelWindow(field.pixel), paint: BESIDE }] : [];
  const onImage = captioned(overlayPicture(image, fit, field.pixel ? [...marks.slice(-1), ...pixelMark] : marks), [
    ['input', size],
    ...[fitWords(fit)].filter(Boolean),
  ]);
  const seen = seenCell(field, piece, look.box);
  const unread = field.unread === 0 ? 'every pixel is seen' : `${counted(field.unread, 'pixel')} seen by none`;
  const heat = captioned(
    fitsNumberGrid(counts)
      ? numberGrid(counts, applyColormap(levels, 'viridis'))
      : outlined(planePicture(counts, levels, 'viridis', fit), fit, pixelMark),
    ['how often each pixel is seen', `by ${counted(outSize.x * outSize.y, 'field')}; ${unread}`],
  );
  const readersPart = field.pixel === null ? [] : [readersPicture(field, box)];
  const figure = inGridOf([onImage, seen, heat, ...readersPart]);
  const key = stacked([marksKey(field), legend('fields that see a pixel', scale, 'viridis', clipped)], 12, 'left');
  const title = `What (${at.x}, ${at.y}) of ${field.network} ${field.layer} sees of ${name}`;
  return { scene: titledScene(title, factsLine(field), figure, key, look), scale, clipped };
}

/** "1 field", "33,525 fields" */
function counted(count: number, what: string): string {
  return `${groupDigits(count)} ${what}${count === 1 ? '' : 's'}`;
}

/** Three or four pictures in a row; flat ones one below the other. */
function inGridOf(parts: readonly Part[]): Part {
  const row = sideBySide(parts, GAP, 'top');
  return row.width > 4 * row.height ? inGrid(parts, GAP, 1) : row;
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
  if (at.x + 1 < outSize.x) marks.push({ window: moved(stride.x, 0), paint: BESIDE });
  if (at.y + 1 < outSize.y) marks.push({ window: moved(0, stride.y), paint: BESIDE });
  return marks;
}

function pixelWindow({ x, y }: { readonly x: number; readonly y: number }): Window {
  return { x0: x, x1: x, y0: y, y1: y };
}

/** The field enlarged, its padding shaded; pixels between dilated taps are shaded too. */
function seenPiece(field: FieldFacts, image: Image): Image {
  const { full, window, mask, inputSize } = field;
  const extent = full ?? window;
  const [width, height] = [extent.x1 - extent.x0 + 1, extent.y1 - extent.y0 + 1];
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
  return piece;
}

function seenCell(field: FieldFacts, piece: Image, box: number): Part {
  const { at } = field;
  const fit = chooseFit(piece.width, piece.height, BOX * box, PIECE_BOX * box);
  return captioned(imagePicture(piece, fit), [
    [`what (${at.x}, ${at.y}) sees`, `${piece.width} × ${piece.height}`],
    seenWords(field),
    ...[fitWords(fit)].filter(Boolean),
  ]);
}

function seenWords({ inPadding, window }: FieldFacts): string {
  const { left, top, right, bottom } = inPadding;
  const sides = Object.entries({ left, top, right, bottom }).filter(([, count]) => count > 0);
  if (sides.length === 0) return `x ${window.x0}–${window.x1}, y ${window.y0}–${window.y1}`;
  return `grey: padding, ${sides.map(([side, count]) => `${count} ${side}`).join(', ')}`;
}

/** The output's positions, those that see the pixel coloured. */
function readersPicture({ pixel, outSize }: FieldFacts, box: number): Part {
  const { mask, count, x, y } = pixel!;
  const data = new Uint8Array(mask.length * 3);
  mask.forEach((flag, i) => {
    data.set(flag === 1 ? READS : READS_NOT, 3 * i);
  });
  const fit = chooseFit(outSize.x, outSize.y, box, (PIECE_BOX * box) / BOX);
  const image = { width: outSize.x, height: outSize.y, channels: 3, depth: 8, data } as const;
  return captioned(gridded(imagePicture(image, fit), fit, outSize.x, outSize.y), [
    [`outputs that see (${x}, ${y})`, `${groupDigits(count)} of ${groupDigits(mask.length)}`],
    `output ${outSize.x} × ${outSize.y}${fitWords(fit) === '' ? '' : `, ${fitWords(fit)}`}`,
  ]);
}

/** Lines between cells that are large enough. */
function gridded(picture: Part, { zoom }: Fit, columns: number, rows: number): Part {
  if (zoom < 8) return picture;
  const line = (marks: Marks, x: number, y: number, width: number, height: number) =>
    fillRect(marks, x, y, width, height, [252, 252, 250]);
  return {
    ...picture,
    draw: (marks, x, y) => {
      picture.draw(marks, x, y);
      for (let c = 1; c < columns; c++) line(marks, x + 1 + c * zoom, y + 1, 1, picture.height - 2);
      for (let r = 1; r < rows; r++) line(marks, x + 1, y + 1 + r * zoom, picture.width - 2, 1);
    },
  };
}

function marksKey(field: FieldFacts): Part {
  const entry = (paint: Paint, words: string) => sideBySide([swatchOf(paint), textPart(words, 'detail')], 8, 'top');
  const parts = [entry(MARKED, `the field of (${field.at.x}, ${field.at.y})`)];
  if (field.pixel) parts.push(entry(BESIDE, `pixel (${field.pixel.x}, ${field.pixel.y})`));
  else if (neighbourMarks(field).length > 0)
    parts.push(entry(BESIDE, 'the fields of its neighbours to the right and below'));
  return sideBySide(parts, 24, 'top');
}

function factsLine({ size, stride, overlap, skipped }: FieldFacts): string {
  if (size === null || stride === null || overlap === null || skipped === null) return 'fields of more than one shape';
  const pair = ({ x, y }: { x: number; y: number }) =>
    x === y ? formatNumber(x) : `${formatNumber(x)} × ${formatNumber(y)}`;
  const meets =
    skipped.x > 0 || skipped.y > 0
      ? `${pair(skipped)} pixels between them are skipped`
      : `neighbours share ${pair(overlap)}`;
  return `fields of ${size.x} × ${size.y} pixels, ${pair(stride)} apart: ${meets}`;
}
