import type { Image } from '../core/image.js';
import { DEFAULT_LOOK, type ThemeName } from '../core/look.js';
import type { FigureLook } from '../draw/figure.js';
import type { Part } from '../draw/part.js';
import { renderPixels } from '../draw/scene/pixels.js';
import type { Mark, Scene } from '../draw/scene/scene.js';
import { encodePng } from '../io/encode.js';
import { encodeGif, encodeWebp, type TimedFrame } from '../io/encode-animation.js';
import { centred, type FigureFile, figurePixels, layOutFigure, lookArgs } from '../run/figure.js';
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

/** Pictures that are the same in every frame, as they shall be drawn: once, and then copied. */
export type Once = (part: Part) => Part;

/** Drawings that follow each other, all of one size: the first and the last stand for all. */
export interface Film {
  readonly count: number;
  readonly frames: (look: FigureLook, once: Once) => (s: number) => Scene;
}

/**
 * The pictures of films, all of one size, on paper as large as the largest frame.
 * @param breathe called with the number of pictures that are drawn
 */
export async function drawFilms(
  films: readonly Film[],
  { look, say }: Omit<FigureFile, 'svg'>,
  breathe: (drawn: number) => Promise<void> | undefined,
): Promise<Image[][]> {
  const draw = (own: FigureLook) => ({ look: own, scene: stage(films, own) });
  const { figure, scene, density } = await layOutFigure(draw, { look, say });
  const { width, height } = scene;
  const paper = renderPixels({ width, height, marks: [] }, { density, theme: look.theme, foreign: () => null });
  const drawn: Image[][] = [];
  let count = 0;
  for (const film of films) {
    const frames = film.frames(figure.look, (part) => drawnOnce(part, density, look.theme));
    const images: Image[] = [];
    for (let s = 0; s < film.count; s++) {
      const drawing = frames(s);
      const room = { width: Math.max(width, drawing.width), height: Math.max(height, drawing.height) };
      const placed = look.width === null ? { ...drawing, ...room } : centred(drawing, room.width, room.height);
      images.push(await figurePixels(placed, look, density, paper));
      await breathe(++count);
    }
    drawn.push(images);
  }
  return drawn;
}

/** Paper as large as the largest frame, with the letters of all that are looked at. */
function stage(films: readonly Film[], look: FigureLook): Scene {
  const drawings = films.flatMap((film) => {
    const frames = film.frames(look, (part) => part);
    return [frames(0), frames(film.count - 1)];
  });
  return {
    width: Math.max(...drawings.map((drawing) => drawing.width)),
    height: Math.max(...drawings.map((drawing) => drawing.height)),
    marks: drawings.flatMap(({ marks }) => marks),
  };
}

/** A part whose pixels are made once, at the size they have in every frame. */
function drawnOnce(part: Part, density: number, theme: ThemeName): Part {
  let image: Image | null = null;
  return {
    ...part,
    draw: (marks, x, y) => {
      image ??= pixelsOf(part, density, theme);
      marks.push({ kind: 'image', x, y, width: part.width, height: part.height, image });
    },
  };
}

function pixelsOf(part: Part, density: number, theme: ThemeName): Image {
  const marks: Mark[] = [];
  part.draw(marks, 0, 0);
  return renderPixels({ width: part.width, height: part.height, marks }, { density, theme, foreign: () => null });
}
