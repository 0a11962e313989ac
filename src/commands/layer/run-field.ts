import { altOfField } from '../../cli/alt.js';
import { type LookFlags, lookRequest, placeRequest } from '../../cli/look-flags.js';
import { parsePosition } from '../../cli/parse.js';
import type { PictureFlags } from '../../cli/picture-flags.js';
import { showPictures } from '../../cli/show/show.js';
import { openTerminal } from '../../cli/terminal.js';
import { CnnvizError } from '../../core/errors.js';
import type { Image } from '../../core/image.js';
import type { DrawingNote } from '../../core/note.js';
import { VERSION } from '../../core/version.js';
import type { MapFigure } from '../../draw/map-figure.js';
import { encodePng } from '../../io/encode.js';
import type { Input } from '../../io/inputs.js';
import { baseName } from '../../io/paths.js';
import { type FieldFacts, type FieldRequest, measureField } from '../../run/field.js';
import type { LayerRequest } from '../../run/kept-run.js';
import { placeSingle, writeSingle } from '../../run/place.js';
import { type ShapedLayer, shapeLayer } from '../../run/shaped-layer.js';
import { fieldCrop, fieldFigure } from './field-figure.js';
import { describeField, fieldJson } from './field-report.js';

interface FieldFlags extends LookFlags, PictureFlags {
  readonly pixel?: string;
  readonly crop: boolean;
  readonly out?: string;
  readonly clobber: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** `cnnviz field`: flags → the shapes of one layer or network → its field, drawn on the image. */
export async function runField(args: readonly string[], flags: FieldFlags): Promise<void> {
  const { out, clobber, crop, json } = flags;
  if (out === '-' && json) {
    throw new CnnvizError('usage', 'stdout can carry the picture or --json, not both', {
      fix: 'write the picture to a file: -o field.png',
    });
  }
  const { request, input } = await lookRequest('field', args, flags);
  const { at, channel } = placeRequest(flags);
  const pixel = flags.pixel === undefined ? null : parsePosition('--pixel', flags.pixel);
  const terminal = await openTerminal({ quiet: flags.quiet, reserveStdout: out === '-' || json });
  const wanted = { out: out ?? null, name: `${input.name}.${crop ? 'crop' : 'field'}.png`, endings: ['.png'], clobber };
  const path = json && out === undefined && !crop ? null : placeSingle(wanted, input);
  const measured = await findField(request, input, { at, pixel }, channel);
  for (const note of measured.layer.notes) terminal.note(`note: ${note}`);
  if (path !== null) await writeSingle(path, await drawn(measured, crop), clobber, terminal.send);
  if (json) await terminal.send(new TextEncoder().encode(`${fieldJson(measured.field, path)}\n`));
  else {
    for (const line of describeField(measured.field, terminal.style)) terminal.print(line);
    if (path !== null && path !== '-') terminal.print(`wrote ${terminal.style.strong(path)}`);
    if (flags.alt) terminal.print(altOfField(measured.field));
    if (path !== null && path !== '-') await showPictures([path], flags.show, terminal);
  }
}

/** The figure or the crop as PNG, with its recipe. */
async function drawn(measured: MeasuredField, crop: boolean): Promise<Uint8Array> {
  const { field, layer } = measured;
  const { image, scale } = crop ? { image: cropField(measured), scale: null } : drawField(measured);
  const args = ['field', ...layer.args.map((arg) => (arg === '--crop' ? '--centre-crop' : arg))];
  args.push('--at', `${field.at.x},${field.at.y}`);
  if (field.pixel) args.push('--pixel', `${field.pixel.x},${field.pixel.y}`);
  if (crop) args.push('--crop');
  const note: DrawingNote = { cnnviz: VERSION, picture: 'field', ...(scale ?? {}), args };
  return encodePng(image, JSON.stringify(note));
}

/** A field with the layer and image it was measured on. */
interface MeasuredField {
  readonly field: FieldFacts;
  readonly layer: ShapedLayer;
}

/**
 * The receptive field of one output position through a whole stack of layers. Nothing is computed: no weights are needed.
 * @throws CnnvizError 'usage' for positions that are none, 'unsupported' for layers that are not followed
 */
async function findField(
  request: LayerRequest,
  input: Input,
  wanted: FieldRequest,
  channel: number | null = null,
): Promise<MeasuredField> {
  const layer = await shapeLayer(request, input, channel);
  return { field: measureField(layer, wanted), layer };
}

/** The field on the image, the piece it sees, and how many fields see each pixel. */
function drawField({ field, layer }: MeasuredField): MapFigure {
  const name = field.input.path === '-' ? 'standard input' : baseName(field.input.path);
  const title = `${name}: field of ${field.network} ${field.layer} (${field.at.x}, ${field.at.y})`;
  return fieldFigure(field, pictureOf(layer), title);
}

/** The piece of the image the position sees, its padding left out. */
function cropField({ field, layer }: MeasuredField): Image {
  return fieldCrop(pictureOf(layer), field);
}

function pictureOf({ picture }: ShapedLayer): Image {
  if (picture) return picture;
  throw new CnnvizError('unsupported', 'the input has no rows and columns to draw on', {
    fix: '--json gives the numbers without a picture',
  });
}
