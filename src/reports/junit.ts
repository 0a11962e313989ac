import type { CheckResult, ImageCheck } from '../core/check-result.js';
import { detailWords, failureWords } from './check.js';
import { escapeMarkup } from './markup.js';

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
