import { expect, it } from 'vitest';
import type { Input } from '../../../src/io/find/input.js';
import { foundLabels, labelsOf } from '../../../src/io/find/labels.js';

const member = (key: string, label?: string): Input => ({
  path: `a.tar/${key}.png`,
  name: key,
  ext: '.png',
  relative: 'a',
  member: { key, beside: [], ...(label !== undefined && { label }) },
});
const refused: Input = { ...member('x'), unreadable: { why: 'a device', fix: 'unpack it' } };

it.each<[what: string, inputs: Input[], labels: (string | null)[]]>([
  ['all in folders: the folder', [member('cat/1', '0'), member('dog/b/2', '1')], ['cat', 'dog']],
  ['some in none: what .cls says', [member('cat/1', '0'), member('2', '1'), member('3')], ['0', '1', null]],
  ['no .cls: the folder of those that are in one', [member('cat/1'), member('2')], ['cat', null]],
  ['one that cannot be read has none', [member('cat/1'), refused], ['cat', null]],
  ['a file of this machine has none', [{ path: 'cat/1.png', name: '1', ext: '.png', relative: 'cat' }], [null]],
])('%s', (_, inputs, labels) => {
  expect(labelsOf(inputs)).toEqual(labels);
});

it('images without classes are refused, those without one left out and told', () => {
  expect(() => foundLabels('a.tar', [member('1')])).toThrow('a.tar: its images have no classes');
  expect(() => foundLabels('a.tar', [refused])).toThrow('a.tar: a device');
  expect(() => foundLabels('a.tar', [])).toThrow('a.tar: holds no images');
  const { labels, notes } = foundLabels('a.tar', [member('1', 'cat'), refused]);
  expect([labels, notes]).toEqual([['cat'], ['1 image of a.tar of no class: left out']]);
});
