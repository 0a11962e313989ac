import { describe, expect, it } from 'vitest';
import { colourDepth, showMethod } from '../../../src/cli/show/method.js';
import { blockPicture, fitInto, itermPicture, kittyPicture, sixelPicture } from '../../../src/cli/show/show.js';
import type { Image } from '../../../src/core/image.js';
import { cnnviz, IMAGES, inFolder } from '../cnnviz.js';

const ESC = '\u001b';
/** Control characters as signs. */
const visible = (text: string) => text.replaceAll(ESC, '␛').replaceAll('\u0007', '␇');

const RED = [255, 0, 0];
const BLUE = [0, 0, 255];

/** Reads sixels back: rows of "r,g,b", in percent. Written from the VT300 manual, apart from the encoder. */
function readSixels(text: string): string[][] {
  const [, body] = /^␛P[\d;]*q([\s\S]*)␛\\\n$/.exec(visible(text))!;
  const palette = new Map<string, string>();
  const rows: string[][] = [];
  let [x, top, colour] = [0, 0, ''];
  for (const [token] of body.matchAll(/"[\d;]+|#\d+(?:;\d+)*|!\d+[?-~]|[?-~]|[$-]/g)) {
    if (token.startsWith('"')) continue;
    if (token.startsWith('#')) {
      const [number, ...definition] = token.slice(1).split(';');
      if (definition.length > 0) palette.set(number, definition.slice(1).join());
      colour = number;
    } else if (token === '$') x = 0;
    else if (token === '-') [x, top] = [0, top + 6];
    else {
      const count = token.startsWith('!') ? Number.parseInt(token.slice(1), 10) : 1;
      const dots = token.charCodeAt(token.length - 1) - 63;
      for (let n = 0; n < count; n++, x++) {
        for (let row = 0; row < 6; row++) {
          if (!((dots >> row) & 1)) continue;
          rows[top + row] ??= [];
          rows[top + row][x] = palette.get(colour)!;
        }
      }
    }
  }
  return rows;
}

describe('half blocks', () => {
  it('two pixels are one letter: the upper in front, the lower behind', () => {
    const rgb = Uint8Array.from([...RED, ...BLUE]);
    expect(blockPicture(rgb, 1, 2, 'true')).toBe(`${ESC}[38;2;255;0;0;48;2;0;0;255m▀${ESC}[0m\n`);
  });

  it('a last row alone has no background, and equal neighbours share a colour', () => {
    const rgb = Uint8Array.from([...RED, ...RED]);
    expect(blockPicture(rgb, 2, 1, 'true')).toBe(`${ESC}[38;2;255;0;0;49m▀▀${ESC}[0m\n`);
  });

  it.each([
    ['red', [255, 0, 0], 196],
    ['black', [0, 0, 0], 16],
    ['white', [255, 255, 255], 231],
    ['a middle grey', [128, 128, 128], 244],
    ['a steel blue', [95, 135, 175], 67],
  ])('%s is the nearest of 256 colours', (_, rgb, code) => {
    expect(blockPicture(Uint8Array.from(rgb), 1, 1, '256')).toContain(`38;5;${code};`);
  });

  it('without colours it is letters of growing weight', () => {
    const ramp = Uint8Array.from({ length: 10 * 3 }, (_, i) => 28 * Math.floor(i / 3));
    expect(blockPicture(ramp, 10, 1, 'none')).toBe(' .:-=+*#%@\n');
  });
});

describe('sixels', () => {
  it.each([
    ['one dot', 1, 1],
    ['a band and a row', 5, 7],
    ['runs', 40, 13],
  ])('%s comes back', (_, width, height) => {
    const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
      return [x > width / 2 ? 255 : 0, y % 2 === 0 ? 255 : 0, 0][i % 3];
    });
    const rows = readSixels(sixelPicture({ width, height, channels: 3, depth: 8, data }));
    expect(rows).toHaveLength(height);
    for (const [y, row] of rows.entries()) {
      expect(row).toHaveLength(width);
      for (const [x, colour] of row.entries()) {
        const at = 3 * (y * width + x);
        expect(colour).toBe([...data.subarray(at, at + 3)].map((sample) => Math.round(sample / 2.55)).join());
      }
    }
  });

  it('greys keep forty steps', () => {
    const data = Uint8Array.from({ length: 256 }, (_, i) => i);
    const rows = readSixels(sixelPicture({ width: 256, height: 1, channels: 1, depth: 8, data }));
    expect(new Set(rows[0]).size).toBe(40);
    expect([rows[0][0], rows[0][255]]).toEqual(['0,0,0', '100,100,100']);
  });
});

describe('graphics protocols', () => {
  const png = Uint8Array.from({ length: 7000 }, (_, i) => i % 251);

  it('kitty gets chunks of at most 4096 letters that make up the file', () => {
    const text = kittyPicture(png, 30);
    const chunks = [...visible(text).matchAll(/␛_G([^;]*);([^␛]*)␛\\/g)];
    expect(chunks.map(([, control]) => control)).toEqual(['a=T,f=100,q=2,c=30,m=1', 'm=1', 'm=0']);
    expect(Math.max(...chunks.map(([, , data]) => data.length))).toBeLessThanOrEqual(4096);
    expect(Buffer.from(chunks.map(([, , data]) => data).join(''), 'base64').equals(Buffer.from(png))).toBe(true);
  });

  it('iTerm2 gets the file in one piece, with its size', () => {
    const [, control, data] = /^␛\]1337;File=([^:]*):([^␇]*)␇\n$/.exec(visible(itermPicture(png, 30)))!;
    expect(control).toBe('inline=1;size=7000;width=30;preserveAspectRatio=1');
    expect(Buffer.from(data, 'base64').equals(Buffer.from(png))).toBe(true);
  });
});

describe('what a terminal can do', () => {
  it.each([
    ['kitty', { TERM: 'xterm-kitty' }, 'kitty'],
    ['Ghostty', { TERM: 'xterm-ghostty' }, 'kitty'],
    ['iTerm2', { TERM: 'xterm-256color', TERM_PROGRAM: 'iTerm.app' }, 'iterm'],
    ['WezTerm', { TERM: 'xterm-256color', TERM_PROGRAM: 'WezTerm' }, 'iterm'],
    ['Konsole', { TERM: 'xterm-256color', KONSOLE_VERSION: '220401' }, 'sixel'],
    ['an old Konsole', { TERM: 'xterm-256color', KONSOLE_VERSION: '210800' }, 'blocks'],
    ['foot', { TERM: 'foot' }, 'sixel'],
    ['tmux inside kitty', { TERM: 'screen-256color', TMUX: '/tmp/x,1,0', KITTY_WINDOW_ID: '1' }, 'blocks'],
    ['any other', { TERM: 'xterm-256color' }, 'blocks'],
  ])('%s is shown pictures its own way', (_, env, method) => {
    expect(showMethod(env)).toBe(method);
  });

  it.each([
    ['24 bits where it says so', { COLORTERM: 'truecolor', TERM: 'xterm-256color' }, 'true'],
    ['256 colours elsewhere', { TERM: 'xterm-256color' }, '256'],
    ['none with NO_COLOR', { COLORTERM: 'truecolor', NO_COLOR: '1' }, 'none'],
    ['none on a dumb one', { TERM: 'dumb' }, 'none'],
  ])('%s', (_, env, depth) => {
    expect(colourDepth(env)).toBe(depth);
  });

  it.each([
    ['a large picture is shrunk into the screen', [800, 600, 80, 40], [53, 40]],
    ['a small one is enlarged by a whole factor', [5, 5, 80, 38], [35, 35]],
    ['a very wide one keeps a row', [9000, 3, 80, 40], [80, 1]],
    ['a single pixel fills what it may', [1, 1, 80, 40], [40, 40]],
  ])('%s', (_, [width, height, wide, high], [w, h]) => {
    expect(fitInto({ width, height }, wide, high)).toEqual({ width: w, height: h });
  });
});

describe('--show', () => {
  const conv = ['conv', `${IMAGES}five.png`, '-k', 'edge3x3', '-o', 'map.png'];

  it('shows nothing in a pipe, and does not take the image for its method', async () => {
    await inFolder(async (cwd) => {
      const plain = await cnnviz(conv, { cwd });
      const shown = await cnnviz(['conv', '--show', ...conv.slice(1)], { cwd });
      expect(shown.code).toBe(0);
      expect(shown.stdout.replace(/\d+ ms/, '')).toBe(plain.stdout.replace(/\d+ ms/, '').replace('wrote', 'replaced'));
    });
  });

  it('shows the map when a method is named: its greys, enlarged by a whole factor', async () => {
    await inFolder(async (cwd) => {
      const { stdout } = await cnnviz([...conv, '--show=blocks'], {
        cwd,
        env: { COLORTERM: 'truecolor', NO_COLOR: '' },
      });
      const rows = stdout.split('\n').filter((line) => line.startsWith(`${ESC}[38;2;`));
      expect(rows).toHaveLength(18);
      expect([...visible(stdout).matchAll(/␛\[38;2;(\d+);\1;\1/g)].map(([, grey]) => grey)).toContain('255');
      expect(rows.every((row) => row.split('▀').length - 1 === 36)).toBe(true);
    });
  });

  it('never mixes a picture into --json, and refuses a method it does not know before any work', async () => {
    await inFolder(async (cwd) => {
      const json = await cnnviz([...conv, '--show=kitty', '--json'], { cwd });
      expect(() => JSON.parse(json.stdout)).not.toThrow();
      const wrong = await cnnviz([...conv.slice(0, -1), 'other.png', '--show=blinking'], { cwd });
      expect(wrong.code).toBe(2);
      expect(wrong.stderr).toContain('auto, kitty, iterm, sixel, blocks');
      expect((await cnnviz(['read', 'other.png'], { cwd })).code).not.toBe(0);
    });
  });

  it('shows a drawing that was not written to a file', async () => {
    await inFolder(async (cwd) => {
      const { stdout } = await cnnviz(['kernels', 'edge3x3', '--show=sixel'], { cwd });
      const rows = readSixels(stdout.slice(stdout.indexOf(`${ESC}P`)));
      expect(rows.length).toBeGreaterThan(100);
    });
  });
});

describe('16-bit pictures', () => {
  it('are shown with their high bits', async () => {
    const { resampleRgb } = await import('../../../src/draw/resample.js');
    const image: Image = { width: 2, height: 1, channels: 1, depth: 16, data: Uint16Array.of(0, 65535) };
    expect([...resampleRgb(image, 2, 1)]).toEqual([0, 0, 0, 255, 255, 255]);
    expect([...resampleRgb(image, 1, 1)]).toEqual([128, 128, 128]);
    expect([...resampleRgb(image, 4, 1)]).toEqual([0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255]);
  });
});
