import { describe, expect, it } from 'vitest';
import { TEXTS as PAGE } from '../../src/commands/article/article-words.js';
import { type Bilingual, inEach, inLanguage, LANGUAGES, listed, ofAll } from '../../src/commands/article/language.js';
import { TEXTS as CORRELATION } from '../../src/commands/article/laws/correlation.js';
import { TEXTS as LINEARITY } from '../../src/commands/article/laws/linearity.js';
import { TEXTS as PLANES } from '../../src/commands/article/laws/planes.js';
import { TEXTS as POOL_LAWS } from '../../src/commands/article/laws/pooling.js';
import { TEXTS as MAKING } from '../../src/commands/article/make-article.js';
import { TEXTS as PHOTO } from '../../src/commands/article/photo.js';
import { TEXTS as ALEXNET } from '../../src/commands/article/rows/alexnet.js';
import { TEXTS as CONVOLUTION } from '../../src/commands/article/rows/convolution.js';
import { TEXTS as DETECTOR } from '../../src/commands/article/rows/detector.js';
import { TEXTS as PATCHES } from '../../src/commands/article/rows/patches.js';
import { TEXTS as POOLING } from '../../src/commands/article/rows/pooling.js';
import { TEXTS as STRIDE } from '../../src/commands/article/rows/stride.js';

const TABLES = {
  PAGE,
  CORRELATION,
  LINEARITY,
  PLANES,
  POOL_LAWS,
  MAKING,
  PHOTO,
  ALEXNET,
  CONVOLUTION,
  DETECTOR,
  PATCHES,
  POOLING,
  STRIDE,
};

/** Stands for any fact: in a text, in a bilingual text, in a list; its place can be told from all others. */
function fact(index: number): object {
  const sign = `⟨${index}⟩`;
  const shown = { en: sign, zh: sign, map: (f: (one: string) => string) => [f(sign)] };
  return Object.assign(new String(sign), shown);
}

type Text = Bilingual | ((...facts: object[]) => Bilingual);

/** Every text of a table, made of facts where it is made of some. */
function textsIn(table: object, path: string): (readonly [path: string, text: Bilingual])[] {
  return Object.entries(table).flatMap(([key, value]: [string, Text | object]) => {
    const name = `${path}.${key}`;
    if (typeof value === 'function') {
      return [[name, value(...Array.from({ length: value.length }, (_, i) => fact(i)))] as const];
    }
    return LANGUAGES.every((language) => language in value)
      ? [[name, value as Bilingual] as const]
      : textsIn(value, name);
  });
}

const texts = textsIn(TABLES, '').map(([path, text]) => [path.slice(1), text] as const);

/** Facts and numbers, in any order: 3×3 and 3.52 are told apart from 3 and 52. */
function numbersOf(text: string): string[] {
  return (text.match(/⟨\d⟩|\d+(?:[.,×]\d+)*/g) ?? []).sort();
}

/** Names and words of commands, which no language changes. */
const NAMES =
  /AlexNet|alexnet|MNIST|digits|cnnviz get|LeNet|ReLU|ImageNet|RGB|GPU|SHA-256|cnnviz|net\.yaml|halves|--[a-z]+ [a-z]+:1|--padding full|--[a-z]+|edge3x3|conv|groups|stride|floor|full|valid|gauss|float32|rot180|max|He|px/g;

describe('the texts of the article', () => {
  it('are many, each in every language', () => {
    expect(texts.length).toBeGreaterThan(200);
    for (const [path, text] of texts) {
      expect(Object.keys(text).sort(), path).toEqual([...LANGUAGES].sort());
      for (const language of LANGUAGES) expect(text[language], `${path} ${language}`).not.toBe('');
    }
  });

  it('say the same numbers and facts in both languages', () => {
    const differing = texts.filter(([, { en, zh }]) => numbersOf(en).join() !== numbersOf(zh).join());
    expect(differing).toEqual([]);
  });

  it('are Chinese where they are English words', () => {
    const left = texts.filter(([, { en, zh }]) => {
      const isWords = /[a-z]{3,}/i.test(en.replace(NAMES, ''));
      return isWords && !/\p{Script=Han}/u.test(zh);
    });
    expect(left.map(([path]) => path)).toEqual([]);
    const english = texts.flatMap(([path, { zh }]) =>
      (zh.replace(NAMES, '').match(/[a-z]{3,}/gi) ?? []).map((word) => `${path}: ${word}`),
    );
    expect(english).toEqual([]);
    expect(texts.filter(([, { en }]) => /\p{Script=Han}/u.test(en))).toEqual([]);
  });

  it('have Chinese punctuation between Chinese words', () => {
    const western = texts.filter(([, { zh }]) => /\p{Script=Han}[,;:?!]|[,;:?!]\s?\p{Script=Han}/u.test(zh));
    expect(western.map(([path, { zh }]) => `${path}: ${zh}`)).toEqual([]);
  });
});

describe('data in one language', () => {
  it('has every text in it, in the same order of keys, and all else as it was', () => {
    const data = {
      b: { en: 'yes', zh: '是' },
      a: [1, null, true, { en: 'no', zh: '否' }, { deep: { en: 'a', zh: '甲' } }],
    };
    expect(JSON.stringify(inLanguage(data, 'en'))).toBe('{"b":"yes","a":[1,null,true,"no",{"deep":"a"}]}');
    expect(JSON.stringify(inLanguage(data, 'zh'))).toBe('{"b":"是","a":[1,null,true,"否",{"deep":"甲"}]}');
    expect(inLanguage('5×5', 'zh')).toBe('5×5');
  });

  it('is put together language by language', () => {
    expect(inEach((language) => `<${language}>`)).toEqual({ en: '<en>', zh: '<zh>' });
    expect(listed(['1', { en: 'two', zh: '二' }])).toEqual({ en: '1, two', zh: '1、二' });
    expect(ofAll(2, 3)).toEqual({ en: '2 of 3', zh: '2\u00a0/\u00a03' });
  });
});
