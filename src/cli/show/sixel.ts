import type { Image } from '../../core/image.js';

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
