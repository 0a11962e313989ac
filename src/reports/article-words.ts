import type { Article, ArticlePhoto, ArticleRow } from '../core/article.js';
import { plural } from '../core/geometry.js';

export const ARTICLE_TITLE = 'The fundamentals of convolutional neural networks, computed';

/** How much of the article was made and holds. */
export interface ArticleCount {
  readonly rows: number;
  readonly pictures: number;
  readonly laws: { readonly held: number; readonly broken: number };
  readonly findings: { readonly held: number; readonly missed: number };
  readonly failed: number;
}

export function countArticle({ sections }: Article): ArticleCount {
  const rows = sections.flatMap((section) => section.rows);
  const checks = rows.flatMap((row) => row.checks);
  const count = (kind: string, holds: boolean) =>
    checks.filter((check) => check.kind === kind && check.holds === holds).length;
  return {
    rows: rows.length,
    pictures: rows
      .flatMap(({ figures }) => figures.flatMap(({ pictures }) => pictures))
      .filter(({ file }) => isPicture(file)).length,
    laws: { held: count('law', true), broken: count('law', false) },
    findings: { held: count('finding', true), missed: count('finding', false) },
    failed: rows.filter(({ failure }) => failure !== null).length,
  };
}

/** The paragraph above the figures: what was made, how to make it again. */
export function introduction(article: Article): string[] {
  const { rows, pictures, laws, findings, failed } = countArticle(article);
  const broken = laws.broken === 0 ? '' : ` ${plural(laws.broken, 'claim')} BROKEN.`;
  const missed =
    findings.missed === 0
      ? ''
      : ` ${findings.missed} of ${findings.held + findings.missed} findings do not hold for this photograph.`;
  const lost = failed === 0 ? '' : ` ${plural(failed, 'row')} could not be made.`;
  return [
    'Each picture was made by the command under it, each number comes from the same run. Change into this folder and type any of them: the result is the same, pixel for pixel.',
    `${plural(rows, 'row')}, ${plural(pictures, 'picture')}; ${laws.held} of ${laws.held + laws.broken} claims hold.${broken}${missed}${lost}`,
    photoWords(article.photo),
  ];
}

function photoWords({ file, width, height, own, patches }: ArticlePhoto): string {
  const size = `${file}, ${width}×${height}`;
  const resized =
    own && (own.width !== width || own.height !== height) ? ` of ${own.width}×${own.height}, made smaller` : '';
  const which =
    own === null ? `the drawing of an aeroplane that ships with cnnviz (${size})` : `${own.name} (${size}${resized})`;
  const pieces = patches
    .map(({ name, rect }) => `${name}, ${rect.width}×${rect.height} at (${rect.x}, ${rect.y})`)
    .join('; ');
  const chosen =
    own === null
      ? ''
      : ' They are the squares with the most structure: the highest energy once each channel’s mean is taken away.';
  return `The photograph is ${which}. Its pieces: ${pieces}.${chosen}`;
}

/** What stands at the head of each row's claims. */
export const CLAIM_HEADINGS = ['claim', 'expected', 'measured', ''] as const;

/** "holds", "BROKEN" for a law, "not here" for a finding. */
export function verdict({ holds, kind }: ArticleRow['checks'][number]): string {
  if (holds) return 'holds';
  return kind === 'law' ? 'BROKEN' : 'not here';
}

/** True for files a browser shows as pictures. */
export function isPicture(file: string): boolean {
  return /\.(png|svg|gif|webp)$/i.test(file);
}

/** A map of a few pixels is shown larger, in whole steps. */
export function tinyZoom(width: number): number {
  return width <= 32 ? Math.floor(192 / width) : 1;
}
