import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawLetters, hasLetter } from '../../src/io/letters.js';
// each of a process of its own: what is said once is said in each
import { cnnvizAlone as cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';

/** What this machine's fonts have, as fontconfig tells it: a witness of our own guess from pixels. */
function systemHas(letter: string): boolean | null {
  try {
    const code = letter.codePointAt(0)!.toString(16);
    return execFileSync('fc-list', [`:charset=${code}`, 'family'], { encoding: 'utf8' }).trim() !== '';
  } catch {
    return null;
  }
}

describe('letters that the typeface lacks', () => {
  it.each(['写', 'ع', 'ก', '한', '\u{12000}', '\u0378'])(
    '%s: known to be there, or not, as fontconfig knows it',
    async (letter) => {
      const has = systemHas(letter);
      if (has === null) return;
      expect(await hasLetter(letter, null)).toBe(has);
    },
  );

  it('are drawn in one colour with room for them, nothing for what is not seen', async () => {
    const drawn = await drawLetters('H', 40, false, null);
    expect(drawn?.coverage).toHaveLength(drawn!.width * drawn!.height);
    expect(Math.max(...drawn!.coverage)).toBeGreaterThan(200);
  });

  it('are told: the pixels depend on the machine, or the letter is written as its number', () =>
    inFolder(async (cwd) => {
      copyFileSync(join(IMAGES, 'five.png'), join(cwd, 'five.png'));
      for (const command of [
        ['conv', 'five.png', '-k', 'edge3x3', '--strip'],
        ['explain', 'five.png', '-k', 'edge3x3', '--at', '1,1'],
        ['run', 'lenet5', '--init', 'seed:1', 'five.png', '--layers', 'output'],
      ]) {
        const { code, stderr } = await cnnviz([...command, '--title', '写', '-o', 'x.svg'], { cwd });
        expect(code).toBe(0);
        const svg = readFileSync(join(cwd, 'x.svg'), 'utf8');
        if (await hasLetter('写', null)) {
          expect(stderr).toContain('"写" is drawn with the fonts of this machine');
          expect(svg).toContain('>写</text>');
        } else {
          expect(stderr).toContain('this machine has no font for "写": written as numbers');
          expect(svg).toContain('>U+5199</text>');
        }
      }
    }));
});
