import { CnnvizError } from '../core/errors.js';
import type { FieldFacts } from '../core/field.js';
import type { Image } from '../core/image.js';
import { fieldCrop, fieldFigure } from '../figures/field-figure.js';
import type { MapFigure } from '../figures/map-figure.js';
import type { Input } from '../io/inputs.js';
import { baseName } from '../io/paths.js';
import { type FieldRequest, measureField } from '../stages/field.js';
import type { LayerRequest } from '../stages/kept-run.js';
import { type ShapedLayer, shapeLayer } from '../stages/shaped-layer.js';

/** A field with the layer and image it was measured on. */
export interface MeasuredField {
  readonly field: FieldFacts;
  readonly layer: ShapedLayer;
}

/**
 * The receptive field of one output position through a whole stack of layers. Nothing is computed: no weights are needed.
 * @throws CnnvizError 'usage' for positions that are none, 'unsupported' for layers that are not followed
 */
export async function findField(
  request: LayerRequest,
  input: Input,
  wanted: FieldRequest,
  channel: number | null = null,
): Promise<MeasuredField> {
  const layer = await shapeLayer(request, input, channel);
  return { field: measureField(layer, wanted), layer };
}

/** The field on the image, the piece it sees, and how many fields see each pixel. */
export function drawField({ field, layer }: MeasuredField): MapFigure {
  const name = field.input.path === '-' ? 'standard input' : baseName(field.input.path);
  const title = `${name}: field of ${field.network} ${field.layer} (${field.at.x}, ${field.at.y})`;
  return fieldFigure(field, pictureOf(layer), title);
}

/** The piece of the image the position sees, its padding left out. */
export function cropField({ field, layer }: MeasuredField): Image {
  return fieldCrop(pictureOf(layer), field);
}

function pictureOf({ picture }: ShapedLayer): Image {
  if (picture) return picture;
  throw new CnnvizError('unsupported', 'the input has no rows and columns to draw on', {
    fix: '--json gives the numbers without a picture',
  });
}
