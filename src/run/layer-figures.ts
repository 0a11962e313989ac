import { channelsOf } from '../analysis/layer-facts.js';
import type { NetworkJob } from '../core/job.js';
import { groupDigits, inputName } from '../core/text.js';
import { contactSheet } from '../draw/contact-sheet.js';
import { baseName } from '../io/paths.js';
import { encodeFigure, fileOf } from './figure.js';
import { planesOf } from './maps.js';
import type { MeasuredLayer } from './measure.js';
import { layerArgsOf, pictureNote } from './recipe.js';
import type { Source } from './subject.js';

/** All channels of a layer in one labelled picture. */
export function drawLayerSheet(
  job: NetworkJob,
  network: string,
  source: Source,
  layer: MeasuredLayer,
): Promise<Uint8Array> {
  const { maps, folded } = planesOf(layer);
  const { channels } = channelsOf(layer.value.shape);
  const { name } = layer.result;
  const vector = folded === null ? '' : `  ·  ${groupDigits(channels)} values, ${folded} a row`;
  const { scale: scaleRule, colormap, each = false } = job.picture;
  const facts = `${inputName(baseName(source.facts.path))}${vector}`;
  return encodeFigure(
    (look) => contactSheet(maps, { title: `${network} ${name}`, facts, scaleRule, colormap, each, look }),
    ({ scale }) => pictureNote('sheet', source, scale, layerArgsOf(job, source, name)),
    fileOf(job.output),
  );
}
