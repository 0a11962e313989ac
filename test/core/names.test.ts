import { describe, expect, it } from 'vitest';
import { nearestName, sameName } from '../../src/core/names.js';
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
});
