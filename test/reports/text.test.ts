import { describe, expect, it } from 'vitest';
import { summaryLine } from '../../src/reports/text.js';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';

/** What conv says of an image, without the first line and the last. */
async function told(image: string, ...flags: string[]): Promise<string[]> {
  return inFolder(async (cwd) => {
    const { stdout, code } = await cnnviz(['conv', `${IMAGES}${image}`, '--gray', ...flags, '-o', 'a.png'], { cwd });
    expect(code).toBe(0);
    return stdout.trimEnd().split('\n').slice(1, -1);
  });
}

describe('what is said of a map', () => {
  it('greys are led back to values, and zero to a grey where there is one', async () => {
    // sobel-x of five.png by hand: −1.25 … 1.88
    const [values, strongest] = await told('five.png', '-k', 'sobel-x');
    expect(values).toMatch(
      /^ {2}values −1\.25 … 1\.88 {3}grey 0 = −1\.25, zero = 102, 255 = 1\.88 {3}nothing clipped$/,
    );
    expect(strongest).toMatch(
      /^ {2}strongest 1\.88 at \(1, 0\): dark → bright, left to right, input window x 1–3, y 0–2$/,
    );
  });

  it('a map of zeros is drawn black, one whose scale is one value mid-grey', async () => {
    expect(await told('five.png', '-k', '0')).toEqual([
      '  values 0 … 0   constant: drawn black',
      '  strongest 0 at (0, 0) and everywhere else',
    ]);
    // black 40 and white 230 of 255; more than half of it is black
    const [values] = await told('bars17.png', '-k', 'identity', '--scale', 'p1,p2');
    expect(values).toBe(
      '  values 0.157 … 0.902   the scale is one value, 0.157: drawn mid-grey, smaller black, larger white',
    );
  });

  it('what lies beyond a scale is counted, below and above', async () => {
    const [values] = await told('five.png', '-k', 'sobel-x', '--scale=-1,1');
    // of nine values one lies below and three lie above
    expect(values).toMatch(/grey 0 = −1, zero = 128, 255 = 1 {3}darkest 11 % and brightest 33 % clipped$/);
  });

  it('a threshold says how much fires, one that passes on what is below zero does not', async () => {
    const fires = /fires \(above zero\) at [\d.]+ ?% of 9 positions/;
    expect((await told('five.png', '-k', 'sobel-x', '--activation', 'relu')).join('\n')).toMatch(fires);
    expect((await told('five.png', '-k', 'sobel-x', '--activation', 'tanh')).join('\n')).not.toMatch(/fires/);
    expect((await told('five.png', '-k', 'sobel-x', '--bias=-9', '--activation', 'relu')).join('\n')).toContain(
      'never fires: no value above zero',
    );
  });
});

describe('many inputs', () => {
  it.each([
    [989, 11, 0, '989 written, 11 failed'],
    [2000, 0, 0, '2,000 written, 0 failed'],
    [1, 0, 5, '1 written, 0 failed, 5 not begun'],
  ])('%i written, %i failed, %i left are counted', (written, failed, left, line) =>
    expect(summaryLine(written, failed, left)).toBe(line),
  );
});
