import type { Image } from '../core/image.js';
import type { ThemeName } from '../core/look.js';
import type { FigureLook } from '../draw/figure.js';
import type { Part } from '../draw/part.js';
import { renderPixels } from '../draw/scene/pixels.js';
import type { Mark, Scene } from '../draw/scene/scene.js';
import { centred, type FigureFile, figurePixels, layOutFigure } from './figure.js';

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
