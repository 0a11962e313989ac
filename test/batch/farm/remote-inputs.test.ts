import { expect, it } from 'vitest';
import { packInputs, unpackInputs } from '../../../src/batch/farm/submission.js';
import type { Input } from '../../../src/io/inputs.js';

const MEMBER: Input = {
  path: 's3://pictures/a.tar/x.jpg',
  name: 'x',
  ext: '.jpg',
  relative: 'a',
  archive: 'a',
  remote: { address: 's3://pictures/a.tar', size: 9000, etag: 'e', range: { from: 512, size: 40 } },
  member: { key: 'x', label: '7', beside: [{ ending: '.cls', from: 1536, size: 1 }] },
};

it('inputs that are far away reach workers with where their bytes are', () => {
  expect(unpackInputs('id', packInputs([MEMBER]))).toEqual([MEMBER]);
});

it.each([
  { address: '/etc/passwd', size: null, etag: null },
  { address: 'file:///etc/passwd', size: null, etag: null },
  { address: 's3://b/k', size: -1, etag: null },
  { address: 's3://b/k', size: 1, etag: null, range: { from: -1, size: 1 } },
])('%j is none of them', (remote) => {
  expect(() => unpackInputs('id', packInputs([{ ...MEMBER, remote }]))).toThrow('a job that cnnviz did not queue');
});
