import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkJsonSchema, parseCheckFile } from '../../src/commands/check/check-cases.js';
import { EXACT } from '../../src/commands/check/tolerance.js';
import { CnnvizError } from '../../src/core/errors.js';

const NOTHING = { baseline: null, tolerance: null };

function fault(text: string): string {
  try {
    parseCheckFile(text, 'c.yaml', NOTHING);
  } catch (error) {
    if (error instanceof CnnvizError) return `${error.message} — ${error.fix}`;
    throw error;
  }
  return 'no fault';
}

describe('a file of cases', () => {
  it('is a list, or an object with defaults; paths start at its folder', () => {
    const list = '- {image: a.png, pipe: relu, baseline: base/}\n';
    expect(parseCheckFile(list, 'x/c.yaml', NOTHING)).toMatchObject([
      {
        name: 'case 1',
        place: 'x/c.yaml:1:3',
        images: ['x/a.png'],
        baseline: 'x/base/',
        tolerance: EXACT,
        folder: 'x',
      },
    ]);
    const object = JSON.stringify({
      baseline: 'base',
      tolerance: 0.5,
      cases: [
        { name: 'one', images: ['img/', '/abs/*.png'], pipe: 'relu', recursive: true },
        {
          name: 'two',
          image: 'b.png',
          network: 'alexnet',
          init: 7,
          layers: 'a,b',
          tolerance: { ulps: 4 },
          baseline: 'own',
        },
      ],
    });
    const [one, two] = parseCheckFile(object, 'x/c.json', { baseline: 'cli', tolerance: { abs: 9, rel: 9, ulps: 9 } });
    expect(one).toMatchObject({ images: ['x/img/', '/abs/*.png'], recursive: true, baseline: 'x/base' });
    expect(one.tolerance).toEqual({ abs: 0.5, rel: 0, ulps: 0 });
    expect(one.job.layers).toEqual(['all']);
    expect(two.job).toMatchObject({ request: { network: 'alexnet', init: 7, weights: null }, layers: ['a', 'b'] });
    expect([two.baseline, two.tolerance.ulps]).toEqual(['x/own', 4]);
  });

  it('takes from the command line what it does not say', () => {
    const [one] = parseCheckFile('- {image: a.png, pipe: relu}', 'c.yaml', {
      baseline: 'b',
      tolerance: { ...EXACT, rel: 1 },
    });
    expect([one.baseline, one.tolerance.rel]).toEqual(['b', 1]);
  });

  it('says how images are prepared as the flags of run do', () => {
    const text =
      '- {image: a.png, pipe: relu, baseline: b, resize: 64, crop: [32, 48], gray: true, mean: 0.5, std: [0.1]}';
    const [{ job }] = parseCheckFile(text, 'c.yaml', NOTHING);
    expect(job.preset).toEqual({
      name: null,
      resize: 64,
      crop: [32, 48],
      gray: true,
      pixels: null,
      normalize: { mean: [0.5], std: [0.1] },
    });
  });

  it.each([
    ['- {image: a.png, pipe: relu, baselin: b}\n', /^c\.yaml:1:\d+: unknown key "baselin" — did you mean baseline\?/],
    ['cases: []\ntolerence: 1\n', /^c\.yaml:2:\d+: unknown key "tolerence" — did you mean tolerance\?/],
    ['- {image: a.png, baseline: b}\n', /^c\.yaml:1:3: case 1 names nothing to run/],
    ['- {image: a.png, pipe: relu, network: vgg11, baseline: b}\n', /^c\.yaml:1:3: case 1 names a pipe and a network/],
    ['- {pipe: relu, baseline: b, name: x}\n', /^c\.yaml:1:3: x has no images/],
    ['- {image: a.png, pipe: relu}\n', /^c\.yaml:1:3: case 1 names no baseline/],
    [
      '- {image: a.png, pipe: relu, baseline: b, tolerance: {abs: -1}}\n',
      /^c\.yaml:1:60: cases\[0\]\.tolerance\.abs: /,
    ],
    ['- {image: a.png, pipe: relu, baseline: b, resize: 0}\n', /^c\.yaml:1:\d+: cases\[0\]\.resize: /],
    ['- {image: a.png, pipe: relu, baseline: b, preset: imagnet}\n', /^c\.yaml:1:51: cases\[0\]\.preset: .*imagenet/],
    ['- relu\n', /^c\.yaml:1:3: cases\[0\]: /],
    ['cases: []\n', /^c\.yaml:1:8: cases: /],
    ['relu\n', /^c\.yaml:1:1: expected a list of cases/],
    ['- {image: [a.png}\n', /^c\.yaml:1:\d+: .* — case files are YAML or JSON/],
  ])('%j is refused with line and column', (text, pattern) => {
    expect(fault(text)).toMatch(pattern);
  });

  it('the example of docs/ci.md is one', () => {
    const docs = readFileSync(new URL('../../docs/ci.md', import.meta.url), 'utf8');
    const [example] = [...docs.matchAll(/```yaml\n([\s\S]*?)```/g)]
      .map(([, text]) => text)
      .filter((text) => /^cases:/m.test(text));
    const cases = parseCheckFile(example, 'checks/maps.yaml', NOTHING);
    expect(cases.map(({ name, images }) => [name, ...images])).toEqual([
      ['edges', 'img'],
      ['lenet5', 'img/plane.png'],
    ]);
  });

  it('the schema for editors is fresh: node fixtures/make/schemas.mjs', () => {
    const committed = readFileSync(new URL('../../docs/check.schema.json', import.meta.url), 'utf8');
    expect(JSON.parse(committed)).toEqual(JSON.parse(JSON.stringify(checkJsonSchema())));
  });
});
