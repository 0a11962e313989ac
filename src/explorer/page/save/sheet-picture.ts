import type { ColormapName } from '../../../core/job.js';
import type { MapGreys } from '../../page-data.js';
import { bytesOfText } from '../base64.js';
import { drawPicture, pictureOfGreys } from '../maps/paint.js';

const GAP = 12;
const LINE = 20;
const FONT = '13px system-ui, sans-serif';
/** Small maps are magnified until they are about so wide. */
const WIDE = 120;
/** A sheet is about so wide, as far as one map is not wider. */
const SHEET = 1200;

/** Maps at whole magnification with their captions, and the words of their scale below: a canvas that can be saved. */
export function sheetPicture(
  { greys, width, height, channels, words }: MapGreys,
  colormap: ColormapName,
  caption: (channel: number) => string,
): HTMLCanvasElement {
  const bytes = typeof greys === 'string' ? bytesOfText(greys) : greys;
  const scale = Math.max(1, Math.floor((channels.length === 1 ? 4 * WIDE : WIDE) / width));
  const [across, down] = [width * scale, height * scale];
  const columns = Math.max(1, Math.min(channels.length, Math.floor((SHEET - GAP) / (across + GAP))));
  const rows = Math.ceil(channels.length / columns);
  const canvas = document.createElement('canvas');
  const lines = wordLines(words, Math.max(across + 2 * GAP, columns * (across + GAP) + GAP));
  canvas.width = Math.max(320, columns * (across + GAP) + GAP);
  canvas.height = rows * (down + LINE + GAP) + GAP + lines.length * LINE;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser gives no canvas');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = '#16181d';
  context.font = FONT;
  channels.forEach((channel, i) => {
    const left = GAP + (i % columns) * (across + GAP);
    const top = GAP + Math.floor(i / columns) * (down + LINE + GAP);
    const plane = bytes.subarray(i * width * height, (i + 1) * width * height);
    drawPicture(context, pictureOfGreys(plane, width, height, colormap), [left, top, across, down]);
    context.fillText(caption(channel), left, top + down + LINE - 5, across);
  });
  for (const [i, line] of lines.entries()) context.fillText(line, GAP, canvas.height - (lines.length - i) * LINE + 8);
  return canvas;
}

/** About as many letters as a line takes. */
function wordLines(words: string, width: number): string[] {
  const most = Math.max(40, Math.floor(width / 7));
  const lines: string[] = [];
  for (const word of words.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
