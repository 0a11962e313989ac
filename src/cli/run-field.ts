import { CnnvizError } from '../core/errors.js';
import type { DrawingNote } from '../core/note.js';
import { VERSION } from '../core/version.js';
import { encodePng } from '../io/encode.js';
import { altOfField } from '../reports/alt.js';
import { describeField, fieldJson } from '../reports/field.js';
import { placeSingle, writeSingle } from '../stages/single-file.js';
import { cropField, drawField, findField, type MeasuredField } from '../studies/field.js';
import type { PictureFlags } from './commands/picture-flags.js';
import { type LookFlags, lookRequest, placeRequest } from './look-job.js';
import { parsePosition } from './parse.js';
import { showPictures } from './show/show.js';
import { openTerminal } from './terminal.js';

export interface FieldFlags extends LookFlags, PictureFlags {
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
