import { fileURLToPath } from 'node:url';
import type { Answer, Frame } from '../../cli/frame.js';
import { whenInterrupted } from '../../cli/signals.js';
import { CnnvizError } from '../../core/errors.js';
import type { Image } from '../../core/image.js';
import { DEFAULT_LOOK } from '../../core/look.js';
import { nearestName } from '../../core/names.js';
import type { DrawingNote } from '../../core/note.js';
import { VERSION } from '../../core/version.js';
import { type FigureLook, titledScene } from '../../draw/figure.js';
import { chooseFit, fitWords } from '../../draw/fit.js';
import { MARKED, type Rect, withFrames } from '../../draw/marks.js';
import { captioned, drawText, imagePicture, lineHeight, type Part, TYPE } from '../../draw/part.js';
import { fillRect, type Marks, type Rgb, type Scene } from '../../draw/scene/scene.js';
import { textWidth } from '../../draw/scene/typeface.js';
import { cropImage } from '../../engine/resize.js';
import { readHeader } from '../../io/decode.js';
import { encodePng, readNote } from '../../io/encode.js';
import { readBytes, readOwnBytes, writeAtomic } from '../../io/files.js';
import { foreignFile, refuseForeign, writeOwnText } from '../../io/own-texts.js';
import { baseName, joinPath } from '../../io/paths.js';
import { svgNote } from '../../io/picture-notes.js';
import { fileIdentity, guardOutput, kindOf } from '../../io/read-files.js';
import { encodeFigure } from '../../run/figure.js';
import { checkPlace } from '../../run/place.js';
import { articleDocument, countArticle, describeArticle } from './article-words.js';
import { inLanguage, type Language } from './language.js';
import { LAYERS } from './laws/planes.js';
import { CommandLines, makeArticle, PIECES, type Workshop } from './make-article.js';
import { ARTICLE_PAGE_MARKS, articlePage } from './page.js';
import { type OpenedPhoto, openOwnPhoto, openPlane } from './photo.js';
import { ARTICLE_README_MARKS, articleReadme } from './readme.js';
import { SEVEN, type SectionDefinition, THREE } from './row.js';
import { SECTIONS } from './rows/index.js';

/** What an article is made of, and how. */
interface ArticleJob {
  readonly image: string | null;
  readonly only: string | null;
  readonly maxPixels: number;
  readonly jobs: number;
  readonly lang: Language;
}

const IMAGES = new URL('../../fixtures/images/', import.meta.url);
const BIN = fileURLToPath(new URL('../../bin/cnnviz.js', import.meta.url));
const PAGE = 'index.html';
const README = 'README.md';
/** Laid out before any figure is made: its note tells that a folder is an article's. */
const IMPULSE = 'impulse.png';

/** Inputs into the folder, a command for each figure, the page from their numbers. */
export async function articleAnswer({ image, only, maxPixels, jobs, lang }: ArticleJob, frame: Frame): Promise<Answer> {
  const out = frame.target.kind === 'folder' ? frame.target.path : '.';
  const sections = only === null ? SECTIONS : chooseRows(SECTIONS, namesIn(only));
  const lines = new CommandLines({ program: [process.execPath, BIN], folder: out, jobs });
  const opened =
    image === null
      ? await openPlane(shipped('plane.png'), shipped('plane.json'), maxPixels)
      : await openOwnPhoto(image, maxPixels);
  const figures = sections.flatMap(({ rows }) => rows.flatMap((row) => row.figures(opened.photo)));
  await checkFolder(
    out,
    figures.flatMap(({ files }) => files),
    frame.clobber,
  );
  await layOut(out, opened, image);

  const rows = sections.flatMap((section) => section.rows).length;
  const { bar } = frame.progress(rows);
  let [done, failed] = [0, 0];
  const workshop: Workshop = {
    photo: opened.photo,
    layers: LAYERS,
    run: (args) => lines.run(args),
    read: (file) => readOwnBytes(joinPath(out, file)),
    write: async (file, draw, alt, args) =>
      writeAtomic(joinPath(out, file), await figureBytes(file, draw, alt, args), { clobber: true, within: out }),
    sizeOf: (file) => sizeOf(joinPath(out, file)),
    grayPhoto: async () => opened.gray,
    finished: ({ failure }) => {
      done++;
      if (failure !== null) failed++;
      bar.update(done, failed);
    },
  };
  // children must not outlive this process
  whenInterrupted(() => {
    lines.stop();
    return null;
  });
  const made = await makeArticle(sections, workshop).finally(() => {
    lines.stop();
    whenInterrupted(null);
  });

  const page = joinPath(out, PAGE);
  await writeOwnText(page, articlePage(made, lang), ARTICLE_PAGE_MARKS, { within: out });
  await writeOwnText(joinPath(out, README), articleReadme(made, lang), ARTICLE_README_MARKS, { within: out });
  const { laws, failed: lost } = countArticle(made);
  return {
    document: () => articleDocument(made, page),
    lines: describeArticle(made, page, frame.style),
    // what a photograph does not show is no failure
    ok: laws.broken + lost === 0,
  };
}

function namesIn(only: string): string[] {
  const names = only
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  if (names.length === 0) throw new CnnvizError('usage', '--only: expected rows with commas', { fix: '--only F5,F7' });
  return names;
}

/** Everything the commands read, into the folder they run in; nothing of it before all of it is known to have a place. */
async function layOut(out: string, { photo, image }: OpenedPhoto, source: string | null): Promise<void> {
  const path = joinPath(out, photo.file);
  if (source !== null && fileIdentity(source) === (fileIdentity(path) ?? '')) {
    throw new CnnvizError('usage', `${source}: would be replaced by the article's own copy`, {
      fix: 'choose another folder with -o',
    });
  }
  const args = ['article', ...(source === null ? [] : ['--image', baseName(source)])];
  const laid = new Map<string, Uint8Array>([['net.yaml', new TextEncoder().encode(NET_YAML)]]);
  for (const name of ['five.png', 'bars17.png', ...(source === null ? [photo.file] : [])]) {
    laid.set(name, await readBytes(shipped(name)));
  }
  laid.set(SEVEN, await readBytes(shipped('digits/7.png')));
  laid.set(THREE, await readBytes(shipped('digits/3.png')));
  if (source !== null) laid.set(photo.file, await pictureBytes(image, photo.own!.name, args));
  laid.set(IMPULSE, await pictureBytes(impulseImage(), 'one white pixel', args));
  const patches = inLanguage(photo.patches, 'en');
  const pieces = (look: FigureLook) => piecesPicture(photo.file, image, patches, look);
  laid.set(PIECES, await figureBytes(PIECES, pieces, 'the pieces of the photograph', args));
  for (const tile of halves(image)) laid.set(tile.file, await pictureBytes(tile.image, tile.file, args));
  for (const [name, bytes] of laid) await refuseForeignFile(joinPath(out, name), bytes);
  for (const [name, bytes] of laid) await writeAtomic(joinPath(out, name), bytes, { clobber: true, within: out });
}

/** A file that the article lays out may stand there already: the same, or a picture of ours. @throws CnnvizError 'usage' */
async function refuseForeignFile(path: string, bytes: Uint8Array): Promise<void> {
  if (fileIdentity(path) === null) return;
  if (Buffer.from(bytes).equals(await readOwnBytes(path)) || (await isOurs(path))) return;
  throw foreignFile(path);
}

/** Whether a file may be replaced: a picture that tells of cnnviz, or nothing at all; null where a file cannot tell. */
async function isOurs(path: string): Promise<boolean | null> {
  if (kindOf(path) !== 'a file') return true;
  if (!/\.(png|svg)$/i.test(path)) return null;
  const bytes = await readOwnBytes(path);
  if (bytes.length === 0) return true;
  const note = isSvg(path) ? svgNote(bytes) : await readNote(bytes).catch(() => null);
  return note?.includes('"cnnviz"') ?? false;
}

/** Refuses, before any work, an article in the place of pages that cnnviz did not write, or of the photograph itself. */
async function checkFolder(out: string, files: readonly string[], clobber: boolean): Promise<void> {
  if (!clobber) for (const file of [PAGE, README, IMPULSE, ...files]) checkPlace(joinPath(out, file), [], clobber);
  await refuseForeign(joinPath(out, PAGE), ARTICLE_PAGE_MARKS);
  await refuseForeign(joinPath(out, README), ARTICLE_README_MARKS);
  const impulse = joinPath(out, IMPULSE);
  const isOurFolder = kindOf(impulse) === 'a file' && (await isOurs(impulse)) === true;
  for (const file of files) {
    const path = joinPath(out, file);
    guardOutput(path);
    if (!((await isOurs(path)) ?? isOurFolder)) throw foreignFile(path);
  }
}

function shipped(name: string): string {
  return fileURLToPath(new URL(name, IMAGES));
}

function pictureBytes(image: Image, alt: string, args: readonly string[]): Promise<Uint8Array> {
  const note: DrawingNote = { cnnviz: VERSION, picture: 'article', alt, args };
  return encodePng(image, JSON.stringify(note));
}

function figureBytes(
  file: string,
  draw: (look: FigureLook) => { readonly scene: Scene },
  alt: string,
  args: readonly string[],
): Promise<Uint8Array> {
  const note: DrawingNote = { cnnviz: VERSION, picture: 'article', alt, args };
  return encodeFigure(draw, () => note, { look: DEFAULT_LOOK, svg: isSvg(file) });
}

async function sizeOf(path: string): Promise<{ width: number; height: number } | null> {
  const bytes = await readOwnBytes(path);
  if (isSvg(path)) return svgSize(bytes);
  if (!/\.(png|gif|webp)$/i.test(path)) return null;
  const { width, height } = await readHeader(bytes, {
    background: null,
    maxPixels: Number.MAX_SAFE_INTEGER,
  });
  return { width, height };
}

function isSvg(path: string): boolean {
  return /\.svg$/i.test(path);
}

/** What an SVG's first element says of its size, in whole pixels. */
function svgSize(bytes: Uint8Array): { width: number; height: number } | null {
  const start = new TextDecoder().decode(bytes.subarray(0, 1024));
  const [, width, height] = /<svg [^>]*?width="([\d.]+)" height="([\d.]+)"/.exec(start) ?? [];
  return width === undefined ? null : { width: Math.round(Number(width)), height: Math.round(Number(height)) };
}

/** The sections with only the rows that are named, in the article's order. @throws CnnvizError 'usage' for others */
export function chooseRows(sections: readonly SectionDefinition[], names: readonly string[]): SectionDefinition[] {
  const ids = sections.flatMap(({ rows }) => rows.map(({ id }) => id));
  const wanted = names.map((name) => {
    const id = ids.find((one) => one.toLowerCase() === name.toLowerCase());
    if (id !== undefined) return id;
    const near = nearestName(name, ids);
    throw new CnnvizError('usage', `--only ${name}: the article has no such row`, {
      fix: `${near ? `did you mean ${near}? ` : ''}there are ${ids.join(', ')}`,
    });
  });
  return sections
    .map(({ title, rows }) => ({ title, rows: rows.filter(({ id }) => wanted.includes(id)) }))
    .filter(({ rows }) => rows.length > 0);
}

/** A small network of one's own, as T5 runs it. */
const NET_YAML = `# A small network of your own: change a line and run it again. cnnviz summary net.yaml shows what it costs.
name: mine
input: [3, 96, 96] # C, H, W
preprocess: { resize: 96, crop: 96, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }
layers:
  - { type: conv, name: conv1, out_channels: 16, kernel_size: 5, stride: 2, padding: 2 }
  - relu
  - max_pool 2
  - { type: conv, name: conv2, out_channels: 32, kernel_size: 3, padding: 1 }
  - relu
  - adaptive_avg_pool 4
  - flatten
  - { type: linear, name: classify, out_features: 10 }
`;

/** One white pixel in the middle of 5×5 black ones. */
function impulseImage(): Image {
  const data = new Uint8Array(25);
  data[12] = 255;
  return { width: 5, height: 5, channels: 1, depth: 8, data };
}

/** Tiles in a row, and rows, of each half of the photograph. */
const TILES = [6, 2] as const;

/** The photograph's upper and lower half, cut into twelve tiles each: two classes to tell apart. */
function halves(image: Image): { readonly file: string; readonly image: Image }[] {
  const [columns, rows] = TILES;
  const width = Math.floor(image.width / columns);
  const height = Math.floor(image.height / (2 * rows));
  return ['top', 'bottom'].flatMap((half, h) =>
    Array.from({ length: columns * rows }, (_, i) => {
      const x = (i % columns) * width;
      const y = (h * rows + Math.floor(i / columns)) * height;
      return { file: `halves/${half}/${i + 1}.png`, image: cropImage(image, { x, y, width, height }) };
    }),
  );
}

const BOX = 640;
const ZOOM_TO = 320;
const PADDING = 4;
const BRIGHT: Rgb = [255, 255, 255];
/** A picture lower than so many lines of names would be hidden by them. */
const ROOM = 8;

/** An image with framed pieces, each with its name at its frame where the picture has room, and listed below. */
function piecesPicture(
  title: string,
  image: Image,
  pieces: readonly { readonly name: string; readonly rect: Rect }[],
  look: FigureLook,
): { readonly scene: Scene } {
  const fit = chooseFit(image.width, image.height, BOX * look.box, ZOOM_TO * look.box);
  const rects = pieces.map(({ rect }) => rect);
  const picture = withFrames(imagePicture(image, fit), rects, fit);
  const scale = fit.zoom / fit.shrink;
  const hasRoom = picture.height >= ROOM * lineHeight(TYPE.name);
  const named: Part = {
    ...picture,
    draw: (marks, x, y) => {
      picture.draw(marks, x, y);
      if (hasRoom) for (const { name, rect } of pieces) drawName(marks, x, y, picture, name, rect, scale);
    },
  };
  const places = pieces.map(({ name, rect }) => `${name}: ${rect.width}×${rect.height} at (${rect.x}, ${rect.y})`);
  const size = [`${image.width} × ${image.height}`, fitWords(fit)].filter(Boolean).join(', ');
  const body = captioned(named, [['image', size], ...places]);
  return { scene: titledScene(`The pieces of ${title} that become kernels`, '', body, null, look) };
}

/** Above its frame, or below it where there is no room; within the picture. */
function drawName(marks: Marks, x: number, y: number, picture: Part, name: string, rect: Rect, scale: number): void {
  const width = textWidth(name, TYPE.name.size, 'bold') + 2 * PADDING;
  const height = lineHeight(TYPE.name);
  const left = Math.max(0, Math.min(Math.round(rect.x * scale), picture.width - width));
  const above = Math.round(rect.y * scale) - height;
  const top = above >= 0 ? above : Math.min(Math.ceil((rect.y + rect.height) * scale) + 2, picture.height - height);
  fillRect(marks, x + left, y + top, width, height, MARKED);
  drawText(marks, x + left + PADDING, y + top, name, { ...TYPE.name, paint: BRIGHT });
}
