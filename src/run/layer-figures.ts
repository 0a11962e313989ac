import { channelsOf } from '../analysis/layer-facts.js';
import type { NetworkJob } from '../core/job.js';
import { groupDigits, inputName } from '../core/text.js';
import { contactSheet } from '../draw/contact-sheet.js';
import { baseName } from '../io/paths.js';
import { drawnScale, fileOf, finishFigure } from './figure.js';
import { type DrawnBytes, inputPicture, planesOf } from './maps.js';
import type { MeasuredLayer } from './measure.js';
import { layerArgsOf, pictureNote } from './recipe.js';
import type { Source } from './subject.js';

/** All channels of a layer in one labelled picture. */
export async function drawLayerSheet(
  job: NetworkJob,
  network: string,
  source: Source,
  layer: MeasuredLayer,
): Promise<DrawnBytes> {
  const { maps, folded } = planesOf(layer);
  const { channels } = channelsOf(layer.value.shape);
  const { name } = layer.result;
  const vector = folded === null ? '' : `  ·  ${groupDigits(channels)} values, ${folded} a row`;
  const { scale: scaleRule, colormap, signs = false, each = false } = job.picture;
  const madeUp = job.request.init === null ? '' : '  ·  made-up weights';
  const facts = `${inputName(baseName(source.facts.path))}${madeUp}${vector}`;
  const input = source.picture ? { input: inputPicture(source, 0).input } : {};
  const { figure, bytes } = await finishFigure(
    (look) =>
      contactSheet(maps, { title: `${network} ${name}`, facts, scaleRule, colormap, signs, each, ...input, look }),
    ({ scale }) => pictureNote('sheet', source, scale, layerArgsOf(job, source, name)),
    fileOf(job.output),
  );
  return each && maps.length > 1 ? { bytes } : { bytes, scale: drawnScale(figure) };
}
