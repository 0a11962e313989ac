import { CnnvizError } from '../core/errors.js';
import type { Image } from '../core/image.js';
import type { OutputJob } from '../core/job.js';
import { DEFAULT_LOOK, type Look } from '../core/look.js';
import type { DrawnScale } from '../core/result.js';
import type { ColouredFigure, FigureLook } from '../draw/figure.js';
import { TYPE } from '../draw/part.js';
import { type ForeignText, renderPixels } from '../draw/scene/pixels.js';
import type { Mark, Scene, Weight } from '../draw/scene/scene.js';
import { renderSvg } from '../draw/scene/svg.js';
import { CAP_HEIGHT, piecesOf, spellOut } from '../draw/scene/typeface.js';
import { encodePng, toAscii } from '../io/encode.js';
import { drawLetters, hasLetter } from '../io/letters.js';

/** How a figure is written. */
export interface FigureFile {
  readonly look: Look;
  readonly svg: boolean;
  /** Told what a reader of the picture should know of its making. */
  readonly say?: ((note: string) => void) | undefined;
}

/** What a document says of a figure's scale. */
export function drawnScale({ scale, clipped, colormap }: ColouredFigure): DrawnScale {
  return { ...scale, clipped, colormap };
}

/** How a job's figures are written. */
export function fileOf({ figure }: Pick<OutputJob, 'figure'>, say: FigureFile['say']): FigureFile {
  return { ...(figure ?? { look: DEFAULT_LOOK, svg: false }), say };
}

/** A figure laid out, with the points it takes and the pixels of a point. */
interface Laid<F> {
  readonly figure: F;
  readonly scene: Scene;
  readonly density: number;
}

/** A figure laid out as its look asks for; letters that no font of this machine has are spelled out from now on. */
export async function layOutFigure<F extends { readonly scene: Scene }>(
  draw: (look: FigureLook) => F,
  { look, say }: Omit<FigureFile, 'svg'>,
): Promise<Laid<F>> {
  const laid = layOut(draw, look);
  const foreign = foreignPieces(laid.scene.marks, laid.density);
  return foreign.length > 0 && (await findFonts(foreign, look.font, say)) ? layOut(draw, look) : laid;
}

/**
 * A figure as the bytes of a PNG or SVG.
 * @param draw lays it out; called again where pictures must be smaller or larger to fill a width
 * @param noteOf what its metadata holds; its `args` get what the look adds
 */
export async function encodeFigure<F extends { readonly scene: Scene }>(
  draw: (look: FigureLook) => F,
  noteOf: (figure: F) => { readonly args: readonly string[]; readonly alt?: string },
  file: FigureFile,
): Promise<Uint8Array> {
  return (await finishFigure(draw, noteOf, file)).bytes;
}

/** The same with the figure itself, which knows its scale. */
export async function finishFigure<F extends { readonly scene: Scene }>(
  draw: (look: FigureLook) => F,
  noteOf: (figure: F) => { readonly args: readonly string[]; readonly alt?: string },
  { look, svg, say }: FigureFile,
): Promise<{ readonly figure: F; readonly bytes: Uint8Array }> {
  const { figure, scene, density } = await layOutFigure(draw, { look, say });
  const own = noteOf(figure);
  const note = JSON.stringify({ ...own, args: [...own.args, ...lookArgs(look)] });
  if (svg) {
    const size = (density * 96) / look.dpi;
    const title = scene.marks.find((mark) => mark.kind === 'text')?.text ?? '';
    const options = { theme: look.theme, size, density: 2, title, description: own.alt ?? title, note: toAscii(note) };
    const text = await renderSvg(scene, options, (image) => encodePng(image, ''));
    return { figure, bytes: new TextEncoder().encode(text) };
  }
  return { figure, bytes: await encodePng(await figurePixels(scene, look, density), note, look.dpi) };
}

/** The pixels of a scene, letters of other fonts among them. @param ground what it is drawn on: else plain paper */
export async function figurePixels(scene: Scene, look: Look, density: number, ground?: Image) {
  const drawn = new Map<string, ForeignText | null>();
  for (const { text, size, weight } of foreignPieces(scene.marks, density)) {
    const letters = await drawLetters(text, size, weight === 'bold', look.font);
    const baseline = letters ? Math.round((letters.height + CAP_HEIGHT * size) / 2) : 0;
    drawn.set(`${weight} ${size} ${text}`, letters && { ...letters, baseline });
  }
  const foreign = (text: string, size: number, weight: Weight) => drawn.get(`${weight} ${size} ${text}`) ?? null;
  return renderPixels(scene, { density, theme: look.theme, foreign, ground });
}

/** The flags that a look was asked for with. */
export function lookArgs({ theme, title, caption, fontSize, width, height, dpi, font }: Look): string[] {
  const size = [
    ...(fontSize === null ? [] : ['--font-size', String(fontSize)]),
    ...(width === null ? [] : ['--width', String(width)]),
    ...(height === null ? [] : ['--height', String(height)]),
    ...(dpi === 192 ? [] : ['--dpi', String(dpi)]),
  ];
  return [
    ...(theme === 'light' ? [] : ['--theme', theme]),
    ...(title === null ? [] : ['--title', title]),
    ...(caption === null ? [] : ['--caption', caption]),
    ...size,
    ...(font === null ? [] : ['--font', font]),
  ];
}

/** Smaller pictures would be lost among the words: then the letters shrink with them. */
const SMALLEST_BOX = 0.4;
const LARGEST_BOX = 8;
const TRIES = 8;

/** Pictures as large as the look leaves room for, letters of the size it asks for. @throws CnnvizError 'usage' */
function layOut<F extends { readonly scene: Scene }>(draw: (look: FigureLook) => F, look: Look): Laid<F> {
  const { title, caption, fontSize, width, height, dpi } = look;
  const letters = (fontSize ?? TYPE.detail.size) / TYPE.detail.size;
  const pixels = (letters * dpi) / 96;
  const across = width === null ? null : width / pixels;
  const drawn = (box: number) => draw({ box, width: across, title, caption });
  let best = drawn(1 / letters);
  if (width === null || across === null) return { figure: best, scene: best.scene, density: pixels };
  const down = height === null ? Number.POSITIVE_INFINITY : height / pixels;
  const fits = ({ scene }: F) => scene.width <= across && scene.height <= down;
  let [low, high] = fits(best) ? [1 / letters, LARGEST_BOX] : [SMALLEST_BOX, 1 / letters];
  if (!fits(best)) best = drawn(low);
  for (let i = 0; i < TRIES && fits(best); i++) {
    const box = Math.sqrt(low * high);
    const next = drawn(box);
    if (fits(next)) [low, best] = [box, next];
    else high = box;
  }
  const { scene } = best;
  const share = Math.min(1, across / scene.width, down / scene.height);
  if (share < 1 && fontSize !== null && height === null) {
    const needed = Math.ceil(scene.width * pixels);
    throw new CnnvizError('usage', `--width ${width}: with letters of ${fontSize} pixels this figure takes ${needed}`, {
      fix: `--width ${needed}, or a smaller --font-size`,
    });
  }
  const density = pixels * share;
  return { figure: best, scene: centred(scene, width / density, height === null ? null : height / density), density };
}

/** A scene in the middle of more paper. */
export function centred(scene: Scene, width: number, height: number | null): Scene {
  const dx = Math.floor((width - scene.width) / 2);
  const dy = height === null ? 0 : Math.max(0, Math.floor((height - scene.height) / 2));
  return { width, height: height ?? scene.height, marks: scene.marks.map((mark) => moved(mark, dx, dy)) };
}

function moved(mark: Mark, dx: number, dy: number): Mark {
  if (mark.kind === 'path') return { ...mark, points: mark.points.map(([x, y]) => [x + dx, y + dy]) };
  const at = { x: mark.x + dx, y: mark.y + dy };
  return mark.kind === 'clip'
    ? { ...mark, ...at, marks: mark.marks.map((one) => moved(one, dx, dy)) }
    : { ...mark, ...at };
}

interface ForeignPiece {
  readonly text: string;
  /** Pixels. */
  readonly size: number;
  readonly weight: Weight;
}

/** What the typeface cannot write of the texts of some marks. */
function foreignPieces(marks: readonly Mark[], density: number): ForeignPiece[] {
  return marks.flatMap((mark) => {
    if (mark.kind === 'clip') return foreignPieces(mark.marks, density);
    if (mark.kind !== 'text') return [];
    const { weight, size } = mark;
    return piecesOf(mark.text, weight).flatMap(({ text, isForeign }) =>
      isForeign ? [{ text, size: size * density, weight }] : [],
    );
  });
}

/** Looks for fonts; letters without one are spelled out from now on. @returns whether there are such */
async function findFonts(
  pieces: readonly ForeignPiece[],
  font: string | null,
  say: FigureFile['say'],
): Promise<boolean> {
  const letters = [...new Set(pieces.flatMap(({ text }) => [...text]))].filter((letter) => letter.trim() !== '');
  const without: string[] = [];
  for (const letter of letters) if (!(await hasLetter(letter, font))) without.push(letter);
  for (const letter of without) spellOut(letter);
  const found = letters.filter((letter) => !without.includes(letter));
  if (found.length > 0) {
    say?.(
      `"${found.slice(0, 8).join('')}" ${found.length > 8 ? '… ' : ''}is drawn with the fonts of this machine: these pixels depend on it`,
    );
  }
  if (without.length > 0) {
    say?.(`this machine has no font for "${without.slice(0, 8).join('')}": written as numbers; --font FILE names one`);
  }
  return without.length > 0;
}
