import { describe, expect, it } from 'vitest';
import { padLeft, padRight, textWidth } from '../../src/core/text.js';

describe('the width of a text in a terminal', () => {
  it.each([
    ['cat.png', 7],
    ['Größe', 5],
    ['−0.5 × 3 → █▊', 13],
    ['图像', 4],
    ['ｆｕｌｌ', 8],
    ['한글.png', 8],
    ['🐈', 2],
    ['e\u0301', 1],
    ['', 0],
  ])('%s takes %i cells', (text, cells) => expect(textWidth(text)).toBe(cells));

  it('is what a column is filled up to', () => {
    expect([padRight('图', 4), padLeft('图', 4), padRight('long', 2)]).toEqual(['图  ', '  图', 'long']);
  });
});
