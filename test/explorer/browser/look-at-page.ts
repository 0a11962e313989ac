import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TEXT_FAULTS = readFileSync(new URL('text-faults.js', import.meta.url), 'utf8');

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe finds wrong with a page as it is, in lines. @param rules these alone; null: all of them */
export async function axeFaults(page: Page, rules: readonly string[] | null = null): Promise<string[]> {
  if (!(await page.evaluate("typeof axe === 'object'"))) await page.evaluate(AXE);
  const only = rules && { runOnly: { type: 'rule', values: rules } };
  const options = JSON.stringify({ resultTypes: ['violations'], ...only });
  const violations = (await page.evaluate(
    `axe.run(document, ${options}).then((found) => found.violations)`,
  )) as Violation[];
  return violations.flatMap(({ id, help, nodes }) =>
    nodes
      .slice(0, 3)
      .map(
        ({ html, failureSummary }) => `${id}: ${help}: ${html.slice(0, 200)}: ${failureSummary.split('\n')[1] ?? ''}`,
      ),
  );
}

/** What a reader would stumble over: sideways scrolling, letters below 12 pixels, texts over each other. */
export async function textFaults(page: Page): Promise<string[]> {
  return (await page.evaluate(TEXT_FAULTS)) as string[];
}
