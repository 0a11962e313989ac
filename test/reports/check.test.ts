import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CheckResult, ImageCheck, StageCheck } from '../../src/commands/check/check-result.js';
import { changeWords, checkDocument, describeCheck, githubAnnotations } from '../../src/commands/check/check-words.js';
import { htmlReport, junitXml } from '../../src/commands/check/html.js';
import { CnnvizError } from '../../src/core/errors.js';
import { escapeMarkup } from '../../src/core/markup.js';

const PLAIN = { strong: (text: string) => text, dim: (text: string) => text, warn: (text: string) => text };

function stage(name: string, status: StageCheck['status'], more: Partial<StageCheck> = {}): StageCheck {
  const base = { shape: [1, 598, 798], dtype: 'float32', files: [`base/${name}.npy`], values: null, reason: null };
  return { stage: name, status, ...base, ...more };
}

function image(path: string, status: ImageCheck['status'], more: Partial<ImageCheck> = {}): ImageCheck {
  return { case: '', image: path, status, stages: [], error: null, pictures: [], ...more };
}

const differing = (expected: number, got: number, ulps: number | null) => ({
  place: { item: 0, channel: 0, x: 12, y: 7 },
  expected,
  got,
  abs: Math.abs(got - expected),
  ulps,
  greys: null,
});

const one = differing(0, Math.fround(0.0127), 1_012_926_362);
const RELU = stage('relu', 'different', {
  values: { total: 477_204, differing: 1, tolerated: 0, first: one, largest: one },
});
const FAILED = image('plane.png', 'failed', { stages: [stage('conv', 'identical'), RELU] });

describe('what a check says', () => {
  it('names stage, channel, pixel, both values, how many, and the stages before it', () => {
    const { failures, summary } = describeCheck({ images: [FAILED, image('b.png', 'identical')], extra: [] }, PLAIN);
    expect(failures).toEqual([
      ' FAIL  plane.png   first difference: relu, channel 0, (12, 7): 0 → 0.0127   (1 of 477,204 values; conv identical)',
      '       off by 0.0127, 1,012,926,362 ulps',
    ]);
    expect(summary).toBe(' 1 failed, 1 identical, 0 missing');
  });

  it('two values are written with as many digits as it takes to tell them apart', () => {
    expect(changeWords(differing(0.25, Math.fround(0.25 + 2 ** -24), 1), 'float32')).toBe('0.25 → 0.2500001');
    expect(changeWords(differing(-0, 0, 0), 'float32')).toBe('−0 → 0');
    expect(changeWords(differing(1, 1 + Number.EPSILON, 1), 'float64')).toBe('1 → 1.0000000000000002');
    expect(changeWords(differing(Number.NaN, 1, null), 'float32')).toBe('NaN → 1');
  });

  it('JSON has the same keys for every image, and no number that JSON does not know', () => {
    const nan = differing(Number.NaN, 1, null);
    const values = {
      total: 9,
      differing: 1,
      tolerated: 0,
      first: { ...nan, abs: Number.POSITIVE_INFINITY },
      largest: nan,
    };
    const broken = image('c.png', 'failed', {
      error: new CnnvizError('decode', 'truncated', { fix: 'fetch it again' }),
    });
    const result = {
      images: [image('a.png', 'failed', { stages: [stage('conv', 'different', { values })] }), broken],
      extra: [],
    };
    const document = JSON.parse(JSON.stringify(checkDocument(result, [])));
    expect(document).toMatchObject({ same: false, failed: 2, identical: 0, missing: 0, extra: 0 });
    expect(document.results.map(Object.keys)[0]).toEqual(document.results.map(Object.keys)[1]);
    expect(document.results[0].first).toEqual({ stage: 'conv', item: 0, channel: 0, x: 12, y: 7 });
    expect(document.results[0].stages[0].values.first).toMatchObject({
      expected: 'NaN',
      got: 1,
      abs: 'Infinity',
      ulps: null,
    });
    expect(document.results[1].error).toEqual({ code: 'decode', message: 'truncated', fix: 'fetch it again' });
  });
});

describe('names from strangers', () => {
  const evil = 'a,b:c%0A\n::error::<img src=x onerror="x">&\u0000\ud800\'.png';
  const result: CheckResult = {
    images: [{ ...FAILED, case: evil, image: evil }, image(evil, 'identical', { case: evil })],
    extra: [evil],
  };

  it('cannot end an annotation or begin another', () => {
    const lines = githubAnnotations(result);
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      expect(line).not.toMatch(/[\r\n]/);
      const [, file, title] = /^::error file=([^,:]*),title=([^,:]*)::/.exec(line)!;
      const plain = (text: string) =>
        text.replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%0A', '\n').replaceAll('%25', '%');
      expect(plain(file)).toBe(evil);
      expect(plain(title)).toMatch(/^cnnviz check: (relu|extra baseline)$/);
    }
  });

  it('are text in XML and HTML: no tag but our own, no character XML does not have', () => {
    const page = htmlReport(
      result,
      new Map([[result.images[0], [{ stage: evil, kind: 'got', href: 'x.png', width: 9, height: 9 }]]]),
    );
    const xml = junitXml(result);
    for (const text of [page, xml]) {
      expect(text).not.toContain('<img src=x');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
      expect(text).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]|\p{Surrogate}/u);
    }
    expect(page).toContain("default-src 'none'");
    expect(page).not.toContain('<script');
    const tags = [...xml.matchAll(/<\/?(\w+)/g)].map(([, name]) => name);
    expect(new Set(tags)).toEqual(new Set(['testsuites', 'testsuite', 'testcase', 'failure']));
    expect(xml).toContain('<testsuites name="cnnviz check" tests="3" failures="2" errors="0" skipped="0">');
  });

  it('an escaped text read back is the text', () => {
    const back: Record<string, string> = {
      amp: '&',
      lt: '<',
      gt: '>',
      quot: '"',
      '#39': "'",
      '#9': '\t',
      '#10': '\n',
      '#13': '\r',
    };
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'&<>"\'#;39amp\n\t\rxé😀') }), (text) => {
        const escaped = escapeMarkup(text);
        expect(escaped).not.toMatch(/[<>"'\n\t\r]/);
        expect(escaped.replace(/&([^;&]+);/g, (_, name) => back[name])).toBe(text);
      }),
      { seed: 6 },
    );
  });
});
