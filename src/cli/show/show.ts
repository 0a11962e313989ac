import type { Image } from '../../core/image.js';
import { resampleRgb } from '../../draw/resample.js';
import { decodeImage } from '../../io/decode.js';
import { encodePng } from '../../io/encode.js';
import { readBytes } from '../../io/files.js';
import type { Screen, Terminal } from '../terminal.js';
import { blockPicture } from './blocks.js';
import { colourDepth, type ShowMethod, showMethod } from './method.js';
import { sixelPicture } from './sixel.js';

/** More pictures than this would scroll the results away. */
const MOST = 4;
const MAX_PIXELS = 1e9;
/** Pixels of a terminal's cell, where pictures are sent as pixels; a guess that most fonts come near. */
const CELL = { width: 9, height: 18 };
/** A picture takes this share of the screen's height at most. */
const SHARE_OF_ROWS = 0.8;

/** A picture's file, or the bytes of a PNG that was not written. */
type Shown = string | Uint8Array;

/**
 * Shows pictures in the terminal, after a command's result: those it wrote, and others as bytes. Nothing when stdout is
 * not a terminal, unless a method is named; never among bytes or a document on stdout. Files that are no PNG are passed
 * over.
 */
export async function showPictures(
  pictures: readonly Shown[],
  show: ShowMethod | 'auto' | undefined,
  terminal: Terminal,
): Promise<void> {
  if (show === undefined) return;
  const { screen } = terminal;
  if (screen === null || (show === 'auto' && !screen.isTty)) return;
  const method = show === 'auto' ? showMethod(process.env) : show;
  const shown = pictures.filter((picture) => typeof picture !== 'string' || /\.png$/i.test(picture));
  for (const picture of shown.slice(0, MOST)) {
    const bytes = typeof picture === 'string' ? await readBytes(picture) : picture;
    const { image } = await decodeImage(bytes, { background: '#ffffff', maxPixels: MAX_PIXELS });
    await terminal.send(new TextEncoder().encode(await pictureText(image, method, screen)));
  }
  if (shown.length === 0) terminal.note('nothing to show: no picture was made');
  if (shown.length > MOST) terminal.note(`${shown.length - MOST} more pictures are not shown`);
}

/** What is sent to the terminal for one picture. */
async function pictureText(image: Image, method: ShowMethod, { columns, rows }: Screen): Promise<string> {
  const down = Math.max(4, Math.floor(rows * SHARE_OF_ROWS));
  if (method === 'blocks') {
    const { width, height } = fitInto(image, columns, 2 * down);
    return blockPicture(resampleRgb(image, width, height), width, height, colourDepth(process.env));
  }
  const { width, height } = fitInto(image, columns * CELL.width, down * CELL.height);
  const shown: Image = { width, height, channels: 3, depth: 8, data: resampleRgb(image, width, height) };
  if (method === 'sixel') return sixelPicture(shown);
  const cells = Math.min(columns, Math.max(1, Math.round(width / CELL.width)));
  const png = await encodePng(shown, '{}');
  return method === 'kitty' ? kittyPicture(png, cells) : itermPicture(png, cells);
}

/** The largest size within the limits: shrunk as needed, enlarged by whole factors only. */
export function fitInto(
  { width, height }: { readonly width: number; readonly height: number },
  mostWide: number,
  mostHigh: number,
): { width: number; height: number } {
  const factor = Math.min(mostWide / width, mostHigh / height);
  const whole = factor >= 1 ? Math.floor(factor) : factor;
  return { width: Math.max(1, Math.floor(width * whole)), height: Math.max(1, Math.floor(height * whole)) };
}

/**
 * A PNG for iTerm2, WezTerm and others that took over its protocol, `columns` cells wide.
 * Source: iterm2.com/documentation-images.html: OSC 1337 ; File = arguments : base64 BEL
 */
export function itermPicture(png: Uint8Array, columns: number): string {
  const control = `inline=1;size=${png.length};width=${columns};preserveAspectRatio=1`;
  return `\u001b]1337;File=${control}:${Buffer.from(png).toString('base64')}\u0007\n`;
}

/** Bytes of base64 in one escape sequence, at most. */
const CHUNK = 4096;

/**
 * A PNG for terminals that know kitty's graphics protocol, shown at the cursor over `columns` cells.
 * Source: sw.kovidgoyal.net/kitty/graphics-protocol: a=T transmit and display, f=100 PNG, m=1 more to come, q=2 no answers
 */
export function kittyPicture(png: Uint8Array, columns: number): string {
  const text = Buffer.from(png).toString('base64');
  let out = '';
  for (let at = 0; at < text.length; at += CHUNK) {
    const more = at + CHUNK < text.length ? 1 : 0;
    const control = at === 0 ? `a=T,f=100,q=2,c=${columns},m=${more}` : `m=${more}`;
    out += `\u001b_G${control};${text.slice(at, at + CHUNK)}\u001b\\`;
  }
  return `${out}\n`;
}
