import { describe, expect, it } from 'vitest';
import { parseLabelList } from '../../src/io/labelled-images.js';

describe('a list of labelled images', () => {
  it.each([
    ['lines', 'a.jpg,cat\nb.jpg,dog\n'],
    ['a heading', 'path,label\na.jpg,cat\nb.jpg,dog'],
    ['a heading of a spreadsheet', '\ufeffPath, Label\r\na.jpg,cat\r\nb.jpg,dog\r\n'],
    ['spaces and empty lines', ' a.jpg , cat\n\n  \nb.jpg, dog\n\n'],
    ['quotes', '"a.jpg","cat"\n "b.jpg",dog\n'],
  ])('may have %s', (_, text) => {
    expect(parseLabelList(text)).toEqual([
      { path: 'a.jpg', label: 'cat' },
      { path: 'b.jpg', label: 'dog' },
    ]);
  });

  it('has commas, quotes and line ends within quotes', () => {
    expect(parseLabelList('"a, ""b"".jpg","two\nlines"')).toEqual([{ path: 'a, "b".jpg', label: 'two\nlines' }]);
  });

  it.each([
    ['one field', 'a.jpg,cat\nb.jpg\n', 'line 2: expected path,label, got 1 fields'],
    ['three fields', 'a.jpg,cat,1\n', 'line 1: expected path,label, got 3 fields'],
    ['no class', '\n\na.jpg,\n', 'line 3: expected path,label'],
    ['an open quote', 'a.jpg,cat\n"b.jpg,dog\n', 'line 2: a quote is not closed'],
  ])('with %s names the line', (_, text, message) => {
    expect(() => parseLabelList(text)).toThrow(message);
  });

  it('may be empty', () => {
    expect(parseLabelList('')).toEqual([]);
  });
});
