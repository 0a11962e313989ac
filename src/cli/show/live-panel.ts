import type { Image } from '../../core/image.js';
import type { Terminal } from '../terminal.js';
import { colourDepth } from './method.js';
import { blockPicture } from './show.js';

/** It is drawn anew at most so often. */
const LEAST_MS = 200;

/** Lines and a picture that take the place of those before them, at the foot of what is printed. */
export interface LivePanel {
  /** Draws anew, unless that was just done; `make` is called only then. */
  draw(make: () => PanelContent): Promise<void>;
  /** The same, whenever it was done last. */
  drawNow(content: PanelContent): Promise<void>;
  /** Takes it away, so that a line can be printed above the next. */
  clear(): void;
}

export interface PanelContent {
  readonly lines: readonly string[];
  /** RGB, each pixel half a letter. */
  readonly picture: Image | null;
}

/** A panel on a terminal. @param now the time in ms; a test has its own */
export function openPanel(terminal: Pick<Terminal, 'print' | 'send' | 'takeBack'>, now = Date.now): LivePanel {
  let last = Number.NEGATIVE_INFINITY;
  let above = 0;
  const clear = () => {
    terminal.takeBack(above);
    above = 0;
  };
  const drawNow = async ({ lines, picture }: PanelContent) => {
    last = now();
    clear();
    for (const line of lines) above += terminal.print(line);
    if (picture === null) return;
    const { width, height, data } = picture;
    const text = blockPicture(data as Uint8Array, width, height, colourDepth(process.env));
    above += Math.ceil(height / 2);
    await terminal.send(new TextEncoder().encode(text));
  };
  return {
    drawNow,
    clear,
    draw: async (make) => {
      if (now() - last >= LEAST_MS) await drawNow(make());
    },
  };
}
