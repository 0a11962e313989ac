import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { IMAGES } from '../../cli/cnnviz.js';
import { askEngine, type Question } from './ask-engine.js';
import { TestBrowser } from './chromium.js';
import { PageMaker } from './make-pages.js';

/** A guard against hanging. */
const LONG_MS = 180_000;
/** Runs that are timed; the one in the middle is told. */
const TIMES = 50;

const browser = new TestBrowser();
const maker = new PageMaker();
let digits = '';

beforeAll(async () => {
  cpSync(join(IMAGES, 'rocket.jpg'), join(maker.folder, 'rocket.jpg'));
  cpSync(join(IMAGES, 'digits/7.png'), join(maker.folder, 'seven.png'));
  digits = await maker.make('digits', 'seven.png');
  await browser.start();
});
afterAll(async () => {
  await browser.close();
  maker.end();
});

/** Waits for what runs, and for what it changed to be drawn. */
async function settled(page: Page): Promise<void> {
  await page
    .locator('footer')
    .filter({ hasText: /layers? computed in/ })
    .waitFor();
}

it(
  'a page of explore in Chromium tells how long it takes',
  async () => {
    const path = await maker.make('rocket.jpg', '-k', 'edge3x3', '--resize', '480,640');
    const opened = await browser.open(path);
    const { page } = opened;
    await settled(page);
    const slider = await medianOf(page, `document.querySelector('input[type=range]')`);
    process.stdout.write(`3×3 on 640×480: bias slider → repaint ${slider} ms (median of ${TIMES})\n`);
    await browser.done(opened);

    const alexnet = await maker.make('alexnet', '--init', 'seed:1', 'rocket.jpg', '--layers', 'features.*');
    const large = await browser.open(alexnet);
    await settled(large.page);
    const ran = await askEngine<{ ms: number; computed: number }>(
      large.page,
      Array.from(
        { length: 11 },
        (_, i): Question => [
          'run',
          {
            network: 0,
            image: { kind: 'own', index: 0 },
            preset: null,
            edits: [{ kind: 'weight', constant: 'features.0.weight', index: 0, value: i / 10 }],
          },
        ],
      ),
    );
    const all = ran.map(({ ms }) => ms).sort((a, b) => a - b);
    process.stdout.write(
      `AlexNet's ${ran[1].computed} convolutional layers: ${Math.round(all[5])} ms (median of 11)\n`,
    );
    await browser.done(large);

    const drawn = await browser.open(digits);
    await settled(drawn.page);
    const canvas = drawn.page.getByRole('application', { name: /^Draw a digit/ });
    const { x, y, width } = (await canvas.boundingBox())!;
    await drawn.page.evaluate(`window.runs = []; window.engineOfPage.addEventListener('message', ({ data }) => {
      if (data.kind === 'answer' && data.result?.layers) window.runs.push(data.result.ms);
    });`);
    await drawn.page.mouse.move(x + 0.5 * width, y + 0.2 * width);
    await drawn.page.mouse.down();
    const start = performance.now();
    await drawn.page.mouse.move(x + 0.45 * width, y + 0.8 * width, { steps: 120 });
    const seconds = (performance.now() - start) / 1000;
    const runs = (await drawn.page.evaluate('window.runs')) as number[];
    expect(runs.length).toBeGreaterThan(0);
    const middle = runs.toSorted((a, b) => a - b)[runs.length >> 1];
    process.stdout.write(
      `drawing a digit: ${(runs.length / seconds).toFixed(0)} runs a second, ${middle.toFixed(1)} ms each (median)\n`,
    );
    await drawn.page.mouse.up();
    await browser.done(drawn);
  },
  LONG_MS,
);

/** From a slider's event to the frame after the picture has changed, in milliseconds. */
async function medianOf(page: Page, slider: string): Promise<number> {
  return (await page.evaluate(`(async () => {
    const slider = ${slider};
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const canvas = () => document.querySelector('[role=grid] canvas');
    const times = [];
    let painted = null;
    const { putImageData, drawImage } = CanvasRenderingContext2D.prototype;
    for (const [name, own] of Object.entries({ putImageData, drawImage })) {
      CanvasRenderingContext2D.prototype[name] = function (...words) {
        if (this.canvas === canvas()) painted?.();
        return own.apply(this, words);
      };
    }
    for (let n = 0; n < ${TIMES}; n++) {
      const done = new Promise((resolve) => { painted = resolve; });
      const start = performance.now();
      slider.value = String(Number(slider.min) + ((n % 10) + 1) * (slider.max - slider.min) / 12);
      slider.dispatchEvent(new Event('input', { bubbles: true }));
      await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 2000))]);
      times.push(performance.now() - start);
      await frame();
    }
    return Math.round(10 * times.sort((a, b) => a - b)[${TIMES / 2}]) / 10;
  })()`)) as number;
}
