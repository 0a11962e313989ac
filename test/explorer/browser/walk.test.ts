import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IMAGES } from '../../cli/cnnviz.js';
import { NO_BROWSER, SKIPPED, TestBrowser } from './chromium.js';
import { PageMaker } from './make-pages.js';

const KERNELS = [
  ...['edge3x3', 'sobel-x', 'sobel-y', 'prewitt-x', 'prewitt-y', 'scharr-x', 'scharr-y', 'outline3x3'],
  ...['laplacian4', 'laplacian8', 'line-h', 'line-v', 'emboss', 'sharpen'],
];
/** A reader gives up long before. */
const MOST_TABS = 60;

/** Presses Tab, or Shift+Tab, until what is focused is wanted. */
async function tabTo(page: Page, selector: string, key = 'Tab'): Promise<void> {
  for (let n = 0; n < MOST_TABS; n++) {
    if (await page.evaluate(`document.activeElement?.matches(${JSON.stringify(selector)}) ?? false`)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${selector} is not reached in ${MOST_TABS} steps of ${key}`);
}

async function press(page: Page, key: string, times = 1): Promise<void> {
  for (let n = 0; n < times; n++) await page.keyboard.press(key);
}

describe.skipIf(NO_BROWSER)(`a page by keyboard alone, in Chromium${SKIPPED}`, () => {
  const browser = new TestBrowser();
  const maker = new PageMaker();
  beforeAll(() => browser.start());
  afterAll(async () => {
    await browser.close();
    maker.end();
  });

  it('open → layer 3 → map 12 → a value → its arithmetic → its field → another stride → the command', async () => {
    cpSync(join(IMAGES, 'rocket.jpg'), join(maker.folder, 'rocket.jpg'));
    const words = ['rocket.jpg', '-k', KERNELS.join(','), '--relu', '--pool', 'max:2', '--resize', '90'];
    const opened = await browser.open(await maker.make(...words));
    const { page } = opened;
    const heading = page.locator('main h2').first();

    await tabTo(page, '[role=listbox]');
    await press(page, 'ArrowDown', 2);
    await heading.filter({ hasText: 'max_pool' }).waitFor();

    await tabTo(page, '[role=gridcell]');
    for (let map = 1; map <= 12; map++) {
      await press(page, 'ArrowRight');
      await page.waitForFunction(`document.activeElement.textContent.trim().startsWith('${map}')`);
    }
    expect(await isAt(page, /^12\b/)).toBe(true);
    await press(page, 'Enter');
    await page.getByText('map 12 of 14').waitFor();

    await tabTo(page, '[role=application]');
    // the first arrow shows where it is: in the middle of 66×44
    await press(page, 'ArrowRight', 3);
    await press(page, 'ArrowDown', 3);
    const spoken = page.locator('[aria-live=polite]');
    await spoken.filter({ hasText: /^x 35, y 25: / }).waitFor({ state: 'attached' });
    const value = /: (\S+)$/.exec((await spoken.textContent())!)![1];

    await press(page, 'Enter');
    const why = page.locator('aside');
    await why.getByRole('heading', { name: /^Why is this value/ }).waitFor();
    expect(await page.evaluate('document.activeElement?.id')).toBe('why');
    // the answer's heading says the value
    await why.getByRole('heading', { name: `Why is this value ${value.slice(0, 4)}` }).waitFor();
    await why.locator('table').first().waitFor();
    expect(await why.locator('table').count()).toBeGreaterThanOrEqual(4);
    // a window of 2×2 behind a kernel of 3×3
    await why
      .getByText(/4 ?× ?4/)
      .first()
      .waitFor();

    await tabTo(page, 'input[type=range]');
    const slider = page.locator('label', { has: page.locator('input:focus') });
    // the convolution's own stride stands first
    for (let n = 0; n < 12 && !/^stride ?2/.test((await slider.textContent())!); n++) {
      await press(page, 'Tab');
      await tabTo(page, 'input[type=range]');
    }
    expect(await slider.textContent()).toMatch(/^stride ?2/);
    await press(page, 'ArrowLeft');
    await page.locator('main .shape').filter({ hasText: '14 × 87 × 131' }).waitFor();

    await tabTo(page, 'header button', 'Shift+Tab');
    for (let n = 0; n < 4 && !(await isAt(page, /^Copy command/)); n++) await press(page, 'Shift+Tab');
    await press(page, 'Enter');
    const line = page.getByRole('textbox', { name: 'shell line' });
    expect(await line.inputValue()).toBe(
      `cnnviz explain rocket.jpg ${KERNELS.map((name) => `--kernel ${name}`).join(' ')} --relu --pool max:2:1 --resize 90 --channel 12 --at 35,25`,
    );
    const field = await page.getByRole('textbox', { name: 'command of the field' }).inputValue();
    expect(field).toMatch(/^cnnviz field rocket\.jpg .* --at 35,25$/);
    await press(page, 'Escape');
    expect(await page.locator('dialog').count()).toBe(0);
    expect(await isAt(page, /^Copy command/)).toBe(true);
    await browser.done(opened);
  });

  it('[ and ] change the layer, Esc goes back, ? lists the keys', async () => {
    cpSync(join(IMAGES, 'digits/7.png'), join(maker.folder, 'seven.png'));
    const opened = await browser.open(await maker.make('digits', 'seven.png'));
    const { page } = opened;
    await page.getByText(/layers computed in/).waitFor();
    const heading = page.locator('main h2').first();
    expect(await heading.textContent()).toContain('conv1');
    await press(page, ']');
    await heading.filter({ hasText: 'relu1' }).waitFor();
    // before the first layer there is none
    await press(page, '[', 2);
    await heading.filter({ hasText: 'conv1' }).waitFor();
    await press(page, ']', 3);
    await heading.filter({ hasText: 'conv2' }).waitFor();
    await tabTo(page, '[role=gridcell]');
    await press(page, 'Enter');
    await page.getByText('map 0 of 16').waitFor();
    await tabTo(page, '[role=application]');
    await press(page, 'Enter');
    await page.getByRole('heading', { name: /^Why is this value/ }).waitFor();
    await press(page, 'Escape', 2);
    await page.getByRole('grid').waitFor();
    await press(page, '?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await press(page, 'Escape');
    await browser.done(opened);
  });
});

/** Whether what is focused says this. */
async function isAt(page: Page, words: RegExp): Promise<boolean> {
  const text = await page.evaluate(
    "document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? ''",
  );
  return words.test(String(text).replace(/^map /, ''));
}
