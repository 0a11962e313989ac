import type { Article, ArticleFigure, ArticlePicture, ArticleRow } from '../core/article.js';
import { VERSION } from '../core/version.js';
import { ARTICLE_TITLE, CLAIM_HEADINGS, introduction, isPicture, tinyZoom, verdict } from './article-words.js';

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
