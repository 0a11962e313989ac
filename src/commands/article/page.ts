import { VERSION } from '../../core/version.js';
import {
  CLAIM_HEADINGS,
  checkedWords,
  introduction,
  isLive,
  isPicture,
  TEXTS,
  tinyZoom,
  verdict,
} from './article-words.js';
import type { Article, ArticleFigure, ArticlePicture, ArticleRow } from './claim.js';
import { inLanguage, LANGUAGES, type Language, type Told } from './language.js';

/** What tells a page of `article` from any other. */
export const ARTICLE_PAGE_MARKS = LANGUAGES.map((language) => titleElement(language));

function titleElement(language: Language): string {
  return `<title>${escaped(TEXTS.title[language])}</title>`;
}

/** The page's language as browsers choose letters by it. */
const LANG = { en: 'en', zh: 'zh-Hans' } as const;

/** Colours have 4.5:1 on their grounds, in both themes; figures keep a card of their own paper. */
const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ground: #f6f7f9; --ink: #16181d; --second: #5a606b; --line: #d7dae0;
  --accent: #c2185b; --good: #1a6a3a; --bad: #b00020; --card: #fff; }
@media (prefers-color-scheme: dark) { :root { --paper: #101216; --ground: #1a1d23; --ink: #eceef2; --second: #a4aab5;
  --line: #343942; --accent: #ff79aa; --good: #7fd6a0; --bad: #ff8a8f; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem 2rem 4rem; color: var(--ink); background: var(--paper);
  font: 1.0625rem/1.6 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Noto Sans", sans-serif; }
:lang(zh) { font-family: system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif; }
h1 { margin: 1rem 0; font-size: 2.25rem; line-height: 1.2; text-wrap: balance; }
h1:lang(zh), h2:lang(zh), h3:lang(zh) { word-break: keep-all; overflow-wrap: anywhere; }
h2 { margin: 4.5rem 0 0; padding-top: .75rem; border-top: 2px solid var(--ink); font-size: 1.625rem; line-height: 1.3; }
h3 { margin: 3.5rem 0 0; font-size: 1.25rem; line-height: 1.3; }
p, li { max-width: 46rem; overflow-wrap: anywhere; }
a { color: var(--accent); text-underline-offset: .15em; }
a:focus-visible, summary:focus-visible, pre:focus-visible, div:focus-visible { outline: 3px solid var(--accent);
  outline-offset: 2px; }
.id { color: var(--second); font-weight: 400; font-variant-numeric: tabular-nums; text-decoration: none; }
.shows { margin: .35rem 0 0; font-size: 1.1875rem; line-height: 1.5; }
nav { margin: 2.5rem 0; padding: 1rem 1.5rem 1.25rem; background: var(--ground); border-radius: .5rem; }
nav h2 { margin: 0 0 .75rem; padding: 0; border: 0; font-size: 1.25rem; }
nav ol { margin: 0; padding: 0; list-style: none; }
nav > ol { columns: 20rem; column-gap: 2.5rem; }
nav > ol > li { margin-bottom: 1rem; }
nav > ol > li > a { font-weight: 600; color: var(--ink); text-decoration: none; }
nav li { break-inside: avoid; }
nav li li { display: grid; grid-template-columns: 2.5rem 1fr; }
nav a { padding: .1rem 0; }
figure { margin: 1.25rem 0 0; }
.card { width: fit-content; max-width: 100%; overflow-x: auto; padding: 1px; color: #16181d; background: var(--card); border: 1px solid var(--line);
  border-radius: .5rem; }
.card a { display: inline-block; vertical-align: top; max-width: 100%; }
.card img { display: block; max-width: 100%; height: auto; }
img.tiny { margin: 1rem; outline: 1px solid #a8adb7; image-rendering: pixelated; }
figcaption, .see { margin: .75rem 0 0; max-width: 46rem; overflow-wrap: anywhere; }
pre { margin: .75rem 0 0; padding: .6rem .9rem; overflow-x: auto; background: var(--ground); border-radius: .375rem;
  font: .875rem/1.55 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.command { white-space: pre-wrap; overflow-wrap: anywhere; border-left: 3px solid var(--accent); }
.word { display: inline-block; max-width: 100%; }
code { white-space: nowrap; font: .9em/1 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.label { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
details { margin: .9rem 0 0; }
summary { cursor: pointer; width: fit-content; color: var(--good); font-weight: 600; }
.live summary { color: var(--accent); }
.live iframe { display: block; width: 100%; height: min(46rem, 90vh); margin: .75rem 0 .5rem; border: 1px solid var(--line); border-radius: .5rem; }
summary.bad { color: var(--bad); }
.claims { overflow-x: auto; margin-top: .5rem; }
table { border-collapse: collapse; font-size: .9375rem; line-height: 1.45; font-variant-numeric: tabular-nums; }
td, th { padding: .35rem 1.25rem .35rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; }
th { color: var(--second); font-weight: 400; white-space: nowrap; }
.good { color: var(--good); white-space: nowrap; } .bad { color: var(--bad); font-weight: 700; white-space: nowrap; }
.failure { padding: .5rem .9rem; border-left: 3px solid var(--bad); background: var(--ground); }
footer { margin-top: 4rem; color: var(--second); }
@media (max-width: 44rem) { body { padding: .75rem 1rem 3rem; } h1 { font-size: 1.75rem; } h2 { font-size: 1.375rem; }
  nav { padding: 1rem; } .card a, .card img { max-width: none; }
  .card img:not(.tiny) { zoom: .85; } summary { white-space: normal; padding: .5rem 0; }
  table, tbody, tr, td { display: block; } thead { display: none; } tr { padding: .5rem 0; border-bottom: 1px solid var(--line); }
  td { padding: .1rem 0; border: 0; } td[data-of]::before { content: attr(data-of) ": "; color: var(--second); } }
@media print { :root { color-scheme: light; --paper: #fff; --ground: #f6f7f9; --ink: #000; --second: #444a54; --line: #c4c8d0;
  --accent: #9a1048; --good: #14532d; --bad: #9a001c; } body { max-width: none; padding: 0; font-size: 10.5pt; }
  h2 { break-before: page; margin-top: 0; } h2, h3, .shows, summary, thead { break-after: avoid; } nav { background: none; padding: 0; }
  nav h2 { break-before: auto; } figure, .shows, tr, .command, nav li { break-inside: avoid; } .card, .claims { overflow: visible; } .live { display: none; }
  .card { border: 0; } .card img:not(.tiny) { max-height: 18cm; width: auto; } pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 8pt; }
  details::details-content { content-visibility: visible; display: block; height: auto; } a { color: inherit; } }
`;

/** The article as one page: no script, nothing from elsewhere; its pictures, and the pages of live figures, lie beside it. */
export function articlePage(article: Article, language: Language): string {
  const { sections, pieces } = inLanguage(article, language);
  const [made, count, photo] = introduction(article).map((text) => `<p>${escaped(text[language])}</p>`);
  return `<!doctype html>
<html lang="${LANG[language]}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' file:; frame-src 'self' file:; style-src 'unsafe-inline'">
<meta name="generator" content="cnnviz ${escaped(VERSION)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
${titleElement(language)}
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escaped(TEXTS.title[language])}</h1>
${made}
${count}
</header>
${contentsHtml(sections, language)}
<main>
<section aria-labelledby="photograph">
<h2 id="photograph">${TEXTS.photograph[language]}</h2>
${photo}
<figure><div class="card">${pictureHtml(pieces)}</div></figure>
</section>
${sections.map((section, i) => sectionHtml(section, i, language)).join('\n')}
</main>
<footer><p>${escaped(TEXTS.maker[language])}</p></footer>
</body>
</html>
`;
}

type Section = Told<Article['sections'][number]>;

/** Where a section begins: rows have their own names. */
function sectionId(index: number): string {
  return `part-${index + 1}`;
}

function contentsHtml(sections: readonly Section[], language: Language): string {
  const items = sections.map(({ title, rows }, i) => {
    const links = rows.map(({ id, title: name, failure, checks }) => {
      const isLost = failure !== null || checks.some(({ holds }) => !holds);
      const words = failure === null ? checkedWords(checks)[language] : TEXTS.notMade[language].replace(/[:：]$/, '');
      const lost = isLost ? ` <span class="bad">${escaped(words)}</span>` : '';
      return `<li><span class="id">${escaped(id)}</span><span><a href="#${escaped(id)}">${escaped(name)}</a>${lost}</span></li>`;
    });
    return `<li><a href="#${sectionId(i)}">${escaped(title)}</a>\n<ol>\n${links.join('\n')}\n</ol></li>`;
  });
  return `<nav aria-labelledby="contents">
<h2 id="contents">${TEXTS.contents[language]}</h2>
<ol>
${items.join('\n')}
</ol>
</nav>`;
}

function sectionHtml({ title, rows }: Section, index: number, language: Language): string {
  const id = sectionId(index);
  const body = rows.map((row) => rowHtml(row, language)).join('\n');
  return `<section aria-labelledby="${id}">\n<h2 id="${id}">${escaped(title)}</h2>\n${body}\n</section>`;
}

/** The sentence, the figure with what to see in it, its command, the claims. */
function rowHtml({ id, title, shows, see, figures, checks, failure }: Told<ArticleRow>, language: Language): string {
  const [first] = figures;
  const isDrawn = first !== undefined && (first.pictures.length > 0 || first.text !== null);
  return [
    `<article id="${escaped(id)}">`,
    `<h3><span class="id">${escaped(id)}</span> ${escaped(title)}</h3>`,
    `<p class="shows">${proseHtml(shows)}</p>`,
    ...(failure === null ? [] : [`<p class="failure">${TEXTS.notMade[language]} ${escaped(failure)}</p>`]),
    ...(see === '' || isDrawn ? [] : [`<p class="see">${proseHtml(see)}</p>`]),
    ...figures.map((figure, i) => figureHtml(figure, i === 0 && isDrawn ? see : '', language)),
    ...(checks.length === 0 ? [] : [claimsHtml(checks, !isDrawn, language)]),
    '</article>',
  ].join('\n');
}

function figureHtml({ command, pictures, text }: Told<ArticleFigure>, caption: string, language: Language): string {
  const shown = pictures.filter(({ file }) => isPicture(file));
  const pages = pictures.filter(({ file }) => isLive(file));
  const files = pictures.filter(({ file }) => !isPicture(file) && !isLive(file));
  const isFigure = shown.length > 0 || text !== null;
  const figure = [
    '<figure>',
    ...(shown.length === 0 ? [] : [`<div class="card">${shown.map(pictureHtml).join('\n')}</div>`]),
    // a box that scrolls is reached by the keyboard
    ...(text === null ? [] : [`<pre lang="en" tabindex="0">${escaped(text.trimEnd())}</pre>`]),
    ...(caption === '' ? [] : [`<figcaption>${proseHtml(caption)}</figcaption>`]),
    '</figure>',
  ];
  return [
    ...(isFigure ? figure : []),
    `<pre class="command" lang="en" translate="no"><span class="label" lang="${LANG[language]}">${TEXTS.command[language]}: </span>$ ${wordsHtml(command)}</pre>`,
    ...pages.map((page) => liveHtml(page, language)),
    ...(files.length === 0 ? [] : [`<p>${files.map(fileHtml).join(' · ')}</p>`]),
  ].join('\n');
}

function pictureHtml({ file, size, alt }: Told<ArticlePicture>): string {
  const address = escaped(encodeURI(file));
  const zoom = size ? tinyZoom(file, size.width) : 1;
  const sides = size ? ` width="${zoom * size.width}" height="${zoom * size.height}"` : '';
  const tiny = zoom > 1 ? ' class="tiny"' : '';
  return `<a href="${address}"><img src="${address}" alt="${escaped(alt)}"${sides}${tiny}></a>`;
}

/** A page in the page: read when it is unfolded. */
function liveHtml({ file, alt }: Told<ArticlePicture>, language: Language): string {
  const address = escaped(encodeURI(file));
  return `<details class="live"><summary>${escaped(TEXTS.live[language])}</summary>
<iframe src="${address}" title="${escaped(alt)}" loading="lazy"></iframe>
<p><a href="${address}" target="_blank">${escaped(TEXTS.liveApart[language])}</a></p></details>`;
}

function fileHtml({ file }: Told<ArticlePicture>): string {
  return `<a href="${escaped(encodeURI(file))}">${escaped(file)}</a>`;
}

/** Folded where all of them hold and a figure stands above. */
function claimsHtml(checks: Told<ArticleRow['checks']>, isAlone: boolean, language: Language): string {
  const [what, ...headings] = CLAIM_HEADINGS.map((heading) => escaped(heading[language]));
  const head = [what, ...headings].map((heading) => `<th scope="col">${heading}</th>`).join('');
  const rows = checks.map((check) => {
    const numbers = [check.expected, check.measured].map(
      (text, i) => `<td data-of="${headings[i]}">${escaped(text)}</td>`,
    );
    const tone = check.holds ? 'good' : 'bad';
    return `<tr><td>${escaped(check.what)}</td>${numbers.join('')}<td class="${tone}">${verdict(check)[language]}</td></tr>`;
  });
  const isLost = checks.some(({ holds }) => !holds);
  return `<details${isLost || isAlone ? ' open' : ''}><summary${isLost ? ' class="bad"' : ''}>${escaped(checkedWords(checks)[language])}</summary>
<div class="claims"><table><thead><tr>${head}</tr></thead><tbody>
${rows.join('\n')}
</tbody></table></div></details>`;
}

/** A command whose words stay whole where a line ends. */
function wordsHtml(command: string): string {
  const words = command
    .split(' ')
    .map((word) => (word.includes('-') ? `<span class="word">${escaped(word)}</span>` : escaped(word)));
  return words.join(' ');
}

/** A sentence with its flags as code. */
function proseHtml(text: string): string {
  return escaped(text).replace(/--[a-z]+(?:-[a-z]+)*/g, '<code translate="no">$&</code>');
}

/** Text as it may stand between tags and in quoted attributes. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
