import { type ChildProcess, spawn } from 'node:child_process';
import { CnnvizError } from '../../core/errors.js';
import type { Tensor } from '../../core/tensor.js';
import { commandText } from '../../core/text.js';
import type { Article, ArticleFigure, ArticlePhoto, ArticlePicture, ArticleRow } from './claim.js';
import { type Bilingual, inEach, inLanguage, type Language, listed, type Texts, type Words } from './language.js';
import type { Layers } from './laws/planes.js';
import type { FigurePlan, RowDefinition, RowRun, SectionDefinition } from './row.js';

/** The photograph with its pieces framed, at the head of the page. */
export const PIECES = 'pieces.svg';

export const TEXTS = {
  pieces: (file: string, names: Bilingual) => ({
    en: `${file} with three framed pieces: ${names.en}.`,
    zh: `${file}，用方框标出三个图像块：${names.zh}。`,
  }),
  unread: (command: string, file: string) => ({
    en: `${command} left no ${file} that can be read`,
    zh: `${command} 没有留下可读取的 ${file}`,
  }),
  signal: (command: string, said: string) => ({
    en: `${command} was ended by a signal: ${said}`,
    zh: `${command} 被信号终止：${said}`,
  }),
  ended: (command: string, code: number, said: string) => ({
    en: `${command} ended with ${code}: ${said}`,
    zh: `${command} 以 ${code} 结束：${said}`,
  }),
} satisfies Texts;

/** What the article is made with. */
export interface Workshop {
  readonly photo: ArticlePhoto;
  readonly layers: Layers;
  /** Runs `cnnviz` with these arguments in the article's folder. */
  readonly run: (args: readonly string[]) => Promise<CommandOutcome>;
  readonly read: (file: string) => Promise<Uint8Array>;
  /** `args`: the command that draws it again. */
  readonly write: (
    file: string,
    draw: NonNullable<RowDefinition['drawing']>['draw'],
    alt: string,
    args: readonly string[],
  ) => Promise<void>;
  /** Width and height of a picture in the folder; null for any other file. @throws CnnvizError when it is not there */
  readonly sizeOf: (file: string) => Promise<ArticlePicture['size']>;
  readonly grayPhoto: () => Promise<Tensor>;
  /** A row is finished. */
  readonly finished: (row: ArticleRow) => void;
}

/** Makes every row: its commands are run, their pictures measured, its claims checked on their numbers. */
export async function makeArticle(sections: readonly SectionDefinition[], workshop: Workshop): Promise<Article> {
  const { photo, sizeOf } = workshop;
  const [size, made] = await Promise.all([
    sizeOf(PIECES),
    Promise.all(
      sections.map(async ({ title, rows }) => ({
        title,
        rows: await Promise.all(rows.map((row) => makeRow(row, workshop))),
      })),
    ),
  ]);
  const alt = TEXTS.pieces(photo.file, listed(photo.patches.map(({ name }) => name)));
  return { photo, pieces: { file: PIECES, alt, size }, sections: made };
}

/** A command that did not work: its row says so, the others go on. */
class CommandFailure extends Error {
  readonly words: Bilingual;

  constructor(words: Bilingual, options?: ErrorOptions) {
    super(words.en, options);
    this.words = words;
  }
}

async function makeRow(row: RowDefinition, workshop: Workshop): Promise<ArticleRow> {
  const { id, title, shows } = row;
  try {
    const made = await fillRow(row, workshop);
    workshop.finished(made);
    return made;
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    const failed: ArticleRow = { id, title, shows, see: '', figures: [], checks: [], failure: error.words };
    workshop.finished(failed);
    return failed;
  }
}

async function fillRow(row: RowDefinition, workshop: Workshop): Promise<ArticleRow> {
  const { id, title, shows } = row;
  const { photo, layers, read, grayPhoto } = workshop;
  const plans = row.figures(photo);
  // one after the other, as they are printed: a later one may read what an earlier one wrote
  const figures: MadeFigure[] = [];
  for (const plan of plans) figures.push(await makeFigure(plan, workshop));
  const facts: unknown[] = [];
  for (const args of row.facts?.(photo) ?? []) facts.push(await documentOf(args, workshop));
  const run: RowRun = { photo, layers, read, grayPhoto, documents: figures.map(({ document }) => document), facts };
  const checks = await row.checks(run);
  const see = row.see(run);
  const shown = figures.map(({ document, text, sizes }, i): ArticleFigure => {
    const { args, files } = plans[i];
    const own = altOf(title, see);
    const alt = { ...own, en: altIn(document) ?? own.en };
    return { command: commandText(args), pictures: files.map((file, f) => ({ file, alt, size: sizes[f] })), text };
  });
  const own = await ownFigure(row, see, workshop);
  return { id, title, shows, see, figures: [...shown, ...own], checks, failure: null };
}

interface MadeFigure {
  readonly document: unknown;
  readonly text: string | null;
  /** One for each of its files. */
  readonly sizes: readonly ArticlePicture['size'][];
}

/** Pictures come with the numbers of the same run; a table is printed by a second one. */
async function makeFigure({ args, files }: FigurePlan, workshop: Workshop): Promise<MadeFigure> {
  const document = await documentOf(args, workshop);
  const text = files.length > 0 ? null : await succeed(args, [], workshop);
  const sizes: ArticlePicture['size'][] = [];
  for (const file of files) {
    sizes.push(
      await workshop.sizeOf(file).catch((error) => {
        if (!(error instanceof CnnvizError)) throw error;
        throw new CommandFailure(TEXTS.unread(commandText(args), file), { cause: error });
      }),
    );
  }
  return { document, text, sizes };
}

/** What the row shows that only `article` makes: its drawing, or for a law its checks. */
async function ownFigure(row: RowDefinition, see: Words, workshop: Workshop): Promise<ArticleFigure[]> {
  const { id, title, drawing } = row;
  const { photo } = workshop;
  if (!drawing && row.figures(photo).length > 0) return [];
  const image = photo.own === null ? [] : ['--image', photo.file];
  const args = ['article', ...image, '--only', id];
  const command = inEach((language) => commandText([...args, ...languageArgs(language), '-o', id]));
  if (!drawing) return [{ command, pictures: [], text: null }];
  const alt = altOf(title, see);
  await workshop.write(drawing.file, drawing.draw, alt.en, args);
  return [{ command, pictures: [{ file: drawing.file, alt, size: await workshop.sizeOf(drawing.file) }], text: null }];
}

async function documentOf(args: readonly string[], workshop: Workshop): Promise<unknown> {
  return JSON.parse(await succeed(args, ['--json'], workshop));
}

/**
 * What a command prints. `more`: arguments that are not part of what the page shows.
 * @throws CommandFailure with its own words when it does not end well
 */
async function succeed(args: readonly string[], more: readonly string[], { run }: Workshop): Promise<string> {
  const { code, stdout, stderr } = await run([...args, ...more]);
  if (code === 0) return stdout;
  const said = stderr.trim().replace(/\s*\n\s*/g, '; ');
  const command = commandText(args);
  throw new CommandFailure(code === null ? TEXTS.signal(command, said) : TEXTS.ended(command, code, said));
}

/** What a picture shows, where its command has no sentence for it: that is English. */
function altOf(title: Bilingual, see: Words): Bilingual {
  return inEach((language) => `${title[language]}${STOP[language]}${inLanguage(see, language)}`);
}

const STOP: Bilingual = { en: '. ', zh: '。' };

function languageArgs(language: Language): string[] {
  return language === 'en' ? [] : ['--lang', language];
}

/** The sentence a command describes its picture with, where it does. */
function altIn(document: unknown): string | null {
  const { alt, results } = document as { alt?: string; results?: readonly { alt?: string }[] };
  return alt || results?.[0]?.alt || null;
}

/** What a command left: its exit code (null when a signal ended it) and what it printed. */
interface CommandOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a child is started, and where. */
interface CommandSetting {
  /** The interpreter and the script in front of the arguments. */
  readonly program: readonly [file: string, script: string];
  readonly folder: string;
  /** How many run at once. */
  readonly jobs: number;
}

/**
 * Runs command lines as processes of their own, a bounded number at once, in the order they were asked for. It ends its
 * children when it is told to stop; those that wait then never start.
 */
export class CommandLines {
  readonly #setting: CommandSetting;
  readonly #running = new Set<ChildProcess>();
  readonly #waiting: (() => void)[] = [];
  #stopped = false;

  constructor(setting: CommandSetting) {
    this.#setting = setting;
  }

  /** Runs one command. Standard input is empty; colours and bars are off. */
  async run(args: readonly string[]): Promise<CommandOutcome> {
    if (this.#running.size >= this.#setting.jobs) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#stopped) return { code: null, stdout: '', stderr: '' };
    try {
      return await this.#start(args);
    } finally {
      this.#waiting.shift()?.();
    }
  }

  #start(args: readonly string[]): Promise<CommandOutcome> {
    const { program, folder } = this.#setting;
    const { FORCE_COLOR: _, ...env } = process.env;
    const [file, script] = program;
    return new Promise((resolve, reject) => {
      const child = spawn(file, [script, ...args], {
        cwd: folder,
        env: { ...env, NO_COLOR: '1' },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      this.#running.add(child);
      const texts: [Buffer[], Buffer[]] = [[], []];
      child.stdout.on('data', (chunk) => texts[0].push(chunk));
      child.stderr.on('data', (chunk) => texts[1].push(chunk));
      child.on('error', (error) => {
        this.#running.delete(child);
        reject(error);
      });
      child.on('close', (code) => {
        this.#running.delete(child);
        const [stdout, stderr] = texts.map((chunks) => Buffer.concat(chunks).toString());
        resolve({ code, stdout, stderr });
      });
    });
  }

  /** Ends all children at once; safe in a signal handler. */
  stop(): void {
    this.#stopped = true;
    for (const child of this.#running) child.kill('SIGTERM');
  }
}
