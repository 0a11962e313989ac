import { describe, expect, it } from 'vitest';
import { chooseRows } from '../../src/commands/article/article-folder.js';
import {
  articleDocument,
  checkedWords,
  countArticle,
  describeArticle,
} from '../../src/commands/article/article-words.js';
import type { Article, ArticlePhoto } from '../../src/commands/article/claim.js';
import { inLanguage } from '../../src/commands/article/language.js';
import { LAYERS } from '../../src/commands/article/laws/planes.js';
import { makeArticle, type Workshop } from '../../src/commands/article/make-article.js';
import { ARTICLE_PAGE_MARKS, articlePage } from '../../src/commands/article/page.js';
import { ARTICLE_README_MARKS, articleReadme } from '../../src/commands/article/readme.js';
import { SECTIONS } from '../../src/commands/article/rows/index.js';
import { CnnvizError } from '../../src/core/errors.js';
import { tensor } from '../../src/core/tensor.js';
import { commandText } from '../../src/core/text.js';

const PLAIN = { strong: (text: string) => text, dim: (text: string) => text, warn: (text: string) => text };

const PHOTO: ArticlePhoto = {
  file: 'plane.png',
  width: 800,
  height: 600,
  own: null,
  patches: [0, 1, 2].map((i) => ({
    name: { en: `piece ${i}`, zh: `图像块 ${i}` },
    rect: { x: i, y: i, width: 70, height: 70 },
  })) as never,
  biases: [500, 0, -500, -1000],
};

/** What `conv bars17.png` says, as far as F4 reads it. */
function barsDocument(max: number) {
  const values = { count: 225, min: -570, max, mean: 0, nan: 0, infinite: 0, firing: 30 };
  const picture = { scale: { lo: -570, hi: 570 }, clipped: { below: 0, above: 0, nan: 0 }, zero: { level: 128 } };
  const map = { width: 15, height: 15, values, peak: { x: 9, y: 0, value: max }, picture };
  return { results: [{ banks: [{ maps: [map] }], alt: 'A map <with> "two" edges.' }] };
}

function workshop(run: Workshop['run'], changes: Partial<Workshop> = {}): Workshop {
  return {
    photo: PHOTO,
    layers: LAYERS,
    run,
    read: async (file) => {
      throw new CnnvizError('input', `${file}: no such file`);
    },
    write: async () => {},
    sizeOf: async () => ({ width: 15, height: 15 }),
    grayPhoto: async () => tensor(new Float32Array(64 * 64), [1, 64, 64]),
    finished: () => {},
    ...changes,
  };
}

const says =
  (document: unknown): Workshop['run'] =>
  async () => ({ code: 0, stdout: JSON.stringify(document), stderr: '' });

function make(only: string, run: Workshop['run'], changes: Partial<Workshop> = {}): Promise<Article> {
  return makeArticle(chooseRows(SECTIONS, [only]), workshop(run, changes));
}

describe('a row of the article', () => {
  it('is made from what its commands say: other numbers, another page', async () => {
    const right = await make('F4', says(barsDocument(570)));
    const wrong = await make('F4', says(barsDocument(569)));
    expect(countArticle(right).laws).toEqual({ held: 4, broken: 0 });
    expect(countArticle(wrong).laws).toEqual({ held: 3, broken: 1 });
    expect(articlePage(right, 'en')).toContain('right edge is white (570)');
    expect(articlePage(wrong, 'en')).toContain('right edge is white (569)');
    expect(articlePage(right, 'en')).not.toContain('BROKEN');
    for (const text of [articlePage(wrong, 'en'), articleReadme(wrong, 'en')]) expect(text).toContain('BROKEN');
    expect(describeArticle(wrong, 'out/index.html', PLAIN)[0]).toBe(
      'F4 BROKEN: bright → dark, the edge at x = 11: expected 570 in column 9, got 569 in column 9',
    );
  });

  it('of laws changes with the engine', async () => {
    const none: Workshop['run'] = async () => ({ code: 1, stdout: '', stderr: '' });
    const relu: typeof LAYERS.relu = (x) => tensor(Float32Array.from(x.data as Float32Array), x.shape);
    expect(countArticle(await make('Q6', none)).laws.broken).toBe(0);
    expect(countArticle(await make('Q6', none, { layers: { ...LAYERS, relu } })).laws.broken).toBe(3);
  });

  it('of laws names the photograph it was tried on', async () => {
    const commands = ({ sections }: Article) =>
      sections[0].rows[0].figures.map(({ command }) => inLanguage(command, 'en'));
    const own = { name: 'cat.jpg', width: 64, height: 64 };
    expect(commands(await make('P3', says({})))).toEqual(['cnnviz article --only P3 -o P3']);
    expect(commands(await make('P3', says({}), { photo: { ...PHOTO, file: 'photo.png', own } }))).toEqual([
      'cnnviz article --image photo.png --only P3 -o P3',
    ]);
  });

  it('whose command fails says how, and the others are made', async () => {
    const run: Workshop['run'] = async (args) =>
      args.includes('bars17.png')
        ? { code: 2, stdout: '', stderr: 'cnnviz: bars17.png: truncated\n  fix: fetch it again\n' }
        : says(barsDocument(170))(args);
    const article = await makeArticle(chooseRows(SECTIONS, ['F4', 'F3', 'Q2']), workshop(run));
    expect(countArticle(article)).toMatchObject({ rows: 3, failed: 1 });
    const [row] = article.sections.flatMap(({ rows }) => rows).filter(({ id }) => id === 'F4');
    expect(inLanguage(row.failure, 'en')).toMatch(
      /^cnnviz conv bars17\.png .* ended with 2: cnnviz: bars17\.png: truncated; fix: fetch it again$/,
    );
    expect(articlePage(article, 'en')).toContain('Not made: cnnviz conv bars17.png');
  });

  it('whose picture is missing is not made', async () => {
    const sizeOf: Workshop['sizeOf'] = async (file) => {
      if (file === 'pieces.svg') return null;
      throw new CnnvizError('input', `${file}: no such file`);
    };
    const article = await make('F4', says(barsDocument(570)), { sizeOf });
    expect(inLanguage(article.sections[0].rows[0].failure, 'en')).toMatch(
      /^cnnviz conv bars17\.png .* left no F4\.svg that can be read$/,
    );
  });

  it('that cannot be written ends the work', async () => {
    const write: Workshop['write'] = async () => {
      throw new CnnvizError('output', 'F9.svg: no space left');
    };
    await expect(make('F9', says({}), { write })).rejects.toThrow('no space left');
  });

  it('with a document that lacks what is read is a fault of the program', async () => {
    await expect(make('F4', says({}))).rejects.toThrow(TypeError);
  });
});

describe('the page', () => {
  it('takes nothing from elsewhere, runs nothing and means all text as text', async () => {
    const own = { name: '<img src=x onerror=alert(1)> | `*', width: 800, height: 600 };
    const article = await make('F4', says(barsDocument(570)), { photo: { ...PHOTO, own } });
    const page = articlePage(article, 'en');
    expect(page).toContain(
      "content=\"default-src 'none'; img-src 'self' file:; frame-src 'self' file:; style-src 'unsafe-inline'\"",
    );
    expect(page).not.toMatch(/<script|https?:|javascript:|onerror=a[^l]|<img src=x|url\(|@import/i);
    expect(page).toContain('&#60;img src=x onerror=alert(1)&#62;');
    expect(page).toContain('alt="A map &#60;with&#62; &#34;two&#34; edges."');
    const readme = articleReadme(article, 'en');
    expect(readme).toContain('\\<img src=x onerror=alert(1)\\> \\| \\`\\*');
    expect(readme).toContain('A map with two edges.');
  });

  it('holds a live figure folded below the one that needs no scripts', async () => {
    const sizeOf: Workshop['sizeOf'] = async (file) => (file.endsWith('.html') ? null : { width: 15, height: 15 });
    const article = await make('F3', says(barsDocument(170)), { sizeOf });
    const page = articlePage(article, 'en');
    const [, frame] = /<details class="live">(.*?)<\/details>/s.exec(page) ?? [];
    expect(frame).toContain('<iframe src="F3.html" title="');
    expect(frame).toContain('loading="lazy"');
    expect(page.indexOf('src="F3.svg"')).toBeLessThan(page.indexOf('src="F3.html"'));
    expect(page).toContain('cnnviz explore five.png');
    expect(articleReadme(article, 'en')).toContain('](F3.html)');
  });

  it('shows a map of a few pixels larger, in whole steps', async () => {
    const article = await make('F4', says(barsDocument(570)));
    expect(articlePage(article, 'en')).toContain('width="180" height="180" class="tiny"');
    expect(articlePage(article, 'en')).toContain('<img src="F4.svg"');
    expect(articlePage(article, 'en').match(/class="tiny"/g)).toHaveLength(1);
  });

  it('tells of a row first the sentence, then the figure with what to see, its command and its claims', async () => {
    const page = articlePage(await make('F4', says(barsDocument(570))), 'en');
    const row = /<article id="F4">([\s\S]*?)<\/article>/.exec(page)![1];
    const places = [
      'An edge detector tells the two kinds of edges apart</h3>',
      '<p class="shows">A 17×17 image with both transitions',
      '<img src="F4.svg"',
      '<figcaption>The bar&#39;s right edge is white (570)',
      '-o</span> F4.svg',
      '<img src="F4.map.png"',
      '-o</span> F4.map.png',
      '<details><summary>checked: 4 of 4</summary>',
    ].map((text) => row.indexOf(text));
    expect(places.every((at, i) => at > (places[i - 1] ?? -1))).toBe(true);
  });

  it('opens the claims of a row where one of them does not hold, and says so there and in the contents', async () => {
    const article = await make('F4', says(barsDocument(569)));
    const says569 = articlePage(article, 'en');
    expect(says569).toContain('<details open><summary class="bad">checked: 3 of 4, 1 BROKEN</summary>');
    expect(/<nav [\s\S]*<\/nav>/.exec(says569)![0]).toContain('<span class="bad">checked: 3 of 4, 1 BROKEN</span>');
    expect(articlePage(article, 'zh')).toContain('<summary class="bad">已核对：3\u00a0/\u00a04，1 项不成立</summary>');
    expect(checkedWords([{ holds: false, kind: 'finding' }]).en).toBe('checked: 0 of 1, 1 not for this photograph');
  });

  it('shows the claims of a row without a figure: they are all there is to see', async () => {
    const page = articlePage(await make('Q6', says({})), 'en');
    expect(page).toContain('<details open><summary>checked: 11 of 11</summary>');
    expect(page).not.toContain('class="bad"');
  });

  it('has contents with titles that lead to each row, and headings in order', async () => {
    const page = articlePage(
      await makeArticle(chooseRows(SECTIONS, ['F4', 'Q2', 'Q6']), workshop(says(barsDocument(570)))),
      'en',
    );
    const [contents] = /<nav [\s\S]*<\/nav>/.exec(page)!;
    const links = [...contents.matchAll(/<a href="#([^"]+)">([^<]+)<\/a>/g)].map(([, id, title]) => [id, title]);
    expect(links).toEqual([
      ['part-1', 'Convolution'],
      ['Q2', 'Convolution is commutative'],
      ['F4', 'An edge detector tells the two kinds of edges apart'],
      ['part-2', 'The detector stage'],
      ['Q6', 'Linear, affine, neither'],
    ]);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [id] of links) expect(ids).toContain(id);
    const levels = [...page.matchAll(/<h(\d)/g)].map(([, level]) => Number(level));
    expect(levels).toEqual([1, 2, 2, 2, 3, 3, 2, 3]);
  });

  it('is in the language that is asked for, with commands that give that language again', async () => {
    const article = await make('Q2', says({}));
    const page = articlePage(article, 'zh');
    expect(page).toContain('<html lang="zh-Hans">');
    expect(page).toContain('<title>卷积神经网络基础：逐项计算验证</title>');
    expect(page).toContain('卷积满足交换律');
    expect(page).toContain('article <span class="word">--only</span> Q2 <span class="word">--lang</span> zh');
    expect(articlePage(article, 'en')).toContain('<html lang="en">');
    expect(articlePage(article, 'en')).not.toMatch(/\p{Script=Han}/u);
    const readme = articleReadme(article, 'zh');
    expect(readme).toContain('# 卷积神经网络基础：逐项计算验证\n');
    expect(readme).toContain('$ cnnviz article --only Q2 --lang zh -o Q2');
    for (const [text, marks] of [
      [page, ARTICLE_PAGE_MARKS],
      [readme, ARTICLE_README_MARKS],
    ] as const) {
      expect(marks.filter((mark) => text.slice(0, 4096).includes(mark))).toHaveLength(1);
    }
  });

  it('tells a program the same in English, whatever its language', async () => {
    const article = await make('F4', says(barsDocument(570)));
    const document = JSON.stringify(articleDocument(article, 'out/index.html'));
    expect(document).not.toMatch(/\p{Script=Han}/u);
    expect(JSON.parse(document)).toMatchObject({
      command: 'article',
      count: { rows: 1, laws: { held: 4, broken: 0 } },
      photo: { patches: [{ name: 'piece 0' }, {}, {}] },
      sections: [{ title: 'Convolution', rows: [{ id: 'F4', checks: [{ what: 'size of the map' }, {}, {}, {}] }] }],
    });
  });

  it('has letters that can be read on their grounds: 4.5:1 in light, dark and print', async () => {
    const [style] = /<style>[\s\S]*<\/style>/.exec(articlePage(await make('Q2', says({})), 'en'))!;
    const themes = [...style.matchAll(/:root \{([^}]*)\}/g)].map(([, body]) =>
      Object.fromEntries([...body.matchAll(/--(\w+): (#[0-9a-f]{3,6})/g)].map(([, name, colour]) => [name, colour])),
    );
    expect(themes).toHaveLength(3);
    for (const theme of themes) {
      for (const letters of ['ink', 'second', 'accent', 'good', 'bad']) {
        for (const ground of ['paper', 'ground']) {
          expect(contrast(theme[letters], theme[ground]), `${letters} on ${ground}`).toBeGreaterThanOrEqual(4.5);
        }
      }
    }
  });
});

/** Of two colours, #rgb or #rrggbb. Source: WCAG 2.2, relative luminance. */
function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const digits =
    colour.length === 4 ? [...colour.slice(1)].map((digit) => digit + digit) : colour.match(/[0-9a-f]{2}/g)!;
  const [r, g, b] = digits
    .map((pair) => Number.parseInt(pair, 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

describe('the rows', () => {
  it('are those of the source article, each once', () => {
    const ids = SECTIONS.flatMap(({ rows }) => rows.map(({ id }) => id));
    const wanted = [
      ...Array.from({ length: 14 }, (_, i) => `F${i + 1}`),
      ...Array.from({ length: 6 }, (_, i) => `Q${i + 1}`),
      ...['S1', 'S2', 'P1', 'P2', 'P3', 'P4', 'T1', 'T2', 'T3', 'T4', 'T5'],
    ];
    expect([...ids].sort()).toEqual(wanted.sort());
  });

  it('can be chosen by name, in any case; another name is refused with what was meant', () => {
    expect(chooseRows(SECTIONS, ['f7', 'Q2']).flatMap(({ rows }) => rows.map(({ id }) => id))).toEqual(['Q2', 'F7']);
    expect(() => chooseRows(SECTIONS, ['F77'])).toThrow('--only F77: the article has no such row');
  });
});

describe('a printed command', () => {
  it('is quoted where a shell would change it', () => {
    expect(commandText(['run', 'conv 3 | relu', 'a.png'])).toBe('cnnviz run "conv 3 | relu" a.png');
    expect(commandText(['-o', 'F8.{layer}.png'])).toBe('cnnviz -o "F8.{layer}.png"');
    expect(commandText(["it's $5"])).toBe("cnnviz 'it'\\''s $5'");
    expect(commandText([''])).toBe('cnnviz ""');
  });
});
