import { CLAIM_HEADINGS, introduction, isPicture, TEXTS, tinyZoom, verdict } from './article-words.js';
import type { Article, ArticleFigure, ArticlePicture, ArticleRow } from './claim.js';
import { inLanguage, LANGUAGES, type Language, type Told } from './language.js';

/** What tells a README of `article` from any other. */
export const ARTICLE_README_MARKS = LANGUAGES.map((language) => `# ${TEXTS.title[language]}`);

/** The article as Markdown, for where no browser is at hand. */
export function articleReadme(article: Article, language: Language): string {
  const { sections, pieces } = inLanguage(article, language);
  const lines = [
    `# ${TEXTS.title[language]}`,
    ...introduction(article).map((text) => plain(text[language])),
    pictureLine(pieces),
    ...sections.flatMap(({ title, rows }) => [`## ${plain(title)}`, ...rows.flatMap((one) => rowLines(one, language))]),
    TEXTS.maker[language],
  ];
  return `${lines.join('\n\n')}\n`;
}

function rowLines({ id, title, shows, see, figures, checks, failure }: Told<ArticleRow>, language: Language): string[] {
  return [
    `### ${id} ${plain(title)}`,
    `**${plain(shows)}**`,
    ...(failure === null ? [] : [`**${TEXTS.notMade[language]}** ${plain(failure.replace(/\s+/g, ' '))}`]),
    ...(see === '' ? [] : [plain(see)]),
    ...figures.flatMap(figureLines),
    ...(checks.length === 0 ? [] : [claimTable(checks, language)]),
  ];
}

function figureLines({ command, pictures, text }: Told<ArticleFigure>): string[] {
  return [
    ...pictures.map(pictureLine),
    ['```console', `$ ${command}`, ...(text === null ? [] : [text.trimEnd()]), '```'].join('\n'),
  ];
}

function pictureLine({ file, alt, size }: Told<ArticlePicture>): string {
  const zoom = size ? tinyZoom(file, size.width) : 1;
  if (zoom > 1)
    return `<img src="${encodeURI(file)}" alt="${alt.replace(/[&<>"]/g, '')}" width="${zoom * size!.width}">`;
  return isPicture(file) ? `![${plain(alt)}](${encodeURI(file)})` : `[${plain(file)}](${encodeURI(file)})`;
}

function claimTable(checks: Told<ArticleRow['checks']>, language: Language): string {
  const headings = CLAIM_HEADINGS.map((heading) => heading[language]);
  const rows = checks.map((check) =>
    row([check.what, check.expected, check.measured].map(plain).concat(verdict(check)[language])),
  );
  return [row(headings), row(headings.map(() => '---')), ...rows].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Text that means itself: nothing in it is taken for Markdown or HTML. */
function plain(text: string): string {
  return text.replace(/[\\`*_[\]<>|#]/g, (char) => `\\${char}`).replace(/\s*\n\s*/g, ' ');
}
