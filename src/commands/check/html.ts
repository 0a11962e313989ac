import { escapeMarkup } from '../../core/markup.js';
import { groupDigits } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import type { CheckResult, ImageCheck, StageCheck } from './check-result.js';
import { changeWords, detailWords, failureWords, placeWords, summaryOf, titleOf } from './check-words.js';

/** What tells a page of `check` from any other. */
export const CHECK_PAGE_MARK = '<title>cnnviz check</title>';

/** A picture of the report, which lies beside the page. */
export interface ReportPicture {
  readonly stage: string;
  readonly kind: string;
  /** From the page's folder. */
  readonly href: string;
  /** Its sides, in pixels: they hold its place while it loads. */
  readonly width: number;
  readonly height: number;
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
.stages { overflow-x: auto } table { border-collapse: collapse; font-size: .9rem }
td, th { padding: .1rem 1rem .1rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line) }
`;

/** What the page says made it: a page without it is somebody else's. */
const GENERATOR = '<meta name="generator" content="cnnviz ';

/**
 * A check as one page, its pictures beside it: no script, nothing from elsewhere. Names are text from strangers: they are
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
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
${GENERATOR}${escapeMarkup(VERSION)}">
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

/** The pictures that a page of a check shows, as paths from its folder; none when another program made the page. */
export function picturesOfReport(page: string): string[] {
  if (!page.includes(GENERATOR)) return [];
  return [...page.matchAll(/ src="([^"]+)"/g)].flatMap(([, src]) => {
    try {
      return decodeURIComponent(src.replaceAll('&#39;', "'"));
    } catch {
      return []; // an address that we did not write
    }
  });
}

function imageSection(image: ImageCheck, pictures: readonly ReportPicture[]): string {
  const details = image.error ? image.error.fix && `fix: ${image.error.fix}` : detailWords(image);
  return `<section>
<h2>${escapeMarkup(titleOf(image))}</h2>
<p class="bad">${escapeMarkup(failureWords(image))}</p>
${details ? `<p class="faint">${escapeMarkup(details)}</p>` : ''}
${pictures.map(pictureFigure).join('\n')}
${stagesTable(image.stages)}
</section>`;
}

/** Every stage in the network's order, those that are as expected too. */
function stagesTable(stages: readonly StageCheck[]): string {
  if (stages.length === 0) return '';
  const rows = stages.map(({ stage, status, files, values, dtype, reason }) => {
    const tone = status === 'identical' || status === 'within tolerance' ? 'good' : 'bad';
    const count = values ? `${groupDigits(values.differing)} of ${groupDigits(values.total)}` : '';
    const first = values?.first
      ? `${placeWords(values.first.place)}: ${changeWords(values.first, dtype)}`
      : (reason ?? '');
    const cells = [count, first].map((text) => `<td>${escapeMarkup(text)}</td>`).join('');
    return `<tr><td><code>${escapeMarkup(stage)}</code></td><td class="${tone}">${status}</td>${cells}<td>${filesWords(files)}</td></tr>`;
  });
  return `<div class="stages"><table>
<thead><tr><th>stage</th><th>status</th><th>values that differ</th><th>first difference</th><th>baseline</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table></div>`;
}

function filesWords(files: readonly string[]): string {
  if (files.length === 0) return '';
  const more = files.length > 1 ? ` and ${files.length - 1} more` : '';
  return `<span class="faint">${escapeMarkup(files[0])}${more}</span>`;
}

function pictureFigure({ stage, kind, href, width, height }: ReportPicture): string {
  const words = escapeMarkup(`${stage}: ${kind}`);
  const address = escapeMarkup(href);
  const sides = `width="${width}" height="${height}"`;
  return `<figure><a href="${address}"><img alt="${words}" src="${address}" ${sides} loading="lazy"></a><figcaption>${words}</figcaption></figure>`;
}

function extraSection(extra: readonly string[]): string {
  if (extra.length === 0) return '';
  const items = extra.map((path) => `<li><code>${escapeMarkup(path)}</code></li>`);
  return `<section>
<h2>Baselines that no image produces</h2>
<ul>${items.join('')}</ul>
</section>`;
}

/** What tells a report of `check` from any other. */
export const JUNIT_MARK = '<testsuites name="cnnviz check"';

/**
 * A check as JUnit XML: a suite a case, a test an image, extra files as tests of their own. What cannot be run is an
 * error, what differs or is missing a failure. No times: the same check gives the same file.
 * Source: github.com/testmoapp/junitxml
 */
export function junitXml({ images, extra }: CheckResult): string {
  const names = [...new Set(images.map((image) => image.case))];
  const suites = names.map((name) =>
    suite(name === '' ? 'cnnviz check' : name, images.filter((image) => image.case === name).map(testOf)),
  );
  if (extra.length > 0) suites.push(suite('extra baselines', extra.map(extraTest)));
  const tests = suites.flatMap((one) => one.tests);
  return `<?xml version="1.0" encoding="UTF-8"?>
${JUNIT_MARK} ${counts(tests)}>
${suites.map(({ xml }) => xml).join('\n')}
</testsuites>
`;
}

interface Test {
  readonly name: string;
  readonly kind: 'passed' | 'failure' | 'error';
  readonly message: string;
  readonly details: string;
}

function suite(name: string, tests: readonly Test[]): { tests: readonly Test[]; xml: string } {
  const cases = tests.map(({ name: test, kind, message, details }) => {
    const head = `    <testcase classname="${escapeMarkup(name)}" name="${escapeMarkup(test)}"`;
    if (kind === 'passed') return `${head}/>`;
    const body = `<${kind} message="${escapeMarkup(message)}">${escapeMarkup(details)}</${kind}>`;
    return `${head}>\n      ${body}\n    </testcase>`;
  });
  return {
    tests,
    xml: `  <testsuite name="${escapeMarkup(name)}" ${counts(tests)}>\n${cases.join('\n')}\n  </testsuite>`,
  };
}

function counts(tests: readonly Test[]): string {
  const count = (kind: Test['kind']) => tests.filter((test) => test.kind === kind).length;
  return `tests="${tests.length}" failures="${count('failure')}" errors="${count('error')}" skipped="0"`;
}

function testOf(image: ImageCheck): Test {
  const { image: name, status, error } = image;
  if (status === 'identical') return { name, kind: 'passed', message: '', details: '' };
  const message = failureWords(image);
  const details = error ? `fix: ${error.fix ?? 'none known'}` : (detailWords(image) ?? message);
  return { name, kind: error ? 'error' : 'failure', message, details };
}

function extraTest(path: string): Test {
  const message = 'no image of this check produces it';
  return { name: path, kind: 'failure', message, details: 'remove it, or run --update' };
}
