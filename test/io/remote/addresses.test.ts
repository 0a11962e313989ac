import { expect, it } from 'vitest';
import { findInputs } from '../../../src/io/inputs.js';
import { baseName } from '../../../src/io/paths.js';
import { hasPassword, shownAddress, webName } from '../../../src/io/remote/addresses.js';
import { readInput } from '../../../src/io/remote/read-input.js';

it.each([
  [
    'https://h/x.jpg?X-Amz-Signature=abc&X-Amz-Credential=K%2F1&w=20',
    'https://h/x.jpg?X-Amz-Signature=…&X-Amz-Credential=…&w=20',
  ],
  ['https://h/x.jpg?sv=1&sig=a%2Bb&se=2026', 'https://h/x.jpg?sv=…&sig=…&se=…'],
  ['https://h/x.jpg?token=abc#part', 'https://h/x.jpg?token=…'],
  ['https://h/x.jpg?Expires=1&Signature=q&Key-Pair-Id=P', 'https://h/x.jpg?Expires=1&Signature=…&Key-Pair-Id=…'],
  ['https://h/x.jpg?0123456789abcdef0123456789abcdef', 'https://h/x.jpg?…'],
  ['https://h/x.jpg?w=0123456789abcdef0123456789abcdef', 'https://h/x.jpg?w=…'],
  ['https://me:secret@h/x.jpg', 'https://…@h/x.jpg'],
  ['https://h/x.jpg?v=2&size=large', 'https://h/x.jpg?v=2&size=large'],
  ['s3://bucket/a?token=b#c.jpg', 's3://bucket/a?token=b#c.jpg'],
])('%s is shown as %s', (address, shown) => {
  expect(shownAddress(address)).toBe(shown);
});

it.each([
  ['https://h/a/my%20cat.jpg?v=2', 'my cat.jpg'],
  ['https://h/a/..%2F..%2Fetc%2Fpasswd', '_.._etc_passwd'],
  ['https://h/a/%2Ehidden.png', 'hidden.png'],
  ['https://h/', 'h'],
  ['https://h/a/%E0%A4%A.png', '%E0%A4%A.png'],
  [`https://h/${'x'.repeat(400)}.jpeg`, `${'x'.repeat(145)}.jpeg`],
])('results of %s are named after %s', (address, name) => {
  expect(webName(address)).toBe(name);
});

it('a recipe says the name of the file without its query', () => {
  expect(baseName('https://h/a/my%20cat.jpg?u=x/y')).toBe('my cat.jpg');
});

it('a name and a password in an address are refused and never shown', async () => {
  expect(hasPassword('https://me:secret@h/x.jpg')).toBe(true);
  const [input] = await findInputs(['https://me:secret@h/x.jpg'], { recursive: false, lists: [] });
  await expect(readInput(input)).rejects.toMatchObject({
    message: 'https://…@h/x.jpg: an address with a name and a password in it',
  });
});

it('two addresses that differ only in what is not shown are not taken for one', async () => {
  const two = ['https://h/x.jpg?token=a', 'https://h/x.jpg?token=b'];
  await expect(findInputs(two, { recursive: false, lists: [] })).rejects.toThrow(
    'https://h/x.jpg?token=…: two addresses differ only in what is not shown of them',
  );
  expect(await findInputs([two[0], two[0]], { recursive: false, lists: [] })).toHaveLength(1);
});

it('other addresses stay what nobody fetches unasked', async () => {
  for (const address of ['gs://bucket/x.jpg', 'ftp://h/x.jpg', 'file:///tmp/x.jpg']) {
    const [input] = await findInputs([address], { recursive: false, lists: [] });
    expect(input.remote).toBeUndefined();
    await expect(readInput(input)).rejects.toThrow('an address, and nothing is fetched unasked');
  }
});
