import type { Image } from '../../core/image.js';
import { resampleRgb } from '../../draw/resample.js';
import { decodeImage } from '../../io/decode.js';
import { encodePng } from '../../io/encode.js';
import { readBytes } from '../../io/files.js';
import type { Screen, Terminal } from '../terminal.js';
import { type ColourDepth, colourDepth, type ShowMethod, showMethod } from './method.js';

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

/** Steps of red, green and blue in the colour cube; greys have a ramp of their own, as most pictures here are grey. */
const CUBE = [6, 6, 6] as const;
const GREYS = 40;

/**
 * A picture as sixels: bands of six rows, each colour's dots one after another, runs as !count.
 * Colours: a 6×6×6 cube and 40 greys, the nearest of them, no dithering: the same picture gives the same bytes.
 * Source: vt100.net/docs/vt3xx-gp/chapter14.html
 */
export function sixelPicture({ width, height, channels, data }: Image): string {
  const colours = new Uint8Array(width * height);
  for (let i = 0; i < colours.length; i++) {
    const at = channels === 1 ? i : 3 * i;
    const [r, g, b] = channels === 1 ? [data[at], data[at], data[at]] : [data[at], data[at + 1], data[at + 2]];
    colours[i] = nearest(r, g, b);
  }
  let out = `\u001bP0;1;0q"1;1;${width};${height}`;
  for (const colour of new Set([...colours].sort((a, b) => a - b))) {
    out += `#${colour};2;${percentages(colour).join(';')}`;
  }
  for (let top = 0; top < height; top += 6) {
    out += band(colours, width, top, Math.min(6, height - top));
  }
  return `${out}\u001b\\\n`;
}

/** One band: its colours in turn, each from the left ($), then the next band (-). */
function band(colours: Uint8Array, width: number, top: number, rows: number): string {
  const used = [...new Set(colours.subarray(top * width, (top + rows) * width))].sort((a, b) => a - b);
  const lines = used.map((colour) => {
    let line = `#${colour}`;
    let run = { letter: '', count: 0 };
    for (let x = 0; x < width; x++) {
      let dots = 0;
      for (let row = 0; row < rows; row++) if (colours[(top + row) * width + x] === colour) dots |= 1 << row;
      const letter = String.fromCharCode(63 + dots);
      if (letter === run.letter) run.count++;
      else {
        line += repeated(run);
        run = { letter, count: 1 };
      }
    }
    return line + (run.letter === '?' ? '' : repeated(run));
  });
  return `${lines.join('$')}-`;
}

function repeated({ letter, count }: { readonly letter: string; readonly count: number }): string {
  return count > 3 ? `!${count}${letter}` : letter.repeat(count);
}

/** The nearest colour of the palette: greys first, as 0 … 39, then the cube. */
function nearest(r: number, g: number, b: number): number {
  if (Math.max(r, g, b) - Math.min(r, g, b) < 12) return Math.round(((r + g + b) / 765) * (GREYS - 1));
  const [red, green, blue] = [r, g, b].map((value, c) => Math.round((value / 255) * (CUBE[c] - 1)));
  return GREYS + (red * CUBE[1] + green) * CUBE[2] + blue;
}

/** Red, green and blue of a palette entry, 0 … 100. */
function percentages(colour: number): number[] {
  if (colour < GREYS) return Array<number>(3).fill(Math.round((100 * colour) / (GREYS - 1)));
  const cube = colour - GREYS;
  const steps = [Math.floor(cube / (CUBE[1] * CUBE[2])), Math.floor(cube / CUBE[2]) % CUBE[1], cube % CUBE[2]];
  return steps.map((step, c) => Math.round((100 * step) / (CUBE[c] - 1)));
}

/** Brightness without colours, darkest first. */
const RAMP = ' .:-=+*#%@';

/**
 * A picture in half blocks: each letter is two pixels, the upper one its foreground, the lower one its background.
 * rgb [height, width, 3]. With 256 colours the nearest of xterm's cube and greys; without any, letters of growing weight.
 */
export function blockPicture(rgb: Uint8Array, width: number, height: number, depth: ColourDepth): string {
  let out = '';
  for (let y = 0; y < height; y += 2) {
    out += depth === 'none' ? letters(rgb, width, y, height) : halfBlocks(rgb, width, y, height, depth);
  }
  return out;
}

function halfBlocks(rgb: Uint8Array, width: number, y: number, height: number, depth: ColourDepth): string {
  let line = '';
  let last = '';
  for (let x = 0; x < width; x++) {
    const upper = colour(rgb, y * width + x, depth);
    const lower = y + 1 < height ? `48;${colour(rgb, (y + 1) * width + x, depth)}` : '49';
    const code = `\u001b[38;${upper};${lower}m`;
    line += code === last ? '▀' : `${code}▀`;
    last = code;
  }
  return `${line}\u001b[0m\n`;
}

function colour(rgb: Uint8Array, i: number, depth: ColourDepth): string {
  const [r, g, b] = rgb.subarray(3 * i, 3 * i + 3);
  return depth === 'true' ? `2;${r};${g};${b}` : `5;${xterm256(r, g, b)}`;
}

/** The levels of the colour cube of xterm: entries 16 … 231; 232 … 255 are greys 8, 18 … 238. */
const LEVELS = [0, 95, 135, 175, 215, 255];

function xterm256(r: number, g: number, b: number): number {
  const step = (value: number) =>
    LEVELS.reduce((best, level, i) => (Math.abs(level - value) < Math.abs(LEVELS[best] - value) ? i : best), 0);
  const [red, green, blue] = [step(r), step(g), step(b)];
  const grey = Math.min(23, Math.max(0, Math.round(((r + g + b) / 3 - 8) / 10)));
  const distance = (colours: readonly number[]) =>
    [r, g, b].reduce((sum, value, c) => sum + (value - colours[c]) ** 2, 0);
  const ofCube = distance([LEVELS[red], LEVELS[green], LEVELS[blue]]);
  const ofGrey = distance(Array<number>(3).fill(8 + 10 * grey));
  return ofGrey < ofCube ? 232 + grey : 16 + 36 * red + 6 * green + blue;
}

function letters(rgb: Uint8Array, width: number, y: number, height: number): string {
  let line = '';
  for (let x = 0; x < width; x++) {
    const upper = grey(rgb, y * width + x);
    const lower = y + 1 < height ? grey(rgb, (y + 1) * width + x) : upper;
    line += RAMP[Math.min(RAMP.length - 1, Math.floor(((upper + lower) / 512) * RAMP.length))];
  }
  return `${line.trimEnd()}\n`;
}

function grey(rgb: Uint8Array, i: number): number {
  return 0.299 * rgb[3 * i] + 0.587 * rgb[3 * i + 1] + 0.114 * rgb[3 * i + 2];
}
