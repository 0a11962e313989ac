import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { atLine, CnnvizError } from '../../src/core/errors.js';
import { escapeMarkup } from '../../src/core/markup.js';
import { shorten, someOf } from '../../src/core/text.js';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';

const FIVE = join(IMAGES, 'five.png');

describe('messages', () => {
  it.each<[string, string[]]>([
    ['a kernel', ['conv', FIVE, '-k', `${'9'.repeat(100_000)} 1; 1 1`]],
    ['a name of a kernel', ['conv', FIVE, '-k', 'a'.repeat(100_000)]],
    ['a number', ['conv', FIVE, '-k', 'edge3x3', '--stride', '9'.repeat(100_000)]],
    ['a bias', ['conv', FIVE, '-k', 'edge3x3', '--bias', '9'.repeat(100_000)]],
    ['a list of numbers', ['conv', FIVE, '-k', 'edge3x3', '--padding', '1,'.repeat(50_000)]],
    ['a flag', ['conv', FIVE, `--${'x'.repeat(100_000)}`]],
    ['a command', ['x'.repeat(100_000)]],
    ['a choice', ['completion', 'x'.repeat(100_000)]],
    ['a pipe', ['run', 'x'.repeat(100_000), FIVE]],
    ['a layer', ['run', `relu | ${'x'.repeat(100_000)}`, FIVE]],
    ['a file', ['conv', 'x'.repeat(100_000), '-k', 'edge3x3']],
  ])('%s of 100,000 letters is told by its beginning and its length', async (_, args) => {
    const { code, stderr } = await cnnviz(args);
    const lines = stderr.trimEnd().split('\n');
    expect([1, 2, 4]).toContain(code);
    expect(lines.length).toBeLessThanOrEqual(2);
    expect(lines[0]).toMatch(/… \(\d\d[\d,]+ letters left out\) …/);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(600);
  });

  it('a name in a file of 10 MB costs a message of 500 letters', () =>
    inFolder(async (cwd) => {
      const header = Buffer.from(`{"${'n'.repeat(1e7)}":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}`);
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(header.length));
      writeFileSync(join(cwd, 'name.safetensors'), Buffer.concat([length, header, Buffer.alloc(4)]));
      const { code, stderr } = await cnnviz(['weights', 'name.safetensors'], { cwd });
      expect(code).toBe(2);
      expect(stderr).toMatch(/^cnnviz: name\.safetensors: tensor "n+ … \(9,999,\d+ letters left out\) … .*F99/);
      expect(stderr.length).toBeLessThan(1200);
    }));

  it('no letter that a reader does not see reaches the terminal', () =>
    inFolder(async (cwd) => {
      const unseen = [
        '\u202e',
        '\u2066',
        '\u200e',
        '\u061c',
        '\u200b',
        '\ufeff',
        '\u2028',
        '\u2029',
        '\u00ad',
        '\u{e0041}',
        '\u3164',
        '\u0007',
        '\u001b[31m',
      ];
      const run = await cnnviz(['conv', `a${unseen.join('b')}.png`, '-k', 'edge3x3'], { cwd });
      expect(run.stderr).toContain('a�b�b�');
      for (const letter of unseen) expect(run.stdout + run.stderr).not.toContain(letter);
      writeFileSync(join(cwd, 'n.yaml'), `name: "a\u202eb"\nlayers: [relu]\n`);
      const { stdout } = await cnnviz(['summary', 'n.yaml', '--size', '1,4,4'], { cwd });
      expect(stdout).not.toContain('\u202e');
    }));
});

describe('a shortened text', () => {
  it('counts what it leaves out, also when it is shortened again', () => {
    const once = shorten(`begin${'x'.repeat(10_000)}end`, 500);
    expect(once).toMatch(/^beginx+ … \(9,\d+ letters left out\) … x+end$/);
    expect(once.length).toBeLessThanOrEqual(500);
    const [, again] = /\(([\d,]+) letters/.exec(shorten(`a place: ${once}`, 300))!;
    expect(Number(again.replace(',', ''))).toBeGreaterThan(9700);
  });

  it('is not cut within a letter', () => {
    for (let most = 100; most < 104; most++)
      expect(shorten('\u{1f600}'.repeat(200), most)).not.toMatch(/\p{Surrogate}/u);
  });

  it('an error has a short message and a short fix at every place', () => {
    const error = atLine(
      'p'.repeat(900),
      new CnnvizError('usage', 'w'.repeat(900), { fix: 'f'.repeat(900) }),
    ) as CnnvizError;
    expect(error.message.length).toBeLessThanOrEqual(500);
    expect(error.fix!.length).toBeLessThanOrEqual(500);
  });

  it('a list shows its first names and says how many there are', () => {
    expect(someOf(['a', 'b'])).toBe('a, b');
    expect(
      someOf(
        Array.from({ length: 600 }, (_, i) => `n${i}`),
        2,
      ),
    ).toBe('n0, n1, … (600 in all)');
  });
});

it('XML and HTML have no letters that nobody sees', () => {
  expect(escapeMarkup('a\u202eb\u200bc\u0000d\ud800e\u001bf\tg\nh')).toBe('a�b�c�d�e�f&#9;g&#10;h');
});
