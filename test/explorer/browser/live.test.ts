import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IMAGES } from '../../cli/cnnviz.js';
import { pageParts } from '../page-parts.js';
import { askEngine, type Question } from './ask-engine.js';
import { NO_BROWSER, SKIPPED, TestBrowser } from './chromium.js';
import { textFaults } from './look-at-page.js';
import { PageMaker } from './make-pages.js';

const DONE = /layers? computed in/;
const classOf = async (page: Page) => (await page.locator('.classes .name').first().textContent())!.trim();

/** Waits for what runs, and for what it changed to be drawn. */
async function settled(page: Page): Promise<void> {
  await page.locator('footer').filter({ hasText: DONE }).waitFor();
}

describe.skipIf(NO_BROWSER)(`a page at work in Chromium${SKIPPED}`, () => {
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

  it('shows the maps of the first layer before the engine has run', async () => {
    const opened = await browser.open(digits, { javaScriptEnabled: true });
    const { page } = opened;
    const told = await page.evaluate(
      "performance.getEntriesByType('paint').map(({ name, startTime }) => name + ' ' + Math.round(startTime) + ' ms').join(', ')",
    );
    process.stdout.write(`digits: ${told}\n`);
    await settled(page);
    await browser.done(opened);
    // without a worker there is only what the page came with
    const html = readFileSync(digits, 'utf8').replace(/(id="cnnviz-worker">)[^<]*/, '$1');
    const path = join(maker.folder, 'no-engine.html');
    writeFileSync(path, html);
    const still = await browser.open(path);
    await still.page.getByRole('grid').waitFor();
    const lightest = await still.page.evaluate(
      `document.querySelector('[role=grid] canvas').getContext('2d').getImageData(0, 0, 200, 200).data.reduce((most, one, i) => i % 4 === 0 ? Math.max(most, one) : most, 0)`,
    );
    expect(lightest).toBeGreaterThan(100);
    await still.page.context().close();
  });

  it('a stroke changes the classes; Clear and an image of the page bring others', async () => {
    const opened = await browser.open(digits);
    const { page } = opened;
    await settled(page);
    expect(await classOf(page)).toBe('7');
    const canvas = page.getByRole('application', { name: /^Draw a digit/ });
    const { x, y, width } = (await canvas.boundingBox())!;
    const at = (u: number, v: number) => [x + u * width, y + v * width] as const;
    // a one: a stroke from above, a little aslant
    await page.mouse.move(...at(0.56, 0.2));
    await page.mouse.down();
    await page.mouse.move(...at(0.46, 0.8), { steps: 12 });
    await page.mouse.up();
    await page.locator('.classes .name').first().filter({ hasText: '1' }).waitFor();
    await page.locator('label', { hasText: 'seven.png' }).click();
    await page.locator('.classes .name').first().filter({ hasText: '7' }).waitFor();
    await browser.done(opened);
  });

  it('an edit changes later layers, taking it back gives the old bits, and so does the back button', async () => {
    const opened = await browser.open(digits);
    const { page } = opened;
    await settled(page);
    const names = pageParts(readFileSync(digits, 'utf8')).data.networks[0].layers.map(({ name }) => name);
    const ask = () =>
      askEngine<string>(
        page,
        names.map((name): Question => ['values', name]),
        'data',
      );
    const before = await ask();
    await page.getByRole('checkbox', { name: 'silence channel 0' }).check();
    await page.getByRole('heading', { name: 'Changed' }).waitFor();
    await settled(page);
    const silenced = await ask();
    expect(silenced.every((hash, i) => hash !== before[i])).toBe(true);
    expect(await page.locator('[role=option] .reached').count()).toBe(names.length);
    expect(page.url()).toContain('silence=');
    await page.getByRole('button', { name: 'Take back' }).click();
    await settled(page);
    await page.getByRole('heading', { name: 'Changed' }).waitFor({ state: 'detached' });
    expect(await ask()).toEqual(before);
    await page.goBack();
    await page.getByRole('heading', { name: 'Changed' }).waitFor();
    await settled(page);
    expect(await ask()).toEqual(silenced);
    await page.goBack();
    await page.getByRole('heading', { name: 'Changed' }).waitFor({ state: 'detached' });
    await settled(page);
    expect(await ask()).toEqual(before);
    await browser.done(opened);
  });

  it('the address opens what it says, and the command of it runs', async () => {
    const opened = await browser.open(digits, {}, 'layer=pool2&view=map&channel=3&at=2,2');
    const { page } = opened;
    await settled(page);
    await page.getByText('map 3 of 16').waitFor();
    await page.getByRole('button', { name: 'Copy command' }).click();
    const line = await page.getByRole('textbox', { name: 'shell line' }).inputValue();
    expect(line).toBe('cnnviz explain digits seven.png --layer pool2 --channel 3 --at 2,2');
    const { value } = JSON.parse(await maker.run(...line.split(' ').slice(1), '--json'));
    const place = { item: 0, channel: 3, x: 2, y: 2 };
    expect(await askEngine(page, [['value', 'pool2', place]])).toEqual([value]);
    await browser.done(opened);
  });

  it('a setting that cannot be is told in the command line’s words, and the last one stays', async () => {
    const path = await maker.make('rocket.jpg', '-k', 'edge3x3', '--resize', '12');
    const opened = await browser.open(path);
    const { page } = opened;
    await settled(page);
    const dilation = page.getByRole('slider', { name: 'dilation' });
    await dilation.focus();
    for (let n = 0; n < 12; n++) await page.keyboard.press('ArrowRight');
    await page
      .locator('footer strong')
      .filter({ hasText: /kernel/ })
      .waitFor();
    expect(await page.locator('main .shape').textContent()).toMatch(/^1 × \d+ × \d+$/);
    await browser.done(opened);
  });

  it('names from files stay texts: nothing of them runs', async () => {
    const evil = '<img src=x onerror=window.hacked=1>';
    const file = '<img src=x onerror=window.hacked=2>.png';
    cpSync(join(IMAGES, 'five.png'), join(maker.folder, file));
    const yaml = `layers:
  - {type: conv, name: "</script><img·src=x·onerror=window.hacked=3>", kernel: edge3x3}
  - {type: relu, name: relu}
  - {type: adaptive_avg_pool, name: pool, output_size: 2}
  - {type: flatten, name: flatten}
`;
    writeFileSync(join(maker.folder, 'net.yaml'), yaml);
    writeFileSync(join(maker.folder, 'labels.txt'), Array.from({ length: 4 }, (_, i) => `${evil}${i}`).join('\n'));
    const path = await maker.make('net.yaml', file, '--labels', 'labels.txt');
    for (const hash of ['', 'view=graph', 'view=numbers', 'view=classes', 'layer=relu&view=map&at=1,1']) {
      const opened = await browser.open(path, {}, hash);
      const { page } = opened;
      await settled(page);
      expect(await page.evaluate('[window.hacked, document.images.length]')).toEqual([undefined, 0]);
      await page.locator('nav').getByText('</script><img·src=x').first().waitFor();
      if (hash !== '') await page.getByRole('button', { name: 'Copy command' }).click();
      expect((await textFaults(page)).filter((fault) => !fault.startsWith('texts over'))).toEqual([]);
      expect(await page.evaluate('window.hacked')).toBe(undefined);
      await browser.done(opened);
    }
  });
});
