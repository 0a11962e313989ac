import { DEFAULT_LOOK } from '../core/look.js';
import { encodePng } from '../io/encode.js';
import { encodeGif, encodeWebp, type TimedFrame } from '../io/encode-animation.js';
import { type FigureFile, lookArgs } from '../run/figure.js';
import type { AnsweredFile, Frame } from './frame.js';

const POINTS_AN_INCH = 96;

/** How frames are drawn: a pixel a point, unless --dpi or a size says otherwise. */
export function frameFile(frame: Frame): FigureFile {
  const { look, ...file } = frame.figureFile(null);
  return { ...file, look: { ...look, dpi: frame.typed.has('dpi') ? look.dpi : POINTS_AN_INCH } };
}

/** The look of an animation's recipe; --dpi whenever it was typed. */
export function animationLookArgs({ look, typed }: Frame): string[] {
  const usual = { ...look, dpi: DEFAULT_LOOK.dpi };
  return [...lookArgs(usual), ...(typed.has('dpi') ? ['--dpi', String(look.dpi)] : [])];
}

/** The names that the frames of a folder have. */
export function frameNames(count: number, most = count): string[] {
  const digits = String(most).length;
  return Array.from({ length: count }, (_, f) => `frame-${String(f + 1).padStart(digits, '0')}.png`);
}

/**
 * Frames as files: one GIF or WebP, or a PNG for each place.
 * @param breathe called with the share done, 0 … 1
 */
export async function animationFiles(
  frames: readonly TimedFrame[],
  places: readonly string[],
  note: string,
  breathe: (done: number) => Promise<void> | undefined,
): Promise<AnsweredFile[]> {
  const [place] = places;
  if (!/\.png$/i.test(place)) {
    const bytes = /\.webp$/i.test(place) ? await encodeWebp(frames, note) : await encodeGif(frames, note, breathe);
    return [{ place, bytes: () => bytes }];
  }
  const files: AnsweredFile[] = [];
  for (const [f, { image }] of frames.entries()) {
    const bytes = await encodePng(image, note);
    files.push({ place: places[f], bytes: () => bytes, isOneOfMany: true });
    await breathe(files.length / frames.length);
  }
  return files;
}
