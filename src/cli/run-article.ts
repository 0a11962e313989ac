import { fileURLToPath } from 'node:url';
import { CommandLines } from '../batch/command-lines.js';
import type { Article } from '../core/article.js';
import { CnnvizError } from '../core/errors.js';
import type { Image } from '../core/image.js';
import { VERSION } from '../core/version.js';
import { piecesPicture } from '../figures/pieces.js';
import { readHeader } from '../io/decode.js';
import { encodePng, readNote } from '../io/encode.js';
import { readBytes, readOwnBytes, writeAtomic } from '../io/files.js';
import { foreignFile, refuseForeign, writeOwnText } from '../io/own-texts.js';
import { joinPath } from '../io/paths.js';
import { fileIdentity, guardOutput, kindOf } from '../io/read-files.js';
import { articleJson, describeArticle } from '../reports/article.js';
import { ARTICLE_PAGE_MARK, articlePage } from '../reports/article-page.js';
import { ARTICLE_README_MARK, articleReadme } from '../reports/article-readme.js';
import { countArticle } from '../reports/article-words.js';
import { chooseRows } from '../studies/article/choose-rows.js';
import { halves, impulseImage, NET_YAML } from '../studies/article/inputs.js';
import { makeArticle, PIECES, type Workshop } from '../studies/article/make-article.js';
import { type OpenedPhoto, openOwnPhoto, openPlane } from '../studies/article/photo.js';
import { SECTIONS } from '../studies/article/rows/index.js';
import { LAYERS } from '../studies/laws/layers.js';
import { EXIT } from './exit.js';
import { parseJobs, parsePixelCount } from './parse.js';
import { whenInterrupted } from './signals.js';
import { openTerminal } from './terminal.js';

export interface ArticleFlags {
  readonly out: string;
  readonly image?: string;
  readonly only?: string;
  readonly maxPixels: string;
  readonly jobs: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

const IMAGES = new URL('../../fixtures/images/', import.meta.url);
const BIN = fileURLToPath(new URL('../../bin/cnnviz.js', import.meta.url));
const PAGE = 'index.html';
const README = 'README.md';
/** Laid out before any figure is made: its note tells that a folder is an article's. */
const IMPULSE = 'impulse.png';

/** `cnnviz article`: inputs into the folder, a command for each figure, the page from their numbers. */
export async function runArticle({ out, image, only, maxPixels, jobs, json, quiet }: ArticleFlags): Promise<void> {
  const sections = only === undefined ? SECTIONS : chooseRows(SECTIONS, namesIn(only));
  const lines = new CommandLines({
    program: [process.execPath, BIN],
    folder: out,
    jobs: parseJobs(jobs),
  });
  const pixels = parsePixelCount(maxPixels);
  const terminal = await openTerminal({ quiet, reserveStdout: json });
  const opened =
    image === undefined
      ? await openPlane(shipped('plane.png'), shipped('plane.json'), pixels)
      : await openOwnPhoto(image, pixels);
  const figures = sections.flatMap(({ rows }) => rows.flatMap((row) => row.figures(opened.photo)));
  await checkFolder(
    out,
    figures.flatMap(({ files }) => files),
  );
  await layOut(out, opened, image ?? null);

  const rows = sections.flatMap((section) => section.rows).length;
  const bar = terminal.progress(rows);
  let [done, failed] = [0, 0];
  const workshop: Workshop = {
    photo: opened.photo,
    layers: LAYERS,
    run: (args) => lines.run(args),
    read: (file) => readOwnBytes(joinPath(out, file)),
    write: async (file, drawn, alt) =>
      writeAtomic(joinPath(out, file), await pictureBytes(drawn, alt), { clobber: true, within: out }),
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
  const article = await makeArticle(sections, workshop).finally(() => {
    lines.stop();
    bar.stop();
    whenInterrupted(null);
  });

  const page = joinPath(out, PAGE);
  await writeOwnText(page, articlePage(article), ARTICLE_PAGE_MARK, { within: out });
  await writeOwnText(joinPath(out, README), articleReadme(article), ARTICLE_README_MARK, { within: out });
  if (json) await terminal.send(new TextEncoder().encode(`${articleJson(article, page)}\n`));
  else for (const line of describeArticle(article, page, terminal.style)) terminal.print(line);
  process.exitCode = exitCodeOf(article);
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
  const laid = new Map<string, Uint8Array>([['net.yaml', new TextEncoder().encode(NET_YAML)]]);
  for (const name of ['five.png', 'bars17.png', ...(source === null ? [photo.file] : [])]) {
    laid.set(name, await readBytes(shipped(name)));
  }
  if (source !== null) laid.set(photo.file, await pictureBytes(image, photo.own!.name));
  laid.set(IMPULSE, await pictureBytes(impulseImage(), 'one white pixel'));
  laid.set(PIECES, await pictureBytes(piecesPicture(image, photo.patches), 'the pieces of the photograph'));
  for (const tile of halves(image)) laid.set(tile.file, await pictureBytes(tile.image, tile.file));
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
  if (!/\.png$/i.test(path)) return null;
  const bytes = await readOwnBytes(path);
  if (bytes.length === 0) return true;
  return readNote(bytes).then(
    (note) => note?.includes('"cnnviz"') ?? false,
    () => false,
  );
}

/** Refuses, before any work, an article in the place of pages that cnnviz did not write, or of the photograph itself. */
async function checkFolder(out: string, files: readonly string[]): Promise<void> {
  await refuseForeign(joinPath(out, PAGE), ARTICLE_PAGE_MARK);
  await refuseForeign(joinPath(out, README), ARTICLE_README_MARK);
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

function pictureBytes(image: Image, alt: string): Promise<Uint8Array> {
  return encodePng(image, JSON.stringify({ cnnviz: VERSION, alt }));
}

async function sizeOf(path: string): Promise<{ width: number; height: number } | null> {
  const bytes = await readOwnBytes(path);
  if (!/\.(png|gif|webp)$/i.test(path)) return null;
  const { width, height } = await readHeader(bytes, {
    background: null,
    maxPixels: Number.MAX_SAFE_INTEGER,
  });
  return { width, height };
}

/** A broken law or a figure that could not be made is a failure; what a photograph does not show is none. */
function exitCodeOf(article: Article): number {
  const { laws, failed } = countArticle(article);
  return laws.broken + failed > 0 ? EXIT.failed : EXIT.done;
}
