import { type FieldFacts, type FieldRequest, measureField } from '../../analysis/field.js';
import { altOfField } from '../../cli/alt.js';
import type { Answer, Frame } from '../../cli/frame.js';
import { CnnvizError } from '../../core/errors.js';
import type { Image } from '../../core/image.js';
import type { DrawingNote } from '../../core/note.js';
import { formatNumber, groupDigits } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import { encodePng } from '../../io/encode.js';
import { baseName } from '../../io/paths.js';
import type { Style } from '../../reports/text.js';
import { encodeFigure, type FigureFile } from '../../run/figure.js';
import { type SeenShape, shapeLayer } from '../../run/shape.js';
import { drawnField, fieldCrop, fieldFigure } from './field-figure.js';
import { type Look, mapArgs } from './look-command.js';

/** Which field, and whether the figure or the piece of the image is written. */
interface FieldValues extends FieldRequest {
  readonly channel: number | null;
  readonly crop: boolean;
}

/**
 * `cnnviz field`, answered: the field of one position through a whole stack of layers. Nothing is computed: no weights are
 * needed.
 * @throws CnnvizError 'usage' for positions that are none, 'unsupported' for layers that are not followed
 */
export async function fieldAnswer(look: Look, flags: FieldValues, frame: Frame): Promise<Answer> {
  const { request, input } = look;
  const { channel, crop } = flags;
  const name = `${input.name}.${crop ? 'crop' : 'field'}.png`;
  const path = frame.place({ name, inputs: [input], always: !frame.json || crop });
  const file = frame.figureFile(path);
  if (crop && file.svg) {
    throw new CnnvizError('usage', `${path}: --crop writes the pixels that are seen, an .svg holds figures`, {
      fix: 'name a .png',
    });
  }
  const layer = await shapeLayer(request, input, channel);
  const field = measureField(layer, flags);
  const args = ['field', ...recipeArgs(look, layer, field, channel), ...(crop ? ['--crop'] : [])];
  const alt = altOfField(field);
  return {
    lines: describeField(field, frame.style),
    document: () => fieldDocument(field, path, layer.notes),
    hasRows: true,
    files: path === null ? [] : [{ place: path, bytes: () => drawn(field, layer, crop, args, alt, file) }],
    alt,
    notes: layer.notes,
  };
}

/** The words that give the same field again; --crop of a network's input has another name here. */
function recipeArgs(look: Look, layer: SeenShape, { at, pixel }: FieldFacts, channel: number | null): string[] {
  return [
    ...layer.args.map((arg) => (arg === '--crop' ? '--centre-crop' : arg)),
    ...(look.request.kind === 'layer' ? mapArgs(look, { channel, item: 0 }) : []),
    '--at',
    `${at.x},${at.y}`,
    ...(pixel ? ['--pixel', `${pixel.x},${pixel.y}`] : []),
  ];
}

/** The figure, or the piece that is seen, with its recipe. */
function drawn(
  field: FieldFacts,
  layer: SeenShape,
  crop: boolean,
  args: readonly string[],
  alt: string,
  file: FigureFile,
): Promise<Uint8Array> {
  const image = pictureOf(layer);
  const name = field.input.path === '-' ? 'standard input' : baseName(field.input.path);
  const note: DrawingNote = { cnnviz: VERSION, picture: 'field', alt, args };
  if (crop) return encodePng(fieldCrop(image, field), JSON.stringify(note));
  const whole = drawnField(field, image, name);
  return encodeFigure(
    (look) => fieldFigure(whole, look),
    ({ scale }) => ({ ...note, ...scale }),
    file,
  );
}

function pictureOf({ picture }: SeenShape): Image {
  if (picture) return picture;
  throw new CnnvizError('unsupported', 'the input has no rows and columns to draw on', {
    fix: '--json gives the numbers without a picture',
  });
}

/** The field of one position, its neighbours, and how often pixels are seen: in words. */
function describeField(field: FieldFacts, style: Style): string[] {
  const { input, network, layer, at, outSize, inputSize, size, stride, window, pixel } = field;
  const name = input.path === '-' ? 'standard input' : input.path;
  const { x0, x1, y0, y1 } = window;
  const lines = [
    `${style.strong(name)} → ${network} ${layer} (${at.x}, ${at.y}) of ${outSize.x}×${outSize.y} sees x ${x0}–${x1}, y ${y0}–${y1} of ${inputSize.x}×${inputSize.y}`,
  ];
  const holds = (x1 - x0 + 1) * (y1 - y0 + 1);
  const gaps = field.pixels < holds ? `, ${groupDigits(holds - field.pixels)} between them are not read` : '';
  if (size && stride) {
    lines.push(`  field ${size.x}×${size.y}, ${pair(stride)} apart   ${groupDigits(field.pixels)} pixels${gaps}`);
    lines.push(`  ${neighbourWords(field)}`);
  } else
    lines.push(`  ${groupDigits(field.pixels)} pixels${gaps}; the layer's fields are not all of one size and distance`);
  const padding = paddingWords(field);
  if (padding) lines.push(`  ${padding}`);
  const counts = field.readers;
  const [least, most] = counts.reduce(
    ([lo, hi], one) => [Math.min(lo, one), Math.max(hi, one)],
    [Number.POSITIVE_INFINITY, 0],
  );
  lines.push(
    `  a pixel is seen by ${least === most ? groupDigits(most) : `${groupDigits(least)} … ${groupDigits(most)}`} of ${groupDigits(outSize.x * outSize.y)} outputs, ${groupDigits(field.sum)} times in all` +
      (field.unread > 0 ? `; ${groupDigits(field.unread)} pixels are seen by none` : ''),
  );
  if (!field.exact) lines.push(`  ${style.warn('fields of many shapes meet: their envelope is shown')}`);
  if (pixel) {
    const where = pixel.window
      ? `: x ${pixel.window.x0}–${pixel.window.x1}, y ${pixel.window.y0}–${pixel.window.y1} of the output`
      : '';
    lines.push(`  pixel (${pixel.x}, ${pixel.y}) is seen by ${groupDigits(pixel.count)} outputs${where}`);
  }
  return lines;
}

function neighbourWords({ overlap, skipped, size, stride }: FieldFacts): string {
  const axes = (['x', 'y'] as const).map((axis) =>
    skipped![axis] > 0 ? `skip ${skipped![axis]}` : `share ${overlap![axis]}`,
  );
  const why = (axis: 'x' | 'y') =>
    skipped![axis] > 0 ? `${stride![axis]} − ${size![axis]}` : `${size![axis]} − ${stride![axis]}`;
  if (axes[0] === axes[1] && why('x') === why('y')) {
    const one = Number(axes[0].split(' ')[1]) === 1;
    return `neighbouring fields ${axes[0]} ${one ? 'row or column' : 'rows or columns'} (${why('x')})`;
  }
  return `neighbouring fields ${axes[0]} columns (${why('x')}) and ${axes[1]} rows (${why('y')})`;
}

function paddingWords({ inPadding, full }: FieldFacts): string | null {
  const sides = Object.entries(inPadding).filter(([, count]) => count > 0);
  if (sides.length === 0 || full === null) return null;
  const words = sides.map(([side, count]) => `${count} ${side}`).join(', ');
  const { x0, x1, y0, y1 } = full;
  const span = (first: number, last: number) => `${formatNumber(first)}–${formatNumber(last)}`;
  return `clipped: ${words} in the padding; unclipped it is x ${span(x0, x1)}, y ${span(y0, y1)}`;
}

function pair({ x, y }: { readonly x: number; readonly y: number }): string {
  return x === y ? String(x) : `${x},${y}`;
}

/** The document of --json; `wrote`: the picture's path, or null. */
function fieldDocument(field: FieldFacts, wrote: string | null, warnings: readonly string[]): object {
  const { mask: _mask, readers, pixel, ...facts } = field;
  const { x } = field.inputSize;
  const rows = Array.from({ length: field.inputSize.y }, (_, y) => Array.from(readers.subarray(y * x, (y + 1) * x)));
  const seen = pixel && { x: pixel.x, y: pixel.y, count: pixel.count, window: pixel.window };
  return {
    cnnviz: VERSION,
    command: 'field',
    ...facts,
    pixel: seen,
    outputs: wrote === null ? [] : [wrote],
    readers: rows,
    warnings,
  };
}
