import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const SCRIPT = fileURLToPath(new URL('./figures.mjs', import.meta.url));
const figures: Record<string, number> = JSON.parse(
  execFileSync(process.execPath, [SCRIPT, '--json'], { encoding: 'utf8' }),
);

/** What the house has reached: a figure may get better, and then its limit goes with it. */
const AT_MOST: Readonly<Record<string, number>> = {
  files: 1050,
  lines: 121000,
  longest: 400,
  longFiles: 0,
  singleImporterPercent: 42,
  folders: 90,
  fullestFolder: 29,
  openTerminalCalls: 3,
  jsonDocuments: 1,
  standardInput: 16,
  flagInterfaces: 0,
  typesFlags: 5,
  typesJob: 21,
  typesRequest: 7,
  typesResult: 20,
  typesFacts: 14,
  typesOptions: 41,
  readmeLines: 180,
  architectureLines: 120,
};
/** Many small files are no better than few long ones. */
const MEDIAN = { least: 90, most: 130 };

it.each(Object.entries(AT_MOST))('%s: at most %i', (name, most) => {
  expect(figures[name]).toBeLessThanOrEqual(most);
});

it(`a file has ${MEDIAN.least} to ${MEDIAN.most} lines in the middle`, () => {
  expect(figures.median).toBeGreaterThanOrEqual(MEDIAN.least);
  expect(figures.median).toBeLessThanOrEqual(MEDIAN.most);
});

it('every figure but those that follow from others has a limit', () => {
  const free = ['median', 'singleImporters'];
  expect(
    Object.keys(figures)
      .filter((name) => !free.includes(name))
      .sort(),
  ).toEqual(Object.keys(AT_MOST).sort());
});
