import { describe, expect, it } from 'vitest';
import { wrapLine, wrapText } from '../../src/cli/wrap.js';

describe('a line wider than the terminal', () => {
  it.each([
    ['is left alone when it fits', 'one two three', 13, ['one two three']],
    ['is broken between words, the rest further in', ' one two three', 9, [' one two', '   three']],
    ['is broken between columns rather than inside one', 'a 1   b 2   c 3', 12, ['a 1   b 2', '  c 3']],
    [
      'goes on below its last column',
      ' box3  3×3  the mean of nine pixels',
      30,
      [' box3  3×3  the mean of nine', '            pixels'],
    ],
    ['gives a word that is wider a line of its own', 'a verylongword b', 6, ['a', '  verylongword', '  b']],
    ['counts letters of two cells twice', '图像 图像', 8, ['图像', '  图像']],
    [
      'stays a command that can be typed',
      '  cnnviz conv a.png -k "0 1 0; 1 -4 1"',
      26,
      ['  cnnviz conv a.png \\', '    -k "0 1 0; 1 -4 1"'],
    ],
    ['has what a command does below it', '  cnnviz demo   shows it', 16, ['  cnnviz demo', '      shows it']],
    [
      'is one line still when a fix is a command to copy',
      '  fix: cnnviz help kernels',
      10,
      ['  fix: cnnviz help kernels'],
    ],
  ])('%s', (_, line, columns, expected) => expect(wrapLine(line, columns)).toEqual(expected));

  it('is measured without its colours, and keeps them', () => {
    const styled = '\u001b[1mone\u001b[22m two';
    expect(wrapLine(styled, 7)).toEqual([styled]);
    expect(wrapLine(styled, 6)).toEqual(['\u001b[1mone\u001b[22m', '  two']);
  });

  it('begins paragraphs of help where they began', () => {
    expect(wrapText('one two\n  three four', 8)).toBe('one two\n  three\n    four');
    expect(wrapText('one two three', 8)).toBe('one two\nthree');
  });
});
