import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';

/** Debian's name of the browser; CI installs it. */
const BROWSER = ['chromium', 'chromium-browser', 'google-chrome'].find((name) => {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});
const isCi = process.env.CI === 'true';

/** What differs between renderers: how they smooth edges. Levels of 255, on average, and the share of samples beyond 96. */
const MOST_MEAN = 0.6;
const FAR = 96;
const MOST_FAR = 1e-4;

const rocket = join(IMAGES, 'rocket.jpg');
const five = join(IMAGES, 'five.png');
const FIGURES: readonly (readonly string[])[] = [
  ['conv', rocket, '-k', 'edge3x3', '--stride', '2', '--bias', '-0.5', '--relu', '--pool', 'max:2', '--strip'],
  [
    'conv',
    five,
    '-k',
    'edge3x3',
    '--strip',
    '--title',
    'Größe & <b>Łódź</b> → "∞"',
    '--caption',
    'Ελληνικά, Кириллица',
  ],
  ['conv', rocket, '-k', 'sobel-x', '-k', 'gaussian5', '--sheet', '--theme', 'dark'],
  ['preprocess', rocket, '--preset', 'imagenet', '--audit'],
];

async function samples(path: string, width: number, height: number): Promise<Buffer> {
  return sharp(path).extract({ left: 0, top: 0, width, height }).removeAlpha().raw().toBuffer();
}

describe.skipIf(BROWSER === undefined && !isCi)(
  'SVG and PNG of a figure, in Chromium (skipped where there is none)',
  () => {
    it.each(FIGURES.map((args) => [args.slice(0, 1).concat(args.slice(2)).join(' '), args] as const))(
      '%s: the same but for smoothed edges',
      async (_, args) =>
        inFolder(async (cwd) => {
          for (const ending of ['png', 'svg']) {
            const { code, stderr } = await cnnviz([...args, '-q', '-o', `figure.${ending}`], { cwd });
            expect([code, stderr]).toEqual([0, '']);
          }
          const { width = 0, height = 0, density } = await sharp(join(cwd, 'figure.png')).metadata();
          expect(density).toBe(192);
          execFileSync(
            BROWSER ?? 'chromium',
            [
              ...['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--force-device-scale-factor=2'],
              // a window has room for its frame as well
              `--window-size=${Math.ceil(width / 2)},${Math.ceil(height / 2) + 100}`,
              `--user-data-dir=${join(cwd, 'profile')}`,
              `--screenshot=${join(cwd, 'browser.png')}`,
              pathToFileURL(join(cwd, 'figure.svg')).href,
            ],
            { stdio: 'ignore' },
          );
          const ours = await samples(join(cwd, 'figure.png'), width, height);
          const theirs = await samples(join(cwd, 'browser.png'), width, height);
          let [sum, far] = [0, 0];
          for (let i = 0; i < ours.length; i++) {
            const difference = Math.abs(ours[i] - theirs[i]);
            sum += difference;
            if (difference > FAR) far++;
          }
          expect(sum / ours.length).toBeLessThan(MOST_MEAN);
          expect(far / ours.length).toBeLessThan(MOST_FAR);
        }),
      120_000,
    );

    it(
      'a drawing with another letter is told apart',
      async () =>
        inFolder(async (cwd) => {
          await cnnviz(['conv', five, '-k', 'edge3x3', '--strip', '-q', '-o', 'figure.svg'], { cwd });
          const text = readFileSync(join(cwd, 'figure.svg'), 'utf8');
          expect(text).not.toMatch(/<script|(?:href|src)="(?!data:)|url\((?!data:|#)/);
          const shot = (name: string, svg: string) => {
            writeFileSync(join(cwd, `${name}.svg`), svg);
            execFileSync(
              BROWSER ?? 'chromium',
              [
                ...['--headless', '--no-sandbox', '--disable-gpu', '--window-size=800,600'],
                `--user-data-dir=${join(cwd, 'profile')}`,
                `--screenshot=${join(cwd, `${name}.png`)}`,
                pathToFileURL(join(cwd, `${name}.svg`)).href,
              ],
              { stdio: 'ignore' },
            );
            return readFileSync(join(cwd, `${name}.png`));
          };
          // the embedded font is what draws: without it the letters are others
          const same = shot('same', text);
          expect(shot('again', text).equals(same)).toBe(true);
          expect(shot('bare', text.replace(/@font-face\{[^}]*\}/g, '')).equals(same)).toBe(false);
        }),
      120_000,
    );
  },
);
