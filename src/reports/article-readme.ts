import type { Article, ArticleFigure, ArticlePicture, ArticleRow } from '../core/article.js';
import { VERSION } from '../core/version.js';
import { ARTICLE_TITLE, CLAIM_HEADINGS, introduction, isPicture, tinyZoom, verdict } from './article-words.js';

/** What tells a README of `article` from any other. */
export const ARTICLE_README_MARK = `# ${ARTICLE_TITLE}`;

/** The article as Markdown, for where no browser is at hand. */
export function articleReadme(article: Article): string {
  const sections = article.sections.flatMap(({ title, rows }) => [`## ${plain(title)}`, ...rows.flatMap(rowLines)]);
  const lines = [
    ARTICLE_README_MARK,
    ...introduction(article).map(plain),
    pictureLine(article.pieces),
    ...sections,
    `Made by cnnviz ${VERSION}.`,
  ];
  return `${lines.join('\n\n')}\n`;
}

function rowLines({ id, title, shows, see, figures, checks, failure }: ArticleRow): string[] {
  return [
    `### ${id} ${plain(title)}`,
    `_${plain(shows)}_`,
    ...(failure === null ? [] : [`**Not made:** ${plain(failure.replace(/\s+/g, ' '))}`]),
    ...(see === '' ? [] : [plain(see)]),
    ...figures.flatMap(figureLines),
    ...(checks.length === 0 ? [] : [claimTable(checks)]),
  ];
}

function figureLines({ command, pictures, text }: ArticleFigure): string[] {
  return [
    ...pictures.map(pictureLine),
    ['```console', `$ ${command}`, ...(text === null ? [] : [text.trimEnd()]), '```'].join('\n'),
  ];
}

function pictureLine({ file, alt, size }: ArticlePicture): string {
  const zoom = size ? tinyZoom(size.width) : 1;
  if (zoom > 1)
    return `<img src="${encodeURI(file)}" alt="${alt.replace(/[&<>"]/g, '')}" width="${zoom * size!.width}">`;
  return isPicture(file) ? `![${plain(alt)}](${encodeURI(file)})` : `[${plain(file)}](${encodeURI(file)})`;
}

function claimTable(checks: ArticleRow['checks']): string {
  const rows = checks.map((check) =>
    row([check.what, check.expected, check.measured].map(plain).concat(verdict(check))),
  );
  return [row(CLAIM_HEADINGS), row(CLAIM_HEADINGS.map(() => '---')), ...rows].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Text that means itself: nothing in it is taken for Markdown or HTML. */
function plain(text: string): string {
  return text.replace(/[\\`*_[\]<>|#]/g, (char) => `\\${char}`).replace(/\s*\n\s*/g, ' ');
}
