import { plural } from '../../core/geometry.js';
import { VERSION } from '../../core/version.js';
import type { Style } from '../../reports/text.js';
import type { Article, ArticleFigure, ArticlePhoto, ArticlePicture, ArticleRow } from './claim.js';

const ARTICLE_TITLE = 'The fundamentals of convolutional neural networks, computed';

/** How much of the article was made and holds. */
interface ArticleCount {
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
function introduction(article: Article): string[] {
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
const CLAIM_HEADINGS = ['claim', 'expected', 'measured', ''] as const;

/** "holds", "BROKEN" for a law, "not here" for a finding. */
function verdict({ holds, kind }: ArticleRow['checks'][number]): string {
  if (holds) return 'holds';
  return kind === 'law' ? 'BROKEN' : 'not here';
}

/** True for files a browser shows as pictures. */
function isPicture(file: string): boolean {
  return /\.(png|svg|gif|webp)$/i.test(file);
}

/** A map of a few pixels is shown larger, in whole steps. */
function tinyZoom(width: number): number {
  return width <= 32 ? Math.floor(192 / width) : 1;
}

const STYLE = `
:root { color-scheme: light; }
body { margin: 0 auto; max-width: 62rem; padding: 1rem; color: #18181c; background: #fcfcfa;
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { line-height: 1.2; } h2 { margin-top: 3rem; border-bottom: 2px solid #18181c; } h3 { margin: 2.5rem 0 0; }
nav a { display: inline-block; margin: 0 .6rem .2rem 0; } a { color: #00528c; }
.id { color: #606068; font-weight: normal; }
figure.many img { max-width: min(100%, 19.5rem); vertical-align: top; }
img.tiny { image-rendering: pixelated; }
.shows { margin: .2rem 0; color: #606068; font-style: italic; } .see { margin: .4rem 0; }
figure { margin: 1rem 0; } figure img { max-width: 100%; height: auto; border: 1px solid #d8d8d4; }
pre { margin: .4rem 0; padding: .5rem .7rem; background: #f0f0ec; overflow-x: auto; font-size: .85rem; }
.command { border-left: 3px solid #00528c; white-space: pre-wrap; overflow-wrap: anywhere; }
table { border-collapse: collapse; font-size: .85rem; } td, th { padding: .15rem .6rem .15rem 0; text-align: left;
  vertical-align: top; border-bottom: 1px solid #e4e4e0; } th { white-space: nowrap; }
.numbers { overflow-x: auto; } .good, .bad { white-space: nowrap; } .good { color: #1a6a3a; } .bad { color: #b00020; font-weight: bold; }
.failure { padding: .5rem .7rem; border-left: 3px solid #b00020; background: #f8ecec; overflow-wrap: anywhere; }
@media print { body { max-width: none; font-size: 10pt; } figure, table, .claims { break-inside: avoid; }
  h2, h3 { break-after: avoid; } nav { display: none; } pre { white-space: pre-wrap; } }
`;

/** What tells a page of `article` from any other. */
export const ARTICLE_PAGE_MARK = `<title>${escaped(ARTICLE_TITLE)}</title>`;

/** The article as one page: no script, nothing from elsewhere; its pictures lie beside it. */
export function articlePage(article: Article): string {
  const { sections } = article;
  const links = sections.flatMap(({ rows }) => rows.map(({ id }) => `<a href="#${escaped(id)}">${escaped(id)}</a>`));
  const body = sections.flatMap(({ title, rows }) => [`<h2>${escaped(title)}</h2>`, ...rows.map(rowHtml)]);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'">
<meta name="generator" content="cnnviz ${escaped(VERSION)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
${ARTICLE_PAGE_MARK}
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(ARTICLE_TITLE)}</h1>
${introduction(article)
  .map((line) => `<p>${escaped(line)}</p>`)
  .join('\n')}
<figure>${pictureHtml(article.pieces)}</figure>
<nav>${links.join('\n')}</nav>
${body.join('\n')}
<hr>
<p>Made by cnnviz ${escaped(VERSION)}.</p>
</body>
</html>
`;
}

function rowHtml({ id, title, shows, see, figures, checks, failure }: ArticleRow): string {
  return [
    `<section id="${escaped(id)}">`,
    `<h3><span class="id">${escaped(id)}</span> ${escaped(title)}</h3>`,
    `<p class="shows">${escaped(shows)}</p>`,
    ...(failure === null ? [] : [`<p class="failure">Not made: ${escaped(failure)}</p>`]),
    ...(see === '' ? [] : [`<p class="see">${escaped(see)}</p>`]),
    ...figures.map(figureHtml),
    ...(checks.length === 0 ? [] : [claimsHtml(checks)]),
    '</section>',
  ].join('\n');
}

function figureHtml({ command, pictures, text }: ArticleFigure): string {
  return [
    pictures.length > 1 ? '<figure class="many">' : '<figure>',
    ...pictures.map(pictureHtml),
    ...(text === null ? [] : [`<pre>${escaped(text)}</pre>`]),
    `<figcaption><pre class="command">$ ${escaped(command)}</pre></figcaption>`,
    '</figure>',
  ].join('\n');
}

function pictureHtml({ file, size, alt }: ArticlePicture): string {
  const address = escaped(encodeURI(file));
  if (!isPicture(file)) return `<a href="${address}">${escaped(file)}</a>`;
  const zoom = size ? tinyZoom(size.width) : 1;
  const sides = size ? ` width="${zoom * size.width}" height="${zoom * size.height}"` : '';
  const tiny = zoom > 1 ? ' class="tiny"' : '';
  return `<a href="${address}"><img src="${address}" alt="${escaped(alt)}"${sides}${tiny}></a>`;
}

function claimsHtml(checks: ArticleRow['checks']): string {
  const head = CLAIM_HEADINGS.map((heading) => `<th>${heading}</th>`).join('');
  const rows = checks.map((check) => {
    const cells = [check.what, check.expected, check.measured].map((text) => `<td>${escaped(text)}</td>`).join('');
    const tone = check.holds ? 'good' : 'bad';
    return `<tr>${cells}<td class="${tone}">${verdict(check)}</td></tr>`;
  });
  return `<div class="numbers"><table><thead><tr>${head}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table></div>`;
}

/** Text as it may stand between tags and in quoted attributes. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

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

/** What `article` says when it is done: what does not hold, what could not be made, where the page is. */
export function describeArticle(article: Article, page: string, style: Style): string[] {
  const { rows, pictures, laws, findings, failed } = countArticle(article);
  const lines: string[] = [];
  for (const { id, checks, failure } of article.sections.flatMap((section) => section.rows)) {
    if (failure !== null) lines.push(`${style.warn(`${id} not made:`)} ${failure}`);
    for (const check of checks) {
      if (check.holds) continue;
      const word = check.kind === 'law' ? 'BROKEN' : 'not for this photograph';
      lines.push(`${style.warn(`${id} ${word}:`)} ${check.what}: expected ${check.expected}, got ${check.measured}`);
    }
  }
  const seen = findings.held + findings.missed;
  const claims = `${laws.held} of ${laws.held + laws.broken} claims hold${seen > 0 ? `, ${findings.held} of ${seen} findings about the photograph` : ''}`;
  const lost = failed > 0 ? `, ${plural(failed, 'row')} not made` : '';
  return [
    ...lines,
    `${plural(rows, 'row')}, ${plural(pictures, 'picture')}; ${claims}${lost}`,
    `wrote ${style.strong(page)}`,
  ];
}

/** The one document of --json. */
export function articleDocument(article: Article, page: string): object {
  return { cnnviz: VERSION, command: 'article', page, count: countArticle(article), ...article };
}
