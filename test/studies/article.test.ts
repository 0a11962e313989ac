import { describe, expect, it } from 'vitest';
import { chooseRows } from '../../src/commands/article/article-folder.js';
import type { Article, ArticlePhoto } from '../../src/commands/article/claim.js';
import { LAYERS } from '../../src/commands/article/laws/planes.js';
import { makeArticle, type Workshop } from '../../src/commands/article/make-article.js';
import { articlePage, articleReadme, countArticle, describeArticle } from '../../src/commands/article/page.js';
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
  patches: [0, 1, 2].map((i) => ({ name: `piece ${i}`, rect: { x: i, y: i, width: 70, height: 70 } })) as never,
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
    expect(articlePage(right)).toContain('right edge is white (570)');
    expect(articlePage(wrong)).toContain('right edge is white (569)');
    expect(articlePage(right)).not.toContain('BROKEN');
    for (const text of [articlePage(wrong), articleReadme(wrong)]) expect(text).toContain('BROKEN');
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
    const commands = ({ sections }: Article) => sections[0].rows[0].figures.map(({ command }) => command);
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
    expect(row.failure).toMatch(
      /^cnnviz conv bars17\.png .* ended with 2: cnnviz: bars17\.png: truncated; fix: fetch it again$/,
    );
    expect(articlePage(article)).toContain('Not made: cnnviz conv bars17.png');
  });

  it('whose picture is missing is not made', async () => {
    const sizeOf: Workshop['sizeOf'] = async (file) => {
      if (file === 'pieces.png') return null;
      throw new CnnvizError('input', `${file}: no such file`);
    };
    const article = await make('F4', says(barsDocument(570)), { sizeOf });
    expect(article.sections[0].rows[0].failure).toMatch(
      /^cnnviz conv bars17\.png .* left no F4\.png that can be read$/,
    );
  });

  it('that cannot be written ends the work', async () => {
    const write: Workshop['write'] = async () => {
      throw new CnnvizError('output', 'F9.png: no space left');
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
    const page = articlePage(article);
    expect(page).toContain("content=\"default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'\"");
    expect(page).not.toMatch(/<script|https?:|javascript:|onerror=a[^l]|<img src=x/i);
    expect(page).toContain('&#60;img src=x onerror=alert(1)&#62;');
    expect(page).toContain('alt="A map &#60;with&#62; &#34;two&#34; edges."');
    const readme = articleReadme(article);
    expect(readme).toContain('\\<img src=x onerror=alert(1)\\> \\| \\`\\*');
    expect(readme).toContain('A map with two edges.');
  });

  it('shows a map of a few pixels larger, in whole steps', async () => {
    const article = await make('F4', says(barsDocument(570)));
    expect(articlePage(article)).toContain('width="180" height="180" class="tiny"');
  });
});

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
