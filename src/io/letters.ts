import { loadSharp } from './sharp.js';

/** Letters drawn with a font of this machine: how much of each pixel they cover, [height, width]. */
export interface DrawnLetters {
  readonly width: number;
  readonly height: number;
  readonly coverage: Uint8Array;
}

/**
 * Code points that stand for no letter: what a machine draws for them, it draws for letters it has no font for. The box of
 * those with more than four digits is a larger one.
 */
const NO_LETTER = '\u0378';
const NO_LETTER_BEYOND = '\u{3fffd}';
const PROBE_SIZE = 40;

/**
 * Letters in one colour, with the fonts of this machine or, before them, those of a file.
 * @param size of an em, in pixels
 * @returns null when nothing was drawn
 */
export async function drawLetters(
  text: string,
  size: number,
  bold: boolean,
  fontFile: string | null,
): Promise<DrawnLetters | null> {
  try {
    const { data, info } = await loadSharp()({
      text: {
        text: text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;'),
        font: `sans${bold ? ' bold' : ''} ${size}`,
        ...(fontFile === null ? {} : { fontfile: fontFile }),
        // 72 dots an inch: a point is a pixel
        dpi: 72,
        rgba: true,
      },
    })
      .extractChannel(3)
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, coverage: new Uint8Array(data) };
  } catch (error) {
    // libvips refuses texts of which nothing is seen
    if (error instanceof Error && /text/.test(error.message)) return null;
    throw error;
  }
}

/** Whether this machine has a font for a letter: what it draws is not the box that it draws for none. */
export async function hasLetter(letter: string, fontFile: string | null): Promise<boolean> {
  const drawn = await drawLetters(letter, PROBE_SIZE, false, fontFile);
  if (drawn === null) return false;
  const box = await boxFor(letter.length > 1 ? NO_LETTER_BEYOND : NO_LETTER, fontFile);
  return box === null || drawn.width !== box.width || drawn.height !== box.height || edgeOf(drawn) !== edgeOf(box);
}

const boxes = new Map<string, Promise<DrawnLetters | null>>();

/** What is drawn for a letter without a font: the same for every letter that is looked for, so it is drawn once. */
function boxFor(noLetter: string, fontFile: string | null): Promise<DrawnLetters | null> {
  const key = `${noLetter}${fontFile ?? ''}`;
  const box = boxes.get(key) ?? drawLetters(noLetter, PROBE_SIZE, false, fontFile);
  boxes.set(key, box);
  return box;
}

/** The outermost pixels: of a box, its frame; the digits within differ. */
function edgeOf({ width, height, coverage }: DrawnLetters): string {
  return Array.from(coverage)
    .filter((_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      return x === 0 || y === 0 || x === width - 1 || y === height - 1;
    })
    .join();
}
