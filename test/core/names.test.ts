import { describe, expect, it } from 'vitest';
import { matchesStars, nearestName, sameName } from '../../src/core/names.js';
import { KERNEL_NAMES } from '../../src/models/kernels.js';
import { BUILTIN_NETWORKS, LAYER_WORDS } from '../../src/models/networks/index.js';

describe('names', () => {
  it('are the same regardless of case, - and _, where one alone fits', () => {
    expect(sameName('Sobel_X', ['sobel-x', 'sobel-y'])).toBe('sobel-x');
    expect(sameName('MaxPool', ['max_pool', 'avg_pool'])).toBe('max_pool');
    expect(sameName('A-b', ['ab', 'a_b'])).toBeNull();
    expect(sameName('a_b', ['ab', 'a_b'])).toBe('a_b');
    expect(sameName('-', ['_', 'a'])).toBeNull();
  });

  it.each([
    ['kernels', KERNEL_NAMES],
    ['layers', LAYER_WORDS],
    ['networks', BUILTIN_NETWORKS.map(({ name }) => name)],
  ])('of %s do not become one another', (_, names) => {
    for (const name of names) expect(sameName(name.toUpperCase().replaceAll('-', '_'), names)).toBe(name);
  });

  it.each<[string, string[], string | null]>([
    ['--abs', ['--jobs', '--pass-with-no-inputs'], null],
    ['--zoom', ['--pool', '--bias'], null],
    ['--resize', ['--resume'], null],
    ['relu', ['help', 'read'], null],
    ['ConvTranspose', ['Transpose'], null],
    ['--kernal', ['--jobs', '--kernel'], '--kernel'],
    ['alexent', ['lenet5', 'alexnet'], 'alexnet'],
    ['covn', ['conv', 'run'], 'conv'],
    ['Relluu', ['Elu', 'Relu'], 'Relu'],
    ['--norm', ['--no-clobber', '--normalize'], '--normalize'],
    ['x', ['y'], null],
  ])('%s near %j is %s', (word, names, expected) => expect(nearestName(word, names)).toBe(expected));

  it.each<[string, string[], string | null]>([
    ['--pad', ['--padding-mode', '--padding'], '--padding'],
    ['--pad', ['--padding-mode', '--paddock'], null],
    ['pa', ['padding'], null],
    ['pad', ['padding'], 'padding'],
    // one slip up to 7 letters, two from 8
    ['abcdefg', ['abcdexy'], null],
    ['abcdefgh', ['abcdefxy'], 'abcdefxy'],
    ['abcdefgh', ['abcdexyz'], null],
    // of names that are as near the first; a nearer one behind them
    ['cat', ['bat', 'car'], 'bat'],
    ['abcdefgh', ['abcdefxy', 'abcdefgx'], 'abcdefgx'],
    ['a'.repeat(200), [`${'a'.repeat(199)}b`], `${'a'.repeat(199)}b`],
    ['a'.repeat(201), [`${'a'.repeat(200)}b`], null],
    ['a'.repeat(200), [`b${'a'.repeat(200)}`], null],
  ])('a beginning, or as many slips as the length allows: %s near %j is %s', (word, names, expected) =>
    expect(nearestName(word, names)).toBe(expected),
  );

  it.each([
    ['conv1', 'conv*', true],
    ['conv1', '*', true],
    ['', '*', true],
    ['', '?', false],
    ['conv1', 'conv?', true],
    ['conv12', 'conv?', false],
    ['conv', 'conv?', false],
    ['features.0.weight', '*.weight', true],
    ['features.0.bias', '*.weight', false],
    ['abcabd', '*abd', true],
    ['abXcdXcd', 'ab*cd*cd', true],
    ['abXcd', 'ab*cd*cd', false],
    ['a.b', 'a?b**', true],
    ['a+b', 'a+b', true],
    ['aab', 'a+b', false],
    ['abc', 'abcd', false],
  ])('%s is what %s means: %s', (name, pattern, expected) => expect(matchesStars(name, pattern)).toBe(expected));
});
