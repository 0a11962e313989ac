import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IMAGES } from '../../cli/cnnviz.js';
import { Firefox, NO_FIREFOX } from './firefox.js';
import { PageMaker } from './make-pages.js';

const SKIPPED = NO_FIREFOX ? ' (skipped: there is no firefox-esr; CNNVIZ_FIREFOX names another)' : '';

describe.skipIf(NO_FIREFOX)(`a page in Firefox${SKIPPED}`, () => {
  const firefox = new Firefox();
  const maker = new PageMaker();
  beforeAll(() => firefox.start());
  afterAll(async () => {
    await firefox.close();
    maker.end();
  });

  it('runs the network from a file: the classes, and the value that explain tells', async () => {
    cpSync(join(IMAGES, 'digits/7.png'), join(maker.folder, 'seven.png'));
    const path = await maker.make('digits', 'seven.png');
    await firefox.ask('WebDriver:SetTimeouts', { script: 30_000 });
    await firefox.ask('WebDriver:Navigate', {
      url: `${pathToFileURL(path).href}#layer=conv2&channel=3&at=4,5&view=map`,
    });
    const text = (selector: string) => `document.querySelector(${JSON.stringify(selector)})?.textContent ?? ''`;
    await firefox.evaluate(`new Promise((resolve) => {
      const look = () => (/x 4, y 5: .*\\d/.test(${text('main output')}) ? resolve() : setTimeout(look, 50));
      look();
    })`);
    expect(await firefox.evaluate(text('.classes .name'))).toBe('7');
    expect(await firefox.evaluate(text('footer'))).toMatch(/layers? computed in/);
    const shown = String(await firefox.evaluate(text('main output')));
    const line = ['explain', 'digits', 'seven.png', '--layer', 'conv2', '--channel', '3', '--at', '4,5', '--json'];
    const { value } = JSON.parse(await maker.run(...line));
    const found = Number(/: (\S+)$/.exec(shown)![1].replace('−', '-'));
    expect(Math.abs(found - value)).toBeLessThan(1e-4 * Math.abs(value));
  });
});
