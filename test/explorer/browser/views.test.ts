import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IMAGES } from '../../cli/cnnviz.js';
import { NO_BROWSER, SKIPPED, TestBrowser } from './chromium.js';
import { axeFaults, textFaults } from './look-at-page.js';
import { PageMaker } from './make-pages.js';

type Pages = Record<'digits' | 'layer' | 'compared' | 'film', string>;

/** A view by its page and its address; `open`: what is pressed once it is there. */
const VIEWS: readonly (readonly [page: keyof Pages, hash: string, open: string])[] = [
  ['digits', '', ''],
  ['digits', 'layer=', ''],
  ['digits', 'layer=fc1', ''],
  ['digits', 'layer=pool2&view=map&channel=3&at=2,2', 'Enter'],
  ['digits', 'layer=conv2&view=kernels', ''],
  ['digits', 'layer=relu2&view=numbers', ''],
  ['digits', 'view=graph', ''],
  ['digits', 'view=classes&layer=relu1', ''],
  ['digits', 'layer=conv1&silence=2:conv1&weight=3:0.5:conv1.weight', ''],
  ['digits', '', '?'],
  ['layer', '', ''],
  ['layer', 'layer=relu&view=map&at=20,30&colormap=diverging&scale=symmetric', 'Enter'],
  ['layer', 'layer=conv&view=kernels', ''],
  ['compared', '', ''],
  ['compared', 'view=maps&network=1&layer=conv1', ''],
  ['film', '', ''],
  ['film', 'network=2&view=maps', ''],
];

describe.skipIf(NO_BROWSER)(`views of a page in Chromium${SKIPPED}`, () => {
  const browser = new TestBrowser();
  const maker = new PageMaker();
  let pages: Pages;
  beforeAll(async () => {
    for (const name of ['rocket.jpg', 'digits/3.png', 'digits/7.png']) {
      cpSync(join(IMAGES, name), join(maker.folder, name.replace('/', '')));
    }
    const train = ['train', 'digits', '--data', 'digits:1', '--epochs', '1', '--batch', '2000', '--holdout', '0', '-q'];
    await maker.run(...train, '--checkpoints', 'kept');
    pages = {
      digits: await maker.make('digits', 'digits7.png', 'digits3.png'),
      layer: await maker.make('rocket.jpg', '-k', 'edge3x3', '-k', 'outline3x3', '--relu', '--resize', '120'),
      compared: await maker.make('digits', 'lenet5', '--init', 'seed:1', 'digits7.png'),
      film: await maker.make('digits', '--checkpoint', 'kept', 'digits7.png'),
    };
    await browser.start();
  });
  afterAll(async () => {
    await browser.close();
    maker.end();
  });

  it.each(VIEWS)(
    '%s #%s %s: no fault of axe, light or dark, nothing over another, wide or narrow',
    async (name, hash, key) => {
      const opened = await browser.open(pages[name], {}, hash);
      const { page } = opened;
      await page.getByText(/layers? computed in/).waitFor();
      if (key === 'Enter') await page.locator('[role=application], canvas[tabindex="0"]').first().focus();
      if (key !== '') await page.keyboard.press(key);
      await page.waitForTimeout(150);
      expect(await axeFaults(page)).toEqual([]);
      expect(await textFaults(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await axeFaults(page, ['color-contrast'])).toEqual([]);
      await page.setViewportSize({ width: 390, height: 844 });
      await page.waitForTimeout(150);
      expect(await textFaults(page)).toEqual([]);
      await browser.done(opened);
    },
  );

  it('what looks at pages sees what is wrong with them', async () => {
    const opened = await browser.open(pages.digits);
    const { page } = opened;
    await page.getByText(/layers? computed in/).waitFor();
    await page.evaluate(`document.querySelector('main').insertAdjacentHTML('afterbegin', \`
      <p>one</p><p id="over">another text over the one</p><p id="small">small</p><p id="pale">pale</p><img src="data:,"><p id="wide">wide</p>\`);
      const look = (id, style) => Object.assign(document.getElementById(id).style, style);
      look('over', { marginTop: '-2.4em' });
      look('small', { fontSize: '11px' });
      look('pale', { color: '#bbb', background: '#fff' });
      look('wide', { position: 'absolute', left: '0', width: '3000px' });`);
    const texts = await textFaults(page);
    expect(texts).toContainEqual(expect.stringMatching(/^MAIN scrolls sideways: \d+ pixels in \d+$/));
    expect(texts).toContainEqual('letters of 11.0 pixels: small');
    expect(texts).toContainEqual('texts over each other: "one" and "another text over the one"');
    const faults = (await axeFaults(page)).join('\n');
    expect(faults).toContain('image-alt');
    expect(faults).toContain('color-contrast');
    await page.context().close();
  });
});
