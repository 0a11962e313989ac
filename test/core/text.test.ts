import { describe, expect, it } from 'vitest';
import { commandText, formatBytes, padLeft, padRight, shorten, someOf } from '../../src/core/text.js';

describe('sizes of files', () => {
  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1000, '1 kB'],
    [93_400, '93.4 kB'],
    [999_999, '1000 kB'],
    [1e6, '1 MB'],
    [244_410_000, '244 MB'],
    [999_999_999, '1000 MB'],
    [1e9, '1 GB'],
    [2_540_000_000, '2.54 GB'],
  ])('%d bytes read %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

describe('a text that is too long', () => {
  const letters = (count: number) =>
    Array.from({ length: count }, (_, i) => String.fromCharCode(97 + (i % 26))).join('');

  it('is left alone up to its limit', () => expect(shorten(letters(100), 100)).toBe(letters(100)));

  it('keeps 7 letters of its beginning for 3 of its end, and tells how many are missing', () => {
    const text = letters(2000);
    expect(shorten(text, 140)).toBe(`${text.slice(0, 70)} … (1,900 letters left out) … ${text.slice(-30)}`);
    expect(shorten(letters(41), 40)).toBe('abc … (37 letters left out) … o');
  });

  it('shortened again counts what was missing before', () => {
    const text = letters(2000);
    const again = shorten(`file.png: ${shorten(text, 140)}`, 100);
    expect(again).toBe(`file.png: ${text.slice(0, 32)} … (1,950 letters left out) … ${text.slice(-18)}`);
  });

  it('is never cut inside a letter of two units', () => {
    expect(shorten('😀'.repeat(100), 51)).toMatch(/^(?:😀)+ … \(\d+ letters left out\) … (?:😀)+$/u);
    expect(shorten(`a${'😀'.repeat(100)}b`, 51)).toMatch(/^a(?:😀)+ … \(\d+ letters left out\) … (?:😀)+b$/u);
  });
});

describe('lists and columns', () => {
  it('are told to the twelfth name, then by their number', () => {
    const names = Array.from({ length: 1000 }, (_, i) => `n${i}`);
    expect(someOf(names.slice(0, 12))).toBe('n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, n10, n11');
    expect(someOf(names, 2)).toBe('n0, n1, … (1,000 in all)');
    expect(someOf(names.slice(0, 2), 2)).toBe('n0, n1');
    expect(someOf(['x'.repeat(60), 'y'.repeat(61)])).toBe(
      `${'x'.repeat(60)}, ${'y'.repeat(14)} … (41 letters left out) … ${'y'.repeat(6)}`,
    );
  });

  it('are filled up by cells, and never cut', () => {
    expect([padRight('图a', 5), padLeft('图a', 5), padRight('abc', 2), padLeft('abc', 2)]).toEqual([
      '图a  ',
      '  图a',
      'abc',
      'abc',
    ]);
  });
});

describe('a command', () => {
  it('can be typed into a shell', () =>
    expect(commandText(['conv', 'a b.png', '-k', "it's $5", 'x@y=1%+', '', 'say "hi"'])).toBe(
      `cnnviz conv "a b.png" -k 'it'\\''s $5' x@y=1%+ "" 'say "hi"'`,
    ));
});
