import { describe, expect, it } from 'vitest';
import { kindsAreToldOnce } from '../architecture/layer-lists.js';
import { projectFiles, readTexts } from '../architecture/project.js';

const POOL = `export const POOL: Families<PoolLayer> = {\n  max_pool: A,\n  avg_pool: B,\n  gauss_pool: B,\n};\n`;

describe('what is known of a kind of layer stands in src/layers alone', () => {
  it('holds in this project', () => {
    const code = projectFiles().filter((path) => /^src\/.*\.ts$/.test(path));
    expect(kindsAreToldOnce(readTexts(code))).toEqual([]);
  });

  it.each([
    [
      'a list of kinds',
      'src/analysis/a.ts',
      `\nconst PASSING = ['max_pool', 'avg_pool', 'gauss_pool'];\n`,
      /^src\/analysis\/a\.ts:2: a list of kinds/,
    ],
    [
      'a switch over kinds',
      'src/engine/a.ts',
      `switch (kind) {\n  case 'max_pool':\n  case 'avg_pool':\n  case 'gauss_pool':\n}\n`,
      /^src\/engine\/a\.ts:2: a switch over kinds/,
    ],
  ])('%s is found', (_, path, text, said) => {
    const found = kindsAreToldOnce(
      new Map([
        ['src/layers/pool.ts', POOL],
        [path, text],
      ]),
    );
    expect(found).toEqual([expect.stringMatching(said)]);
  });
});
