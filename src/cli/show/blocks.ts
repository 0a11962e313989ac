/** How many colours a terminal shows. */
export type ColourDepth = 'true' | '256' | 'none';

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
