import type { CheckResult, ImageCheck } from '../core/check-result.js';
import { VERSION } from '../core/version.js';
import { detailWords, failureWords, summaryOf, titleOf } from './check.js';
import { escapeMarkup } from './markup.js';

/** What tells a page of `check` from any other. */
export const CHECK_PAGE_MARK = '<title>cnnviz check</title>';

/** A picture of the report: its bytes for the page itself, or null: only a link. */
export interface ReportPicture {
  readonly stage: string;
  readonly kind: string;
  /** From the page's folder. */
  readonly href: string;
  readonly png: Uint8Array | null;
}

const STYLE = `
:root { color-scheme: light dark; --ink: #18181c; --faint: #606068; --paper: #fcfcfa; --line: #d8d8d4; --bad: #b3261e; --good: #2e6b34 }
@media (prefers-color-scheme: dark) { :root { --ink: #ececf0; --faint: #a4a4ac; --paper: #1b1b1f; --line: #3c3c42; --bad: #ff8a80; --good: #8fd49a } }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; padding: 0 1rem; max-width: 80rem; color: var(--ink); background: var(--paper) }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; overflow-wrap: anywhere }
.sum { font-size: 1.1rem } .bad { color: var(--bad) } .good { color: var(--good) } .faint { color: var(--faint) }
section { border-top: 1px solid var(--line); padding: .5rem 0 1.5rem }
figure { margin: 1rem 0 } figcaption { color: var(--faint) }
img { max-width: 100%; height: auto; border: 1px solid var(--line) }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere }
li { overflow-wrap: anywhere }
`;

/**
 * A check as one page that needs nothing else: no script, pictures within it. Names are text from strangers: they are
 * escaped, and the page's policy forbids whatever would get through.
 */
export function htmlReport(result: CheckResult, pictures: ReadonlyMap<ImageCheck, readonly ReportPicture[]>): string {
  const { images, extra } = result;
  const bad = images.filter(({ status }) => status !== 'identical');
  const isSame = bad.length + extra.length === 0;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
${CHECK_PAGE_MARK}
<style>${STYLE}</style>
</head>
<body>
<h1>cnnviz check</h1>
<p class="sum ${isSame ? 'good' : 'bad'}">${escapeMarkup(summaryOf(result))}</p>
${bad.map((image) => imageSection(image, pictures.get(image) ?? [])).join('\n')}
${extraSection(extra)}
<p class="faint">cnnviz ${escapeMarkup(VERSION)}. A difference is what came minus what was expected; expected and got share one scale.</p>
</body>
</html>
`;
}

function imageSection(image: ImageCheck, pictures: readonly ReportPicture[]): string {
  const details = image.error ? image.error.fix && `fix: ${image.error.fix}` : detailWords(image);
  const bad = image.stages.filter(({ status }) => status !== 'identical');
  const stages = bad.map(
    ({ stage, status, files }) => `<li><code>${escapeMarkup(stage)}</code> ${status}${filesWords(files)}</li>`,
  );
  return `<section>
<h2>${escapeMarkup(titleOf(image))}</h2>
<p class="bad">${escapeMarkup(failureWords(image))}</p>
${details ? `<p class="faint">${escapeMarkup(details)}</p>` : ''}
${stages.length > 0 ? `<ul>${stages.join('')}</ul>` : ''}
${pictures.map(pictureFigure).join('\n')}
</section>`;
}

function filesWords(files: readonly string[]): string {
  if (files.length === 0) return '';
  const more = files.length > 1 ? ` and ${files.length - 1} more` : '';
  return ` <span class="faint">${escapeMarkup(files[0])}${more}</span>`;
}

function pictureFigure({ stage, kind, href, png }: ReportPicture): string {
  const words = escapeMarkup(`${stage}: ${kind}`);
  if (png === null) return `<p><a href="${escapeMarkup(href)}">${words}</a></p>`;
  return `<figure><img alt="${words}" src="data:image/png;base64,${base64(png)}"><figcaption>${words}</figcaption></figure>`;
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let from = 0; from < bytes.length; from += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(from, from + 0x8000));
  }
  return btoa(text);
}

function extraSection(extra: readonly string[]): string {
  if (extra.length === 0) return '';
  const items = extra.map((path) => `<li><code>${escapeMarkup(path)}</code></li>`);
  return `<section>
<h2>Baselines that no image produces</h2>
<ul>${items.join('')}</ul>
</section>`;
}
